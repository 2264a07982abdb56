internal import FerryModel
package import FerrySandbox

/// Runs the checks of rule notes, read-only, on the export of a commit.
///
/// A check gets `FERRY_BASE` and `FERRY_HEAD` (commit ids), `FERRY_CHANGED` (a file with the changed paths that are still there, one a line, limited to
/// the rule's `applies_to`), `FERRY_BEFORE` (a file with the lines that the changed and deleted text files had at the base, each as
/// `path:number:text`; an empty file is `path:0:`) and `FERRY_LAYERS` (the repository note's `layers`, one a line). It prints `path:line: level: message`; status 0 is a pass, 1 means findings, all else "could not be checked".
package struct RuleChecks: Sendable {
    private let runner: any CommandRunner
    private let policy: SandboxPolicy
    private let layers: [String]

    /// The list's path inside the sandbox.
    package static let changedList = "/ferry/changed"
    package static let before = "/ferry/before"
    /// More than this is not handed to a check.
    private static let longestBefore = 64 << 20

    /// `policy` is that of the export; it is made read-only, and its time becomes the rule's. `layers`: of the repository note, from the lowest up.
    package init(runner: any CommandRunner, policy: SandboxPolicy, layers: [String] = []) {
        self.runner = runner
        self.policy = policy
        self.layers = layers
    }

    /// Throws `SandboxError` where nothing can be run, and `CancellationError`.
    package func run(_ rule: ExecutableRule, base: String, head: String, change: ProposedChange) async throws -> RuleOutcome {
        let files = change.files.filter(rule.applies)
        guard !files.isEmpty else { return RuleOutcome(rule: rule.name, verdict: .notApplicable) }
        if let broken = files.first(where: { $0.pathBytes.contains(UInt8(ascii: "\n")) }) {
            return unchecked(rule, "the path `\(broken.path.replacing("\n", with: "\\n"))` holds a line break and cannot be listed.", .zero)
        }
        let list = files.filter { $0.kind != .deleted }.flatMap { $0.pathBytes + [UInt8(ascii: "\n")] }
        let before = files.flatMap(Self.linesBefore)
        guard before.count <= Self.longestBefore else {
            return unchecked(rule, "the changed files held \(before.count) bytes before, which is too much to hand over.", .zero)
        }
        let command = SandboxCommand(
            ["/bin/sh", "-c", rule.script],
            environment: [
                "FERRY_BASE": base, "FERRY_HEAD": head, "FERRY_CHANGED": Self.changedList, "FERRY_BEFORE": Self.before,
                "FERRY_LAYERS": layers.joined(separator: "\n"),
            ])
        let outcome = outcome(of: rule, try await runner.run(command, under: policy(for: rule, changed: list, before: before)))
        return RuleOutcome(rule: outcome.rule, verdict: outcome.verdict, findings: change.quoting(outcome.findings), duration: outcome.duration)
    }

    private static func linesBefore(_ file: ChangedFile) -> [UInt8] {
        guard file.oldMode != ChangedFile.Mode.link, !file.isSubmodule, let text = file.before.text else { return [] }
        let start = file.pathBytes + [UInt8(ascii: ":")]
        if text.lines.isEmpty { return start + Array("0:\n".utf8) }
        return text.lines.enumerated().flatMap { start + Array("\($0.offset + 1):".utf8) + $0.element + [UInt8(ascii: "\n")] }
    }

    private func policy(for rule: ExecutableRule, changed list: [UInt8], before: [UInt8]) -> SandboxPolicy {
        var policy = policy
        policy.worktreeAccess = .readOnly
        policy.limits.time = rule.timeout
        policy.files[Self.changedList] = list
        policy.files[Self.before] = before
        return policy
    }

    private func outcome(of rule: ExecutableRule, _ result: CommandResult) -> RuleOutcome {
        let output = RuleOutput(PlainOutput(result.head + Array("\n".utf8) + result.tail), rule: rule)
        switch result.ending {
        case .exited(0): return RuleOutcome(rule: rule.name, verdict: .passed, duration: result.duration)
        case .exited(1) where !output.findings.isEmpty:
            return RuleOutcome(rule: rule.name, verdict: .found, findings: output.findings, duration: result.duration)
        // grep's "no match" is 1 as well: without a word of output nothing says that something was found.
        case .exited(1): return unchecked(rule, "it ended with 1, which means findings, but printed none.", result.duration)
        case .exited(let status): return unchecked(rule, "it ended with \(status)." + output.lastWords, result.duration)
        case .signalled(let signal): return unchecked(rule, "it was killed by signal \(signal)." + output.lastWords, result.duration)
        case .deadline: return unchecked(rule, "it did not end within \(rule.timeout.components.seconds) s.", result.duration)
        case .diskLimit: return unchecked(rule, "it wrote more to disk than it may.", result.duration)
        case .memoryLimit: return unchecked(rule, "it held more memory than it may.", result.duration)
        }
    }

    private func unchecked(_ rule: ExecutableRule, _ reason: String, _ duration: Duration) -> RuleOutcome {
        let finding = Finding(
            rule: rule.name, severity: .warning, message: "The check of this rule could not be made: \(reason)",
            remedy: "Correct the `sh check` block of the rule note (it begins at line \(rule.line)); 0 is a pass, 1 means printed findings.")
        return RuleOutcome(rule: rule.name, verdict: .couldNotBeChecked(reason), findings: [finding], duration: duration)
    }
}
