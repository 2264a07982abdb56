package import FerryModel

/// A review rule with its own check: the fenced `sh check` block of a rule note.
package struct ExecutableRule: Hashable, Sendable {
    package var name: String
    package var script: String
    /// The script's first line in the note, from 1.
    package var line: Int
    package var timeout: Duration
    /// The severity of findings that name none, and the most that the others may have.
    package var severity: Finding.Severity
    /// The rule runs where one of these matches a changed path; empty matches all.
    package var appliesTo: [PathPattern]

    package init(
        name: String, script: String, line: Int = 1, timeout: Duration = .seconds(60), severity: Finding.Severity = .error,
        appliesTo: [PathPattern] = []
    ) {
        self.name = name
        self.script = script
        self.line = line
        self.timeout = timeout
        self.severity = severity
        self.appliesTo = appliesTo
    }

    func applies(to file: ChangedFile) -> Bool { appliesTo.isEmpty || appliesTo.contains { $0.matches(file.path) } }
}

/// What came of a rule's check.
package struct RuleOutcome: Hashable, Sendable {
    package enum Verdict: Hashable, Sendable {
        case passed
        case found
        /// None of its paths were changed.
        case notApplicable
        /// Why; never a pass.
        case couldNotBeChecked(String)
    }

    package let rule: String
    package let verdict: Verdict
    /// For a check that could not be run, one finding that says so.
    package let findings: [Finding]
    /// How long it took; zero where it did not run.
    package let duration: Duration

    init(rule: String, verdict: Verdict, findings: [Finding] = [], duration: Duration = .zero) {
        self.rule = rule
        self.verdict = verdict
        self.findings = findings
        self.duration = duration
    }

    /// Why it is no pass and no finding either; `nil` otherwise.
    package var couldNotBeChecked: String? { if case .couldNotBeChecked(let reason) = verdict { reason } else { nil } }
}
