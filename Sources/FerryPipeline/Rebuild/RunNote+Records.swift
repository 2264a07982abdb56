internal import FerryModel
internal import FerryStore
internal import FerryVault

/// A run's note and the records that it keeps for the case that the database is lost.
extension RunNote {
    init(_ run: RunRecord, of feature: FeatureRecord, kind: String?, start: String?, account: [AccountLine]) {
        self.init(
            feature: feature.id, run: run.number, outcome: run.outcome.rawValue, branch: run.branch, base: run.base, tier: run.tier.rawValue,
            score: run.score, started: run.started, allowed: feature.extraBudget,
            spent: account.map {
                Spent(
                    day: $0.day, agent: $0.agent, model: $0.model, amount: $0.amount, calls: $0.calls, unpriced: $0.unpriced,
                    inputTokens: $0.inputTokens, outputTokens: $0.outputTokens)
            })
        repository = feature.repository?.rawValue
        commit = feature.run == run.number ? feature.tip : nil
        ended = run.ended
        self.kind = kind
        self.start = start
    }

    /// The record, with the note that the run is to work from; `nil` where the head holds words that no version of Ferry wrote.
    func record(note: [UInt8]) -> RunRecord? {
        guard let outcome = RunRecord.Outcome(rawValue: outcome), let tier = Tier(rawValue: tier) else { return nil }
        var record = RunRecord(
            feature: feature, number: run, outcome: outcome, tier: tier, score: score, reasons: [], branch: branch, base: base, note: note,
            started: started)
        record.ended = ended
        return record
    }

    var account: [AccountLine] {
        spent.map {
            AccountLine(
                day: $0.day, agent: $0.agent, model: $0.model, amount: $0.amount, calls: $0.calls, unpriced: $0.unpriced,
                inputTokens: $0.inputTokens, outputTokens: $0.outputTokens)
        }
    }
}
