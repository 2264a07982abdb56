package import FerryModel
internal import FerrySystem

/// A person's word that one finding may stand, on one commit: a tick in the note. It ends with the commit.
package struct Waiver: Hashable, Sendable, Codable {
    package let finding: Finding
    /// The full id.
    package let commit: String
    /// ISO 8601, UTC.
    package let date: String

    package init(_ finding: Finding, commit: String, date: String) {
        self.finding = finding
        self.commit = commit
        self.date = date
    }

    /// Whether the finding is one that a person can waive. What Ferry ran itself and what guards the vault is none: mend it, or change the setting.
    package static func isPossible(_ finding: Finding) -> Bool {
        finding.severity >= .warning && !["tests", "fewer-tests", "worktree", "protected-paths"].contains(finding.rule)
    }

    /// The id of the finding's box: the same for the same finding, whatever else was found.
    package static func box(of finding: Finding) -> String {
        let line = finding.line.map { "\($0)" } ?? ""
        let parts = [finding.rule, finding.severity.rawValue, finding.path, line, finding.message]
        return "waive-" + ContentHash(of: parts.joined(separator: "\0").utf8).description.prefix(12)
    }

    func isAbout(_ finding: Finding) -> Bool { Self.box(of: self.finding) == Self.box(of: finding) }
}

/// A commit whose open errors a person has waived: it is taken as it is, without another round of the coder.
package struct WaivedCommit: Hashable, Sendable, Codable {
    package let commit: String
    package let waivers: [Waiver]
    /// Where the run had stopped: the phase that the commit is of; one more than there are after the review of the whole.
    package let phase: Int
    /// The reviewer has seen this commit.
    package let isReviewed: Bool
    /// What else was found on it, and stays open.
    package let warnings: [Finding]

    /// `nil` where an error of the check is not waived, or nothing was.
    package init?(_ check: CheckResult) {
        guard let waivers = check.waived, !waivers.isEmpty, let phase = check.phase, check.findings.allSatisfy({ $0.severity < .error }) else {
            return nil
        }
        commit = check.commit
        self.waivers = waivers
        self.phase = phase
        isReviewed = check.isReviewed ?? false
        warnings = check.findings
    }
}
