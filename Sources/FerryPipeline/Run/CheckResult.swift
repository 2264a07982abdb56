package import FerryModel

/// What Ferry itself found out about one commit: gates, commands, executable rules.
package struct CheckResult: Hashable, Sendable, Codable {
    /// The commit that was checked, on a clean export.
    package var commit: String
    /// What is open; what a person waived is in `waived`.
    package var findings: [Finding]
    package var evidence: [Evidence]
    package var files: Int
    package var addedLines: Int
    package var deletedLines: Int
    package var risk: RiskScore.Level
    package var riskReasons: [String]
    /// What the repository's tests said before any change, where they failed.
    package var redBaseline: String?
    /// Labels of evidence that fails in nothing but what failed before any change.
    package var alreadyRed: [String]?
    /// Why only a person may merge it (`RiskScore.needsPerson`).
    package var needsPerson: [String]?
    /// Findings on this commit that a person lets stand.
    package var waived: [Waiver]?
    /// The phase that it is of, from 1; one more than there are after the review of the whole.
    package var phase: Int?
    /// The reviewer has seen this commit, and its findings are among these.
    package var isReviewed: Bool?

    /// What goes back to the coder: errors, and warnings.
    package var toMend: [Finding] { findings.filter { $0.severity >= .warning } }
    /// Something could not be checked: never a pass.
    package var unchecked: [Evidence] { evidence.filter { $0.verdict == .couldNotBeChecked } }
    package var passed: Bool {
        !findings.contains { $0.severity == .error } && evidence.allSatisfy { $0.verdict == .passed || isAlreadyRed($0) }
    }

    /// Fails as it did before any change; a person sees it and decides.
    package func isAlreadyRed(_ evidence: Evidence) -> Bool { evidence.verdict == .failed && alreadyRed?.contains(evidence.label) == true }

    /// What was known of a commit that is taken as it is, and is not found out anew, stays known.
    mutating func carryOver(_ asIs: WaivedCommit) {
        waived = asIs.waivers
        findings += asIs.warnings.filter { !findings.contains($0) }
        isReviewed = asIs.isReviewed
    }

    /// Takes the findings that a waiver on this very commit is about out of the open ones.
    package mutating func apply(_ waivers: [Waiver]) {
        for waiver in waivers where waiver.commit == commit && Waiver.isPossible(waiver.finding) {
            guard let index = findings.firstIndex(where: waiver.isAbout) else { continue }
            findings.remove(at: index)
            waived = (waived ?? []) + [waiver]
        }
    }
}
