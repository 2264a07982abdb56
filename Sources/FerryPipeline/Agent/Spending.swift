package import FerryLLM
package import FerryModel

/// Money is reserved before a model call and settled after it; the pipeline's ledger does both in the database.
package protocol Spending: Sendable {
    /// Reserves for one call. `estimate` is the most it can cost, `nil` where the price is unknown (said, never taken as 0).
    /// Throws `BudgetReached`.
    func reserve(_ estimate: Money?, model: String) async throws -> SpendingReservation
    /// Settles with what the call really used; also for a call that was cut off (with the usage known by then).
    func settle(_ reservation: SpendingReservation, usage: ModelUsage, cost: Money?) async
}

/// A reservation, by the key that it is booked under.
package struct SpendingReservation: Hashable, Sendable {
    package let key: String
    package init(key: String) { self.key = key }
}

/// A limit that the next call would pass.
package struct BudgetReached: Error, Hashable, Sendable, CustomStringConvertible {
    package enum Limit: String, Hashable, Sendable, Codable { case agent, run, feature, day }
    package let limit: Limit
    package let spent: Money
    package let allowed: Money
    package init(limit: Limit, spent: Money, allowed: Money) {
        self.limit = limit
        self.spent = spent
        self.allowed = allowed
    }
    package var description: String { "spent \(spent) of \(allowed) USD (\(limit.rawValue) limit)" }
}
