package import FerryModel
internal import FerrySystem
internal import Foundation
internal import GRDB

/// Which pot an amount is taken from.
package struct SpendingScope: Hashable, Sendable {
    package var feature: FeatureID
    package var run: RunNumber
    /// The agent's part in the run, for the account by agent.
    package var agent: String
    package var model: String
    package init(feature: FeatureID, run: RunNumber, agent: String, model: String) {
        self.feature = feature
        self.run = run
        self.agent = agent
        self.model = model
    }
}

/// Limits in force for one call; `nil` is no limit.
package struct SpendingLimits: Hashable, Sendable {
    /// For one agent in one run.
    package var agent: Money?
    package var run: Money?
    package var feature: Money?
    package var day: Money?
    package init(agent: Money? = nil, run: Money? = nil, feature: Money? = nil, day: Money? = nil) {
        self.agent = agent
        self.run = run
        self.feature = feature
        self.day = day
    }
}

/// What was spent; reserved amounts of calls under way count in full.
package struct SpendingTotal: Hashable, Sendable {
    package var amount: Money = .zero
    /// The part of `amount` that no provider has told: streams that were cut off, calls under way, and calls whose end nobody saw.
    package var estimated: Money = .zero
    package var inputTokens = 0
    package var outputTokens = 0
    package var calls = 0
    /// Calls whose model has no known price: their cost is not in `amount`.
    package var callsOfUnknownPrice = 0
    package init() {}
}

extension Store {
    package enum Reservation: Hashable, Sendable {
        case granted
        /// The pot that would overflow, what it has spent, and what it allows.
        case refused(pot: String, spent: Money, allowed: Money)
    }

    /// Reserves `amount` under `key`, if no pot would overflow; checks and books in one transaction. `nil` is an unknown price: refused
    /// where a pot is used up already. An amount of zero is never refused. What the same key had booked before stays in the account: it
    /// was a call whose end nobody saw. `.withNextCommit` is for whoever records the call before it is sent.
    package func reserve(
        _ amount: Money?, key: String, scope: SpendingScope, limits: SpendingLimits, _ durability: Durability = .onReturn
    ) async throws -> Reservation {
        let day = Store.today
        return try await write(durability) { database in
            let feature = scope.feature.key
            func refusal(_ pot: String, _ allowed: Money?, where condition: String, _ arguments: @autoclosure () -> StatementArguments) throws
                -> Reservation?
            {
                guard let allowed else { return nil }
                let sum = "SELECT ifnull(sum(ifnull(actual, reserved)), 0) FROM spending WHERE \(condition)"
                let used = Money(microdollars: try database.value(Int64.self, sum, arguments()) ?? 0)
                let isOver = amount.map { $0 > .zero && used + $0 > allowed } ?? (used >= allowed)
                return isOver ? .refused(pot: pot, spent: used, allowed: allowed) : nil
            }
            let refusal =
                try refusal(
                    "agent", limits.agent, where: "feature = ? AND run = ? AND agent = ?", [feature, scope.run.rawValue, scope.agent])
                ?? refusal("run", limits.run, where: "feature = ? AND run = ?", [feature, scope.run.rawValue])
                ?? refusal("feature", limits.feature, where: "feature = ?", [feature])
                ?? refusal("day", limits.day, where: "day = ?", [day])
            if let refusal { return refusal }
            // Not a UUID: Foundation opens a device for each.
            let former = "\(key)~\(String(UInt64.random(in: .min ... .max), radix: 36))\(String(UInt64.random(in: .min ... .max), radix: 36))"
            try database.run("UPDATE spending SET key = ? WHERE key = ?", [former, key])
            try database.run(
                "INSERT INTO spending (key, feature, run, agent, model, day, reserved, price_known) VALUES (?,?,?,?,?,?,?,?)",
                [
                    key, feature, scope.run.rawValue, scope.agent, scope.model, day, amount?.microdollars ?? 0, amount != nil,
                ])
            try write(down: "spending", of: feature, database, where: "key IN (?, ?)", [former, key])
            try failpoint(.reserveAfterIntent)
            return .granted
        }
    }

    /// Books what the call really cost, or what it is taken to have cost (`isEstimated`). `nil` is unknown: then what was reserved counts. Throws where
    /// nothing was reserved under the key. Safe with the next commit: where the power takes it before, the reservation stands.
    package func settle(key: String, cost: Money?, inputTokens: Int, outputTokens: Int, isEstimated: Bool = false) async throws {
        try await unfenced.write(.withNextCommit) { database in
            let feature = try database.value(
                String.self,
                """
                UPDATE spending SET actual = ifnull(?1, reserved), price_known = price_known OR ?1 IS NOT NULL, input = ?2, output = ?3,
                                    estimated = ?5
                WHERE key = ?4 RETURNING feature
                """, [cost?.microdollars, inputTokens, outputTokens, key, isEstimated || cost == nil])
            guard let feature else { throw StoreError(code: .failed, message: "Nothing is reserved under \(key).") }
            try write(down: "spending", of: feature, database, where: "key = ?", [key])
            try failpoint(.settleAfterIntent)
        }
    }

    /// What a feature, one run of it, a day (`2026-11-21`), or everything (all `nil`) has cost.
    package func spending(feature: FeatureID? = nil, run: RunNumber? = nil, day: String? = nil) async throws -> SpendingTotal {
        // A condition for each that is given: one for all cases would have SQLite look at every row.
        let given: [(condition: String, value: DatabaseValue)] = [
            ("feature = ?", feature?.key.databaseValue), ("run = ?", run?.rawValue.databaseValue), ("day = ?", day?.databaseValue),
        ].compactMap { condition, value in value.map { (condition, $0) } }
        let filter = given.isEmpty ? "" : "WHERE " + given.map(\.condition).joined(separator: " AND ")
        return try await read { database in
            var total = SpendingTotal()
            guard
                let row = try database.row(
                    """
                    SELECT ifnull(sum(ifnull(actual, reserved)), 0) AS amount, ifnull(sum(input), 0) AS input, ifnull(sum(output), 0) AS output,
                           ifnull(sum(CASE WHEN estimated OR actual IS NULL THEN ifnull(actual, reserved) END), 0) AS estimated,
                           ifnull(sum(calls), 0) AS calls, ifnull(sum(ifnull(unpriced, price_known = 0)), 0) AS unknown FROM spending \(filter)
                    """, StatementArguments(given.map(\.value)))
            else { return total }
            total.amount = Money(microdollars: row["amount"])
            total.estimated = Money(microdollars: row["estimated"])
            total.inputTokens = row["input"]
            total.outputTokens = row["output"]
            total.calls = row["calls"]
            total.callsOfUnknownPrice = row["unknown"]
            return total
        }
    }

    /// What a day has cost by feature, the dearest first.
    package func spendingByFeature(day: String, limit: Int) async throws -> [(feature: FeatureID, amount: Money)] {
        try await read { database in
            try database.rows(
                """
                SELECT feature, sum(ifnull(actual, reserved)) AS amount FROM spending WHERE day = ?
                GROUP BY feature ORDER BY amount DESC, feature LIMIT ?
                """, [day, limit]
            ).compactMap { row in
                FeatureID(row["feature"] as String).map { ($0, Money(microdollars: row["amount"])) }
            }
        }
    }
}
