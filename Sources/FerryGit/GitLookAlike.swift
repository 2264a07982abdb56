internal import SystemPackage

/// Names that some file system or program takes for `.git`, or for `.gitmodules`.
///
/// The rules are git's own (`is_hfs_dotgit` in utf8.c, `is_ntfs_dotgit` in path.c), a little wider: capitals, invisible
/// characters that HFS+ ignores, and NTFS's short names, trailing dots and spaces, and streams.
enum GitLookAlike {
    static func matches(_ name: [UInt8]) -> Bool {
        // On NTFS what stands behind a backslash is a name of its own; git looks there on every system.
        if name.contains(backslash) { return name.split(separator: backslash).contains { matches(Array($0)) } }
        // Most names: plain, and with another beginning. This runs for every file of a worktree.
        if let first = name.first, ![UInt8(ascii: "."), UInt8(ascii: "g"), UInt8(ascii: "G")].contains(first), first < 128 { return false }
        return isOne(of: [".git", "git~1", "git~2", "git~3", "git~4"], name)
    }

    /// Whether some git reads this path as the list of submodules: it looks at the top folder alone.
    static func isModulesFile(_ path: FilePath) -> Bool { path.components.count == 1 && isModulesName(path.bytes) }

    /// The name of such a list, wherever it stands: git takes no link that bears it. `gi7eba~` is NTFS's fallback (path.c).
    static func isModulesName(_ name: [UInt8]) -> Bool {
        guard let first = name.first, [UInt8(ascii: "."), UInt8(ascii: "g"), UInt8(ascii: "G")].contains(first) || first >= 128 else { return false }
        let numbered = (1...9).map { "gi7eba~\($0)" }
        return isOne(of: [".gitmodules", "gitmod~1", "gitmod~2", "gitmod~3", "gitmod~4"] + numbered, name)
    }

    private static let backslash = UInt8(ascii: "\\")

    private static func isOne(of stems: [String], _ name: [UInt8]) -> Bool {
        let visible = String(String.UnicodeScalarView(String(decoding: name, as: UTF8.self).unicodeScalars.filter { !PlainText.isInvisible($0) }))
        let folded = Array(visible.utf8.map { (65...90).contains($0) ? $0 + 32 : $0 })
        for stem in stems where folded.starts(with: stem.utf8) {
            let rest = folded.dropFirst(stem.utf8.count).prefix { $0 != UInt8(ascii: ":") && $0 != UInt8(ascii: "\\") }
            if rest.allSatisfy({ $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: ".") }) { return true }
        }
        return false
    }
}
