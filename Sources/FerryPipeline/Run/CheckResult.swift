package import FerryModel

/// What Ferry itself found out about one commit: gates, commands, executable rules.
package struct CheckResult: Hashable, Sendable, Codable {
    /// The commit that was checked, on a clean export.
    package var commit: String
    package var findings: [Finding]
    package var evidence: [Evidence]
    package var files: Int
    package var addedLines: Int
    package var deletedLines: Int
    package var risk: RiskScore.Level
    package var riskReasons: [String]
    /// What the repository's tests said before any change, where they failed.
    package var redBaseline: String?

    /// What goes back to the coder: errors, and warnings.
    package var toMend: [Finding] { findings.filter { $0.severity >= .warning } }
    /// Something could not be checked: never a pass.
    package var unchecked: [Evidence] { evidence.filter { $0.verdict == .couldNotBeChecked } }
    package var passed: Bool { !findings.contains { $0.severity == .error } && evidence.allSatisfy { $0.verdict == .passed } }
}
