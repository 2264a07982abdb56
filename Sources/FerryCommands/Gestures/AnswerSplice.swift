internal import FerryVault

/// Puts an answer behind `A1:`; every other byte of the note stays.
enum AnswerSplice {
    /// The note with the text, as one line, behind the first `A1:` that has nothing behind it. Throws where there is none.
    static func adding(_ text: String, to number: Int, in bytes: [UInt8]) throws(NoteRefusal) -> [UInt8] {
        let answer = InertText.excerpt(text, limit: 4000)
        guard !answer.isEmpty else { throw NoteRefusal(nil, "the answer is empty", remedy: "write one") }
        var start = 0
        var line = 1
        var answered: Int?
        while start < bytes.count {
            let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
            let content = String(decoding: bytes[start..<end], as: UTF8.self)
            if let rest = mark(number, in: content) {
                if rest.isEmpty {
                    let last = bytes[start..<end].lastIndex { $0 != UInt8(ascii: "\r") && $0 != UInt8(ascii: " ") }.map { $0 + 1 } ?? end
                    return Array(bytes[..<last]) + Array(" \(answer)".utf8) + bytes[last...].drop { $0 == UInt8(ascii: " ") }
                }
                answered = answered ?? line
            }
            start = end + 1
            line += 1
        }
        if let answered { throw NoteRefusal(answered, "A\(number) has an answer already", remedy: "change it in the note") }
        throw NoteRefusal(nil, "the note has no line `A\(number):`", remedy: "write the answer under `## Questions` in the note, as `A\(number): …`")
    }

    /// What stands behind `A1:` in this line, without quote marks, bullets and emphasis; `nil` for another line.
    private static func mark(_ number: Int, in line: String) -> String? {
        var rest = line[...]
        while let first = rest.unicodeScalars.first, " \t\r>*-".unicodeScalars.contains(first) { rest = rest.dropFirst() }
        let mark = "a\(number):"
        guard rest.lowercased().hasPrefix(mark) else { return nil }
        let scalars = rest.unicodeScalars.dropFirst(mark.unicodeScalars.count).filter { !" \t\r*".unicodeScalars.contains($0) }
        return String(String.UnicodeScalarView(scalars))
    }
}
