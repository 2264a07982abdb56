package import FerryModel
internal import Foundation
internal import GRDB

/// What an agent has spent with a model on a day in one run; as a run's note keeps it.
package struct AccountLine: Hashable, Sendable {
    /// UTC, `2026-11-21`.
    package var day: String
    package var agent: String
    package var model: String
    /// Reservations that nobody settled count in full.
    package var amount: Money
    package var calls: Int
    /// Calls whose model has no known price: their cost is not in `amount`.
    package var unpriced: Int
    package var inputTokens: Int
    package var outputTokens: Int

    package init(
        day: String, agent: String, model: String, amount: Money, calls: Int, unpriced: Int = 0, inputTokens: Int = 0, outputTokens: Int = 0
    ) {
        self.day = day
        self.agent = agent
        self.model = model
        self.amount = amount
        self.calls = calls
        self.unpriced = unpriced
        self.inputTokens = inputTokens
        self.outputTokens = outputTokens
    }
}

extension Store {
    /// The account of one run, by day, agent and model, in this order.
    package func account(_ feature: FeatureID, _ run: RunNumber) async throws -> [AccountLine] {
        try await read { try Self.account(feature, run, $0) }
    }

    private static func account(_ feature: FeatureID, _ run: RunNumber, _ database: Database) throws -> [AccountLine] {
        try database.rows(
            """
            SELECT day, agent, model, sum(ifnull(actual, reserved)) AS amount, sum(calls) AS calls, sum(ifnull(unpriced, price_known = 0)) AS unpriced,
                   sum(input) AS input, sum(output) AS output
            FROM spending WHERE feature = ? AND run = ? GROUP BY day, agent, model ORDER BY day, agent, model
            """, [feature.key, run.rawValue]
        ).map {
            AccountLine(
                day: $0["day"], agent: $0["agent"], model: $0["model"], amount: Money(microdollars: $0["amount"]), calls: $0["calls"],
                unpriced: $0["unpriced"], inputTokens: $0["input"], outputTokens: $0["output"])
        }
    }

    /// Brings the account of a run up to what these lines say, where it says less; never down. Done twice it changes nothing twice.
    static func replenish(_ feature: FeatureID, _ run: RunNumber, _ lines: [AccountLine], _ database: Database) throws {
        guard !lines.isEmpty else { return }
        let known = Dictionary(try account(feature, run, database).map { ([$0.day, $0.agent, $0.model], $0) }, uniquingKeysWith: { $1 })
        for line in lines {
            let has = known[[line.day, line.agent, line.model]]
            let amount = max(0, line.amount.microdollars - (has?.amount.microdollars ?? 0))
            let calls = max(0, line.calls - (has?.calls ?? 0))
            guard amount > 0 || calls > 0 else { continue }
            try database.run(
                """
                INSERT INTO spending (key, feature, run, agent, model, day, reserved, actual, price_known, input, output, calls, unpriced)
                VALUES (?,?,?,?,?,?,?,?,1,?,?,?,?)
                """,
                [
                    "note-\(UUID().uuidString)", feature.key, run.rawValue, line.agent, line.model, line.day, amount, amount,
                    max(0, line.inputTokens - (has?.inputTokens ?? 0)), max(0, line.outputTokens - (has?.outputTokens ?? 0)), calls,
                    max(0, line.unpriced - (has?.unpriced ?? 0)),
                ])
        }
    }
}
