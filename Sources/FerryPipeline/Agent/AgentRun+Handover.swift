internal import FerryLLM

extension AgentRun {
    /// Whether the next request would pass the mark at which a conversation is handed over. A conversation that has hardly begun cannot
    /// become shorter that way, and on the last turn there is no time for it.
    var isFull: Bool {
        guard conversation.messages.count > 2, turn + 2 <= task.limits.turns else { return false }
        var coming = conversation
        if let next { coming.append(.user(next)) }
        return estimate.tokens(of: coming) > model.handoverTokens
    }

    /// Asks for a hand-over note, in text and with the same tools (another list would cost the cached prefix), and begins anew with it.
    mutating func handOver() async throws -> AgentOutcome? {
        let texts = [next?.text, HandoverNote.question].compactMap(\.self)
        next = UserMessage(text: texts.joined(separator: "\n\n"), results: next?.results ?? [])
        switch try await ask() {
        case .answered(let response): try await beginAnew(with: response.message.text)
        case .overflowed: try await beginAnew(with: "")
        case .ended(let outcome): return outcome
        }
        return nil
    }

    /// The work is stopped; whoever goes on is told of it, and begins from the state with the fewest failing tests.
    func noteStop(_ reason: String) async throws {
        let record = StopRecord(reason: reason, handover: handover.text, model: answeredBy, turns: turn, cost: spent)
        try await task.journal.stopped(record, checkpoint: best?.checkpoint)
    }

    /// The model says that the conversation is too long: it goes on in a fresh one, unless this one is fresh already.
    mutating func recover(from error: ModelError) async throws -> AgentOutcome? {
        guard conversation.messages.count > 2 else { return .unavailable(error) }
        try await beginAnew(with: "")
        return nil
    }

    private mutating func beginAnew(with note: String) async throws {
        let text = note.allSatisfy(\.isWhitespace) ? handover.text : note
        try await begin(with: HandoverNote.message(task: task.prompt, note: text, number: conversations))
    }
}
