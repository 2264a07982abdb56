/// How wide text is on a terminal, near enough to keep a line a line: combining marks take no column, East Asian wide characters and
/// pictures two (Unicode Standard Annex 11).
enum TextWidth {
    static func columns(_ text: some StringProtocol) -> Int { text.unicodeScalars.reduce(0) { $0 + columns($1) } }

    /// The text, or its beginning and `…` where it takes more columns.
    static func cut(_ text: String, to limit: Int) -> String {
        guard columns(text) > limit else { return text }
        var kept = String.UnicodeScalarView()
        var width = 1
        for scalar in text.unicodeScalars {
            width += columns(scalar)
            if width > limit { break }
            kept.append(scalar)
        }
        return limit > 0 ? String(kept) + "…" : ""
    }

    /// The text with blanks behind it up to so many columns.
    static func pad(_ text: String, to width: Int) -> String { text + String(repeating: " ", count: max(0, width - columns(text))) }

    private static func columns(_ scalar: Unicode.Scalar) -> Int {
        switch scalar.value {
        case 0..<0x20, 0x7F..<0xA0: return 0
        case 0x20..<0x300: return 1
        case 0x1100...0x115F, 0x2E80...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6,
            0x1F300...0x1FAFF, 0x20000...0x3FFFD:
            return 2
        default:
            switch scalar.properties.generalCategory {
            case .nonspacingMark, .enclosingMark, .format: return 0
            default: return 1
            }
        }
    }
}
