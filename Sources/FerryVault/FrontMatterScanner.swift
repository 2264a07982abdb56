/// Cuts the lines between the fences into entries.
struct FrontMatterScanner {
    /// Nesting beyond this is refused before Yams, which recurses, sees it.
    static let depthLimit = 64

    private let bytes: [UInt8]
    private var lexer = YAMLLineLexer()
    private var entries: [FrontMatter.Entry] = []
    private var indirections: [Range<Int>] = []
    private var openLine: Int?
    private var oddities: [FrontMatter.Oddity] = []
    private var current: Draft?
    /// Lines of a block scalar are indented deeper than this.
    private var blockScalarIndent: Int?

    private struct Draft {
        var key: String
        var line: Int
        var lines: Range<Int>
        var afterColon: Int
        var inline: Range<Int>
        var isCompound = false
        var isTooDeep = false
        /// The value began as plain text: quotes and brackets on the lines that go on with it are text as well.
        var isPlainText = false
    }

    struct Scanned {
        let entries: [FrontMatter.Entry]
        let oddities: [FrontMatter.Oddity]
        let indirections: [Range<Int>]
        let openLine: Int?
    }

    static func scan(_ bytes: [UInt8], lines: [ByteLines.Line]) -> Scanned {
        var scanner = FrontMatterScanner(bytes: bytes)
        for line in lines { scanner.take(line) }
        scanner.finish()
        return Scanned(entries: scanner.entries, oddities: scanner.oddities, indirections: scanner.indirections, openLine: scanner.openLine)
    }

    private init(bytes: [UInt8]) { self.bytes = bytes }

    private mutating func take(_ line: ByteLines.Line) {
        let indent = bytes[line.content].prefix { $0 == .space }.count
        let rest = bytes[line.content].dropFirst(indent)
        if let limit = blockScalarIndent {
            if rest.trimmed.isEmpty { return }
            if indent > limit { return extend(line) }
            blockScalarIndent = nil
        }
        if lexer.isOpen { return continueEntry(line, indent) }
        guard let first = rest.first(where: { !$0.isBlank }), first != UInt8(ascii: "#") else { return }
        let isListItem = first == UInt8(ascii: "-") && (rest.count == 1 || rest.dropFirst().first?.isBlank == true)
        if rest.first == .tab { oddities.append(.init(line: line.number, kind: .tab)) }
        if indent > 0 || rest.first == .tab || isListItem {
            if current == nil { oddities.append(.init(line: line.number, kind: .stray)) }
            return continueEntry(line, indent)
        }
        begin(line, first)
    }

    /// Makes the line, and what was passed over before it, part of the entry.
    private mutating func extend(_ line: ByteLines.Line) {
        guard let start = current?.lines.lowerBound else { return }
        current?.lines = start..<line.whole.upperBound
    }

    private mutating func continueEntry(_ line: ByteLines.Line, _ indent: Int) {
        current?.isCompound = true
        if current?.isPlainText == true { return extend(line) }
        _ = lexer.scan(bytes, line.content)
        // A level of block nesting takes a column or more.
        if indent + lexer.deepest > 2 * Self.depthLimit || lexer.deepest > Self.depthLimit { current?.isTooDeep = true }
        if lexer.beganBlockScalar { blockScalarIndent = indent }
        extend(line)
    }

    private mutating func begin(_ line: ByteLines.Line, _ first: UInt8) {
        finish()
        guard let key = TopLevelKey(bytes, line.content) else {
            oddities.append(.init(line: line.number, kind: Self.oddity(first, bytes[line.content])))
            _ = lexer.scan(bytes, line.content)
            return
        }
        let comment = lexer.scan(bytes, key.afterColon..<line.content.upperBound) ?? line.content.upperBound
        let value = bytes[key.afterColon..<comment].trimmed
        var draft = Draft(
            key: key.text, line: line.number, lines: line.whole, afterColon: key.afterColon,
            inline: value.isEmpty ? key.afterColon..<key.afterColon : value.startIndex..<value.endIndex)
        draft.isCompound = lexer.isOpen || lexer.beganBlockScalar
        draft.isTooDeep = lexer.deepest > Self.depthLimit
        draft.isPlainText = value.first.map { !"\"'[{|>&*!".utf8.contains($0) } ?? false
        if lexer.beganBlockScalar { blockScalarIndent = 0 }
        current = draft
    }

    private mutating func finish() {
        if let draft = current {
            entries.append(
                FrontMatter.Entry(
                    key: draft.key, line: draft.line, lines: draft.lines, afterColon: draft.afterColon, inline: draft.inline, shape: shape(draft)))
        }
        indirections += lexer.indirections
        openLine = lexer.isOpen ? current?.line ?? openLine : nil
        current = nil
        lexer = YAMLLineLexer()
        blockScalarIndent = nil
    }

    private func shape(_ draft: Draft) -> FrontMatter.Shape {
        if draft.isTooDeep { return .tooDeep }
        if !lexer.indirections.isEmpty { return .indirect }
        if draft.isCompound { return .compound }
        guard let first = bytes[draft.inline].first else { return .empty }
        switch first {
        case UInt8(ascii: "["), UInt8(ascii: "{"), UInt8(ascii: "|"), UInt8(ascii: ">"): return .compound
        case UInt8(ascii: "\""), UInt8(ascii: "'"):
            return draft.inline.count > 1 && bytes[draft.inline].last == first ? .quoted(first) : .compound
        default: return .plain
        }
    }

    private static func oddity(_ first: UInt8, _ line: ArraySlice<UInt8>) -> FrontMatter.Oddity.Kind {
        switch first {
        case UInt8(ascii: "{"), UInt8(ascii: "["): .flow
        case UInt8(ascii: "\"") where line.contains(UInt8(ascii: "\\")): .escapedKey
        case UInt8(ascii: "?") where line.count == 1 || line.dropFirst().first?.isBlank == true: .explicitKey
        case UInt8(ascii: "%"): .directive
        case UInt8(ascii: ".") where line.starts(with: "...".utf8) && line.dropFirst(3).allSatisfy(\.isBlank): .documentEnd
        default: .stray
        }
    }
}

/// `key:`, `key :`, `"key":` or `'key':` at the start of a line, the colon followed by a blank or nothing.
private struct TopLevelKey {
    let text: String
    let afterColon: Int

    init?(_ bytes: [UInt8], _ line: Range<Int>) {
        guard let first = bytes[line].first else { return nil }
        if first == UInt8(ascii: "\"") || first == UInt8(ascii: "'") {
            guard let close = bytes[line].dropFirst().firstIndex(of: first) else { return nil }
            let name = bytes[(line.lowerBound + 1)..<close]
            guard !name.contains(UInt8(ascii: "\\")),
                let colon = bytes[(close + 1)..<line.upperBound].firstIndex(where: { !$0.isBlank }),
                Self.isColon(bytes, colon, line)
            else { return nil }
            text = name.text
            afterColon = colon + 1
            return
        }
        if "{}[],&*!|>@`%#-?".utf8.contains(first) {
            // `-` and `?` may begin a plain key if no blank follows.
            guard first == UInt8(ascii: "-") || first == UInt8(ascii: "?"), line.count > 1, !bytes[line.lowerBound + 1].isBlank else { return nil }
        }
        guard let colon = line.first(where: { Self.isColon(bytes, $0, line) }) else { return nil }
        let name = bytes[line.lowerBound..<colon].trimmed
        guard !name.isEmpty, !Self.holdsComment(name) else { return nil }
        text = name.text
        afterColon = colon + 1
    }

    private static func isColon(_ bytes: [UInt8], _ index: Int, _ line: Range<Int>) -> Bool {
        bytes[index] == UInt8(ascii: ":") && (index + 1 == line.upperBound || bytes[index + 1].isBlank)
    }

    private static func holdsComment(_ name: ArraySlice<UInt8>) -> Bool {
        zip(name, name.dropFirst()).contains { $0.isBlank && $1 == UInt8(ascii: "#") }
    }
}
