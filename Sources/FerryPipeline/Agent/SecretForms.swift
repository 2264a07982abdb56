internal import FoundationEssentials

/// The forms in which a known secret may turn up in a text: as it is, in Base64, in hexadecimal, escaped for an address; each also broken up by
/// blanks, line ends, quotes and the like, as programs wrap and print long words.
enum SecretForms {
    /// Those that differ from each other. Fewer bytes than `least` are no sign of the secret.
    static func all(of secret: [UInt8]) -> [[UInt8]] {
        var forms: Set<[UInt8]> = [secret, hexadecimal(secret, "0123456789abcdef"), hexadecimal(secret, "0123456789ABCDEF"), escaped(secret)]
        for offset in 0..<3 {
            let standard = base64(secret, after: offset)
            guard standard.count >= least else { continue }
            forms.insert(standard)
            forms.insert(standard.map { $0 == UInt8(ascii: "+") ? UInt8(ascii: "-") : $0 == UInt8(ascii: "/") ? UInt8(ascii: "_") : $0 })
        }
        return Array(forms)
    }

    private static let least = 8

    /// What of the Base64 text (RFC 4648) depends on the secret alone, where `offset` other bytes come before it in its group of three.
    private static func base64(_ secret: [UInt8], after offset: Int) -> [UInt8] {
        let text = Array(Data([UInt8](repeating: 0, count: offset) + secret).base64EncodedString().utf8)
        let first = (offset * 8 + 5) / 6
        let end = (offset + secret.count) * 8 / 6
        return first < end ? Array(text[first..<end]) : []
    }

    private static func hexadecimal(_ secret: [UInt8], _ digits: String) -> [UInt8] {
        let digits = Array(digits.utf8)
        return secret.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
    }

    /// RFC 3986: all but unreserved characters.
    private static func escaped(_ secret: [UInt8]) -> [UInt8] {
        secret.flatMap { byte -> [UInt8] in
            let isPlain = (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte) || "-._~".utf8.contains(byte)
            return isPlain ? [byte] : [UInt8(ascii: "%")] + hexadecimal([byte], "0123456789ABCDEF")
        }
    }

    /// Where the form that begins here ends, whatever breaks it up; `nil` where it does not stand here.
    static func end(of form: [UInt8], in bytes: [UInt8], at start: Int) -> Int? {
        var index = start
        for byte in form {
            var between = 0
            while index < bytes.count, bytes[index] != byte {
                guard between < mostBetween, isBreak[Int(bytes[index])], index > start else { return nil }
                between += 1
                index += 1
            }
            guard index < bytes.count else { return nil }
            index += 1
        }
        return index
    }

    /// A line end with an indentation.
    private static let mostBetween = 16

    /// By byte.
    private static let isBreak: [Bool] = (0..<256).map { byte in "\t\n\r \"'`\\+,|>".utf8.contains(UInt8(byte)) }
}
