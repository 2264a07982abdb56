/// Makes what programs print fit for a model, a record and a terminal: valid UTF-8, no escape sequences, no control characters but newline and tab.
package enum SafeText {
    /// Invalid UTF-8 becomes U+FFFD; ANSI escapes (ECMA-48: CSI, OSC, DCS and the two-byte ones) go; `\r\n` and a lone `\r` become a newline;
    /// other control characters go; characters that reorder or hide text (bidirectional controls, tags) are shown as `<U+202E>`.
    package static func make(_ bytes: some Collection<UInt8>) -> String {
        make(String(decoding: bytes, as: UTF8.self))
    }

    package static func make(_ text: String) -> String {
        var result = String.UnicodeScalarView()
        var scalars = text.unicodeScalars.makeIterator()
        var next = scalars.next()
        while let scalar = next {
            next = scalars.next()
            switch scalar.value {
            case 0x1B: next = skipEscape(after: next, &scalars)
            case 0x9B: next = skipControlSequence(next, &scalars)
            case 0x0D:
                if next?.value != 0x0A { result.append("\n") }
            case 0x09, 0x0A: result.append(scalar)
            case 0..<0x20, 0x7F..<0xA0: break
            case 0x061C, 0x200E, 0x200F, 0x202A...0x202E, 0x2066...0x2069, 0xE0000...0xE007F:
                result.append(contentsOf: "<U+\(String(scalar.value, radix: 16, uppercase: true))>".unicodeScalars)
            default: result.append(scalar)
            }
        }
        return String(result)
    }

    private typealias Scalars = String.UnicodeScalarView.Iterator

    /// Returns the first scalar after the sequence.
    private static func skipEscape(after first: Unicode.Scalar?, _ scalars: inout Scalars) -> Unicode.Scalar? {
        switch first {
        case "[": return skipControlSequence(scalars.next(), &scalars)
        case "]", "P", "X", "^", "_": return skipString(&scalars)
        default:
            // Intermediate bytes (0x20 to 0x2F), then one final byte.
            var next = first
            while let scalar = next, (0x20...0x2F).contains(scalar.value) { next = scalars.next() }
            guard let last = next, (0x30...0x7E).contains(last.value) else { return next }
            return scalars.next()
        }
    }

    private static func skipControlSequence(_ first: Unicode.Scalar?, _ scalars: inout Scalars) -> Unicode.Scalar? {
        var next = first
        while let scalar = next, (0x20...0x3F).contains(scalar.value) { next = scalars.next() }
        guard let last = next, (0x40...0x7E).contains(last.value) else { return next }
        return scalars.next()
    }

    /// A string sequence ends with BEL, ST, or, where the program forgot both, with the line.
    private static func skipString(_ scalars: inout Scalars) -> Unicode.Scalar? {
        while let scalar = scalars.next() {
            switch scalar.value {
            case 0x07, 0x9C: return scalars.next()
            case 0x0A: return scalar
            case 0x1B:
                let next = scalars.next()
                return next == "\\" ? scalars.next() : next
            default: break
            }
        }
        return nil
    }
}
