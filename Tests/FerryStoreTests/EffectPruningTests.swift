internal import FerryModel
internal import FerrySystem
internal import FerryTestSupport
internal import GRDB
internal import SystemPackage
internal import Testing

@testable internal import FerryStore

/// What a run had begun is forgotten when nothing can go on with it any more.
@Suite(.timeLimit(.minutes(1)))
struct EffectPruningTests {
    private static let one = FeatureID(number: 1), two = FeatureID(number: 2)
    private static let merge = EffectRecord(key: "merge", kind: .merge, request: "a", result: "merged")
    private static let branch = EffectRecord(key: "branch", kind: .branch, request: "b", result: "b")
    private static let lost = EffectRecord(key: "branch", kind: .branch, request: "c")
    private static let call = EffectRecord(key: "review-whole/turn-1", kind: .modelCall, request: "d")

    /// A feature in its run, which is `outcome`, with these effects.
    private static func begin(
        _ effects: [EffectRecord], in store: Store, of id: FeatureID = one, run number: Int = 1, as outcome: RunRecord.Outcome = .running
    ) async throws -> FeatureRecord {
        var feature = FeatureRecord(id: id, path: "a.md", title: "A", state: .inProgress)
        feature.run = RunNumber(number)
        try await store.save(feature)
        try await store.save(
            RunRecord(
                feature: id, number: feature.run, outcome: outcome, tier: .small, score: 0, reasons: [], branch: "b", base: "a", note: [],
                started: Store.now))
        try await store.begin(effects, of: id, feature.run)
        return feature
    }

    /// `FR-001 1 merge` for each row there is.
    private static func rows(_ store: Store) async throws -> [String] {
        try await store.read { database in
            try database.rows("SELECT * FROM effect ORDER BY feature, run, sequence").map {
                "\($0["feature"] as String) \($0["run"] as Int) \($0["key"] as String)"
            }
        }
    }

    @Test(arguments: [RunRecord.Outcome.review, .blocked, .cancelled, .merged])
    func `with a run's end all that it had begun is forgotten, and nothing of other features`(_ outcome: RunRecord.Outcome) async throws {
        try await withStore { store, _ in
            let feature = try await Self.begin([Self.branch, Self.call], in: store)
            _ = try await Self.begin([Self.branch], in: store, of: Self.two)
            #expect(try await Self.rows(store).count == 3)
            try await store.complete(feature, Completion(run: outcome))
            #expect(try await Self.rows(store) == ["FR-002 1 branch"])
        }
    }

    @Test func `a run that waits for a person keeps what it had begun`() async throws {
        try await withStore { store, _ in
            let feature = try await Self.begin([Self.call], in: store)
            try await store.complete(feature, Completion(run: .parked))
            #expect(try await Self.rows(store) == ["FR-001 1 review-whole/turn-1"])
            _ = try await Self.begin([], in: store)
            #expect(try await Self.rows(store).count == 1, "it goes on, and is no other run")
        }
    }

    @Test func `a merge under way is known until it is merged, whatever a person does meanwhile`() async throws {
        try await withStore { store, _ in
            let feature = try await Self.begin([Self.merge], in: store, as: .review)
            try await store.complete(feature, Completion(job: "cancelled", run: .cancelled))
            try await store.complete(feature, Completion(line: "it conflicts"))
            #expect(try await Self.rows(store) == ["FR-001 1 merge"])
            try await store.complete(feature, Completion(run: .merged))
            #expect(try await Self.rows(store).isEmpty)
        }
    }

    @Test func `a new run forgets what those before it have left`() async throws {
        try await withStore { store, _ in
            _ = try await Self.begin([Self.merge, Self.call], in: store, as: .review)
            _ = try await Self.begin([Self.call], in: store, run: 2)
            #expect(try await Self.rows(store) == ["FR-001 2 review-whole/turn-1"])
        }
    }

    @Test func `a branch that was not seen to be set is remembered until the feature is merged`() async throws {
        try await withStore { store, _ in
            let feature = try await Self.begin([Self.lost], in: store)
            try await store.complete(feature, Completion(run: .cancelled))
            let second = try await Self.begin([Self.branch], in: store, run: 2)
            #expect(try await store.unfinished(.branch, of: Self.one).map(\.request) == ["c"])
            try await store.complete(second, Completion(run: .review))
            #expect(try await Self.rows(store) == ["FR-001 1 branch"])
            try await store.complete(second, Completion(run: .merged))
            #expect(try await Self.rows(store).isEmpty)
        }
    }

    @Test func `a database of an earlier version is freed of what ended runs have left`() async throws {
        try await withScratch { folder in
            let file = folder.appending("ferry.db")
            let queue = try DatabaseQueue(path: file.string)
            try Migrations.migrator.migrate(queue, upTo: "7")
            try await queue.write { database in
                for (number, outcome) in ["merged", "blocked", "cancelled", "review", "running"].enumerated() {
                    try database.execute(
                        sql: "INSERT INTO run VALUES ('FR-001',?,?,'S',0,'[]','b','a',x'','now',NULL)", arguments: [number, outcome])
                    for (key, result) in [("branch", "b"), ("merge", nil)] {
                        try database.execute(
                            sql: "INSERT INTO effect VALUES ('FR-001',?,?,1,?,'r',?,NULL,'now',NULL)", arguments: [number, key, key, result])
                    }
                }
            }
            try queue.close()
            let store = try Store(at: file)
            defer { store.close() }
            #expect(try await Self.rows(store).map { $0.split(separator: " ")[1] } == ["3", "3", "4", "4"])
        }
    }
}
