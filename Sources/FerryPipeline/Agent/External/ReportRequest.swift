internal import FerryLLM
internal import FerryVault

/// The task as an agent program is given it: with how to report, and with what was wrong with a report that did not fit.
enum ReportRequest {
    static func prompt(_ task: AgentTask, problems: [String]?) -> String {
        var parts = [task.prompt]
        if let problems {
            let list = problems.map { "- \($0)" }.joined(separator: "\n")
            let what = problems.isEmpty ? "You gave no report." : "Your report did not fit:\n" + SafeText.make(list)
            parts.append("You worked on this before, and the worktree holds what you did. \(what)\nLook at what is there, and give the report.")
        }
        parts.append(
            "Nobody reads along and nobody answers. Do not commit: what you leave in the worktree counts. \(task.report.summary)\n"
                + "Your last message must be the report alone: one JSON object that fits this schema, and nothing else.\n\(task.report.schema.text)")
        parts.append(PromptFence.rule)
        return parts.joined(separator: "\n\n")
    }
}
