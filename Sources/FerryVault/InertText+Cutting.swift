extension InertText {
    /// Bytes of one line of a block: editors and terminals take long over longer ones.
    private static let lineLimit = 2_000

    /// The first two thirds and the last third of what fits, with a word on what was cut between them.
    static func cut(_ text: String, limit: Int, separator: String) -> String {
        let count = text.utf8.count
        guard count > limit else { return text }
        let head = whole(text.utf8.prefix(limit * 2 / 3), fromEnd: true)
        let tail = whole(text.utf8.suffix(limit - limit * 2 / 3), fromEnd: false)
        let gone = count - head.utf8.count - tail.utf8.count
        return head + separator + "[\(gone) bytes cut]" + separator + tail
    }

    /// Each line cut by itself.
    static func shortLines(_ text: String) -> String {
        text.utf8.split(separator: .lineFeed, omittingEmptySubsequences: false).map { line in
            let line = String(decoding: line, as: UTF8.self)
            return cut(line, limit: lineLimit, separator: " … ")
        }.joined(separator: "\n")
    }

    /// Whole scalars of a piece of UTF-8 whose end (or start) may lie within one.
    private static func whole(_ piece: Substring.UTF8View, fromEnd: Bool) -> String {
        let bytes = Array(piece)
        for drop in 0..<min(4, bytes.count) {
            if let text = String(validating: fromEnd ? bytes.dropLast(drop) : bytes.dropFirst(drop), as: UTF8.self) { return text }
        }
        return ""
    }
}
