internal import Foundation
package import SystemPackage

/// What the name of a file says: a note, a copy that a sync tool made of a conflict, or none of Ferry's business.
package enum NoteName: Hashable, Sendable {
    case note
    /// A conflict copy: shown, never run. The text is the name of the note that it is a copy of, where the name tells.
    case conflictCopy(of: String)
    case ignored

    /// `path` is relative to its state folder. Sources of the patterns: docs/vault.md and the tools named there.
    package init(_ path: FilePath) {
        let names = path.components.map(\.string)
        guard let name = names.last, names.allSatisfy({ !$0.hasPrefix(".") && !$0.hasPrefix("~syncthing~") && $0 != ".trash" }) else {
            self = .ignored
            return
        }
        let lower = name.lowercased()
        guard lower.hasSuffix(".md"), lower != "readme.md", !lower.hasPrefix("~$"), !lower.hasPrefix("#"), !name.contains("___jb_") else {
            self = .ignored
            return
        }
        // Obsidian's folder notes bear the name of their folder.
        let stem = String(name.dropLast(3))
        if names.count > 1, names[names.count - 2] == stem {
            self = .ignored
        } else if let original = Self.original(stem) {
            self = .conflictCopy(of: original)
        } else {
            self = .note
        }
    }

    /// The stem of the note that a conflict copy was made of.
    private static func original(_ stem: String) -> String? {
        // Ferry's own, for a stale buffer that could not be merged.
        if let range = stem.range(of: " (late save") { return String(stem[..<range.lowerBound]) }
        // Syncthing: NAME.sync-conflict-20260102-030405-ABCDEFG
        if let range = stem.range(of: ".sync-conflict-") { return String(stem[..<range.lowerBound]) }
        // Nextcloud and ownCloud: NAME_conflict-20260102-030405
        if let range = stem.range(of: "_conflict-") { return String(stem[..<range.lowerBound]) }
        // Dropbox, Nextcloud, Obsidian Sync: NAME (… conflicted copy …)
        guard let open = stem.range(of: " (", options: .backwards), stem.hasSuffix(")"),
            stem[open.upperBound...].lowercased().contains("conflicted copy")
        else { return nil }
        return String(stem[..<open.lowerBound])
    }

    /// A name that an editor or Obsidian gives to a note that has no name yet.
    package static func isUntitled(_ path: FilePath) -> Bool { path.stem?.lowercased().hasPrefix("untitled") ?? false }

    /// Whether an editor that keeps a lock or swap file has the note open (vim, emacs, Kate, LibreOffice-like locks).
    package static func isOpenInEditor(_ note: FilePath, exists: (FilePath) -> Bool) -> Bool {
        guard let name = note.lastComponent?.string else { return false }
        let folder = note.removingLastComponent()
        return [".\(name).swp", ".\(name).swo", ".#\(name)", ".\(name).kate-swp", ".~lock.\(name)#"].contains { exists(folder.appending($0)) }
    }
}
