/// What a fresh conversation is told of the one before it.
struct HandoverNote: Sendable {
    /// Asked of the model at the end of a conversation that grew too long.
    static let question = """
        This conversation is almost full and ends here; you go on in a fresh one that knows only your task and the note you write now. \
        Answer in text, without calling a tool. Write: the goal as you understand it; what you decided and why; the files you changed, and how; \
        the commands that matter, with their results; the tests that fail; the next step.
        """

    private static let kept = 30
    private var events: [String] = []
    private var lastText = ""

    /// One call and how it went.
    mutating func note(call summary: String, _ output: ToolOutput) {
        let lines = output.text.split(separator: "\n")
        let line = (summary.hasPrefix("bash") ? lines.last : lines.first).map(String.init) ?? ""
        events.append("- \(summary) → \(String(line.unicodeScalars.prefix(160)))")
        if events.count > Self.kept { events.removeFirst() }
    }

    mutating func note(text: String) {
        if !text.isEmpty { lastText = String(text.unicodeScalars.prefix(2_000)) }
    }

    /// What Ferry itself can tell, where the model could not be asked.
    var text: String {
        let last = lastText.isEmpty ? "" : "\n\nYour last words:\n\(lastText)"
        return events.isEmpty ? "(nothing was done yet)" + last : "Your last calls, and how each ended:\n\(events.joined(separator: "\n"))\(last)"
    }

    /// The first message of the fresh conversation.
    static func message(task: String, note: String, number: Int) -> String {
        """
        \(task)

        You have worked on this before, in a conversation that became too long. Your hand-over note:
        \(PromptFence(seed: "hand-over \(number)").wrap(note, as: "hand-over note"))
        The worktree is as you left it. Look at it first (`git status`, `git diff --stat`), then go on from there.
        """
    }

    /// The first message of the one that goes on after another one was stopped.
    static func message(task: String, stopped: StopRecord) -> String {
        """
        \(task)

        Somebody has worked on this before you and was stopped, because \(stopped.reason). What Ferry knows of it:
        \(PromptFence(seed: "another way").wrap(stopped.handover, as: "hand-over note"))
        The worktree is at the best state of that work. Look at it first (`git status`, `git diff --stat`). Do not go on the same way: find out what was \
        in the way, and take another one.
        """
    }
}
