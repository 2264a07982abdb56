package import FerryLLM
package import FerryModel
package import FerryStore
internal import FerrySystem

/// The money of one agent in one run: reserves and settles in the database, by the limits that are in force at each call.
package struct Ledger: Spending {
    private let store: Store
    private let feature: FeatureID
    private let run: RunNumber
    private let agent: String
    private let limits: @Sendable () async throws -> SpendingLimits
    private let didSettle: @Sendable () -> Void

    /// `didSettle` is told of each amount that was booked.
    package init(
        store: Store, feature: FeatureID, run: RunNumber, agent: String, didSettle: @escaping @Sendable () -> Void = {},
        limits: @escaping @Sendable () async throws -> SpendingLimits
    ) {
        self.store = store
        self.feature = feature
        self.run = run
        self.agent = agent
        self.limits = limits
        self.didSettle = didSettle
    }

    package func reserve(_ estimate: Money?, model: String, call: String, _ durability: Durability) async throws -> SpendingReservation {
        let key = "\(feature)/run-\(run)/\(call)"
        let scope = SpendingScope(feature: feature, run: run, agent: agent, model: model)
        switch try await store.reserve(estimate, key: key, scope: scope, limits: try await limits(), durability) {
        case .granted:
            try await failpoint(.reserveAfterDone)
            return SpendingReservation(key: key, amount: estimate)
        case .refused(let pot, let spent, let allowed):
            throw BudgetReached(limit: BudgetReached.Limit(rawValue: pot) ?? .run, spent: spent, allowed: allowed, agent: agent, asked: estimate)
        }
    }

    package func settle(_ reservation: SpendingReservation, usage: ModelUsage, cost: Money?) async {
        // A call that was made is paid for; where it cannot be booked now, its reservation stands in full.
        do {
            try await failpoint(.settleBeforeIntent)
            try await store.settle(
                key: reservation.key, cost: cost, inputTokens: usage.input, outputTokens: usage.output, isEstimated: usage.isEstimated)
            didSettle()
            try await failpoint(.settleAfterDone)
        } catch {}
    }
}
