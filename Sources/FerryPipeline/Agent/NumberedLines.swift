internal import FerryVault

/// Lines of a file as the tools show them: `    12<tab>text`. Lines end with `\n`, `\r\n` or the end of the file; bytes, never Characters.
struct NumberedLines {
    private(set) var lines: [ArraySlice<UInt8>] = []
    /// Whether every line break is `\r\n`, and there is one.
    private(set) var isCRLF = false

    init(_ content: [UInt8]) {
        var start = content.startIndex
        var breaks = 0
        var windowsBreaks = 0
        while let end = content[start...].firstIndex(of: UInt8(ascii: "\n")) {
            breaks += 1
            let isWindows = end > start && content[end - 1] == UInt8(ascii: "\r")
            if isWindows { windowsBreaks += 1 }
            lines.append(content[start..<(isWindows ? end - 1 : end)])
            start = end + 1
        }
        if start < content.endIndex { lines.append(content[start...]) }
        isCRLF = breaks > 0 && breaks == windowsBreaks
    }

    /// Characters of one line that are shown.
    static let lineLimit = 2000

    /// One line with its number (from 1) and a newline.
    static func show(_ line: ArraySlice<UInt8>, number: Int) -> String {
        let text = SafeText.showingHidden(String(decoding: line, as: UTF8.self), keepsJoiners: true)
        let digits = String(number)
        let padding = String(repeating: " ", count: max(0, 6 - digits.utf8.count))
        guard text.utf8.count > lineLimit else { return "\(padding)\(digits)\t\(text)\n" }
        let shown = String(text.unicodeScalars.prefix(lineLimit))
        return "\(padding)\(digits)\t\(shown)… (\(line.count - shown.utf8.count) more bytes in this line)\n"
    }

    /// The lines of a range of numbers from 1, as far as they are there.
    func show(_ numbers: ClosedRange<Int>) -> String {
        let range = numbers.clamped(to: 1...max(1, lines.count))
        return range.filter { $0 <= lines.count }.map { Self.show(lines[$0 - 1], number: $0) }.joined()
    }
}
