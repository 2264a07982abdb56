internal import FerryLLM
internal import FerryModel
internal import FerrySystem

extension AgentRun {
    /// What came of one model call.
    enum Answer {
        case answered(ModelResponse)
        /// The conversation is too long for the model.
        case overflowed(ModelError)
        case ended(AgentOutcome)
    }

    /// One call of the model: the next message, money reserved, asked, money settled, all of it recorded.
    mutating func ask() async throws -> Answer {
        turn += 1
        if var message = next {
            let texts = [message.text].compactMap(\.self) + notices.take(turn: turn, limits: task.limits, timeLeft: timeLeft, spent: spent)
            message.text = texts.isEmpty ? nil : texts.joined(separator: "\n\n")
            conversation.append(.user(message))
            if let text = message.text { try task.transcript.append(.said(text)) }
            next = nil
        }
        let reservation: SpendingReservation
        do {
            reservation = try await task.spending.reserve(model.most(tokens: estimate.tokens(of: conversation)), model: model.model.name)
        } catch let limit as BudgetReached {
            return .ended(.parked(limit))
        }
        return try await respond(reservation)
    }

    private mutating func respond(_ reservation: SpendingReservation) async throws -> Answer {
        let meter = UsageMeter()
        let asked = BootClock.now
        report(.asking(characters: 0))
        var response: ModelResponse?
        var failure: (any Error)?
        do {
            let run = self
            response = try await withTimeLimit(timeLeft) {
                try await run.model.model.respond(to: run.conversation, options: run.model.options) { progress in
                    let characters = meter.note(progress)
                    if case .waiting(let pause) = progress { run.report(.waiting(pause)) } else { run.report(.asking(characters: characters)) }
                }
            }
        } catch {
            failure = error
        }
        let failures = response == nil ? meter.failures(endingWith: failure as? ModelError, model: model.model.name) : meter.failures
        await settle(reservation, response, failures, unknown: meter.unknown)
        try record(response, failures, seconds: (BootClock.now - asked).seconds)
        switch failure {
        case nil: return response.map(Answer.answered) ?? .ended(.stopped(.time(task.limits.time)))
        case let error as ModelError: return error.kind == .contextOverflow ? .overflowed(error) : .ended(.unavailable(error))
        case let error?: throw error
        }
    }

    /// `unknown`: attempts that may have cost anything up to what was reserved; they count in full.
    private mutating func settle(
        _ reservation: SpendingReservation, _ response: ModelResponse?, _ failures: [FailedAttempt], unknown: Int
    ) async {
        var used = ModelUsage()
        var cost: Money? = unknown == 0 ? .zero : reservation.amount.map { Money(microdollars: $0.microdollars * Int64(unknown)) }
        let parts = failures.map { ($0.usage, $0.model) } + (response.map { [($0.usage, $0.model)] } ?? [])
        for (usage, name) in parts {
            used = used + usage
            cost = cost.flatMap { sum in model.price(usage, name).map { sum + $0 } }
        }
        if unknown > 0 { used.isEstimated = true }
        await task.spending.settle(reservation, usage: used, cost: cost)
        usage = usage + used
        spent = spent.flatMap { spent in cost.map { spent + $0 } }
    }

    private func record(_ response: ModelResponse?, _ failures: [FailedAttempt], seconds: Double) throws {
        for attempt in failures {
            let reason = attempt.error.map { "\($0)" } ?? "cut off by Ferry"
            try task.transcript.append(.failed(turn: turn, reason: reason, usage: attempt.usage, cost: model.price(attempt.usage, attempt.model)))
        }
        guard let response else { return }
        try task.transcript.append(
            .answered(
                turn: turn, response.message, stop: response.stop, usage: response.usage, cost: model.price(response.usage, response.model),
                seconds: seconds, requestID: response.requestID))
    }
}

extension Duration {
    var seconds: Double { Double(components.seconds) + Double(components.attoseconds) / 1e18 }
}
