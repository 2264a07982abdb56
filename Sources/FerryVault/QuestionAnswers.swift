/// Answers that a person wrote behind `A1:`, in Ferry's block or under `## Questions`.
enum QuestionAnswers {
    /// By number, without the mark; an answer goes on until a blank line, a question or the next answer. Empty answers are absent.
    static func read(_ lines: [String]) -> [Int: String] {
        var answers: [Int: [String]] = [:]
        var current: Int?
        for line in lines {
            let plain = strip(line)
            if let (number, rest) = mark("a", plain) {
                current = number
                answers[number] = rest.isEmpty ? [] : [rest]
            } else if plain.isEmpty || plain.hasPrefix("<!--") || plain.hasPrefix("[") || mark("q", plain) != nil {
                current = nil
            } else if let number = current {
                answers[number, default: []].append(plain)
            }
        }
        return answers.filter { !$0.value.isEmpty }.mapValues { $0.joined(separator: "\n") }
    }

    /// The number of a line that begins an answer.
    static func number(of line: String) -> Int? { mark("a", strip(line))?.number }

    /// Without quote marks, a bullet, and emphasis around the mark.
    private static func strip(_ line: String) -> String {
        var rest = line.trimmingBlanks[...]
        while let first = rest.utf8.first, first == UInt8(ascii: ">") || first.isBlank { rest = rest.dropFirst() }
        if rest.hasPrefix("- ") { rest = rest.dropFirst(2) }
        while rest.hasPrefix("*") { rest = rest.dropFirst() }
        return rest.trimmingBlanks
    }

    /// `A1:` with what follows; the colon tells it from prose.
    private static func mark(_ letter: Character, _ line: String) -> (number: Int, rest: String)? {
        guard let first = line.first, first.lowercased() == String(letter) else { return nil }
        let digits = line.dropFirst().prefix { $0.isASCII && $0.isNumber }
        guard let number = Int(digits), digits.count < 4 else { return nil }
        let rest = line.dropFirst(1 + digits.count)
        if letter == "q" { return (number, String(rest)) }
        guard rest.hasPrefix(":") else { return nil }
        var answer = rest.dropFirst()
        while answer.hasPrefix("*") { answer = answer.dropFirst() }
        return (number, answer.trimmingBlanks)
    }
}
