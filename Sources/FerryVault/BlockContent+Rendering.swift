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

    /// Lines of one callout.
    private static let lineLimit = 30

    private static func render(_ callout: Callout) -> [String] {
        // Lines of a callout are one paragraph unless they are a list.
        let bullet = callout.lines.count > 1 ? "> - " : "> "
        let left = callout.lines.count - lineLimit
        return ["> [!\(callout.kind.rawValue)]\(callout.isFolded ? "-" : "") \(render(callout.title))"]
            + callout.lines.prefix(lineLimit).map { bullet + render($0) } + (left > 0 ? [bullet + "and \(left) more, which `ferry show` has"] : [])
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
        var line = ""
        for piece in joined(pieces) {
            let next =
                switch piece {
                case .text(let text): spaced(text) { InertText.inline(text, limit: 1000) }
                case .code(let text): InertText.code(text)
                case .link(let note, let label): InertText.link(note, label: label)
                case .url(let address): url(address)
                }
            line += Self.joint(line.utf8.last, next.utf8.first) + next
        }
        return line
    }

    /// What goes between two pieces: what is harmless in each may not be so in both. Two code spans would be one, `!` before a link would embed the
    /// note, and `inline` looks at no more than its own text.
    private static func joint(_ last: UInt8?, _ next: UInt8?) -> String {
        guard let last, let next else { return "" }
        let isPair = last == next && "%:={}~`".utf8.contains(last)
        let isMark = [":/", "%>", "!["].contains { $0.utf8.elementsEqual([last, next]) }
        if isPair || isMark { return " " }
        return last > 0x7F && next.isASCIIDigit ? ", " : ""
    }

    /// Texts that follow each other are one text: what is harmless in each may not be so in both.
    private static func joined(_ pieces: [Piece]) -> [Piece] {
        pieces.reduce(into: []) { result, piece in
            if case .text(let text) = piece, case .text(let before)? = result.last {
                result[result.count - 1] = .text(before + text)
            } else {
                result.append(piece)
            }
        }
    }

    /// Blanks at the ends keep pieces apart; `inline` drops them.
    private static func spaced(_ text: String, _ inner: () -> String) -> String {
        let body = inner()
        guard !body.isEmpty else { return text.isEmpty ? "" : " " }
        return (text.hasPrefix(" ") ? " " : "") + body + (text.hasSuffix(" ") ? " " : "")
    }

    private static func url(_ address: String) -> String {
        let isPlain = address.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && !"<>()[]{}|\\\"`%*$".utf8.contains($0) } && !address.contains("::")
        return isPlain && (address.hasPrefix("https://") || address.hasPrefix("http://")) ? "<\(address)>" : InertText.inline(address)
    }
}
