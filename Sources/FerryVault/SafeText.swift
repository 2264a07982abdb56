/// Makes what programs print fit for a model, a record and a terminal: valid UTF-8, no escape sequences, no control characters but newline and tab.
package enum SafeText {
    /// Invalid UTF-8 becomes U+FFFD; ANSI escapes (ECMA-48: CSI, OSC, DCS and the two-byte ones) go; `\r\n` and a lone `\r` become a newline;
    /// other control characters go; characters that reorder or hide text (bidirectional controls, tags) are shown as `<U+202E>`.
    package static func make(_ bytes: some Sequence<UInt8>) -> String {
        make(String(decoding: Array(bytes), as: UTF8.self))
    }

    /// The text without anything that a terminal or a prompt would act on.
    package static func make(_ text: String) -> String { make(text, breakingAllLines: false) }

    /// `breakingAllLines`: vertical tab, form feed and U+0085 become a newline, too, as programs that read notes take them for one.
    static func make(_ text: String, breakingAllLines: Bool) -> String {
        var reader = SafeTextReader(Array(text.utf8), breaksAllLines: breakingAllLines)
        return String(decoding: reader.read(), as: UTF8.self)
    }

    /// The same as one line, for names and paths between other words: all white space is single blanks. Nothing is cut.
    package static func line(_ text: String) -> String { make(text).split(whereSeparator: \.isWhitespace).joined(separator: " ") }
}

/// Goes over valid UTF-8 byte by byte: outputs have megabytes.
private struct SafeTextReader {
    private let bytes: [UInt8]
    private let breaksAllLines: Bool
    private var at = 0
    private var result: [UInt8] = []

    init(_ bytes: [UInt8], breaksAllLines: Bool) {
        self.bytes = bytes
        self.breaksAllLines = breaksAllLines
        result.reserveCapacity(bytes.count)
    }

    mutating func read() -> [UInt8] {
        while at < bytes.count {
            let byte = bytes[at]
            at += 1
            switch byte {
            case 0x20..<0x7F, 0x09, 0x0A: result.append(byte)
            case 0x1B: skipEscape()
            case 0x0D:
                if peek != 0x0A { result.append(0x0A) }
            case 0x0B, 0x0C: if breaksAllLines { result.append(0x0A) }
            case 0x00..<0x20, 0x7F: break
            case 0xC2 where (0x80..<0xA0).contains(peek): skipC1()
            case 0xD8, 0xE2, 0xF3: readMark(byte)
            default: result.append(byte)
            }
        }
        return result
    }

    /// 0 at the end, which occurs nowhere in what follows an escape.
    private var peek: UInt8 { at < bytes.count ? bytes[at] : 0 }

    /// U+0080 to U+009F: control characters; U+009B begins a control sequence.
    private mutating func skipC1() {
        let isSequence = peek == 0x9B
        if peek == 0x85, breaksAllLines { result.append(0x0A) }
        at += 1
        if isSequence { skipControlSequence() }
    }

    private mutating func skipEscape() {
        switch peek {
        case UInt8(ascii: "["):
            at += 1
            skipControlSequence()
        case UInt8(ascii: "]"), UInt8(ascii: "P"), UInt8(ascii: "X"), UInt8(ascii: "^"), UInt8(ascii: "_"):
            at += 1
            skipString()
        default:
            // Intermediate bytes, then one final byte.
            while (0x20...0x2F).contains(peek) { at += 1 }
            if (0x30...0x7E).contains(peek) { at += 1 }
        }
    }

    private mutating func skipControlSequence() {
        while (0x20...0x3F).contains(peek) { at += 1 }
        if (0x40...0x7E).contains(peek) { at += 1 }
    }

    /// A string sequence ends with BEL, ST, or, where the program forgot both, with the line.
    private mutating func skipString() {
        while at < bytes.count, peek != 0x0A {
            let byte = peek
            at += 1
            if byte == 0x07 || (byte == 0x9C && bytes[at - 2] == 0xC2) { return }
            if byte == 0x1B {
                if peek == UInt8(ascii: "\\") { at += 1 }
                return
            }
        }
    }

    /// A character that begins with this byte: U+061C, U+200E and U+200F, U+202A to U+202E, U+2066 to U+2069, and the tags U+E0000 to U+E007F are shown.
    private mutating func readMark(_ first: UInt8) {
        let length = first == 0xD8 ? 2 : first == 0xE2 ? 3 : 4
        let scalar = bytes[at..<at + length - 1].reduce(UInt32(first) & (0xFF >> UInt32(length + 1))) { $0 << 6 | UInt32($1 & 0x3F) }
        switch scalar {
        case 0x061C, 0x200E, 0x200F, 0x202A...0x202E, 0x2066...0x2069, 0xE0000...0xE007F:
            let digits = String(scalar, radix: 16, uppercase: true)
            result += "<U+\(String(repeating: "0", count: max(0, 4 - digits.utf8.count)))\(digits)>".utf8
        default: result += bytes[at - 1..<at + length - 1]
        }
        at += length - 1
    }
}
