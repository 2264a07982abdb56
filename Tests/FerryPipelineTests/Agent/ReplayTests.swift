internal import FerryLLM
internal import FerryModel
internal import FerrySandbox
internal import FerryStore
internal import FerrySystem
internal import FerryTestSupport
internal import SystemPackage
internal import Testing

@testable internal import FerryPipeline

/// What was recorded of a stage, and the loop that runs by it (docs/decisions/0039).
@Suite(.timeLimit(.minutes(1)))
struct ReplayTests {
    /// Bears the shape of a key, as files of repositories do.
    private static let shaped = "sk-live-0123456789abcdefghij"

    private static let answers: [FakeAnswer] = [
        .calls(("write", ["path": "a.txt", "content": .string("one\ntoken = \(shaped)\n")]), id: "1"),
        .calls(("bash", ["command": "cat a.txt; seq 1 6000; echo known-secret-value"]), ("glob", ["pattern": "*"]), id: "2"),
        .calls(("read", ["path": "a.txt"]), ("grep", ["pattern": "token"]), ("nonsense", ["x": 1]), id: "3"),
        .text("I think."),
        .calls(("edit", ["path": "a.txt", "old_string": "one", "new_string": "two"]), id: "5"),
        .calls(("edit", ["path": "a.txt", "old_string": "zwei", "new_string": "two"]), id: "6"),
        .finish,
    ]

    private struct Crash: Error {}

    private func record(_ fixture: AgentFixture) -> FilePath { fixture.root.appending("run/coder.replay") }

    /// Runs the stage with a record, in a store if there is one.
    private func work(
        _ fixture: AgentFixture, _ model: FakeModel, limits: AgentLimits = AgentLimits(), window: Int? = nil, store: Store? = nil
    ) async throws -> AgentOutcome {
        var task = fixture.task(limits: limits)
        let kept = StageRecord(at: record(fixture), redactor: fixture.transcript.redactor, now: { "2026-01-02T03:04:05Z" })
        if let store {
            task.journal = try await AgentJournal(
                store: store, feature: FeatureID(number: 1), run: RunNumber(1), stage: "phase-1/code/0", record: kept)
        } else {
            task.journal = AgentJournal(record: kept)
        }
        let price: @Sendable (ModelUsage, String) -> Money? = { usage, _ in Money(microdollars: Int64(usage.input + 10 * usage.output)) }
        return try await AgentLoop(AgentModel(model, window: window, cost: price)).run(task)
    }

    private func replay(_ fixture: AgentFixture, in workspace: AgentWorkspace? = nil) async throws -> ReplayedStage {
        let stage = try #require(try RecordedStage.read(record(fixture)))
        return try await StageReplay(stage, model: FakeModel([]), report: AgentFixture.report).run(in: workspace)
    }

    @Test func `a stage runs by its record without a model or a tool, and asks the same bytes`() async throws {
        try await AgentFixture.with { fixture async throws in
            let model = FakeModel(Self.answers)
            _ = try await work(fixture, model, limits: AgentLimits(turns: 8, budget: Money(microdollars: 1_000)))
            try Directory.removeTree(fixture.worktree)
            let result = try await replay(fixture)
            #expect(result.isSame, "\(result)")
            #expect(result.requests == Self.answers.count && result.end == "finished")
            // From the second turn on the conversation holds a key's shape.
            #expect(result.redacted == Self.answers.count - 1)
            // What the model was told of its bounds came out again.
            #expect(
                model.requests.last?.messages.contains { if case .user(let user) = $0 { user.text?.contains("Turn 7 of 8") == true } else { false } }
                    == true)
        }
    }

    @Test func `no secret stands in a record or a transcript, and the hash is of what was really sent`() async throws {
        try await AgentFixture.with { fixture async throws in
            let model = FakeModel(Self.answers)
            _ = try await work(fixture, model)
            for file in [record(fixture), fixture.transcript.path] {
                let text = try text(file)
                #expect(!text.contains("known-secret-value") && !text.contains(Self.shaped))
                #expect(text.contains(Redactor.mark))
            }
            let sent = model.requests.map { ContentHash(of: $0.plainBody).description }
            let recorded = try fixture.entries.compactMap { if case .answered(_, _, _, _, _, _, _, let sent) = $0.event { sent } else { nil } }
            #expect(recorded == sent)
            #expect(try RecordedStage.read(record(fixture))?.calls.map(\.sent.description) == sent)
            #expect(try FileStatus(of: record(fixture)).mode & 0o077 == 0)
        }
    }

    @Test func `the first difference is named with turn, offset and both sides`() async throws {
        try await AgentFixture.with { fixture async throws in
            _ = try await work(fixture, FakeModel(Self.answers))
            let changed = try text(record(fixture)).replacing("\"system\":\"You are the coder.\"", with: "\"system\":\"You are a coder.\"")
            try FileContents.write(Array(changed.utf8), to: record(fixture))
            let difference = try #require(try await replay(fixture).difference)
            #expect(difference.turn == 1)
            #expect(difference.offset == #"{"system":"You are "#.utf8.count)
            #expect(difference.recorded.hasPrefix(#"{"system":"You are the coder."#) && difference.now.hasPrefix(#"{"system":"You are a coder."#))
        }
    }

    @Test func `a result that is not what it was shows in the request after it`() async throws {
        try await AgentFixture.with { fixture async throws in
            _ = try await work(fixture, FakeModel(Self.answers))
            // The row of the tool's result, not the request that told it.
            let changed = try text(record(fixture)).split(separator: "\n").map { line in
                line.hasPrefix(#"{"row":"turn-5/call"#) ? String(line).replacing("1 place", with: "2 place") : String(line)
            }
            try FileContents.write(Array(changed.joined(separator: "\n").utf8), to: record(fixture))
            let result = try await replay(fixture)
            #expect(result.difference?.turn == 6 && result.requests == 5, "\(result)")
        }
    }

    @Test(arguments: [1, 3, 6]) func `a stage that was interrupted has one whole record`(turn last: Int) async throws {
        try await AgentFixture.with { fixture async throws in
            let store = try Store(at: fixture.root.appending("ferry.sqlite"))
            defer { store.close() }
            let answers = Self.answers
            let first = FakeModel { turn, _ in
                if turn == last { throw Crash() }
                return answers[turn - 1]
            }
            await #expect(throws: Crash.self) { try await self.work(fixture, first, store: store) }
            _ = try await work(fixture, FakeModel(answers), store: store)
            let result = try await replay(fixture)
            #expect(result.isSame && result.requests == answers.count, "\(result)")
            let lines = try RecordFile.read(record(fixture))
            #expect(lines.count { $0["stage"] != nil } == 1 && lines.count { $0["row"] == "turn-1" } <= 3)
        }
    }

    @Test func `a conversation that was handed over, or was too long, is followed`() async throws {
        try await AgentFixture.with { fixture async throws in
            let long = JSONValue.string(String(repeating: "words ", count: 500))
            let model = FakeModel { turn, conversation in
                if conversation.firstText.contains("hand-over note") { return turn == 1 ? .calls(("glob", ["pattern": "*"])) : .finish }
                if turn == 3 { return .failing(ModelError(.contextOverflow, "too long")) }
                return .calls(("write", ["path": "a.txt", "content": long]), id: "\(turn)")
            }
            _ = try await work(fixture, model)
            let result = try await replay(fixture)
            #expect(result.isSame && result.requests == 5, "\(result)")
        }
        try await AgentFixture.with { fixture async throws in
            let model = FakeModel { turn, conversation in
                if conversation.firstText.contains("hand-over note") { return .finish }
                if conversation.lastText.contains("ends here") { return .text("I wrote a.txt.") }
                var answer = FakeAnswer.calls(("bash", ["command": "seq 1 2000"]), id: "\(turn)")
                var usage = ModelUsage()
                (usage.inputFresh, usage.output) = (turn * 4_000, 10)
                answer.usage = usage
                return answer
            }
            _ = try await work(fixture, model, window: 16_000)
            let result = try await replay(fixture)
            #expect(result.isSame && result.end == "finished", "\(result)")
            #expect(try RecordedStage.read(record(fixture))?.rows.contains { $0.key == "conversation-2" } == true)
        }
    }

    @Test func `tools that are run again in fresh files say where they give something else`() async throws {
        try await AgentFixture.with(["seed.txt": "1\n"]) { fixture async throws in
            let answers: [FakeAnswer] = [
                .calls(("read", ["path": "seed.txt"]), id: "1"), .calls(("write", ["path": "b.txt", "content": "b\n"]), id: "2"),
                .calls(("bash", ["command": "cat seed.txt b.txt"]), id: "3"), .finish,
            ]
            _ = try await work(fixture, FakeModel(answers))
            try await withScratch { root in
                for name in ["worktree", "tmp", "home"] { try Directory.create(root.appending(name)) }
                try write(["seed.txt": "1\n"], below: root.appending("worktree"))
                var fresh = fixture.workspace
                fresh.policy.worktree = root.appending("worktree")
                fresh.policy.temporary = root.appending("tmp")
                fresh.policy.home = root.appending("home")
                fresh.outputs = root.appending("outputs")
                let same = try await replay(fixture, in: fresh)
                #expect(same.isSame && same.toolCalls == 3, "\(same)")
                #expect(try text(root.appending("worktree/b.txt")) == "b\n")
                try write(["seed.txt": "2\n"], below: root.appending("worktree"))
                let other = try await replay(fixture, in: fresh)
                // Requests are fed with what was recorded, and stay the same.
                #expect(other.difference == nil && other.requests == 4 && !other.isSame)
                // The second run also finds the file that the first has left.
                #expect(other.toolDifferences.map(\.turn) == [1, 2, 3])
                #expect(other.toolDifferences.first?.then == "     1\t1" && other.toolDifferences.first?.now == "     1\t2")
            }
        }
    }

    @Test func `work that begins anew without its journal is recorded from there`() async throws {
        try await AgentFixture.with { fixture async throws in
            _ = try await work(fixture, FakeModel(Self.answers))
            _ = try await work(fixture, FakeModel([.text("Hm."), .finish]))
            let result = try await replay(fixture)
            #expect(result.isSame && result.requests == 2, "\(result)")
        }
    }

    @Test func `requests are put together from what each adds, wherever characters are cut`() {
        var trail = BodyTrail()
        var bodies: [[UInt8]] = []
        for length in [0, 10, 2_000, 5_000, 4_999, 12_000, 12_000] { bodies.append(Array(String(repeating: "äé", count: length).utf8)) }
        var calls: [RecordedStage.Call] = []
        for (turn, body) in bodies.enumerated() {
            let shared = trail.follow(body)
            calls.append(
                .init(turn: turn, model: "m", sent: ContentHash(of: body), shared: shared, text: String(decoding: body[shared...], as: UTF8.self)))
        }
        #expect(calls.last.map { $0.text.utf8.count < 2 * BodyTrail.blockSize } == true)
        var read = RecordedBodies(calls)
        for (turn, body) in bodies.enumerated() { #expect(read.call(ofTurn: turn)?.body == body) }
    }
}
