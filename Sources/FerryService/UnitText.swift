/// Values as systemd reads them in a unit, systemd.syntax(7) and systemd.service(5). Pure.
package enum UnitText {
    /// Why a value cannot stand in a unit at all.
    package struct Refusal: Error, Hashable, Sendable, CustomStringConvertible {
        package let description: String
    }

    /// One argument of a command: quoted, without variables and specifiers.
    static func argument(_ text: String) -> String { quoted(text, doubling: ["%", "$"]) }

    /// A value that is unquoted and searched for specifiers, but not for variables.
    static func value(_ text: String) -> String { quoted(text, doubling: ["%"]) }

    /// In double quotes, with the escapes of C.
    private static func quoted(_ text: String, doubling: Set<Unicode.Scalar>) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\": result += "\\" + String(scalar)
            case "\n": result += "\\n"
            case "\t": result += "\\t"
            case _ where scalar.value < 0x20 || scalar.value == 0x7F:
                result += "\\x" + (scalar.value < 0x10 ? "0" : "") + String(scalar.value, radix: 16)
            case _ where doubling.contains(scalar): result += String(scalar) + String(scalar)
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }

    /// What `value` has written so; `nil` for anything else.
    static func read(_ value: Substring) -> String? {
        guard value.count >= 2, value.hasPrefix("\""), value.hasSuffix("\"") else { return nil }
        var result = String.UnicodeScalarView()
        var rest = value.dropFirst().dropLast().unicodeScalars
        while let scalar = rest.popFirst() {
            switch (scalar, rest.first) {
            case ("%", "%"), ("\\", "\""), ("\\", "\\"): result.append(rest.removeFirst())
            case ("\\", "n"), ("\\", "t"): result.append(rest.removeFirst() == "n" ? "\n" : "\t")
            case ("\\", "x"):
                guard let code = UInt8(String(rest.dropFirst().prefix(2)), radix: 16) else { return nil }
                result.append(Unicode.Scalar(code))
                rest = rest.dropFirst(3)
            case ("%", _), ("\\", _), ("\"", _): return nil
            default: result.append(scalar)
            }
        }
        return String(result)
    }

    /// A value that systemd takes as it stands up to the end of the line, but for specifiers. Throws `Refusal` for what does not fit into one.
    static func bare(_ text: String, _ what: String) throws(Refusal) -> String {
        guard !text.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7F }), text.first != " ", text.last != " ", text.last != "\\"
        else {
            throw Refusal(description: "\(what) holds a line end or another control character, or begins or ends with a blank")
        }
        return text.replacing("%", with: "%%")
    }

    /// The path of a program. systemd takes no quotes, backslashes and control characters in it. Throws `Refusal`.
    static func program(_ text: String) throws(Refusal) -> String {
        guard text.hasPrefix("/"),
            !text.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7F || "\"'\\".unicodeScalars.contains($0) })
        else { throw Refusal(description: "the program's path is not absolute, or holds a quote, a backslash or a control character") }
        return argument(text)
    }

    /// A line for a person to read.
    static func line(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.map { $0.value < 0x20 || $0.value == 0x7F ? " " : $0 })).replacing("%", with: "%%")
    }
}
