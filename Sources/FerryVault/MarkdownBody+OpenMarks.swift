/// Marks of Obsidian that Markdown does not know, and that hide everything below where they are left open.
extension MarkdownBody {
    struct OpenMark: Hashable {
        let line: Int
        /// `%%`; else `$$`.
        let isComment: Bool
    }

    /// The comment or block of math that is still open where a line begins. Marks in code and raw HTML, and escaped ones, are text; so is a `$$`
    /// within a line, which is money.
    func openMark(before end: Int) -> OpenMark? {
        var open: OpenMark?
        for number in lineNumbers.prefix(while: { $0 < end }) {
            let line = content(ofLine: number)
            guard line.contains(where: { $0 == UInt8(ascii: "%") || $0 == UInt8(ascii: "$") }), !isVerbatim(number) else { continue }
            Self.follow(line, number, &open)
        }
        return open
    }

    private static func follow(_ line: ArraySlice<UInt8>, _ number: Int, _ open: inout OpenMark?) {
        let first = line.firstIndex { !$0.isBlank && $0 != UInt8(ascii: ">") }
        var rest = line
        while let byte = rest.first {
            if let mark = open {
                guard let close = find(mark.isComment ? UInt8(ascii: "%") : UInt8(ascii: "$"), in: rest) else { return }
                open = nil
                rest = rest[(close + 2)...]
                continue
            }
            let place = rest.startIndex
            let isTwice = rest.dropFirst().first == byte
            rest = rest.dropFirst(isTwice || byte == UInt8(ascii: "\\") ? 2 : 1)
            switch byte {
            case UInt8(ascii: "`"): rest = afterSpan(line[place...])
            case UInt8(ascii: "%") where isTwice: open = OpenMark(line: number, isComment: true)
            case UInt8(ascii: "$") where isTwice:
                if let close = find(byte, in: rest) {
                    rest = rest[(close + 2)...]
                } else if place == first {
                    open = OpenMark(line: number, isComment: false)
                    return
                }
            case UInt8(ascii: "\\"): break
            default: rest = line[(place + 1)...]
            }
        }
    }

    /// Where the byte stands twice.
    private static func find(_ byte: UInt8, in rest: ArraySlice<UInt8>) -> Int? {
        var from = rest
        while let found = from.firstIndex(of: byte) {
            if found + 1 < rest.endIndex, rest[found + 1] == byte { return found }
            from = rest[(found + 1)...]
        }
        return nil
    }

    /// Behind the code span that begins here; behind its backticks, if they are closed by none on the line. Lines that nobody writes by hand
    /// have no spans: looking for the end of each of their backticks would take too long.
    private static func afterSpan(_ rest: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        let inner = rest.drop { $0 == UInt8(ascii: "`") }
        guard rest.count < 1 << 14 else { return inner }
        var from = inner
        while let start = from.firstIndex(of: UInt8(ascii: "`")) {
            from = from[start...].drop { $0 == UInt8(ascii: "`") }
            if from.startIndex - start == inner.startIndex - rest.startIndex { return from }
        }
        return inner
    }
}
