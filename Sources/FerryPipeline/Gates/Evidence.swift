package import FerryModel

/// What Ferry itself ran on the clean export of one commit, and what came of it. Only this moves a feature on.
package struct Evidence: Hashable, Sendable, Codable {
    package enum Verdict: String, Hashable, Sendable, Codable {
        case passed, failed
        /// Never a pass, and never leads to a merge.
        case couldNotBeChecked
    }

    /// Why a command that did not pass did not, so that the pipeline knows whom to turn to.
    package enum Cause: String, Hashable, Sendable, Codable {
        /// The command, a program that it calls, or a test runner is not there: the repository note or the machine.
        case missingProgram
        /// It ended, and no test gave a result.
        case nothingRan
        /// It ended with 0, but its output tells of failed tests.
        case contradiction
        case exitStatus
        case signal
        case deadline
        case diskLimit
        case memoryLimit
    }

    /// What the log is named after: `check-1a2b3c-1`.
    package var label: String
    /// The shell line.
    package var command: String
    /// Below the repository's root; empty is the root.
    package var directory: String
    /// The full id of the commit that was exported.
    package var commit: String
    /// SHA-256 of everything in the policy that can change a result: toolchains, environment, limits.
    package var environment: String
    /// `build`, `review` and so on.
    package var preset: String
    package var ending: EvidenceEnding
    package var milliseconds: Int
    package var outputDigest: String
    package var outputBytes: Int
    /// The whole output, on this machine.
    package var log: String?
    /// The output's end, plain text, at most `Evidence.excerptBytes`.
    package var excerpt: String
    package var tests: TestSummary?
    package var verdict: Verdict
    /// `nil` for a pass.
    package var cause: Cause?
    /// One sentence: why it did not pass; `nil` for a pass.
    package var reason: String?
    /// What the sandbox allowed, in words: `worktree read-write, no network, 4096 MB, …`. `nil` in evidence of before it was kept.
    package var policy: String? = nil
    /// Tests that failed in one of two runs on fresh exports of this commit and not in the other; empty or `nil` where none did, or one run was enough.
    package var flaky: [String]? = nil
    /// The log of the run that failed, where a second one was made.
    package var firstLog: String? = nil
    /// A preparation asked for a host that could not be reached.
    package var reachedNothing: Bool? = nil

    package static let excerptBytes = 4000

    /// The `preset` of what makes an export ready for its commands.
    package static let preparation = "prepare"

    /// The commands themselves were not run: the preparation did not pass.
    var isFailedPreparation: Bool { preset == Self.preparation && verdict != .passed }

    package var isDeadline: Bool { ending == .deadline }

    /// Whether the coder can do something about it: anything but a pass and a machine that lacks a program.
    package var isForCoder: Bool { verdict != .passed && cause != .missingProgram }

    /// `12.3 s`.
    package var durationText: String {
        let tenths = (milliseconds + 50) / 100
        return "\(tenths / 10).\(tenths % 10) s"
    }

    /// One line: `passed: python3 -m pytest -q (exit 0, 12.3 s): 40 tests passed`.
    package var summary: String {
        let word = verdict == .couldNotBeChecked ? "could not be checked" : verdict.rawValue
        let told = [reason ?? tests?.sentence, flakySentence].compactMap { $0 }.joined(separator: " ")
        let what = told.isEmpty ? nil : told
        return "\(word): \(command.replacing("\n", with: "; ")) (\(ending), \(durationText))" + (what.map { ": " + $0 } ?? "")
    }

    /// `Flaky, run twice: test_a.`; `nil` where nothing was.
    package var flakySentence: String? {
        guard let flaky, !flaky.isEmpty else { return nil }
        return "Flaky, run twice: \(Self.list(flaky))."
    }

    /// What the coder is told: the sentence, the failed tests, the end of the output. Empty for a pass.
    package var findings: [Finding] { findings(naming: tests?.failures ?? []) }

    /// The same, naming only these of the failed tests.
    func findings(naming names: [String]) -> [Finding] {
        guard verdict != .passed else { return [] }
        var message = "`\(command)` \(verdict == .failed ? "failed" : "could not be checked") (\(ending), \(durationText)). \(reason ?? "")"
        if !names.isEmpty { message += "\nFailed: " + Self.list(names) }
        if let flakySentence { message += "\n" + flakySentence }
        if !excerpt.isEmpty { message += "\nThe end of its output:\n" + excerpt }
        return [Finding(rule: "tests", severity: .error, message: message, remedy: remedy, evidence: "\(label) on \(commit.prefix(12)): \(ending)")]
    }

    static func list(_ names: [String]) -> String {
        names.prefix(20).joined(separator: ", ") + (names.count > 20 ? " and \(names.count - 20) more" : "")
    }

    private var remedy: String {
        switch cause {
        case .missingProgram: "Name the missing program's folder under `toolchains` of the repository note, or correct the command."
        case .nothingRan: "Make the command find the tests, or add tests for this feature."
        case .deadline: "Find what waits or loops: nothing answers a prompt, and there is no network."
        case .diskLimit: "Find what writes so much."
        case .memoryLimit: "Find what holds so much memory."
        case .contradiction: "The command must end with another status than 0 when a test fails."
        case .exitStatus, .signal, nil: "Make the command pass without weakening or removing tests."
        }
    }
}
