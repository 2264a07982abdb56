extension SafeText {
    /// Source text as somebody has to see it who judges it: what would act on a terminal, or does not show at all, is spelled out (`<U+001B>`), never left
    /// out. Line ends (`\n`, `\r\n`) and tabs stay. `keepsJoiners`: so do U+200C and U+200D, which words and emoji are spelled with, for an agent that
    /// changes a line by its exact characters.
    package static func showingHidden(_ text: String, keepsJoiners: Bool = false) -> String {
        func isHidden(_ scalar: Unicode.Scalar) -> Bool { Self.isHidden(scalar) && !(keepsJoiners && (scalar == "\u{200C}" || scalar == "\u{200D}")) }
        guard text.unicodeScalars.contains(where: isHidden) else { return text }
        var shown = String.UnicodeScalarView()
        var scalars = text.unicodeScalars.makeIterator()
        var next = scalars.next()
        while let scalar = next {
            next = scalars.next()
            let endsLine = scalar == "\r" && (next == "\n" || next == nil)
            if isHidden(scalar), !endsLine {
                let digits = String(scalar.value, radix: 16, uppercase: true)
                shown.append(contentsOf: "<U+\(String(repeating: "0", count: max(0, 4 - digits.utf8.count)))\(digits)>".unicodeScalars)
            } else {
                shown.append(scalar)
            }
        }
        return String(shown)
    }

    /// A control character, or one that cannot be seen or reorders what is around it.
    private static func isHidden(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x20..<0x7F, 0x09, 0x0A: false
        case 0..<0x20, 0x7F..<0xA0, 0x2028, 0x2029: true
        case let value: InertText.isInvisible(value)
        }
    }
}
