/// The lines of a note as ranges of its bytes. A line ends at LF; a CR before it belongs to the line's end.
///
/// Bytes, because in a `String` CR LF is one `Character` and a scanner for "\n" sees such a note as a single line.
struct ByteLines {
    struct Line: Hashable {
        /// From 1.
        let number: Int
        /// Without its end.
        let content: Range<Int>
        /// With its end; equal to `content` for a last line without one.
        let whole: Range<Int>
    }

    /// The lines of `bytes[start...]`; none if nothing is there.
    static func lines(of bytes: [UInt8], from start: Int = 0, number: Int = 1, to end: Int? = nil) -> [Line] {
        var lines: [Line] = []
        var next = start
        while let line = line(of: bytes, at: next, number: number + lines.count, to: end ?? bytes.count) {
            lines.append(line)
            next = line.whole.upperBound
        }
        return lines
    }

    /// The line that begins at `start`; `nil` at the end.
    static func line(of bytes: [UInt8], at start: Int, number: Int, to end: Int) -> Line? {
        guard start < end else { return nil }
        guard let feed = bytes[start..<end].firstIndex(of: .lineFeed) else {
            return Line(number: number, content: start..<end, whole: start..<end)
        }
        let content = feed > start && bytes[feed - 1] == .carriageReturn ? start..<(feed - 1) : start..<feed
        return Line(number: number, content: content, whole: start..<(feed + 1))
    }

    /// The line end that a note uses: that of its first line, LF where it has none.
    static func ending(of bytes: [UInt8]) -> [UInt8] {
        guard let feed = bytes.firstIndex(of: .lineFeed), feed > 0, bytes[feed - 1] == .carriageReturn else { return [.lineFeed] }
        return [.carriageReturn, .lineFeed]
    }
}

extension UInt8 {
    static let tab = UInt8(ascii: "\t")
    static let lineFeed = UInt8(ascii: "\n")
    static let carriageReturn = UInt8(ascii: "\r")
    static let space = UInt8(ascii: " ")

    /// Space or tab.
    var isBlank: Bool { self == .space || self == .tab }
    var isASCIIDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }
    var isASCIILetter: Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self | 0x20) }
}

extension Collection<UInt8> {
    /// As text; bytes that are not UTF-8 become U+FFFD.
    var text: String { String(decoding: self, as: UTF8.self) }
}

extension BidirectionalCollection<UInt8> where SubSequence == ArraySlice<UInt8> {
    /// Without spaces, tabs and line ends on both sides.
    var trimmed: ArraySlice<UInt8> {
        let isEdge = { (byte: UInt8) in byte.isBlank || byte == .lineFeed || byte == .carriageReturn }
        guard let first = firstIndex(where: { !isEdge($0) }), let last = lastIndex(where: { !isEdge($0) }) else { return [] }
        return self[first...last]
    }
}
