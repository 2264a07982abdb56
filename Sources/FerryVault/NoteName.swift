package import SystemPackage

/// What the name of a file says: a note, a copy that a sync tool made of a conflict, or none of Ferry's business. Judged by bytes and without
/// allocating (but for a conflict copy's answer): it is asked of every file of a vault.
///
/// Only `*.md` (in capitals too) can be a note, and that leaves out most of what editors and sync tools put beside notes: `note.md~`, `#note.md#`,
/// `4913`, `note.md.Xy12Zw` (Qt), `sedXy12Zw`, `XXXy12Zw` (perl), `note.md___jb_tmp___`, `note.md.orig`, `*.partial`, `*.crdownload`, `*.vsctmp`.
/// Of names that do end so, those are left out that begin with a dot (`.syncthing.…`, `.unison.…`, `.goutputstream-…`, `.#note.md`, iCloud's
/// placeholders), `~$` (Office) or `~syncthing~`. Sources: the reference on vaults, section 2, where each was seen on disk.
package enum NoteName: Hashable, Sendable {
    case note
    /// A conflict copy: shown, never run. The text is the name of the note that it is a copy of, without `.md`.
    case conflictCopy(of: String)
    case ignored

    /// `path` is relative to the vault, or to a folder in it. A folder note (one with the name of its folder) is told only where that folder is in `path`.
    package init(_ path: FilePath) {
        let components = path.components
        guard let last = components.last else {
            self = .ignored
            return
        }
        var parent: FilePath.Component?
        for folder in components.dropLast() {
            guard !folder.withBytes(Self.isIgnoredFolder) else {
                self = .ignored
                return
            }
            parent = folder
        }
        self = last.withBytes { name in
            parent?.withBytes { NoteName(name: name, parent: $0) } ?? NoteName(name: name, parent: UnsafeRawBufferPointer(start: nil, count: 0))
        }
    }

    /// `name` is the file's own, `parent` that of the folder it lies in (empty where that does not matter), both without a final zero. Whether a
    /// folder above is ignored is asked once for each folder: `isIgnoredFolder`.
    package init(name: UnsafeRawBufferPointer, parent: UnsafeRawBufferPointer) {
        guard let stem = Self.stem(name), !Self.isHidden(name), !(stem.count == 6 && stem.startsIgnoringCase(with: "readme")),
            !parent.elementsEqual(stem)
        else {
            self = .ignored
            return
        }
        if let end = ConflictName.original(stem) {
            self = .conflictCopy(of: String(decoding: stem[..<end], as: UTF8.self))
        } else {
            self = .note
        }
    }

    /// Whether nothing in a folder of this name counts: hidden ones (`.obsidian`, `.trash`, `.git`, `.stversions`, `.~tmp~`), and what backups and
    /// broken transfers leave. A folder of digits is a year, not vim's probe.
    package static func isIgnoredFolder(_ name: UnsafeRawBufferPointer) -> Bool {
        if isHidden(name) || name.last == UInt8(ascii: "~") { return true }
        if name.first == UInt8(ascii: "#"), name.last == UInt8(ascii: "#"), name.count > 1 { return true }
        return leftoverEndings.contains { name.ends(with: $0) }
    }

    private static let leftoverEndings: [StaticString] = [
        ".tmp", ".part", ".partial", ".crdownload", ".bak", ".orig", ".rej", ".vsctmp", "___jb_tmp___", "___jb_old___", "___jb_bak___",
    ]

    private static func isHidden(_ name: UnsafeRawBufferPointer) -> Bool {
        name.first == UInt8(ascii: ".") || name.starts(with: "~$") || name.starts(with: "~syncthing~")
    }

    /// The name without `.md`; `nil` where it ends otherwise, or is nothing else.
    static func stem(_ name: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer? {
        let count = name.count - 3
        guard count > 0, name[count] == UInt8(ascii: "."), name[count + 1] | 0x20 == UInt8(ascii: "m"), name[count + 2] | 0x20 == UInt8(ascii: "d")
        else { return nil }
        return UnsafeRawBufferPointer(rebasing: name[..<count])
    }
}
