internal import FerryModel
internal import GRDB
internal import Testing

@testable internal import FerryStore

/// What a start finds of the process before it.
@Suite(.timeLimit(.minutes(1)))
struct StoreRestartTests {
    let one = FeatureID(number: 1)

    private func step(_ key: String) -> StepRecord { StepRecord(key: key, outcome: "{}", checkpoint: nil, duration: .zero) }

    @Test func `a job that was at work at two unclean starts without a step forward is named, one that came further is not`() async throws {
        try await withStore { store, _ in
            for number in 1...3 {
                var feature = planned(number)
                _ = try await store.enqueue(&feature)
            }
            let two = FeatureID(number: 2)
            for id in [one, two] { try await store.claim(id) }
            #expect(try await store.releaseInterrupted(limit: 2).isEmpty)
            for id in [one, two] { #expect(try await store.claim(id)?.fence == 2) }
            try await store.save(step("plan"), of: two, RunNumber(1))
            let named = try await store.releaseInterrupted(limit: 2)
            #expect(named.map(\.feature) == [one] && named.map(\.count) == [2])
            #expect(try await store.openJobs(after: 0, limit: 9).allSatisfy { !$0.isRunning })
        }
    }

    @Test func `a clean stop, and another session of the machine, begin the count anew`() async throws {
        try await withStore { store, _ in
            var feature = planned(1)
            _ = try await store.enqueue(&feature)
            try await store.claim(one)
            _ = try await store.releaseInterrupted(limit: 2)
            let clean = try #require(try await store.claim(one))
            try await store.release(clean)
            try await store.claim(one)
            #expect(try await store.releaseInterrupted(limit: 2).isEmpty)
            try await store.claim(one)
            try await store.write { try $0.execute(sql: "UPDATE job SET boot = 'before the power went'") }
            #expect(try await store.releaseInterrupted(limit: 2).isEmpty)
            try await store.claim(one)
            #expect(try await store.releaseInterrupted(limit: 2).isEmpty)
            // Its end could not be stored, but the process ended in order.
            try await store.claim(one)
            #expect(try await store.releaseInterrupted(limit: 2, isClean: true).isEmpty)
            #expect(try await store.openJobs(after: 0, limit: 9).allSatisfy { !$0.isRunning })
        }
    }

    @Test func `jobs behind a page of others are reached, however many nothing can be done for`() async throws {
        try await withStore { store, _ in
            for number in 1...25 {
                var feature = planned(number)
                _ = try await store.enqueue(&feature)
            }
            var seen: [Int] = []
            var last: Int64 = 0
            while let page = try? await store.openJobs(after: last, limit: 10), let end = page.last {
                seen += page.map(\.feature.number)
                last = end.sequence
            }
            #expect(seen == Array(1...25))
            try await store.closeJobs((1...24).map { FeatureID(number: $0) }, as: "ended")
            #expect(try await store.openJobs(after: 0, limit: 10).map(\.feature.number) == [25])
        }
    }

    @Test func `breakers come back as they were, without who was trying`() async throws {
        try await withStore { store, _ in
            let wait = DurableWait(.seconds(900), from: 5_000)
            let open = Circuit(kind: .quota, reason: "no credit", failures: 3)
            let probing = Circuit(kind: .infrastructure, reason: "locked", failures: 1, phase: .probing(one))
            try await store.save([.provider("a"): .some((open, wait)), .repository(RepositoryName("shop")): .some((probing, nil))])
            var stored = try await store.circuits()
            #expect(stored[.provider("a")]?.circuit == open)
            #expect(stored[.provider("a")]?.retry == wait)
            #expect(stored[.repository(RepositoryName("shop"))]?.circuit.phase == .probing(nil))
            try await store.save([.provider("a"): .none])
            stored = try await store.circuits()
            #expect(stored.keys.map(\.key) == ["repository:shop"])
        }
    }
}
