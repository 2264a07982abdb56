/// Swift literals that give back a string scalar by scalar.
enum StringLiteral {
    /// A raw multi-line literal with as many `#` as the text needs. Control characters other than tab and line feed are escaped,
    /// because the compiler reads a carriage return in a literal as a plain line end.
    static func multiline(_ text: String) -> String {
        let marks = String(repeating: "#", count: longestRunOfMarks(in: text) + 1)
        var body = ""
        for scalar in text.unicodeScalars {
            if mustEscape(scalar) {
                body += "\\\(marks)u{\(String(scalar.value, radix: 16))}"
            } else {
                body.unicodeScalars.append(scalar)
            }
        }
        return "\(marks)\"\"\"\n\(body)\n\"\"\"\(marks)"
    }

    private static func longestRunOfMarks(in text: String) -> Int {
        var longest = 0
        var run = 0
        for byte in text.utf8 {
            run = byte == UInt8(ascii: "#") ? run + 1 : 0
            longest = max(longest, run)
        }
        return longest
    }

    /// Controls, the byte order mark, and the line separators of Unicode.
    private static func mustEscape(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x09, 0x0A: false
        case 0x00...0x1F, 0x7F...0x9F, 0x2028, 0x2029, 0xFEFF: true
        default: false
        }
    }
}
