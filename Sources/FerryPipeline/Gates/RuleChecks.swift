internal import FerryModel
package import FerrySandbox

/// Runs the checks of rule notes, read-only, on the export of a commit.
///
/// A check gets `FERRY_BASE` and `FERRY_HEAD` (commit ids) and `FERRY_CHANGED` (a file with the changed paths that are still there, one a line,
/// limited to the rule's `applies_to`). It prints `path:line: level: message`; status 0 is a pass, 1 means findings, all else "could not be checked".
package struct RuleChecks: Sendable {
    private let runner: any CommandRunner
    private let policy: SandboxPolicy

    /// The list's path inside the sandbox.
    package static let changedList = "/ferry/changed"

    /// `policy` is that of the export; it is made read-only, and its time becomes the rule's.
    package init(runner: any CommandRunner, policy: SandboxPolicy) {
        self.runner = runner
        self.policy = policy
    }

    /// Throws `SandboxError` where nothing can be run, and `CancellationError`.
    package func run(_ rule: ExecutableRule, base: String, head: String, change: ProposedChange) async throws -> RuleOutcome {
        let files = change.files.filter(rule.applies)
        guard !files.isEmpty else { return RuleOutcome(rule: rule.name, verdict: .notApplicable) }
        if let broken = files.first(where: { $0.pathBytes.contains(UInt8(ascii: "\n")) }) {
            return unchecked(rule, "the path `\(broken.path.replacing("\n", with: "\\n"))` holds a line break and cannot be listed.", .zero)
        }
        let list = files.filter { $0.kind != .deleted }.flatMap { $0.pathBytes + [UInt8(ascii: "\n")] }
        let command = SandboxCommand(
            ["/bin/sh", "-c", rule.script], environment: ["FERRY_BASE": base, "FERRY_HEAD": head, "FERRY_CHANGED": Self.changedList])
        return outcome(of: rule, try await runner.run(command, under: policy(for: rule, changed: list)))
    }

    private func policy(for rule: ExecutableRule, changed list: [UInt8]) -> SandboxPolicy {
        var policy = policy
        policy.worktreeAccess = .readOnly
        policy.limits.time = rule.timeout
        policy.files[Self.changedList] = list
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
