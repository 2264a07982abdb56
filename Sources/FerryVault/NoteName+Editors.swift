package import SystemPackage

/// What an editor says by names: a note without a name yet, a note that is open.
extension NoteName {
    /// A name that Obsidian and others give to a note that has no name yet: `Untitled*`.
    package static func isUntitled(_ path: FilePath) -> Bool {
        path.lastComponent?.withBytes { $0.startsIgnoringCase(with: "untitled") } ?? false
    }

    /// Whether an editor that shows it by a lock or swap file has the note open. `exists` must not follow a link: emacs' lock is one that leads nowhere.
    package static func isOpenInEditor(_ note: FilePath, exists: (FilePath) -> Bool) -> Bool {
        guard let name = note.lastComponent else { return false }
        let folder = note.removingLastComponent()
        return locks(of: name).contains { exists(folder.appending($0)) }
    }

    /// The files that say so: the swap files of vim and nano (vim's further windows count down from `.swo`), the lock of emacs, jed, mg and joe, the
    /// swap file of Kate, the lock of LibreOffice. Those of a name that is too long for them are left out.
    static func locks(of name: FilePath.Component) -> [FilePath.Component] {
        let bytes = name.withBytes { Array($0) }
        let swaps = ["swp", "swo", "swn", "swm", "swl", "swx", "kate-swp"].map { (before: ".", after: ".\($0)") }
        return (swaps + [(".#", ""), (".~lock.", "#")]).compactMap { lock in
            let name = Array(lock.before.utf8) + bytes + Array(lock.after.utf8)
            return name.count <= 255 ? FilePath.Component(nameBytes: name) : nil
        }
    }
}
