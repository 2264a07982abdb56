extension InertText {
    /// Markdown's own backslash escapes for every character that Markdown, Obsidian or a common plugin gives a meaning.
    static func escape(_ line: String) -> String {
        var result = ""
        var last: UnicodeScalar = " "
        for scalar in line.unicodeScalars {
            switch scalar {
            case "<": result += "&lt;"
            case "&": result += "&amp;"
            // `://` is a link, `::` a Dataview field, `%%` a comment, `{{` a template.
            case "/" where last == ":", ":" where last == ":", "%" where last == "%", "{" where last == "{", "}" where last == "}",
                "=" where last == "=",
                "~" where last == "~", ">" where last == "%":
                result += "\\"
                result.unicodeScalars.append(scalar)
            case "\\", "`", "*", "_", "[", "]", "#", "|", "^", "$":
                result += "\\"
                result.unicodeScalars.append(scalar)
            default: result.unicodeScalars.append(scalar)
            }
            last = scalar
        }
        return result
    }

    /// What would begin a list, a quote, a rule or an answer (`A1:`) at the start of a line does not.
    static func escapeStart(_ line: String) -> String {
        guard let first = line.utf8.first else { return line }
        if "-+>=".utf8.contains(first) { return "\\" + line }
        let digits = line.utf8.prefix(while: \.isASCIIDigit).count
        let letter = first | 0x20 == UInt8(ascii: "a") || first | 0x20 == UInt8(ascii: "q")
        let head = letter ? 1 + line.utf8.dropFirst().prefix(while: \.isASCIIDigit).count : digits
        guard head > (letter ? 1 : 0), let mark = line.utf8.dropFirst(head).first, (letter ? ":" : ".)").utf8.contains(mark) else { return line }
        return String(decoding: line.utf8.prefix(head), as: UTF8.self) + "\\" + String(decoding: line.utf8.dropFirst(head), as: UTF8.self)
    }

    /// In code nothing can be escaped; a blank breaks what a program that reads the whole file would act on.
    static func broken(_ text: String) -> String {
        var result = ""
        var last: UnicodeScalar = " "
        for scalar in text.unicodeScalars {
            switch (last, scalar) {
            case ("<", "%"), ("%", ">"), ("{", "{"), ("}", "}"), ("%", "%"), ("<", "!"): result += " "
            default: break
            }
            result.unicodeScalars.append(scalar)
            last = scalar
        }
        return result
    }

    /// Without terminal sequences and without what cannot be seen. Line ends become LF.
    static func visible(_ text: String) -> String {
        var result = ""
        var scalars = text.unicodeScalars.makeIterator()
        var pending: UnicodeScalar? = scalars.next()
        while let scalar = pending {
            pending = scalars.next()
            switch scalar.value {
            case 0x1B: pending = skipSequence(pending, &scalars)
            case 0x9B: pending = skipControlSequence(pending, &scalars)
            case 0x0D: if pending != "\n" { result += "\n" }
            case 0x0A, 0x2028, 0x2029, 0x85: result += "\n"
            case 0x09: result += "\t"
            default: if !isInvisible(scalar.value) { result.unicodeScalars.append(scalar) }
            }
        }
        return result
    }

    /// ECMA-48: after ESC, `[` begins a control sequence, `]` `P` `X` `^` `_` a string up to BEL or ESC `\`, other bytes stand for themselves.
    private static func skipSequence(_ first: UnicodeScalar?, _ rest: inout String.UnicodeScalarView.Iterator) -> UnicodeScalar? {
        switch first {
        case "[": return skipControlSequence(rest.next(), &rest)
        case "]", "P", "X", "^", "_":
            var skipped = 0
            var next = rest.next()
            // A string that never ends must not swallow the rest of a log.
            while let scalar = next, scalar.value != 0x07, scalar.value != 0x1B, scalar != "\n", skipped < 4096 {
                next = rest.next()
                skipped += 1
            }
            if next?.value == 0x07 { return rest.next() }
            guard next?.value == 0x1B else { return next }
            let end = rest.next()
            return end == "\\" ? rest.next() : end
        case nil: return nil
        default: return rest.next()
        }
    }

    /// Parameters, then one final byte.
    private static func skipControlSequence(_ first: UnicodeScalar?, _ rest: inout String.UnicodeScalarView.Iterator) -> UnicodeScalar? {
        var next = first
        while let scalar = next, (0x20...0x3F).contains(scalar.value) { next = rest.next() }
        guard let final = next, (0x40...0x7E).contains(final.value) else { return next }
        return rest.next()
    }

    /// Controls; soft hyphen; fillers; zero-width, bidirectional and invisible operators; byte order mark; interlinear marks; tags; variation
    /// selectors but the two that choose between text and emoji.
    private static func isInvisible(_ value: UInt32) -> Bool {
        switch value {
        case 0...0x1F, 0x7F...0x9F, 0xAD, 0x34F, 0x61C, 0x115F...0x1160, 0x17B4...0x17B5, 0x180B...0x180F, 0x200B...0x200F, 0x202A...0x202E,
            0x2060...0x206F, 0x3164, 0xFE00...0xFE0D, 0xFEFF, 0xFFA0, 0xFFF0...0xFFFB, 0x1BCA0...0x1BCA3, 0x1D173...0x1D17A, 0xE0000...0xE0FFF:
            true
        default: false
        }
    }

    /// The first two thirds and the last third of what fits, with a word on what was cut between them.
    static func cut(_ text: String, limit: Int, separator: String) -> String {
        let count = text.utf8.count
        guard count > limit else { return text }
        let head = whole(text.utf8.prefix(limit * 2 / 3), fromEnd: true)
        let tail = whole(text.utf8.suffix(limit - limit * 2 / 3), fromEnd: false)
        let gone = count - head.utf8.count - tail.utf8.count
        return head + separator + "[\(gone) bytes cut]" + separator + tail
    }

    /// Whole scalars of a piece of UTF-8 whose end (or start) may lie within one.
    private static func whole(_ piece: Substring.UTF8View, fromEnd: Bool) -> String {
        let bytes = Array(piece)
        for drop in 0..<min(4, bytes.count) {
            if let text = String(validating: fromEnd ? bytes.dropLast(drop) : bytes.dropFirst(drop), as: UTF8.self) { return text }
        }
        return ""
    }
}
