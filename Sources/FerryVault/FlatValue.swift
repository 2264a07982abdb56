package import FerryModel

/// A value that Ferry writes behind one of its keys: a scalar on one line.
package enum FlatValue: Hashable, Sendable {
    case text(String)
    /// Written as it is: digits with at most one point.
    case number(String)

    /// An amount as a plain number of dollars.
    package static func money(_ amount: Money) -> FlatValue { .number(amount.description) }

    var string: String {
        switch self {
        case .text(let text), .number(let text): text
        }
    }

    /// Whether a value that stands in a note is this one: the same text, or the same number (Obsidian writes 0.50 as 0.5).
    func isWritten(_ value: NoteValue) -> Bool {
        guard case .text(let text) = value.content else { return false }
        if case .number(let number) = self, let now = Double(text), let wanted = Double(number) { return now == wanted }
        return text.utf8.elementsEqual(string.utf8)
    }

    /// As YAML, in the quotes that stood there before, else plain if that is safe, else in double quotes.
    func yaml(quote: UInt8?) -> [UInt8] {
        let isPrintable = string.unicodeScalars.allSatisfy {
            $0.value >= 0x20 && !(0x7F...0x9F).contains($0.value) && !Self.needsEscape.contains($0.value)
        }
        if quote == UInt8(ascii: "'"), isPrintable {
            return Array("'".utf8) + string.utf8.flatMap { $0 == UInt8(ascii: "'") ? [$0, $0] : [$0] } + Array("'".utf8)
        }
        return quote == nil && isPlain ? Array(string.utf8) : Self.doubleQuoted(string)
    }

    /// Whether YAML 1.1 and 1.2 both read the bare word as this text, and not as a number, a date, a boolean, nothing, or syntax.
    private var isPlain: Bool {
        let bytes = Array(string.utf8)
        if case .number = self { return !bytes.isEmpty && bytes.allSatisfy { $0.isASCIIDigit || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "-") } }
        guard let first = bytes.first, first.isASCIILetter || first == UInt8(ascii: "_") || first == UInt8(ascii: "/") else { return false }
        let inner = Set("-_./:@+".utf8)
        guard bytes.last != UInt8(ascii: ":"), bytes.allSatisfy({ $0.isASCIILetter || $0.isASCIIDigit || inner.contains($0) }) else { return false }
        return !["true", "false", "yes", "no", "on", "off", "null", "y", "n"].contains(string.lowercased())
    }

    /// Line ends of YAML 1.1, the byte order mark, and what no YAML may hold as it is.
    private static let needsEscape: Set<UInt32> = [0x2028, 0x2029, 0xFEFF, 0xFFFE, 0xFFFF]

    /// JSON's escapes, which YAML's double quotes share.
    private static func doubleQuoted(_ text: String) -> [UInt8] {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": quoted += "\\\""
            case "\\": quoted += "\\\\"
            case "\n": quoted += "\\n"
            case "\t": quoted += "\\t"
            case _ where scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value) || needsEscape.contains(scalar.value):
                let digits = String(scalar.value, radix: 16)
                quoted += "\\u" + String(repeating: "0", count: 4 - digits.utf8.count) + digits
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return Array((quoted + "\"").utf8)
    }
}
