/// A box of Ferry's block as it stands in the note.
package struct BlockBox: Hashable, Sendable {
    package let id: String
    package let run: Int
    package let commit: String?
    package let isTicked: Bool
    /// From 1, in the file.
    package let line: Int

    /// Reads `- [x] text <!-- ferry:box approve run-1 abc1234 -->`; `nil` for any other line.
    init?(_ text: ArraySlice<UInt8>, line: Int) {
        let item = text.trimmed
        guard let bullet = item.first, "-*+".utf8.contains(bullet) else { return nil }
        let rest = item.dropFirst().drop(while: \.isBlank)
        guard let box = TaskBox(rest), item.count > rest.count + 1 else { return nil }
        let words = rest.text.split(separator: " ")
        guard words.last == "-->", let start = words.lastIndex(of: "<!--") else { return nil }
        let mark = words[(start + 1)..<(words.count - 1)].map(String.init)
        guard (3...4).contains(mark.count), mark[0] == "ferry:box", mark[2].hasPrefix("run-"), let run = Int(mark[2].dropFirst(4)),
            mark.dropFirst().allSatisfy(Self.isWord)
        else { return nil }
        id = mark[1]
        self.run = run
        commit = mark.count == 4 ? mark[3] : nil
        isTicked = box.isTicked
        self.line = line
    }

    /// Lower-case letters, digits and dashes.
    static func isWord(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy { $0.isASCIIDigit || $0 == UInt8(ascii: "-") || ($0.isASCIILetter && $0 >= UInt8(ascii: "a")) }
    }
}
