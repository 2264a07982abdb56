/// What Ferry itself has said in its block, read back where the database that knew it is lost.
extension FerryBlock {
    /// The questions in their order; a line that is not as Ferry left it is none. `own` tells Ferry's lines.
    static func questions(_ texts: [String], own: (String) -> Bool) -> [String] {
        texts.compactMap { line -> String? in
            // Every block that is read is asked for them, and hashing each of its lines is dear.
            guard let number = QuestionAnswers.question(line), own(line), let start = line.firstRange(of: "Q\(number) ") else { return nil }
            return plain(line[start.upperBound...])
        }
    }

    /// The reason of a blocked feature with the lines below it; `nil` where the block gives none.
    static func failure(_ texts: [String], own: (String) -> Bool) -> String? {
        let mark = "> [!\(BlockContent.Kind.failure.rawValue)] "
        guard let start = texts.firstIndex(where: { $0.hasPrefix(mark) && own($0) }) else { return nil }
        let rest = texts[(start + 1)...].prefix { $0.hasPrefix("> ") && own($0) }.map { plain($0.dropFirst(2)) }
        return ([plain(texts[start].dropFirst(mark.count))] + rest).joined(separator: "\n")
    }

    /// Without the backslashes that keep text from being Markdown.
    private static func plain(_ text: Substring) -> String {
        var plain = ""
        var rest = text
        while let character = rest.popFirst() {
            guard character == "\\", let next = rest.first, next.isASCII, next.isPunctuation || next.isSymbol else {
                plain.append(character)
                continue
            }
            plain.append(rest.removeFirst())
        }
        return plain
    }
}
