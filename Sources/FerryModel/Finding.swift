/// One thing that is wrong with a change: what, where, by which rule, and how to mend it.
package struct Finding: Hashable, Sendable, Codable {
    package enum Severity: String, Hashable, Sendable, Codable, CaseIterable, Comparable {
        /// Shown, mended only if it is easy.
        case note
        /// Goes back to the coder once.
        case warning
        /// Must be mended before a person is asked.
        case error

        private var rank: Int { self == .note ? 0 : self == .warning ? 1 : 2 }
        package static func < (left: Severity, right: Severity) -> Bool { left.rank < right.rank }
    }

    /// The rule's name: a built-in gate, a rule note, `tests` or `reviewer`.
    package var rule: String
    package var severity: Severity
    /// Relative to the repository; empty for the change as a whole.
    package var path: String
    /// From 1; `nil` where no line is meant.
    package var line: Int?
    package var message: String
    package var remedy: String
    /// What it rests on: the line as it stands (never a secret), the size of the change, the command and its log. `nil` where the message says it all.
    package var evidence: String?

    package init(
        rule: String, severity: Severity, path: String = "", line: Int? = nil, message: String, remedy: String = "", evidence: String? = nil
    ) {
        self.rule = rule
        self.severity = severity
        self.path = path
        self.line = line
        self.message = message
        self.remedy = remedy
        self.evidence = evidence
    }

    /// `src/a.py:3`, `src/a.py`, or empty.
    package var location: String { path.isEmpty ? "" : line.map { "\(path):\($0)" } ?? path }
}
