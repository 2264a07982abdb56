package import FerryModel

/// Asks for the header that the repository note names (`licence_header`) in each new source file, and keeps changes from taking it out of old ones.
/// A file that never had it is an old fault, and left alone.
package struct LicenceHeadersGate: Gate {
    package let name = "licence-headers"
    package let purpose = "Where the repository note has `licence_header`: finds new source files without it, and changes that take it out."

    /// The header stands in these lines, so that an interpreter's line and an encoding may come first.
    static let searchedLines = 20

    package init() {}

    package func check(_ change: ProposedChange, _ context: GateContext) -> [Finding] {
        guard let header = context.licenceHeader else { return [] }
        return change.files.compactMap { file in
            guard Self.isSource(file.path), !file.isLink, let after = file.after.text, after.lines.contains(where: { !$0.trimmed.isEmpty }),
                !Self.has(header, after)
            else { return nil }
            if let before = file.before.text, !Self.has(header, before) { return nil }
            return Finding(
                rule: name, severity: .error, path: file.path, line: 1,
                message: file.kind == .added ? "The new file has no licence header." : "The change takes the licence header out of the file.",
                remedy: "Put a comment with `\(header)` among the first \(Self.searchedLines) lines.")
        }
    }

    /// Whether one line holds the parts between the header's `*` in their order.
    private static func has(_ header: String, _ text: SourceText) -> Bool {
        let parts = header.split(separator: "*").map { Array($0.utf8) }
        return text.lines.prefix(searchedLines).contains { line in
            var rest = line
            return parts.allSatisfy { part in
                guard let range = rest.firstRange(of: part) else { return false }
                rest = rest[range.upperBound...]
                return true
            }
        }
    }

    /// By the suffixes of languages whose files bear headers; configuration, data and documents do not.
    private static func isSource(_ path: String) -> Bool {
        let suffixes: Set<Substring> = [
            "bash", "c", "cc", "cjs", "cpp", "cs", "cts", "cxx", "dart", "ex", "exs", "fs", "go", "groovy", "h", "hpp", "hs", "java", "js", "jsx",
            "kt",
            "kts", "lua", "m", "mjs", "ml", "mm", "mts", "php", "pl", "py", "r", "rb", "rs", "scala", "sh", "swift", "ts", "tsx", "zig",
        ]
        guard let file = path.split(separator: "/").last, file.contains(".") else { return false }
        return file.split(separator: ".").last.map(suffixes.contains) ?? false
    }
}
