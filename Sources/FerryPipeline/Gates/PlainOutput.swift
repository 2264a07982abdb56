internal import FerryVault

/// Output of commands as lines that are fit for parsing, notes and terminals (`SafeText`).
package struct PlainOutput: Hashable, Sendable {
    package let lines: [String]

    package init(_ bytes: some Collection<UInt8>) {
        var lines = Array(SafeText.make(bytes).utf8).split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map(\.text)
        if lines.last == "" { lines.removeLast() }
        self.lines = lines
    }

    /// The last whole lines of at most `bytes` bytes; a last line that is longer is cut at its start.
    package func tail(bytes: Int) -> String {
        var kept: [String] = []
        var left = bytes
        for line in lines.reversed() {
            left -= line.utf8.count + 1
            if left < 0 { break }
            kept.append(line)
        }
        if kept.isEmpty, let last = lines.last { return "…" + String(decoding: last.utf8.suffix(max(0, bytes - 3)), as: UTF8.self) }
        return kept.reversed().joined(separator: "\n")
    }
}
