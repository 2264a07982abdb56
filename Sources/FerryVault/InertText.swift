/// Text from models, repositories and commands, made harmless for a note, for Obsidian and its plugins, and for a terminal.
///
/// Inline text is escaped so that it renders as it was. A block is fenced, with a fence longer than any run of backticks in it.
/// Both lose what cannot be seen, and both are cut in the middle above a limit.
///
/// Escaped is not only Markdown: plugins read notes in their own ways. Templater acts on `<%` wherever it stands, in code too, as soon as a
/// note is made; Dataview reads `key:: value` from every line but those of lists, code included, and dates behind an emoji from list items;
/// Dataview, Meta Bind, Buttons and Dice Roller run code spans by how they begin; Waypoint and Dataview Serializer look for comments (`%%`,
/// `<!--`) in the whole file. What they look for never stands in the bytes of a note.
package enum InertText {
    /// What a fenced block is highlighted as. Closed, so that nothing that Obsidian or a plugin runs, or offers to run, can be named.
    package enum Language: String, Hashable, Sendable {
        case text, diff, json
    }

    /// One line that cannot begin or end anything: no markup, link, tag, box, marker, HTML, template or query in it works.
    ///
    /// Two pieces of inline text are put beside each other only with something between them: `:` and `:` are harmless each.
    package static func inline(_ text: String, limit: Int = 400) -> String {
        let line = cut(words(visible(text)), limit: limit, separator: " … ")
        return escapeStart(escape(line))
    }

    /// A code span; text that a plugin could run as one, or that a span cannot hold, comes as inline text instead.
    package static func code(_ text: String, limit: Int = 200) -> String {
        let line = broken(cut(words(visible(text)), limit: limit, separator: " … "))
        let run = longestRun(of: UInt8(ascii: "`"), in: line)
        // With three it would begin like a fence.
        guard isPlainCode(line), run < 2 else { return inline(text, limit: limit) }
        let fence = run == 0 ? "`" : "``"
        return fence + line + (line.hasSuffix("`") ? " " : "") + fence
    }

    /// A fenced block with a line end behind it, LF within. `limit` is in bytes of text; lines above 2,000 bytes are cut, too.
    package static func block(_ text: String, language: Language = .text, limit: Int = 16 << 10) -> String {
        let content = broken(withoutForeignFences(cut(shortLines(visible(text)), limit: limit, separator: "\n")))
        let fence = String(repeating: "`", count: max(3, longestRun(of: UInt8(ascii: "`"), in: content) + 1))
        return "\(fence)\(language.rawValue)\n\(content)\(content.isEmpty || content.hasSuffix("\n") ? "" : "\n")\(fence)\n"
    }

    /// A link to a note of the vault by its name, shown as `label` if that is given; a name that no link can hold comes as inline text.
    package static func link(_ note: String, label: String? = nil) -> String {
        // What needs an escape would need it in a link, too, where there is none.
        guard !note.isEmpty, excerpt(note, limit: 400) == note, escape(note) == note, !note.utf8.contains(where: { "<>".utf8.contains($0) }),
            // A mark at the start would be one of the bracket.
            "[\(note)".first == "["
        else {
            return inline(label ?? note)
        }
        let shown = excerpt(label ?? "").filter { $0.isLetter || $0.isNumber || " .,-()/".contains($0) }
        // In a table a bare pipe ends the cell; Obsidian reads the escaped one in a link everywhere.
        return shown.isEmpty ? "[[\(note)]]" : "[[\(note)\\|\(shown)]]"
    }

    /// One line without anything invisible, for a message that is shown as it is (a log, a terminal).
    package static func excerpt(_ text: String, limit: Int = 200) -> String {
        cut(words(visible(text)), limit: limit, separator: " … ")
    }

    /// Parts of a note with a blank line between them, as one text of about `limit` bytes: the first ones and, twice as much, the last ones.
    /// Between them stands what `gap` says of the number of parts left out.
    package static func page(_ parts: [String], limit: Int = 256 << 10, gap: (Int) -> String) -> String {
        var room = limit / 3
        let head = parts.prefix { part in
            room -= part.utf8.count + 2
            return room >= 0
        }
        room = limit - limit / 3
        let tail = parts.dropFirst(head.count).reversed().prefix { part in
            room -= part.utf8.count + 2
            return room >= 0
        }
        let left = parts.count - head.count - tail.count
        return (head + (left > 0 ? [gap(left)] : []) + tail.reversed()).joined(separator: "\n\n")
    }

    /// All white space as single blanks.
    private static func words(_ text: String) -> String {
        text.unicodeScalars.split { $0.properties.isWhitespace }.map(String.init).joined(separator: " ")
    }

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
