internal import FerryLLM
internal import FerryVault

/// The task as an agent program is given it: with how to report, and with what happened before.
enum ReportRequest {
    /// Why the program is started.
    enum Occasion: Hashable, Sendable {
        case first
        /// It was asked before, and its report did not fit; the problems, or none where there was no report.
        case report([String])
        /// Another model was at work before, and could no longer be had.
        case anotherModel
        /// The session itself goes on.
        case interrupted
    }

    static func prompt(_ task: AgentTask, _ occasion: Occasion) -> String {
        // A session that goes on has the task.
        var parts = occasion == .interrupted ? [] : [task.prompt]
        switch occasion {
        case .first: break
        case .report(let problems):
            let list = problems.map { "- \($0)" }.joined(separator: "\n")
            let what = problems.isEmpty ? "You gave no report." : "Your report did not fit:\n" + SafeText.make(list)
            parts.append("You worked on this before, and the worktree holds what you did. \(what)\nLook at what is there, and give the report.")
        case .anotherModel:
            parts.append("Another model worked on this before, and the worktree holds what it did. Look at what is there, and go on from it.")
        case .interrupted:
            parts.append(
                "Ferry was interrupted, and what you were doing then was cut off. The worktree is as it was in that moment: look at it (`git status`, `git diff`) before "
                    + "you go on with the task that you were given.")
        }
        parts.append(
            "Nobody reads along and nobody answers. Do not commit: what you leave in the worktree counts. \(task.report.summary)\n"
                + "Your last message must be the report alone: one JSON object that fits this schema, and nothing else.\n\(task.report.schema.text)")
        parts.append(PromptFence.rule)
        return parts.joined(separator: "\n\n")
    }
}
