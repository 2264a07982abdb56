internal import Foundation

/// Values of a note that is written for the first time. Later changes are splices; see `FrontMatterSplice`.
enum YAMLText {
    /// Plain where YAML 1.1 and 1.2 both read the words as this text, else in double quotes, whose escapes are JSON's.
    static func scalar(_ text: String) -> String { isPlain(text) ? text : quoted(text) }

    /// `[a, "b c"]`
    static func list(_ items: [String]) -> String {
        "[" + items.map { isPlain($0) && !$0.contains(",") ? $0 : quoted($0) }.joined(separator: ", ") + "]"
    }

    private static func isPlain(_ text: String) -> Bool {
        guard let first = text.unicodeScalars.first, first.isASCII, first.properties.isAlphabetic || first == "/" || first == "~" || first == "."
        else { return false }
        let isSafe = text.unicodeScalars.allSatisfy {
            $0.isASCII && ($0.properties.isAlphabetic || "0123456789 ._/+=~@-".unicodeScalars.contains($0))
        }
        return isSafe && !text.hasSuffix(" ") && text != "~" && text.contains { !$0.isNumber && $0 != "." }
            && !["true", "false", "yes", "no", "on", "off", "null", "y", "n"].contains(text.lowercased())
    }

    private static func quoted(_ text: String) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .withoutEscapingSlashes
        return (try? encoder.encode(text)).map { String(decoding: $0, as: UTF8.self) } ?? "\"\""
    }
}
