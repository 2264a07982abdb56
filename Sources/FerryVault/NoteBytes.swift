/// A note as its bytes, cut into front matter and body. Cutting changes nothing and never fails: what is odd is said in `oddity`.
package struct NoteBytes: Hashable, Sendable {
    /// Larger notes are listed and not read (reference on vaults, 5.4 step 1). In bytes.
    package static let sizeLimit = 8 << 20

    /// Why the top of the note is not what it seems.
    package enum Oddity: Hashable, Sendable {
        /// Line 1 is `---`, and no later line closes it. The note is read as having no front matter.
        case unclosed
        /// Lines end in CR alone: all of the note, or one of the front matter.
        case bareCarriageReturns
        /// UTF-16, or another encoding that holds zero bytes, up to the closing fence.
        case zeroBytes
        /// Not UTF-8 up to the closing fence.
        case notUTF8
        /// Front matter above 1 MiB.
        case tooLarge
    }

    static let frontMatterLimit = 1 << 20

    package let bytes: [UInt8]
    package let frontMatter: FrontMatter?
    package let oddity: Oddity?
    /// Where the body begins: after the closing fence, or after a byte order mark.
    let bodyStart: Int
    /// The line of the file on which the body begins.
    let bodyLine: Int

    package init(_ bytes: [UInt8]) {
        self.bytes = bytes
        let start = Self.byteOrderMark(bytes)
        let cut = Self.cut(bytes, start)
        frontMatter = cut.frontMatter
        let end = cut.frontMatter?.closing.upperBound
        bodyStart = end ?? start
        bodyLine = 1 + (end.map { bytes[..<$0].count { $0 == .lineFeed } } ?? 0)
        oddity = cut.oddity ?? Self.oddity(in: bytes, upTo: end)
    }

    /// The line of a key, if it is there.
    package func line(of key: String) -> Int? { frontMatter?.entries(named: key).first?.line }

    /// The body's bytes.
    var body: ArraySlice<UInt8> { bytes[bodyStart...] }

    /// The length of a UTF-8 byte order mark at the start.
    private static func byteOrderMark(_ bytes: [UInt8]) -> Int { bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0 }

    private static func cut(_ bytes: [UInt8], _ start: Int) -> (frontMatter: FrontMatter?, oddity: Oddity?) {
        guard let opening = ByteLines.line(of: bytes, at: start, number: 1, to: bytes.count) else { return (nil, nil) }
        if bytes[opening.content].starts(with: "---".utf8), bytes[opening.content].dropFirst(3).first(where: { !$0.isBlank }) == .carriageReturn {
            return (nil, .bareCarriageReturns)
        }
        guard isFence(bytes[opening.content], "---") else { return (nil, nil) }
        var lines: [ByteLines.Line] = []
        var dots: Int?
        var next = opening.whole.upperBound
        while let line = ByteLines.line(of: bytes, at: next, number: 2 + lines.count, to: bytes.count) {
            if isFence(bytes[line.content], "---") { return (make(bytes, lines, closing: line, dots: false), nil) }
            if dots == nil, isFence(bytes[line.content], "...") { dots = lines.count }
            if line.whole.upperBound - start > frontMatterLimit { return (nil, .tooLarge) }
            lines.append(line)
            next = line.whole.upperBound
        }
        guard let dots else { return (nil, .unclosed) }
        return (make(bytes, Array(lines[..<dots]), closing: lines[dots], dots: true), nil)
    }

    private static func make(_ bytes: [UInt8], _ lines: [ByteLines.Line], closing: ByteLines.Line, dots: Bool) -> FrontMatter {
        let scanned = FrontMatterScanner.scan(bytes, lines: lines)
        let start = lines.first?.whole.lowerBound ?? closing.whole.lowerBound
        return FrontMatter(
            entries: scanned.entries, oddities: scanned.oddities, indirections: scanned.indirections, openLine: scanned.openLine,
            content: start..<closing.whole.lowerBound, firstLine: 2,
            closing: closing.whole, endsInDots: dots)
    }

    /// Exactly the three bytes, then nothing but blanks.
    private static func isFence(_ line: ArraySlice<UInt8>, _ fence: String) -> Bool {
        line.starts(with: fence.utf8) && line.dropFirst(3).allSatisfy(\.isBlank)
    }

    /// Whether a CR stands anywhere but before a LF or at the end.
    private static func holdsBareReturn(_ bytes: ArraySlice<UInt8>) -> Bool {
        var rest = bytes
        while let found = rest.firstIndex(of: .carriageReturn), found + 1 < bytes.endIndex {
            if bytes[found + 1] != .lineFeed { return true }
            rest = bytes[(found + 2)...]
        }
        return false
    }

    /// Looks at the front matter, or, where there is none, at the first 8 KiB.
    private static func oddity(in bytes: [UInt8], upTo end: Int?) -> Oddity? {
        let top = bytes[..<(end ?? min(bytes.count, 8192))]
        if top.starts(with: [0xFF, 0xFE]) || top.starts(with: [0xFE, 0xFF]) || top.contains(0) { return .zeroBytes }
        if end == nil ? !bytes.contains(.lineFeed) && bytes.contains(.carriageReturn) : holdsBareReturn(top) { return .bareCarriageReturns }
        return end != nil && String(validating: top, as: UTF8.self) == nil ? .notUTF8 : nil
    }
}
