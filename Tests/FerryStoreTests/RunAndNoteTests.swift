internal import FerryModel
internal import FerryStore
internal import FerryTestSupport
internal import SystemPackage
internal import Testing

@Suite(.timeLimit(.minutes(1)))
struct RunAndNoteTests {
    let one = FeatureID(number: 1), two = FeatureID(number: 2), run = RunNumber(1)

    @Test func `a run comes back as it was, with the bytes of its note`() async throws {
        try await withStore { store, _ in
            var record = RunRecord(
                feature: one, number: run, outcome: .running, tier: .large, score: 8, reasons: ["7 files named (+4)"], branch: "ferry/FR-001-a",
                base: "abc", note: [0x23, 0x20, 0xFF, 0x0D, 0x0A, 0], started: Store.now)
            try await store.save(record)
            #expect(try await store.run(one, run) == record)
            record.outcome = .merged
            record.ended = Store.now
            try await store.save(record)
            #expect(try await store.run(one, run) == record)
            #expect(try await store.run(one, RunNumber(2)) == nil)
        }
    }

    @Test func `steps come in the order in which they ended`() async throws {
        try await withStore { store, _ in
            for key in ["plan", "phase-1/code/0", "phase-1/test/0", "a"] { try await store.save(step(key), of: one, run) }
            #expect(try await store.steps(one, run).map(\.key) == ["plan", "phase-1/code/0", "phase-1/test/0", "a"])
        }
    }

    @Test func `a step that is done again replaces its record and counts from then`() async throws {
        try await withStore { store, _ in
            for key in ["plan", "code"] { try await store.save(step(key), of: one, run) }
            let again = StepRecord(key: "plan", outcome: "{\"n\":2}", checkpoint: nil, duration: .milliseconds(1500))
            try await store.save(again, of: one, run)
            #expect(try await store.steps(one, run) == [step("code"), again])
        }
    }

    @Test func `steps of other runs and features stay apart, and only the unwanted are forgotten`() async throws {
        try await withStore { store, _ in
            for key in ["plan", "review/0", "review/1"] { try await store.save(step(key), of: one, run) }
            try await store.save(step("plan"), of: two, run)
            try await store.save(step("review/0"), of: one, RunNumber(2))
            try await store.forgetSteps(one, run) { $0.hasPrefix("review/") }
            #expect(try await store.steps(one, run).map(\.key) == ["plan"])
            #expect(try await store.steps(two, run).count == 1)
            #expect(try await store.steps(one, RunNumber(2)).count == 1)
        }
    }

    @Test func `a version is kept per path, the newest only, until it is forgotten`() async throws {
        try await withStore { store, _ in
            let path = FilePath("10_features/03_planned/a.md")
            #expect(try await store.version(at: path) == nil)
            try await store.keepVersion(of: one, at: path, content: Array("old".utf8), reason: .known)
            try await store.keepVersion(of: two, at: path, content: [0, 0xFF], reason: .movedFrom)
            let kept = try #require(try await store.version(at: path))
            #expect(kept.feature == two)
            #expect(kept.content == [0, 0xFF])
            #expect(kept.reason == .movedFrom)
            try await store.forgetVersion(at: path)
            #expect(try await store.version(at: path) == nil)
        }
    }

    @Test func `the last good version of a note is kept per path`() async throws {
        try await withStore { store, _ in
            #expect(try await store.goodNote("20_agents/coder.md") == nil)
            try await store.keepGoodNote("20_agents/coder.md", content: [1])
            try await store.keepGoodNote("20_agents/coder.md", content: [1])
            try await store.keepGoodNote("20_agents/coder.md", content: [2])
            try await store.keepGoodNote("20_agents/empty.md", content: [])
            #expect(try await store.goodNote("20_agents/coder.md") == [2])
            #expect(try await store.goodNote("20_agents/empty.md") == [])
        }
    }

    @Test func `a fact is what was set last, and gone when it is set to nothing`() async throws {
        try await withStore { store, _ in
            #expect(try await store.fact("stopped") == nil)
            try await store.setFact("stopped", "by STOP.md")
            try await store.setFact("stopped", "")
            #expect(try await store.fact("stopped") == "")
            try await store.setFact("stopped", nil)
            #expect(try await store.fact("stopped") == nil)
        }
    }

    @Test func `history is told newest first, of one feature or of all`() async throws {
        try await withStore { store, _ in
            try await store.record("registered", feature: one, run: run)
            try await store.record("service started")
            try await store.record("merged 'x'; --", feature: two)
            #expect(try await store.events().map(\.text) == ["merged 'x'; --", "service started", "registered"])
            let event = try #require(try await store.events(of: one).first)
            #expect(event.feature == one && event.run == run && event.text == "registered" && event.time.hasSuffix("Z"))
            #expect(try await store.events(limit: 2).count == 2)
        }
    }

    private func step(_ key: String) -> StepRecord {
        StepRecord(key: key, outcome: "{\"step\":\"\(key)\"}", checkpoint: String(repeating: "c", count: 40), duration: .milliseconds(42))
    }
}
