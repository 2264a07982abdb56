internal import FerryLLM
internal import FerryModel
internal import FerryStore
internal import SystemPackage
internal import Testing

@testable internal import FerryPipeline

@Suite(.timeLimit(.minutes(1)))
struct AgentJournalTests {
    private struct Crash: Error {}

    private static let answers: [FakeAnswer] = [
        .calls(("write", ["path": "a.txt", "content": "one\n"]), id: "1"),
        .calls(("bash", ["command": "echo ran >> ran; cat a.txt"]), id: "2"),
        .calls(("read", ["path": "a.txt"]), ("glob", ["pattern": "*"]), id: "3"),
        .text("I think."),
        .calls(("edit", ["path": "a.txt", "old_string": "one", "new_string": "two"]), id: "5"),
        .finish,
    ]

    private func run(_ fixture: AgentFixture, _ store: Store, _ model: FakeModel) async throws -> AgentOutcome {
        var task = fixture.task()
        task.journal = try await AgentJournal(store: store, feature: FeatureID(number: 1), run: RunNumber(1), stage: "phase-1/code/0")
        task.checkpoint = { "kept" }
        let price: @Sendable (ModelUsage, String) -> Money? = { usage, _ in Money(microdollars: Int64(usage.input)) }
        return try await AgentLoop(AgentModel(model, window: nil, cost: price)).run(task)
    }

    @Test(arguments: 1...6) func `after an end in any turn only what was not done is done, in the same words`(turn last: Int) async throws {
        try await AgentFixture.with { fixture async throws in
            let store = try Store(at: fixture.root.appending("ferry.sqlite"))
            defer { store.close() }
            let answers = Self.answers
            let first = FakeModel { turn, _ in
                if turn == last { throw Crash() }
                return answers[turn - 1]
            }
            await #expect(throws: Crash.self) { try await self.run(fixture, store, first) }
            let second = FakeModel(answers)
            guard case .finished = try await run(fixture, store, second) else {
                Issue.record("it did not finish")
                return
            }
            #expect(second.requests.count == answers.count - (last - 1))
            #expect(second.requests.first == first.requests.last)
            #expect(try fixture.file("ran") == "ran\n")
            #expect(try fixture.file("a.txt") == "two\n")
            let answered = try fixture.entries.count { if case .answered = $0.event { true } else { false } }
            #expect(answered == answers.count)
            #expect(fixture.book.isBalanced)
            // A third one has nothing to do at all.
            let third = FakeModel([])
            guard case .finished = try await run(fixture, store, third) else {
                Issue.record("it did not finish again")
                return
            }
            #expect(third.requests.isEmpty)
        }
    }

    @Test func `another stage's rows, and deeper ones, are not this one's`() async throws {
        try await AgentFixture.with { fixture async throws in
            let store = try Store(at: fixture.root.appending("ferry.sqlite"))
            defer { store.close() }
            let again = try await AgentJournal(store: store, feature: FeatureID(number: 1), run: RunNumber(1), stage: "phase-1/code/0/again")
            try await again.stopped(StopRecord(reason: "x", handover: "", model: "m", turns: 1, cost: nil), checkpoint: nil)
            let stage = try await AgentJournal(store: store, feature: FeatureID(number: 1), run: RunNumber(1), stage: "phase-1/code/0")
            #expect(!stage.isBegun && stage.stop == nil)
            let same = try await AgentJournal(store: store, feature: FeatureID(number: 1), run: RunNumber(1), stage: "phase-1/code/0/again")
            #expect(same.stop?.reason == "x")
        }
    }
}
