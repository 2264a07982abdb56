package import FerryLLM
package import FerryModel
package import FerryStore

/// Money is reserved before a model call and settled after it; the pipeline's ledger does both in the database.
package protocol Spending: Sendable {
    /// Reserves for one call, whose name in the run is `call`. `estimate` is the most it can cost, `nil` where the price is unknown (said, never
    /// taken as 0). A call that is made once more has the same name; what was reserved or paid for it before stays. `durability` is `.withNextCommit`
    /// only where the store is told of the call once more before it is sent. Throws `BudgetReached`.
    func reserve(_ estimate: Money?, model: String, call: String, _ durability: Durability) async throws -> SpendingReservation
    /// Settles with what the call really used; also for a call that was cut off (with the usage known by then).
    func settle(_ reservation: SpendingReservation, usage: ModelUsage, cost: Money?) async
}

/// A reservation, by the key that it is booked under.
package struct SpendingReservation: Hashable, Sendable {
    package let key: String
    /// The most that one try of the call can cost; `nil` where the price is unknown.
    package let amount: Money?
    package init(key: String, amount: Money? = nil) {
        self.key = key
        self.amount = amount
    }
}

/// A limit that the next call would pass.
package struct BudgetReached: Error, Hashable, Sendable, Codable, CustomStringConvertible {
    package enum Limit: String, Hashable, Sendable, Codable { case agent, run, feature, day }
    package let limit: Limit
    package let spent: Money
    package let allowed: Money
    /// Whose call it was.
    package let agent: String?
    /// The most that the call may cost; `nil` where its price is unknown.
    package let asked: Money?
    package init(limit: Limit, spent: Money, allowed: Money, agent: String? = nil, asked: Money? = nil) {
        self.limit = limit
        self.spent = spent
        self.allowed = allowed
        self.agent = agent
        self.asked = asked
    }

    /// ` The next call may cost up to 0.31 USD.`; empty where that is not known.
    package var next: String { asked.map { " The next call may cost up to \($0) USD." } ?? "" }

    package var description: String {
        let whose = limit == .agent ? agent.map { "limit of the \($0) in one run" } : nil
        return "spent \(spent) of \(allowed) USD (\(whose ?? "\(limit.rawValue) limit"))"
    }
}
