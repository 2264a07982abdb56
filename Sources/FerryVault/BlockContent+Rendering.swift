extension BlockContent {
    /// The block's lines without its markers. Answers that a person wrote (by question number) stand behind their `A1:`.
    func lines(answers: [Int: [String]] = [:]) -> [String] {
        var groups: [[String]] = callouts.map(Self.render)
        if !rows.isEmpty { groups.append(["| | |", "|---|---|"] + rows.map(Self.render)) }
        if !links.isEmpty { groups.append(links.map { "- " + Self.render($0) }) }
        groups += questions.map { Self.render($0, answer: answers[$0.number] ?? []) }
        if !boxes.isEmpty { groups.append(boxes.map(Self.render)) }
        groups += sections.flatMap(Self.render)
        if !log.isEmpty { groups.append(["> [!note]- History"] + log.map { "> - " + Self.render($0) }) }
        return Array(groups.joined(separator: [""]))
    }

    private static func render(_ callout: Callout) -> [String] {
        // Lines of a callout are one paragraph unless they are a list.
        let bullet = callout.lines.count > 1 ? "> - " : "> "
        return ["> [!\(callout.kind.rawValue)]\(callout.isFolded ? "-" : "") \(render(callout.title))"] + callout.lines.map { bullet + render($0) }
    }

    private static func render(_ section: Section) -> [[String]] {
        var groups = [["## \(InertText.inline(section.title))"]]
        if !section.boxes.isEmpty { groups.append(section.boxes.map(render)) }
        if !section.items.isEmpty { groups.append(section.items.map { "- " + render($0) }) }
        return groups
    }

    private static func render(_ row: Row) -> String { "| \(InertText.inline(row.name)) | \(render(row.value)) |" }

    private static func render(_ question: Question, answer: [String]) -> [String] {
        let first = answer.first.map { "> A\(question.number): \($0)" } ?? "> A\(question.number):"
        return ["> [!question] Q\(question.number) \(InertText.inline(question.text, limit: 1000))", first] + answer.dropFirst().map { "> " + $0 }
    }

    private static func render(_ box: Box) -> String {
        precondition(BlockBox.isWord(box.id) && (box.commit.map(BlockBox.isWord) ?? true), "box ids and commits are plain words")
        let mark = ["ferry:box", box.id, "run-\(box.run)"] + (box.commit.map { [$0] } ?? [])
        return "- [ ] \(render(box.text)) <!-- \(mark.joined(separator: " ")) -->"
    }

    private static func render(_ pieces: [Piece]) -> String {
        pieces.map { piece in
            switch piece {
            case .text(let text): spaced(text) { InertText.inline(text, limit: 1000) }
            case .code(let text): InertText.code(text)
            case .link(let note, let label): link(note, label)
            case .url(let address): url(address)
            }
        }.joined()
    }

    /// Blanks at the ends keep pieces apart; `inline` drops them.
    private static func spaced(_ text: String, _ inner: () -> String) -> String {
        let body = inner()
        guard !body.isEmpty else { return text.isEmpty ? "" : " " }
        return (text.hasPrefix(" ") ? " " : "") + body + (text.hasSuffix(" ") ? " " : "")
    }

    private static func link(_ note: String, _ label: String?) -> String {
        // Characters that end a link, or that no name in a link can have.
        let isSafe = !note.isEmpty && InertText.excerpt(note, limit: 400) == note && !note.contains { "[]|#^%`<>{}".contains($0) || $0.isNewline }
        guard isSafe else { return InertText.inline(label ?? note) }
        guard let label else { return "[[\(note)]]" }
        // In a table a bare pipe ends the cell; Obsidian reads the escaped one in a link everywhere.
        return "[[\(note)\\|\(label.filter { !"[]|`<>{}%".contains($0) }.trimmingBlanks)]]"
    }

    private static func url(_ address: String) -> String {
        let isPlain = address.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && !"<>()[]{}|\\\"`%*$".utf8.contains($0) }
        return isPlain && (address.hasPrefix("https://") || address.hasPrefix("http://")) ? "<\(address)>" : InertText.inline(address)
    }
}
