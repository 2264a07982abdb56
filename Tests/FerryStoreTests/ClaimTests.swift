internal import FerryModel
internal import GRDB
internal import Testing

@testable internal import FerryStore

/// Who holds a job, and what an attempt that does not hold it any more can change: nothing.
@Suite(.timeLimit(.minutes(1)))
struct ClaimTests {
    let one = FeatureID(number: 1)

    /// Everything that the database holds, as text.
    private func dump(_ store: Store) async throws -> [String] {
        try await store.read { database in
            try String.fetchAll(database, sql: "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name")
                .flatMap {
                    table in
                    try Row.fetchAll(database, sql: "SELECT * FROM \(table)").map { "\(table) \($0)" }.sorted()
                }
        }
    }

    private func run(_ outcome: RunRecord.Outcome = .running) -> RunRecord {
        RunRecord(
            feature: one, number: RunNumber(1), outcome: outcome, tier: .small, score: 1, reasons: [], branch: "b", base: "c", note: [1],
            started: "2026-11-25T20:00:00Z")
    }

    @Test func `a claim takes the ready job once, counts its fence up, and saves the feature with it`() async throws {
        try await withStore { store, _ in
            var feature = planned(1)
            let sequence = try await store.enqueue(&feature, tier: .medium, model: "a/x")
            feature.state = .inProgress
            let claim = try #require(try await store.claim(one, saving: feature))
            #expect(claim == Claim(feature: one, job: sequence, fence: 1))
            #expect(try await store.feature(one)?.state == .inProgress)
            #expect(try await store.claim(one) == nil)
            #expect(try await store.isCurrent(claim))
            #expect(try await store.release(claim))
            #expect(try await !store.isCurrent(claim))
            #expect(try await store.claim(one)?.fence == 2)
            let job = try #require(try await store.openJob(one))
            #expect(job.tier == .medium && job.model == "a/x" && job.isRunning && job.generation == 1)
        }
    }

    @Test func `of many who claim at once one gets the job`() async throws {
        try await withStore { store, _ in
            var feature = planned(1)
            _ = try await store.enqueue(&feature)
            let claims = try await withThrowingTaskGroup { group in
                for _ in 0..<16 { group.addTask { try await store.claim(FeatureID(number: 1)) } }
                return try await group.reduce(into: []) { $0 += [$1].compactMap(\.self) }
            }
            #expect(claims.count == 1)
        }
    }

    /// How a claim becomes void.
    enum Superseding: CaseIterable, Sendable { case released, closed, claimedAnew, nextGeneration }

    private func supersede(_ claim: Claim, _ way: Superseding, _ store: Store) async throws {
        switch way {
        case .released: try await store.release(claim)
        case .closed: try await store.closeJob(one, as: "cancelled")
        case .claimedAnew:
            try await store.release(claim)
            try await store.claim(one)
        case .nextGeneration:
            var feature = try #require(try await store.feature(one))
            _ = try await store.enqueue(&feature)
            try await store.claim(one)
        }
    }

    @Test(arguments: Superseding.allCases)
    func `no write of a superseded attempt changes anything`(_ way: Superseding) async throws {
        try await withStore { store, _ in
            var feature = planned(1)
            feature.run = RunNumber(1)
            _ = try await store.enqueue(&feature)
            let claim = try #require(try await store.claim(one, saving: feature))
            try await store.save(run())
            try await store.save(StepRecord(key: "plan", outcome: "{}", checkpoint: nil, duration: .zero), of: one, RunNumber(1))
            let scope = SpendingScope(feature: one, run: RunNumber(1), agent: "coder", model: "a/x")
            try await supersede(claim, way, store)
            let before = try await dump(store)
            let late = store.fenced(by: claim)
            var changed = feature
            changed.title = "Late"
            changed.tip = "f00d"
            let record = changed
            let writes: [(String, () async throws -> Void)] = [
                ("feature", { try await late.save(record) }),
                ("run", { try await late.save(run(.review)) }),
                ("step", { try await late.save(StepRecord(key: "late", outcome: "{}", checkpoint: "c", duration: .zero), of: one, RunNumber(1)) }),
                ("forgetting steps", { try await late.forgetSteps(one, RunNumber(1)) { _ in true } }),
                ("fact", { try await late.setFact("plan:FR-001", "late") }),
                ("history", { try await late.record("late", feature: one) }),
                ("reservation", { _ = try await late.reserve(Money(dollars: 1), key: "k", scope: scope, limits: SpendingLimits()) }),
                ("job", { _ = try await late.enqueue(&changed) }),
                ("closing", { try await late.closeJob(one, as: "review") }),
                ("version", { try await late.keepVersion(of: one, at: record.path, content: [1], reason: .known) }),
            ]
            for (name, write) in writes { #expect(await thrownBy(write)?.code == .superseded, "\(name)") }
            // The dispatcher's own writes for that attempt.
            #expect(try await !store.release(claim))
            #expect(try await !store.postpone(claim, until: DurableWait(.seconds(9), from: 0), failures: 3, saving: record))
            let end = Completion(job: "review", run: .review, facts: ["conflict:FR-001": "late"], line: "late")
            #expect(try await !store.complete(record, end, under: claim))
            #expect(try await dump(store) == before)
        }
    }

    @Test func `money that a superseded attempt has spent is booked all the same`() async throws {
        try await withStore { store, _ in
            var feature = planned(1)
            _ = try await store.enqueue(&feature)
            let claim = try #require(try await store.claim(one))
            let attempt = store.fenced(by: claim)
            let scope = SpendingScope(feature: one, run: RunNumber(1), agent: "coder", model: "a/x")
            _ = try await attempt.reserve(Money(dollars: 2), key: "k", scope: scope, limits: SpendingLimits())
            try await store.closeJob(one, as: "cancelled")
            try await attempt.settle(key: "k", cost: Money(dollars: 1), inputTokens: 5, outputTokens: 6)
            #expect(try await store.spending(feature: one).amount == Money(dollars: 1))
        }
    }

    @Test func `the end of an attempt is stored whole: job, run, feature, facts, history`() async throws {
        try await withStore { store, _ in
            var feature = planned(1)
            feature.run = RunNumber(1)
            _ = try await store.enqueue(&feature)
            try await store.save(run())
            try await store.setFact("conflict:FR-001", "old")
            let claim = try #require(try await store.claim(one))
            feature.state = .done
            let end = Completion(job: "review", run: .merged, facts: ["conflict:FR-001": "", "merged:FR-001": "abc"], line: "merged")
            #expect(try await store.complete(feature, end, under: claim))
            #expect(try await store.openJob(one) == nil)
            #expect(try await store.run(one, RunNumber(1))?.outcome == .merged)
            #expect(try await store.feature(one)?.state == .done)
            #expect(try await store.fact("conflict:FR-001") == nil)
            #expect(try await store.fact("merged:FR-001") == "abc")
            #expect(try await store.events(of: one).map(\.text) == ["merged"])
        }
    }

    @Test func `a job that was put back until later keeps its wait and its count, and a claim ends the wait`() async throws {
        try await withStore { store, _ in
            var feature = planned(1)
            _ = try await store.enqueue(&feature)
            let claim = try #require(try await store.claim(one))
            let wait = DurableWait(.seconds(60), from: Store.milliseconds)
            #expect(try await store.postpone(claim, until: wait, failures: 4, saving: feature))
            #expect(try await store.openJob(one)?.retry == wait)
            #expect(try await store.openJob(one)?.failures == 4)
            try await store.claim(one)
            #expect(try await store.openJob(one)?.retry == nil)
            #expect(try await store.openJob(one)?.failures == 4)
            try await store.forgetFailures()
            #expect(try await store.openJob(one)?.failures == 0)
            // A new generation begins anew.
            _ = try await store.enqueue(&feature)
            #expect(try await store.openJob(one)?.failures == 0)
        }
    }
}
