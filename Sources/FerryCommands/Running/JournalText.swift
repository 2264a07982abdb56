internal import Logging

/// Lines as journald takes them from a service's output, sd-daemon(3): a priority in front of each. Pure.
enum JournalText {
    /// syslog(3). What a level means is in docs/logging.md.
    static func priority(_ level: Logger.Level) -> Int {
        switch level {
        case .trace, .debug: 7
        case .info: 6
        case .notice: 5
        case .warning: 4
        case .error, .critical: 3
        }
    }

    /// Every line of its own is a record of its own there.
    static func make(_ text: String, _ priority: Int) -> String {
        text.split(separator: "\n", omittingEmptySubsequences: true).map { "<\(priority)>\($0)\n" }.joined()
    }

    /// `name=value`, sorted by name; a value with anything but a word in it stands in quotes.
    static func fields(_ metadata: Logger.Metadata) -> String {
        metadata.sorted { $0.key < $1.key }.map { " \($0.key)=\(value("\($0.value)"))" }.joined()
    }

    private static func value(_ text: String) -> String {
        let isWord =
            !text.isEmpty
            && text.unicodeScalars.allSatisfy { $0.properties.isAlphabetic || $0.value < 0x80 && "0123456789-_./:+$".unicodeScalars.contains($0) }
        guard !isWord else { return text }
        let escaped = text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
        return "\"\(escaped)\""
    }
}
