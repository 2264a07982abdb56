internal import FerryLLM
internal import FerryModel

/// The loop by a record: what it says is made anew and compared, what it was answered is taken from there.
extension AgentRun {
    /// As `ask`, but nobody is asked. Throws `RequestDifference` and `RecordEnds`.
    mutating func askTheRecord(_ desk: any ReplayDesk) throws -> Answer {
        guard let known = task.journal.turn(turn) else { return try beyondTheRecord() }
        if let message = next { try say(message, timeLeft: known.request.left ?? timeLeft, lost: known.request.lost) }
        try desk.compare(turn: turn, conversation)
        guard let answer = known.answer else { return try beyondTheRecord() }
        return .answered(try replay(answer))
    }

    /// A turn without an answer: the conversation was too long if another one followed, else the work went no further.
    private func beyondTheRecord() throws -> Answer {
        guard task.journal.hasConversation(conversations + 1) else { throw RecordEnds(turn: turn) }
        return .overflowed(ModelError(.contextOverflow, "the conversation was too long"))
    }

    /// Runs calls again whose results are known, one after the other, where that is asked for.
    func runAgain(_ calls: [ToolCall], first: Int, then results: [ToolCallRecord]) async throws {
        guard let desk = task.journal.desk, desk.runsTools else { return }
        for (index, call) in calls.enumerated() {
            guard let then = results[index].output, then != Self.interrupted else { continue }
            let now = try await toolBox.run(call, ToolCallContext(number: first + index, timeLeft: task.limits.time))
            desk.note(turn: turn, call, summary: toolBox.summary(of: call), now: now, then: then)
        }
    }
}
