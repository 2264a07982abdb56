package import FerryModel

/// What is known of a finished change when a person, or the autonomy setting, decides about it.
package struct RiskFacts: Hashable, Sendable {
    package var files = 0
    package var lines = 0
    /// Files that run code for somebody who only opens, clones or pushes.
    package var unaskedCode = 0
    /// Files that building or testing runs.
    package var buildFiles = 0
    package var binaryFiles = 0
    package var deletedFiles = 0
    /// Links, submodules, new executables.
    package var unusualModes = 0
    package var testFiles = 0
    /// Findings that are still open (a waived one is open).
    package var openWarnings = 0
    package var openErrors = 0
    package var failedEvidence = 0
    package var uncheckedEvidence = 0
    /// Commands that passed.
    package var passedEvidence = 0
    package var fixRounds = 0
    package var tier = Tier.small

    package init() {}

    package init(_ change: ProposedChange, findings: [Finding], evidence: [Evidence], fixRounds: Int, tier: Tier) {
        let kinds = change.files.compactMap { SensitiveFile.kind(of: $0.path) }
        files = change.files.count
        lines = change.changedLines
        unaskedCode = kinds.count { $0.runsUnasked }
        buildFiles = kinds.count - unaskedCode
        binaryFiles = change.files.count { $0.after.isBinary }
        deletedFiles = change.files.count { $0.kind == .deleted }
        unusualModes = change.files.count { $0.isLink || $0.isSubmodule || $0.becameExecutable }
        testFiles = change.files.count { $0.kind != .deleted && TestFile.isTest($0.path) }
        openWarnings = findings.count { $0.severity == .warning }
        openErrors = findings.count { $0.severity == .error }
        failedEvidence = evidence.count { $0.verdict == .failed }
        uncheckedEvidence = evidence.count { $0.verdict == .couldNotBeChecked }
        passedEvidence = evidence.count { $0.verdict == .passed }
        self.fixRounds = fixRounds
        self.tier = tier
    }
}

/// How much could go wrong if this change were merged unread, with the reasons in the words the note shows.
package struct RiskScore: Hashable, Sendable {
    package enum Level: String, Hashable, Sendable, Codable, Comparable {
        case low, medium, high

        private var rank: Int { self == .low ? 0 : self == .medium ? 1 : 2 }
        package static func < (left: Level, right: Level) -> Bool { left.rank < right.rank }
    }

    package let points: Int
    /// Each with its points.
    package let reasons: [String]
    package let level: Level
    /// Why no autonomy setting may merge it without a person; empty where one may, at `low`.
    package let needsPerson: [String]

    /// Low below 3 points, high from 7.
    package init(_ facts: RiskFacts) {
        var parts: [(Int, String)] = []
        func add(_ points: Int, _ count: Int, _ reason: String) { if count > 0 { parts.append((points, reason)) } }
        let size = facts.lines > 800 ? 4 : facts.lines > 300 ? 2 : facts.lines > 100 ? 1 : 0
        add(size, size, "\(facts.lines) lines changed")
        add(facts.files > 20 ? 3 : 1, facts.files > 8 ? 1 : 0, "\(facts.files) files changed")
        add(5, facts.unaskedCode, "\(facts.unaskedCode) files that configure editors, agents, git or build servers")
        add(2, facts.buildFiles, "\(facts.buildFiles) files that building or testing runs")
        add(2, facts.binaryFiles, "\(facts.binaryFiles) binary files")
        add(1, facts.deletedFiles, "\(facts.deletedFiles) files deleted")
        add(3, facts.unusualModes, "\(facts.unusualModes) links, submodules or new programs")
        add(1, facts.testFiles == 0 ? 1 : 0, "no test touched")
        add(min(4, 2 * facts.openWarnings), facts.openWarnings, "\(facts.openWarnings) warnings open")
        add(7, facts.openErrors, "\(facts.openErrors) errors open")
        add(7, facts.failedEvidence, "\(facts.failedEvidence) commands failed")
        add(4, facts.uncheckedEvidence, "\(facts.uncheckedEvidence) commands could not be checked")
        add(4, facts.passedEvidence == 0 ? 1 : 0, "no command passed")
        add(min(3, facts.fixRounds), facts.fixRounds, "\(facts.fixRounds) fix rounds")
        add(facts.tier == .large ? 2 : 1, facts.tier == .small ? 0 : 1, "tier \(facts.tier.rawValue)")

        points = parts.reduce(0) { $0 + $1.0 }
        reasons = parts.map { "\($0.1) (+\($0.0))" }
        level = points < 3 ? .low : points < 7 ? .medium : .high
        needsPerson = Self.needsPerson(facts)
    }

    private static func needsPerson(_ facts: RiskFacts) -> [String] {
        var reasons: [String] = []
        if facts.unaskedCode + facts.buildFiles > 0 { reasons.append("it changes files that configure tools") }
        if facts.unusualModes > 0 { reasons.append("it changes links, submodules or programs") }
        if facts.openErrors > 0 { reasons.append("errors are open") }
        if facts.failedEvidence > 0 { reasons.append("a command failed") }
        if facts.uncheckedEvidence > 0 { reasons.append("a command could not be checked") }
        if facts.passedEvidence == 0 { reasons.append("nothing was checked") }
        return reasons
    }
}
