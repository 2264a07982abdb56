internal import FerryModel

/// What the sections of a feature say. Headings are found at any level and in any case; a section may stand anywhere in the note.
struct FeatureSections {
    private let body: MarkdownBody

    init(_ body: MarkdownBody) { self.body = body }

    func text(_ title: String) -> String { body.section(title).map(body.text(of:)) ?? "" }

    /// The items of a section's lists, those inside others included; without lists its paragraphs, a line each.
    func items(_ title: String) -> [String] {
        guard let section = body.section(title) else { return [] }
        let items = body.items(in: section).map(\.text).filter { !$0.isEmpty }
        return items.isEmpty ? prose(section) : items
    }

    /// Paths of a section, below `## Scope` if it stands there: an item each, in backticks or bare, with or without a remark behind.
    func patterns(_ title: String, _ reader: inout NoteReader) -> [PathPattern] {
        let scope = body.section("Scope")
        guard let section = scope.flatMap({ body.section(title, in: $0) }) ?? body.section(title) else { return [] }
        var patterns: [PathPattern] = []
        for item in body.items(in: section) where !item.text.isEmpty {
            let paths = Self.paths(item.text)
            for path in paths {
                if let pattern = PathPattern(path) {
                    patterns.append(pattern)
                } else {
                    reader.fault(
                        item.line, "the path `\(InertText.excerpt(path, limit: 80))` cannot be used",
                        "write a path below the repository, without a leading `/` and without `..`")
                }
            }
        }
        return patterns
    }

    /// All code spans of an item; without any the first word.
    private static func paths(_ item: String) -> [String] {
        let pieces = item.split(separator: "`", omittingEmptySubsequences: false)
        let spans = pieces.indices.filter { $0 % 2 == 1 && $0 + 1 < pieces.count }.map { pieces[$0].trimmingBlanks }.filter { !$0.isEmpty }
        if !spans.isEmpty { return spans }
        guard let word = item.split(separator: " ").first else { return [] }
        var path = String(word)
        while let last = path.last, ":,;".contains(last) { path.removeLast() }
        return path.isEmpty ? [] : [path]
    }

    func phases() -> [FeatureNote.Phase] {
        guard let section = body.section("Phases") else { return [] }
        let level = body.sections(in: section).map(\.heading.level).min()
        return body.sections(in: section).filter { $0.heading.level == level }.map {
            FeatureNote.Phase(title: Self.withoutNumber($0.heading.text), text: body.text(of: $0), line: $0.heading.line)
        }
    }

    /// `Phase 1: The guide` is `The guide`.
    private static func withoutNumber(_ title: String) -> String {
        guard title.lowercased().hasPrefix("phase") else { return title }
        let rest = title.dropFirst(5).drop { $0 == " " || $0.isNumber }
        guard let mark = rest.first, ":.-–—".contains(mark) else { return rest.isEmpty ? title : String(rest) }
        let name = rest.dropFirst().trimmingBlanks
        return name.isEmpty ? title : name
    }

    /// Fenced blocks in a shell's language, or in none.
    func tests(_ reader: inout NoteReader) -> [FeatureNote.TestCommand] {
        guard let section = body.section("Testing") else { return [] }
        var tests: [FeatureNote.TestCommand] = []
        for block in body.codeBlocks(in: section) {
            let language = block.info.lowercased().split(separator: " ").first.map(String.init) ?? ""
            guard ["", "sh", "bash", "shell", "console", "zsh"].contains(language) else { continue }
            if block.isUnclosed { reader.fault(block.line, "the code block is never closed", "end it with a line of three backticks") }
            let script = language == "console" ? Self.withoutPrompts(block.content) : block.content.trimmingBlanks
            if !script.isEmpty { tests.append(FeatureNote.TestCommand(script: script, line: block.line + 1)) }
        }
        return tests
    }

    /// A console block shows commands behind `$` and output without.
    private static func withoutPrompts(_ text: String) -> String {
        text.split(separator: "\n").filter { $0.hasPrefix("$ ") }.map { $0.dropFirst(2) }.joined(separator: "\n")
    }

    func testBoxes() -> [String] {
        guard let section = body.section("Testing") else { return [] }
        let items = body.items(in: section).map(\.text).filter { !$0.isEmpty }
        return items.isEmpty ? prose(section) : items
    }

    func answers() -> [Int: String] {
        guard let section = body.section("Questions") else { return [:] }
        return QuestionAnswers.read(body.text(of: section).split(separator: "\n", omittingEmptySubsequences: false).map(String.init))
    }

    /// Lines that are neither blank, code nor headings, joined to paragraphs.
    private func prose(_ section: MarkdownBody.Section) -> [String] {
        var paragraphs: [[String]] = [[]]
        for number in section.lines {
            let text = body.content(ofLine: number).text.trimmingBlanks
            let isOther = text.isEmpty || text.hasPrefix("#") || body.isFenced(number)
            if isOther { paragraphs.append([]) } else { paragraphs[paragraphs.count - 1].append(text) }
        }
        return paragraphs.filter { !$0.isEmpty }.map { $0.joined(separator: " ") }
    }
}
