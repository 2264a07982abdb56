internal import CCMark

/// One walk over cmark's tree.
struct MarkdownOutline {
    private(set) var headings: [MarkdownBody.Heading] = []
    private(set) var codeBlocks: [MarkdownBody.CodeBlock] = []
    private(set) var items: [MarkdownBody.ListItem] = []
    /// Raw HTML outside lists and quotes, and indented code: first and last lines, in order.
    private(set) var html: [ClosedRange<Int>] = []
    private(set) var indented: [ClosedRange<Int>] = []
    private var bytes: [UInt8] = []
    private var lines: [ByteLines.Line] = []
    private var depth = 0

    /// Nothing.
    init() {}

    /// `lines` are those of the body, in the file's numbers.
    init(of bytes: [UInt8], lines: [ByteLines.Line]) {
        guard let start = lines.first?.whole.lowerBound else { return }
        self.bytes = bytes
        self.lines = lines
        let parsed = Self.masked(bytes[start...]).withUnsafeBytes { cmark_parse_document($0.baseAddress, $0.count, CMARK_OPT_DEFAULT) }
        guard let document = parsed, let walk = cmark_iter_new(document) else { return }
        defer {
            cmark_iter_free(walk)
            cmark_node_free(document)
        }
        while true {
            let event = cmark_iter_next(walk)
            if event == CMARK_EVENT_DONE { return }
            take(cmark_iter_get_node(walk), entering: event == CMARK_EVENT_ENTER)
        }
    }

    /// The same bytes, as cmark is given them: its blocks, lines and columns are those of the note, and no text is taken from what it returns.
    ///
    /// Brackets become letters, because cmark 0.30.2 takes minutes over a megabyte of `![[]()` (CVE-2023-22486) and blocks do not depend on
    /// them; CDATA is the exception. A zero byte (which cmark widens) and a CR alone (which it takes for a line end) become blanks.
    private static func masked(_ body: ArraySlice<UInt8>) -> [UInt8] {
        var text = Array(body)
        let opening = Array("<![CDATA[".utf8)
        var index = 0
        while index < text.count {
            switch text[index] {
            case UInt8(ascii: "<") where text[index...].starts(with: opening): index += opening.count - 1
            case UInt8(ascii: "]") where text[index...].starts(with: "]]>".utf8): index += 2
            case UInt8(ascii: "["), UInt8(ascii: "]"): text[index] = UInt8(ascii: "x")
            case 0: text[index] = .space
            case .carriageReturn where index + 1 == text.count || text[index + 1] != .lineFeed: text[index] = .space
            default: break
            }
            index += 1
        }
        flatten(&text)
        return text
    }

    /// What would begin a list item or a quote at this column or beyond is text, so that nesting stays below it.
    private static let deepestColumn = 128

    /// cmark walks through every open list for each blank line: 32 KiB of `+ + + …` with 32 KiB of blank lines below took 7 s.
    private static func flatten(_ text: inout [UInt8]) {
        var start = 0
        while start < text.count {
            var index = start
            while index < text.count, isContainer(text, index) {
                if index - start >= deepestColumn, !text[index].isBlank {
                    text[index] = UInt8(ascii: "x")
                    break
                }
                index += 1
            }
            start = (text[index...].firstIndex(of: .lineFeed) ?? text.count) + 1
        }
    }

    /// Whether the byte may belong to the marks of lists and quotes that a line begins with.
    private static func isContainer(_ text: [UInt8], _ index: Int) -> Bool {
        let byte = text[index]
        if byte.isBlank || byte == UInt8(ascii: ">") || byte.isASCIIDigit { return true }
        let isBeforeBlank = index + 1 == text.count || text[index + 1].isBlank || text[index + 1] == .lineFeed || text[index + 1] == .carriageReturn
        return isBeforeBlank && "-+*.)".utf8.contains(byte)
    }

    private mutating func take(_ node: OpaquePointer?, entering: Bool) {
        switch cmark_node_get_type(node) {
        case CMARK_NODE_LIST: depth += entering ? 1 : -1
        case CMARK_NODE_HEADING where entering && cmark_node_get_type(cmark_node_parent(node)) == CMARK_NODE_DOCUMENT: takeHeading(node)
        case CMARK_NODE_CODE_BLOCK where entering: takeCode(node)
        case CMARK_NODE_ITEM where entering: takeItem(node)
        case CMARK_NODE_HTML_BLOCK where cmark_node_get_type(cmark_node_parent(node)) == CMARK_NODE_DOCUMENT: html.append(lines(of: node))
        default: break
        }
    }

    /// The file's line of a node.
    private func line(_ number: Int32) -> Int { lines[min(max(Int(number), 1), lines.count) - 1].number }

    private func lines(of node: OpaquePointer?) -> ClosedRange<Int> {
        let first = line(cmark_node_get_start_line(node))
        return first...max(first, line(cmark_node_get_end_line(node)))
    }

    /// The bytes of the body's line, from a column that counts from 1.
    private func source(_ number: Int, from column: Int32 = 1) -> ArraySlice<UInt8> {
        let index = number - lines[0].number
        guard lines.indices.contains(index) else { return [] }
        return bytes[lines[index].content].dropFirst(max(Int(column) - 1, 0))
    }

    private mutating func takeHeading(_ node: OpaquePointer?) {
        let first = line(cmark_node_get_start_line(node))
        var last = first
        var text = Self.withoutHashes(source(first).trimmed)
        if !Self.isATX(source(first).trimmed) {
            // Searched, because cmark's own end is a line too far where something follows the underline.
            last = ((first + 1)...max(first + 1, line(cmark_node_get_end_line(node)))).first { Self.isUnderline(source($0).trimmed) } ?? first
            text = (first..<max(last, first + 1)).map { source($0).trimmed.text }.joined(separator: " ")
        }
        headings.append(
            MarkdownBody.Heading(level: Int(cmark_node_get_heading_level(node)), text: Self.words(text), line: first, lines: first...last))
    }

    private static func isATX(_ line: ArraySlice<UInt8>) -> Bool {
        line.first == UInt8(ascii: "#") && (line.drop { $0 == UInt8(ascii: "#") }.first?.isBlank ?? true)
    }

    private static func isUnderline(_ line: ArraySlice<UInt8>) -> Bool {
        guard let mark = line.first, mark == UInt8(ascii: "=") || mark == UInt8(ascii: "-") else { return false }
        return line.allSatisfy { $0 == mark }
    }

    /// `## Title ##` is `Title`.
    private static func withoutHashes(_ line: ArraySlice<UInt8>) -> String {
        let title = line.drop { $0 == UInt8(ascii: "#") }.trimmed
        guard title.last == UInt8(ascii: "#"), let end = title.lastIndex(where: { $0 != UInt8(ascii: "#") }) else {
            return title.allSatisfy { $0 == UInt8(ascii: "#") } ? "" : title.text
        }
        return title[end].isBlank ? title[...end].trimmed.text : title.text
    }

    private mutating func takeCode(_ node: OpaquePointer?) {
        let first = line(cmark_node_get_start_line(node))
        let opening = source(first, from: cmark_node_get_start_column(node))
        // An indented code block has no fence.
        guard let mark = opening.first, mark == UInt8(ascii: "`") || mark == UInt8(ascii: "~") else { return indented.append(lines(of: node)) }
        let length = opening.prefix { $0 == mark }.count
        let literal = Self.text(cmark_node_get_literal(node))
        // Counted, because cmark's own end is a line too far where a list or quote ends an open fence.
        let last = first + literal.utf8.count { $0 == .lineFeed }
        let closing = source(last + 1).drop { $0.isBlank || $0 == UInt8(ascii: ">") }
        let isClosed =
            last < line(cmark_node_get_end_line(node)) && closing.prefix { $0 == mark }.count >= length && closing.drop { $0 == mark }.trimmed.isEmpty
        codeBlocks.append(
            MarkdownBody.CodeBlock(
                info: opening.drop { $0 == mark }.trimmed.text, content: content(of: literal, from: first + 1), line: first,
                lastLine: isClosed ? last + 1 : last,
                isUnclosed: !isClosed))
    }

    /// The lines of a code block from the note: cmark says by their lengths how much of each belongs to a list or quote around it.
    private func content(of literal: String, from first: Int) -> String {
        literal.utf8.split(separator: .lineFeed, omittingEmptySubsequences: false).dropLast().enumerated().map { index, piece in
            let line = source(first + index)
            // A tab that a list takes in part comes back as blanks, which makes the piece longer than what is left of the line.
            let own = line.suffix(piece.count)
            let isWhole = zip(own.reversed(), piece.reversed()).allSatisfy { $0 == $1 || Self.isMasked($0) }
            return (isWhole ? own.text : String(decoding: piece, as: UTF8.self)) + "\n"
        }.joined()
    }

    private static func isMasked(_ byte: UInt8) -> Bool {
        "[]>-+*0123456789".utf8.contains(byte) || byte == 0 || byte == .carriageReturn
    }

    private mutating func takeItem(_ node: OpaquePointer?) {
        let child = cmark_node_first_child(node)
        let first = line(cmark_node_get_start_line(node))
        guard cmark_node_get_type(child) == CMARK_NODE_PARAGRAPH else {
            items.append(MarkdownBody.ListItem(text: "", line: first, isTicked: nil, depth: depth))
            return
        }
        let begin = line(cmark_node_get_start_line(child))
        let end = max(line(cmark_node_get_end_line(child)), begin)
        var pieces = [source(begin, from: cmark_node_get_start_column(child)).trimmed]
        if end > begin { pieces += ((begin + 1)...end).map { source($0).trimmed } }
        let text = pieces.map(\.text).joined(separator: " ")
        let box = TaskBox(pieces[0])
        items.append(
            MarkdownBody.ListItem(
                text: box == nil ? text : String(decoding: text.utf8.dropFirst(3), as: UTF8.self).trimmingBlanks, line: first,
                isTicked: box?.isTicked, depth: depth))
    }

    /// A heading without marks: the text of its inline nodes. Only short ones are looked into; see `masked`.
    private static func words(_ heading: String) -> String {
        guard heading.utf8.contains(where: { "*_`\\[]<&".utf8.contains($0) }), heading.utf8.count <= 1000 else { return heading }
        let line = Array("# \(heading)".utf8)
        let parsed = line.withUnsafeBytes { cmark_parse_document($0.baseAddress, $0.count, CMARK_OPT_DEFAULT) }
        guard let document = parsed, let walk = cmark_iter_new(document) else { return heading }
        defer {
            cmark_iter_free(walk)
            cmark_node_free(document)
        }
        var words = ""
        while true {
            let event = cmark_iter_next(walk)
            if event == CMARK_EVENT_DONE { return words.trimmingBlanks }
            let inner = cmark_iter_get_node(walk)
            switch cmark_node_get_type(inner) {
            case CMARK_NODE_TEXT, CMARK_NODE_CODE, CMARK_NODE_HTML_INLINE: words += text(cmark_node_get_literal(inner))
            case CMARK_NODE_SOFTBREAK, CMARK_NODE_LINEBREAK: words += " "
            default: break
            }
        }
    }

    private static func text(_ pointer: UnsafePointer<CChar>?) -> String { pointer.map { String(cString: $0) } ?? "" }
}

/// `[ ]`, `[x]` or `[X]` at the start of an item, followed by a blank or nothing. Other marks (`[/]`) are boxes that are not ticked.
struct TaskBox {
    let isTicked: Bool

    init?(_ text: ArraySlice<UInt8>) {
        let start = Array(text.prefix(4))
        guard start.count >= 3, start[0] == UInt8(ascii: "["), start[2] == UInt8(ascii: "]"), start.count == 3 || start[3].isBlank else { return nil }
        isTicked = start[1] | 0x20 == UInt8(ascii: "x")
    }
}

extension StringProtocol {
    /// Without spaces, tabs and line ends on both sides.
    var trimmingBlanks: String { Array(utf8).trimmed.text }
}
