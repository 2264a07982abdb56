/// The body of a note as cmark sees it: headings with their sections, fenced code, list items, all with their lines in the file.
///
/// cmark decides what is a heading, a fence or an item; the text itself is taken from the note's bytes, so nothing is re-rendered.
/// Bytes that are not UTF-8 read as U+FFFD.
package struct MarkdownBody: Hashable, Sendable {
    /// A heading outside lists and quotes.
    package struct Heading: Hashable, Sendable {
        package let level: Int
        /// Without marks, as it would be read aloud.
        package let text: String
        /// From 1, in the file.
        package let line: Int
        /// The heading's lines.
        let lines: ClosedRange<Int>
    }

    /// A fenced code block, at any depth.
    package struct CodeBlock: Hashable, Sendable {
        /// What stands behind the opening fence: `sh check`.
        package let info: String
        /// Without fences and without the indentation of a list.
        package let content: String
        /// The line of the opening fence in the file. The content begins on the next.
        package let line: Int
        /// The last line of the block.
        let lastLine: Int
        /// The note ends before the fence is closed.
        let isUnclosed: Bool
    }

    /// An item of a list.
    package struct ListItem: Hashable, Sendable {
        /// The first paragraph on one line, without a task box.
        package let text: String
        package let line: Int
        /// `nil` for an item without a task box.
        package let isTicked: Bool?
        /// 1 for an item of a list that is in no other.
        package let depth: Int
    }

    /// What stands between a heading and the next one of its level or above.
    package struct Section: Hashable, Sendable {
        package let heading: Heading
        /// The lines of the file below the heading; may be empty.
        package let lines: Range<Int>
    }

    /// Parsing is bounded: above this the body is not looked into (`isTooLarge`).
    static let limit = 2 << 20

    package let isTooLarge: Bool
    package let isUTF8: Bool
    package let headings: [Heading]
    package let codeBlocks: [CodeBlock]
    package let items: [ListItem]
    /// Raw HTML outside lists and quotes: first and last lines, in order.
    let html: [ClosedRange<Int>]
    private let indented: [ClosedRange<Int>]
    /// The headings' titles as sections are asked for by them.
    private let titles: [String]
    private let bytes: [UInt8]
    private let lines: [ByteLines.Line]
    /// The line of the file on which the body begins.
    private let firstLine: Int

    package init(_ note: NoteBytes) {
        bytes = note.bytes
        firstLine = note.bodyLine
        isTooLarge = note.body.count > Self.limit
        lines = ByteLines.lines(of: note.bytes, from: note.bodyStart, number: note.bodyLine)
        isUTF8 = String(validating: note.body, as: UTF8.self) != nil
        let outline = isTooLarge ? MarkdownOutline() : MarkdownOutline(of: note.bytes, lines: lines)
        headings = outline.headings
        codeBlocks = outline.codeBlocks
        items = outline.items
        html = outline.html
        indented = outline.indented
        titles = outline.headings.map { Self.plain($0.text) }
    }

    /// The first section with this title, without regard to case and a colon behind it; below `parent`, if given, else at any level.
    package func section(_ title: String, in parent: Section? = nil) -> Section? {
        let wanted = Self.plain(title)
        return headings.indices.first { titles[$0] == wanted && parent?.lines.contains(headings[$0].line) ?? true }.map(section)
    }

    /// All sections below `parent`, or of the whole body, those inside others included.
    package func sections(in parent: Section? = nil) -> [Section] {
        headings.indices.filter { parent?.lines.contains(headings[$0].line) ?? true }.map(section)
    }

    private func section(_ index: Int) -> Section {
        let heading = headings[index]
        let end = headings[(index + 1)...].first { $0.level <= heading.level }?.line ?? firstLine + lines.count
        return Section(heading: heading, lines: (heading.lines.upperBound + 1)..<max(end, heading.lines.upperBound + 1))
    }

    /// The fenced blocks that begin within a section.
    package func codeBlocks(in section: Section) -> [CodeBlock] { codeBlocks.filter { section.lines.contains($0.line) } }
    /// The list items that begin within a section.
    package func items(in section: Section) -> [ListItem] { items.filter { section.lines.contains($0.line) } }

    /// The text of a section without blank lines at its ends; lines end in LF.
    package func text(of section: Section) -> String { text(section.lines) }

    /// The text between two lines of the file.
    func text(_ range: Range<Int>) -> String {
        let chosen = line(range.lowerBound)..<line(range.upperBound)
        var kept = lines[chosen].map { bytes[$0.content] }[...]
        while kept.first?.trimmed.isEmpty == true { kept = kept.dropFirst() }
        while kept.last?.trimmed.isEmpty == true { kept = kept.dropLast() }
        return kept.map(\.text).joined(separator: "\n")
    }

    /// A line's bytes without its end.
    func content(ofLine number: Int) -> ArraySlice<UInt8> {
        let index = number - firstLine
        return lines.indices.contains(index) ? bytes[lines[index].content] : []
    }

    /// A line's bytes with its end, as a range of the file.
    func range(ofLine number: Int) -> Range<Int> { lines[number - firstLine].whole }

    /// Whether a line belongs to a fenced code block, its fences included.
    func isFenced(_ line: Int) -> Bool { codeBlocks.holds(line) { $0.line...$0.lastLine } }

    /// Whether Markdown takes a line as it is: code of either kind, or raw HTML.
    func isVerbatim(_ line: Int) -> Bool { isFenced(line) || html.holds(line) { $0 } || indented.holds(line) { $0 } }

    var lineNumbers: Range<Int> { firstLine..<(firstLine + lines.count) }

    private func line(_ number: Int) -> Int { min(max(number - firstLine, 0), lines.count) }

    private static func plain(_ title: String) -> String {
        var words = title.lowercased().split { $0 == " " || $0 == "\t" }.joined(separator: " ")[...]
        if words.hasSuffix(":") { words = words.dropLast() }
        return String(words)
    }
}

extension Array {
    /// Whether one of the elements, which are in order and apart, covers a line. Logarithmic: hostile notes have a hundred thousand of each.
    fileprivate func holds(_ line: Int, _ lines: (Element) -> ClosedRange<Int>) -> Bool {
        var low = startIndex
        var high = endIndex
        while low < high {
            let middle = (low + high) / 2
            if lines(self[middle]).upperBound < line { low = middle + 1 } else { high = middle }
        }
        return low < endIndex && lines(self[low]).contains(line)
    }
}
