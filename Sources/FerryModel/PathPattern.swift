/// A pattern over paths in a repository: `*` and `?` within a name, `**` across folders, a trailing `/` or a plain folder name for all below it.
package struct PathPattern: Hashable, Sendable, CustomStringConvertible {
    private let segments: [[UInt8]]
    private let text: String

    /// `nil` for an empty, absolute or escaping (`..`) pattern. A leading `./` is dropped.
    package init?(_ text: some StringProtocol) {
        var trimmed = Substring(text)
        while trimmed.hasPrefix("./") { trimmed = trimmed.dropFirst(2) }
        while trimmed.hasSuffix("/") { trimmed = trimmed.dropLast() }
        let parts = trimmed.split(separator: "/", omittingEmptySubsequences: false)
        guard !trimmed.isEmpty, !trimmed.hasPrefix("/"), parts.allSatisfy({ !$0.isEmpty && $0 != ".." && $0 != "." }) else { return nil }
        self.segments = parts.map { Array($0.utf8) }
        self.text = String(text)
    }

    package var description: String { text }

    /// Whether the pattern matches the path itself or a folder above it.
    package func matches(_ path: some StringProtocol) -> Bool {
        let names = Array(path.utf8).split(separator: UInt8(ascii: "/")).map { Array($0) }
        var segment = 0
        var name = 0
        // Only the last `**` is come back to: what stood before it took as few names as it could. A pattern can come from a model, and must not take for ever.
        var star: (segment: Int, name: Int)?
        while segment < segments.count {
            if segments[segment] == Self.anyFolders {
                if segment == segments.count - 1 { return name < names.count }
                star = (segment, name)
                segment += 1
            } else if name < names.count, Self.matchName(segments[segment], names[name]) {
                segment += 1
                name += 1
            } else if let back = star, back.name < names.count {
                star = (back.segment, back.name + 1)
                segment = back.segment + 1
                name = back.name + 1
            } else {
                return false
            }
        }
        return true
    }

    private static let anyFolders = Array("**".utf8)

    /// The usual linear matcher with one point to come back to.
    private static func matchName(_ pattern: [UInt8], _ name: [UInt8]) -> Bool {
        var p = 0
        var n = 0
        var star: (pattern: Int, name: Int)?
        while n < name.count {
            if p < pattern.count, pattern[p] == UInt8(ascii: "*") {
                star = (p, n)
                p += 1
            } else if p < pattern.count, pattern[p] == UInt8(ascii: "?") || pattern[p] == name[n] {
                p += 1
                n += 1
            } else if let back = star {
                p = back.pattern + 1
                n = back.name + 1
                star = (back.pattern, n)
            } else {
                return false
            }
        }
        return pattern[p...].allSatisfy { $0 == UInt8(ascii: "*") }
    }
}
