internal import FerryPipeline
internal import FerryVault

/// How wide text is on a terminal, near enough to keep a line a line: combining marks take no column, East Asian wide characters and
/// pictures two (Unicode Standard Annex 11), and colours (`Style`) none.
enum TextWidth {
    static func columns(_ text: some StringProtocol) -> Int {
        var width = 0
        walk(text) { width += $1 }
        return width
    }

    /// The text, or its beginning and `…` where it takes more columns. Colours are kept, so that each that begins also ends.
    static func cut(_ text: String, to limit: Int) -> String {
        guard columns(text) > limit else { return text }
        guard limit > 0 else { return "" }
        var kept = String.UnicodeScalarView()
        var width = 1
        var isFull = false
        walk(text) { scalar, columns in
            let isColour = columns == 0 && scalar.isEscapePart
            if !isColour, !isFull, width + columns > limit {
                isFull = true
                kept.append("…")
            }
            if isColour || !isFull {
                kept.append(scalar.value)
                width += columns
            }
        }
        return String(kept)
    }

    /// Any text as one clean line of so many columns at most.
    static func line(_ text: String, to limit: Int) -> String {
        cut(SafeText.make(text).split(whereSeparator: \.isWhitespace).joined(separator: " "), to: limit)
    }

    /// The text with blanks behind it up to so many columns.
    static func pad(_ text: String, to width: Int) -> String { text + String(repeating: " ", count: max(0, width - columns(text))) }

    private struct Scalar {
        let value: Unicode.Scalar
        /// Of a sequence that sets colours.
        let isEscapePart: Bool
    }

    /// Gives each scalar with its columns.
    private static func walk(_ text: some StringProtocol, _ body: (Scalar, Int) -> Void) {
        var isInEscape = false
        for scalar in text.unicodeScalars {
            if scalar.value == 0x1B { isInEscape = true }
            body(Scalar(value: scalar, isEscapePart: isInEscape), isInEscape ? 0 : columns(scalar))
            if isInEscape, scalar == "m" { isInEscape = false }
        }
    }

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
