extension InertText {
    /// Markdown's own backslash escapes, and two entities, for every character that Markdown, Obsidian or a common plugin gives a meaning where
    /// it stands. Prose, paths and numbers stay as they are.
    static func escape(_ line: String) -> String {
        let text = Array(line.utf8)
        var result: [UInt8] = []
        result.reserveCapacity(text.count + text.count / 8)
        for (index, byte) in text.enumerated() {
            let last = index > 0 ? text[index - 1] : nil
            let next = index + 1 < text.count ? text[index + 1] : nil
            switch byte {
            case UInt8(ascii: "<") where opensTag(next): result += "&lt;".utf8
            case UInt8(ascii: "&") where opensEntity(next): result += "&amp;".utf8
            case UInt8(ascii: "_") where last?.isWord == true && next?.isWord == true: result.append(byte)
            case UInt8(ascii: "\\"), UInt8(ascii: "`"), UInt8(ascii: "*"), UInt8(ascii: "_"), UInt8(ascii: "["), UInt8(ascii: "]"),
                UInt8(ascii: "#"), UInt8(ascii: "|"), UInt8(ascii: "^"), UInt8(ascii: "$"):
                result += [UInt8(ascii: "\\"), byte]
            case _ where last.map { isPair($0, byte) } ?? false: result += [UInt8(ascii: "\\"), byte]
            case UInt8(ascii: "-") where isDateBehindSign(text, index): result += [UInt8(ascii: "\\"), byte]
            default: result.append(byte)
            }
        }
        return String(decoding: result, as: UTF8.self)
    }

    /// `://` is a link, `::` a Dataview field, `%%` a comment, `{{` a template, `==` a mark, `~~` a strike, `%>` the end of a command.
    private static func isPair(_ last: UInt8, _ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "/"): last == UInt8(ascii: ":")
        case UInt8(ascii: ":"), UInt8(ascii: "%"), UInt8(ascii: "{"), UInt8(ascii: "}"), UInt8(ascii: "="), UInt8(ascii: "~"): last == byte
        case UInt8(ascii: ">"): last == UInt8(ascii: "%")
        default: false
        }
    }

    /// A `<` before a blank, a digit, `=` or `-` is one in prose.
    private static func opensTag(_ next: UInt8?) -> Bool {
        guard let next else { return true }
        return next != .space && !next.isASCIIDigit && next != UInt8(ascii: "=") && next != UInt8(ascii: "-")
    }

    private static func opensEntity(_ next: UInt8?) -> Bool { next.map { $0.isASCIILetter || $0 == UInt8(ascii: "#") } ?? true }

    /// The first hyphen of `2026-01-31` behind anything but ASCII: Dataview and Tasks read a date behind an emoji as a field.
    private static func isDateBehindSign(_ text: [UInt8], _ hyphen: Int) -> Bool {
        guard hyphen > 4, text[(hyphen - 4)..<hyphen].allSatisfy(\.isASCIIDigit), text[..<(hyphen - 4)].last(where: { $0 != .space }) ?? 0 > 0x7F
        else { return false }
        return text.count > hyphen + 2 && text[hyphen + 1].isASCIIDigit && text[hyphen + 2].isASCIIDigit
    }

    /// What would begin a list, a quote, a rule or an answer (`A1:`) at the start of a line does not.
    static func escapeStart(_ line: String) -> String {
        guard let first = line.utf8.first else { return line }
        if "-+>=".utf8.contains(first) { return "\\" + line }
        let digits = line.utf8.prefix(while: \.isASCIIDigit).count
        let letter = first | 0x20 == UInt8(ascii: "a") || first | 0x20 == UInt8(ascii: "q")
        let head = letter ? 1 + line.utf8.dropFirst().prefix(while: \.isASCIIDigit).count : digits
        let rest = line.utf8.dropFirst(head)
        guard head > (letter ? 1 : 0), let mark = rest.first, (letter ? ":" : ".)").utf8.contains(mark),
            letter || (rest.dropFirst().first ?? .space) == .space
        else { return line }
        return String(decoding: line.utf8.prefix(head), as: UTF8.self) + "\\" + String(decoding: rest, as: UTF8.self)
    }
}

extension UInt8 {
    fileprivate var isWord: Bool { isASCIILetter || isASCIIDigit }
}
