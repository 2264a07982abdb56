internal import FerryLLM
internal import FerryModel
internal import FerryStore
internal import FerrySystem

extension AgentRun {
    /// What came of one model call.
    enum Answer {
        case answered(ModelResponse)
        /// The conversation is too long for the model.
        case overflowed(ModelError)
        case ended(AgentOutcome)
    }

    /// One call of the model: the next message, money reserved, asked, money settled, all of it recorded. What was answered before an interruption is
    /// answered the same again.
    mutating func ask() async throws -> Answer {
        turn += 1
        if let desk = task.journal.desk { return try askTheRecord(desk) }
        var known = task.journal.turn(turn)
        // What has to be said now was not said then.
        if !unkept.isEmpty, known?.answer == nil { known = nil }
        // As the record has it, so that what is said of it comes out the same from there.
        let left = known?.request.left ?? .milliseconds(timeLeft.milliseconds)
        let lost = known?.request.lost ?? unkept
        if let message = next {
            if let known { try say(message, as: known.request) } else { try say(message, timeLeft: left, lost: lost) }
        }
        let request = TurnRequest(text: conversation.lastText, said: notices.said, digest: conversation.digest, left: left, lost: lost)
        if let known {
            guard known.request.digest == request.digest else {
                // Another version of Ferry began this. What it asked cannot be asked again; the work goes on in a fresh conversation.
                try await task.journal.forget(from: turn, conversation: conversations + 1)
                return .overflowed(ModelError(.contextOverflow, "the record of this conversation is of another version of Ferry"))
            }
            if let answer = known.answer { return .answered(try replay(answer)) }
        }
        try goOn()
        try await failpoint(.modelBeforeIntent)
        let account = CallAccount(
            model, task.spending, call: task.journal.call(ofTurn: turn), tokens: estimate.tokens(of: conversation))
        do {
            try await account.open()
        } catch let limit as BudgetReached {
            return .ended(.parked(limit))
        }
        do {
            try await task.journal.ask(turn, request)
            try await failpoint(.modelAfterIntent)
        } catch {
            // Nothing was sent.
            _ = await account.close(nil)
            throw error
        }
        return try await respond(account)
    }

    /// Appends the next message as it was sent before.
    private mutating func say(_ message: UserMessage, as sent: TurnRequest) throws {
        notices.said = sent.said
        try say(UserMessage(text: sent.text, results: message.results))
    }

    /// Appends the next message, with what the agent must be told of its bounds and of an interruption.
    mutating func say(_ message: UserMessage, timeLeft: Duration, lost: [String]) throws {
        unkept = []
        let texts =
            [message.text, lost.isEmpty ? nil : Self.lost(lost)].compactMap(\.self)
            + notices.take(turn: turn, limits: task.limits, timeLeft: timeLeft, spent: spent)
        try say(UserMessage(text: texts.isEmpty ? nil : texts.joined(separator: "\n\n"), results: message.results))
    }

    private mutating func say(_ message: UserMessage) throws {
        append(.user(message))
        if let text = message.text { try tell(.said(text)) }
        next = nil
    }

    private static func lost(_ calls: [String]) -> String {
        "Ferry was interrupted and goes on here. The files of the worktree may be as they were before these calls: \(calls.joined(separator: "; ")). "
            + "Look at them first."
    }

    mutating func replay(_ answer: TurnAnswer) throws -> ModelResponse {
        book(answer.usage, answer.cost)
        clocks.resume(at: BootClock.now, after: answer.counted)
        answeredBy = answer.response.model.isEmpty ? answeredBy : answer.response.model
        try tell(answer.event(turn: turn))
        return answer.response
    }

    private mutating func respond(_ account: CallAccount) async throws -> Answer {
        let asked = BootClock.now
        let usedBefore = clocks.used
        clocks.resume(at: asked, after: .zero)
        let watch = CallWatch(clocks, task.journal)
        report(.asking(characters: 0))
        var response: ModelResponse?
        var failure: (any Error)?
        do {
            let run = self
            try await failpoint(.modelAfterSend)
            response = try await watch.run {
                try await run.model.model.respond(to: run.conversation, options: run.model.options, permit: account.permit) { progress in
                    let characters = account.meter.note(progress)
                    watch.note(progress)
                    run.report(.init(progress, characters: characters))
                }
            }
        } catch {
            failure = error
        }
        clocks = watch.clocks
        if response == nil { await account.end(with: failure as? ModelError) }
        let failures = account.meter.attempts.map(\.failure)
        // It did not come to an answer: of a chain, the one that was asked last is the one that hangs.
        if response == nil, failure == nil, let asked = failures.last?.model { answeredBy = asked }
        try await failpoint(.modelAfterEffect)
        let (used, cost) = await account.close(response)
        if let name = response?.model, !name.isEmpty { answeredBy = name }
        book(used, cost)
        try await failpoint(.modelAfterDone)
        let sent = try keepRequest(of: response, failures)
        let answer = response.map { response in
            TurnAnswer(
                response, price: model.price(response.usage, response.model), usage: used, cost: cost, duration: BootClock.now - asked,
                counted: clocks.used - usedBefore, sent: sent?.description)
        }
        try record(answer, failures)
        if let answer { try await task.journal.answered(turn, answer) }
        try await failpoint(.modelAfterMirror)
        switch failure {
        case nil: return response.map(Answer.answered) ?? .ended(.stopped(cutOff()))
        case let limit as BudgetReached: return .ended(.parked(limit))
        case let error as ModelError: return error.kind == .contextOverflow ? .overflowed(error) : .ended(.unavailable(error))
        case let error?: throw error
        }
    }

    /// Puts the request into the stage's record; returns its hash. Of a chain, what the model that answered was sent.
    private func keepRequest(of response: ModelResponse?, _ failures: [FailedAttempt]) throws -> ContentHash? {
        guard let record = task.journal.record, let keeper else { return nil }
        let name = response?.model ?? failures.last?.model ?? model.model.name
        let sent = response?.sent ?? model.model.body(of: conversation, options: model.options, model: name)
        let kept = keeper.isRedacted ? model.model.body(of: keeper.conversation, options: model.options, model: name) : sent
        let hash = ContentHash(of: sent)
        try record.call(turn: turn, model: name, sent: hash, size: sent.count, kept: kept)
        return hash
    }

    /// Why a call was cut off.
    private func cutOff() -> AgentStop {
        if case .stalled(let silence) = clocks.verdict {
            return .stuck("\(answeredBy) sent nothing of an answer for \(silence.components.seconds) s, only signs of life")
        }
        return .time(task.limits.time)
    }

    private mutating func book(_ used: ModelUsage, _ cost: Money?) {
        usage = usage + used
        spent = spent.flatMap { spent in cost.map { spent + $0 } }
    }

    private func record(_ answer: TurnAnswer?, _ failures: [FailedAttempt]) throws {
        for attempt in failures {
            let reason = attempt.error.map { "\($0)" } ?? "cut off by Ferry"
            try task.transcript.append(.failed(turn: turn, reason: reason, usage: attempt.usage, cost: model.price(attempt.usage, attempt.model)))
        }
        if let answer { try task.transcript.append(answer.event(turn: turn)) }
    }
}

extension Conversation {
    /// What Ferry said last, besides results of tools.
    fileprivate var lastText: String? { if case .user(let user)? = messages.last { user.text } else { nil } }
}

extension Duration {
    var seconds: Double { Double(components.seconds) + Double(components.attoseconds) / 1e18 }
}
