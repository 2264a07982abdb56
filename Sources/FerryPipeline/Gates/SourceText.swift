/// A file as lines of bytes, without their ends (`\n` or `\r\n`).
package struct SourceText: Hashable, Sendable {
    /// A line with its number, from 1.
    package struct Line: Hashable, Sendable {
        package let number: Int
        package let bytes: ArraySlice<UInt8>
    }

    package let lines: [ArraySlice<UInt8>]

    package init(_ bytes: [UInt8]) {
        var lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        if lines.last?.isEmpty == true { lines.removeLast() }
        self.lines = lines.map { $0.last == UInt8(ascii: "\r") ? $0.dropLast() : $0 }
    }

    package init(_ text: String) { self.init(Array(text.utf8)) }

    /// The lines that `old` does not hold, or holds fewer times. A line that only moved is not new.
    package func lines(notIn old: SourceText?) -> [Line] {
        var known: [ArraySlice<UInt8>: Int] = [:]
        for line in old?.lines ?? [] { known[line, default: 0] += 1 }
        var new: [Line] = []
        for (index, line) in lines.enumerated() {
            if let count = known[line], count > 0 {
                known[line] = count - 1
            } else {
                new.append(Line(number: index + 1, bytes: line))
            }
        }
        return new
    }
}

extension Collection where Element == UInt8 {
    /// Without spaces and tabs at both ends.
    var trimmed: SubSequence {
        let isBlank = { (byte: UInt8) in byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }
        var rest = self[...]
        while let first = rest.first, isBlank(first) { rest = rest.dropFirst() }
        var end = rest.endIndex
        while end > rest.startIndex, isBlank(rest[rest.index(end, offsetBy: -1)]) { end = rest.index(end, offsetBy: -1) }
        return rest[..<end]
    }

    /// As text; bytes that are no UTF-8 become U+FFFD.
    var text: String { String(decoding: self, as: UTF8.self) }
}
