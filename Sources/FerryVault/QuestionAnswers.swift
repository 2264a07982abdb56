/// Answers that a person wrote behind `A1:`, in Ferry's block or under `## Questions`.
enum QuestionAnswers {
    struct Answer {
        /// Without the mark, and without the quote mark of a callout; lists and quotes of the person's own stay.
        fileprivate(set) var text: [String]
        /// Which of the lines it stands in.
        fileprivate(set) var lines: [Int]
    }

    /// By number; an answer goes on until a blank line (within a quote it may have some), a question or the next answer. Of two to one question the later counts. Empty ones are absent.
    static func find(in lines: [String]) -> [Int: Answer] {
        var answers: [Int: Answer] = [:]
        var current: Int?
        for (index, line) in lines.enumerated() {
            let plain = strip(line)
            if let (number, rest) = mark("a", plain) {
                current = number
                answers[number] = Answer(text: rest.isEmpty ? [] : [rest], lines: [index])
            } else if plain.isEmpty && !line.trimmingBlanks.hasPrefix(">") || plain.hasPrefix("<!--")
                || (plain.hasPrefix("[") && !plain.hasPrefix("[[")) || mark("q", plain) != nil
            {
                current = nil
            } else if let number = current {
                answers[number]?.text.append(unquoted(line))
                answers[number]?.lines.append(index)
            }
        }
        return answers.mapValues { answer in
            var answer = answer
            answer.text = Array(answer.text.drop(while: \.isEmpty))
            while answer.text.last?.isEmpty == true { answer.text.removeLast() }
            return answer
        }.filter { !$0.value.text.isEmpty }
    }

    /// The texts, lines in them ended by LF.
    static func read(_ lines: [String]) -> [Int: String] { find(in: lines).mapValues { $0.text.joined(separator: "\n") } }

    /// Whether a line begins an answer.
    static func isAnswer(_ line: String) -> Bool { answer(line) != nil }

    /// The number of the answer that a line begins.
    static func answer(_ line: String) -> Int? { mark("a", strip(line))?.number }

    /// The number of the question that a line of Ferry's block asks: `> [!question] Q1 …`.
    static func question(_ line: String) -> Int? {
        let text = strip(line)
        return text.hasPrefix("[!question]") ? mark("q", text.dropFirst("[!question]".count).trimmingBlanks)?.number : nil
    }

    /// A line that begins an answer as it was before anybody answered; any other as it is.
    static func unanswered(_ line: String) -> String { mark("a", strip(line)).map { "> A\($0.number):" } ?? line }

    private static func unquoted(_ line: String) -> String {
        let text = line.trimmingBlanks
        return text.hasPrefix(">") ? String(decoding: text.utf8.dropFirst(), as: UTF8.self).trimmingBlanks : text
    }

    /// Without quote marks, bullets, and emphasis around the mark, however often they are there.
    private static func strip(_ line: String) -> String {
        let bytes = Array(line.utf8)
        return bytes[(bytes.firstIndex { !$0.isBlank && !">*-".utf8.contains($0) } ?? bytes.endIndex)...].trimmed.text
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
