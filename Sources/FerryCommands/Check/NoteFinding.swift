internal import FerryVault

/// Something in a note that Ferry cannot use, or that is probably not meant so.
struct NoteFinding: Hashable, Sendable, Encodable {
    enum Level: String, Hashable, Sendable, Encodable {
        /// Ferry does not use the note as it is.
        case error
        case warning
    }

    /// Relative to the vault.
    var path: String
    /// From 1; left out where the note as a whole is meant.
    var line: Int?
    var level: Level
    var rule: NoteRule
    var message: String
    var remedy: String

    init(_ rule: NoteRule, _ path: String, _ line: Int? = nil, _ message: String, remedy: String) {
        self.path = path
        self.line = line
        level = rule.isWarning ? .warning : .error
        self.rule = rule
        self.message = message
        self.remedy = remedy
    }

    init(_ fault: NoteFault) { self.init(fault.rule, fault.path, fault.line, fault.what, remedy: fault.remedy) }

    /// `90_system/ferry.md:4: error: agents_at_once is `two`: write a whole number such as 2 [bad-value]`
    func text(_ style: Style) -> String {
        let place = SafeText.line(path) + (line.map { ":\($0)" } ?? "")
        return "\(place): \(style.paint(level.rawValue, level == .error ? .red : .yellow)): \(SafeText.line(message))"
            + (remedy.isEmpty ? "" : ": \(SafeText.line(remedy))") + " " + style.paint("[\(rule.rawValue)]", .dim)
    }

    /// By note and line, as an editor's list of places wants them.
    static func < (left: NoteFinding, right: NoteFinding) -> Bool {
        (left.path, left.line ?? 0, left.rule.rawValue, left.message) < (right.path, right.line ?? 0, right.rule.rawValue, right.message)
    }
}
