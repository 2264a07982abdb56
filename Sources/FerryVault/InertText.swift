/// Text from models, repositories and commands, made harmless for a note, for Obsidian and its plugins, and for a terminal.
///
/// Inline text is escaped so that it renders as it was. A block is fenced, with a fence longer than any run of backticks in it.
/// Both lose control, bidirectional, zero-width and tag characters, and both are cut in the middle above a limit.
package enum InertText {
    /// What a fenced block is highlighted as. Closed, so that nothing that Obsidian or a plugin runs can be named.
    package enum Language: String, Hashable, Sendable {
        case text, diff, sh, json, yaml
    }

    /// One line that cannot begin or end anything: no markup, link, tag, box, marker, HTML, template or query in it works.
    package static func inline(_ text: String, limit: Int = 400) -> String {
        let line = cut(words(visible(text)), limit: limit, separator: " … ")
        return escapeStart(escape(line))
    }

    /// A code span; text that Dataview would run as an inline query, or that a span cannot hold, comes as inline text instead.
    package static func code(_ text: String, limit: Int = 200) -> String {
        let line = broken(cut(words(visible(text)), limit: limit, separator: " … "))
        guard !line.isEmpty, !line.hasPrefix("="), !line.hasPrefix("$="), !line.contains("|") else { return inline(text, limit: limit) }
        let fence = String(repeating: "`", count: longestRun(of: UInt8(ascii: "`"), in: line) + 1)
        let pad = line.hasPrefix("`") || line.hasSuffix("`") ? " " : ""
        return fence + pad + line + pad + fence
    }

    /// A fenced block with a line end behind it, LF within. `limit` is in bytes of text.
    package static func block(_ text: String, language: Language = .text, limit: Int = 16 << 10) -> String {
        let content = broken(cut(visible(text), limit: limit, separator: "\n"))
        let fence = String(repeating: "`", count: max(3, longestRun(of: UInt8(ascii: "`"), in: content) + 1))
        return "\(fence)\(language.rawValue)\n\(content)\(content.isEmpty || content.hasSuffix("\n") ? "" : "\n")\(fence)\n"
    }

    /// One line without anything invisible, for a message that is shown as it is (a log, a terminal).
    package static func excerpt(_ text: String, limit: Int = 200) -> String {
        cut(words(visible(text)), limit: limit, separator: " … ")
    }

    /// All white space as single blanks.
    private static func words(_ text: String) -> String { text.split { $0 == " " || $0.isNewline || $0 == "\t" }.joined(separator: " ") }

    private static func longestRun(of byte: UInt8, in text: String) -> Int {
        var longest = 0
        var run = 0
        for next in text.utf8 {
            run = next == byte ? run + 1 : 0
            longest = max(longest, run)
        }
        return longest
    }
}
