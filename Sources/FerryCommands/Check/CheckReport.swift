internal import FerryVault

/// What `ferry check` found.
struct CheckReport: Hashable, Sendable, Encodable {
    /// A note in the features' folders that is none of Ferry's business.
    struct Ignored: Hashable, Sendable, Encodable {
        /// Relative to the vault.
        var path: String
        /// `kanban`, `excalidraw`, `templater`, or `ignored` for `ferry: ignore`.
        var why: String
    }

    /// By note and line.
    var findings: [NoteFinding]
    var ignored: [Ignored]
    /// How many notes were looked at.
    var notes: Int
    var errors: Int
    var warnings: Int

    init(findings: [NoteFinding], ignored: [Ignored], notes: Int) {
        self.findings = findings.sorted(by: <)
        self.ignored = ignored.sorted { $0.path < $1.path }
        self.notes = notes
        errors = findings.count { $0.level == .error }
        warnings = findings.count - errors
    }

    /// For a person: the findings, then what they come to.
    func lines(_ style: Style, verbose: Bool) -> [String] {
        let skipped = verbose ? ignored.map { "\(SafeText.line($0.path)): ignored: \($0.why)" } : []
        return findings.map { $0.text(style) } + skipped + [summary]
    }

    private var summary: String {
        if findings.isEmpty { return "Nothing to mend in \(Self.count(notes, "note"))." }
        let rules = Dictionary(grouping: findings, by: \.rule.rawValue).mapValues(\.count).sorted { ($1.value, $0.key) < ($0.value, $1.key) }
        return "\(Self.count(errors, "error")), \(Self.count(warnings, "warning")) in \(Self.count(notes, "note")): "
            + rules.map { "\($0.key) \($0.value)" }.joined(separator: ", ") + "."
    }

    private static func count(_ number: Int, _ word: String) -> String { "\(number) \(word)\(number == 1 ? "" : "s")" }
}
