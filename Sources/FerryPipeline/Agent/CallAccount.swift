internal import FerryLLM
internal import FerryModel
internal import FerryStore

/// The money of one model call. Each request that it takes, be it a retry or one to the next model of a chain, is reserved at the price of the model that
/// gets it before it is sent, and settled once its end is known.
actor CallAccount {
    private let model: AgentModel
    private let spending: any Spending
    private let call: String
    private let tokens: Int
    /// Follows the attempts.
    nonisolated let meter = UsageMeter()
    /// The model that is asked, or was last.
    private var asked: String
    private var reservation: SpendingReservation?
    private var isSent = false
    /// Attempts that are settled.
    private var settled = 0
    private var used = ModelUsage()
    private var cost: Money? = .zero

    /// - Parameters:
    ///   - call: its name in the run.
    ///   - tokens: of the conversation.
    init(_ model: AgentModel, _ spending: any Spending, call: String, tokens: Int) {
        self.model = model
        self.spending = spending
        self.call = call
        self.tokens = tokens
        asked = model.model.upNext
    }

    /// Reserves for the first request, safe with the next commit. Throws `BudgetReached`.
    func open() async throws { try await reserve(asked, .withNextCommit) }

    /// Reserves for the request that is sent next, unless that is the first, and settles the one before it. Throws `BudgetReached`.
    @Sendable func permit(_ name: String) async throws {
        if isSent || name != asked {
            await settle(nil)
            try await reserve(name, .onReturn)
        }
        isSent = true
    }

    /// The call gave no answer, and its last attempt used what was reported. Where none was sent, or it was reported as failed already, none was on its
    /// way. `error` is `nil` for a call that was cancelled.
    func end(with error: ModelError?) {
        if reservation != nil, isSent, meter.attempts.count == settled { meter.end(with: error, model: asked) }
    }

    /// Settles what is not settled yet; returns what the whole call used, and what it cost (`nil`: the price is unknown).
    func close(_ response: ModelResponse?) async -> (used: ModelUsage, cost: Money?) {
        await settle(response)
        return (used, cost)
    }

    private func reserve(_ name: String, _ durability: Durability) async throws {
        asked = name
        isSent = false
        reservation = try await spending.reserve(model.most(tokens: tokens, to: name), model: name, call: call, durability)
    }

    private func settle(_ response: ModelResponse?) async {
        guard let reservation else { return }
        self.reservation = nil
        let attempts = meter.attempts.dropFirst(settled)
        settled += attempts.count
        var usage = ModelUsage()
        var price: Money? = .zero
        for attempt in attempts {
            usage = usage + attempt.failure.usage
            let part = attempt.isUnknown ? reservation.amount : model.price(attempt.failure.usage, attempt.failure.model)
            price = price.flatMap { sum in part.map { sum + $0 } }
            if attempt.isUnknown { usage.isEstimated = true }
        }
        if let response {
            usage = usage + response.usage
            price = price.flatMap { sum in model.price(response.usage, response.model).map { sum + $0 } }
        }
        await spending.settle(reservation, usage: usage, cost: price)
        used = used + usage
        cost = cost.flatMap { sum in price.map { sum + $0 } }
    }
}
