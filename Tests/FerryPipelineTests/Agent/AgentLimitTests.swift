internal import FerryLLM
internal import FerryModel
internal import FerrySandbox
internal import FerrySystem
internal import SystemPackage
internal import Testing

@testable internal import FerryPipeline

@Suite(.timeLimit(.minutes(1)))
struct AgentLimitTests {
    /// Works on and on, and never twice the same.
    private func busy() -> FakeModel { FakeModel { turn, _ in .calls(("bash", ["command": .string("echo \(turn)")])) } }

    @Test func `turns are counted down to the agent and then end the work`() async throws {
        try await AgentFixture.with { fixture async throws in
            let model = busy()
            #expect(try await fixture.run(model, limits: AgentLimits(turns: 10)) == .stopped(.turns(10)))
            #expect(model.requests.count == 10)
            #expect(model.requests.map(\.lastText).enumerated().filter { !$0.element.isEmpty }.map(\.offset) == [0, 7, 9])
            #expect(model.requests[7].lastText == "Turn 8 of 10. Bring the work to an end.")
            #expect(model.requests[9].lastText.contains("this is the last one. Call `finish` now"))
        }
    }

    @Test func `a model that does not answer in time is cut off and paid`() async throws {
        try await AgentFixture.with { fixture async throws in
            var usage = ModelUsage()
            usage.inputFresh = 77
            let answer = FakeAnswer(progress: [.usage(usage)], wait: .seconds(600))
            let outcome = try await fixture.run(FakeModel([answer]), limits: AgentLimits(time: .milliseconds(200)))
            #expect(outcome == .stopped(.time(.milliseconds(200))))
            #expect(fixture.book.isBalanced && fixture.book.settled.map(\.usage.inputFresh) == [77])
        }
    }

    @Test func `a command gets no more time than the agent has`() async throws {
        try await AgentFixture.with { fixture async throws in
            let model = FakeModel([.calls(("bash", ["command": "sleep 60"]))])
            #expect(try await fixture.run(model, limits: AgentLimits(time: .milliseconds(700))) == .stopped(.time(.milliseconds(700))))
        }
    }

    @Test func `the calls of one turn get no more time than the agent has`() async throws {
        try await AgentFixture.with { fixture async throws in
            let model = FakeModel([.calls(("bash", ["command": "sleep 60"]), ("bash", ["command": "touch late"]))])
            #expect(try await fixture.run(model, limits: AgentLimits(time: .milliseconds(700))) == .stopped(.time(.milliseconds(700))))
            #expect(try FileStatus.ifPresent(fixture.worktree.appending("late")) == nil)
        }
    }

    @Test func `the agent is told once when time or money run out`() async throws {
        var notices = TurnNotices()
        let limits = AgentLimits(turns: 100, time: .seconds(600), budget: Money(dollars: 2))
        #expect(notices.take(turn: 1, limits: limits, timeLeft: .seconds(500), spent: Money(dollars: 1)) == [])
        #expect(
            notices.take(turn: 2, limits: limits, timeLeft: .seconds(119), spent: Money(dollars: 1.6)) == [
                "1 of 10 minutes are left. Bring the work to an end.", "1.60 of 2.00 USD are spent. Bring the work to an end.",
            ])
        #expect(notices.take(turn: 3, limits: limits, timeLeft: .seconds(1), spent: Money(dollars: 1.9)) == [])
    }

    @Test func `each call is reserved at the most it can cost and settled with what it cost`() async throws {
        try await AgentFixture.with { fixture async throws in
            _ = try await fixture.run(FakeModel([.calls(("bash", ["command": "true"])), .finish]))
            #expect(fixture.book.isBalanced)
            #expect(fixture.book.settled.map(\.cost) == [Money(microdollars: 200), Money(microdollars: 200)])
            let reserved = fixture.book.reserved
            // 16,000 tokens of output at ten millionths, and the conversation's own tokens.
            #expect(reserved.allSatisfy { (160_100..<170_000).contains($0?.microdollars ?? 0) }, "\(reserved)")
        }
    }

    @Test func `a limit of money parks the work before the call`() async throws {
        try await AgentFixture.with { fixture async throws in
            fixture.book = SpendingBook(limit: Money(microdollars: 162_500))
            let model = busy()
            guard case .parked(let limit) = try await fixture.run(model) else {
                Issue.record("not parked")
                return
            }
            #expect(limit.limit == .run && limit.spent.microdollars == 200 * Int64(model.requests.count))
            #expect(fixture.book.isBalanced)
        }
    }

    @Test func `failed attempts are paid and recorded, and a model that stays away is said to be unavailable`() async throws {
        try await AgentFixture.with { fixture async throws in
            var usage = ModelUsage()
            usage.inputFresh = 40
            let overloaded = ModelError(.overloaded, "busy")
            let model = FakeModel([
                FakeAnswer(
                    blocks: FakeAnswer.calls(("bash", ["command": "true"])).blocks, stop: .tools, usage: usage,
                    progress: [.failed(FailedAttempt(model: "fake/model", usage: usage, error: overloaded, retryIn: .zero))]),
                .failing(overloaded, progress: [.usage(usage)]),
            ])
            #expect(try await fixture.run(model) == .unavailable(overloaded))
            #expect(fixture.book.isBalanced && fixture.book.settled.map(\.usage.inputFresh) == [80, 40])
            let failed = try fixture.entries.compactMap { entry in
                if case .failed(_, let reason, let usage, _) = entry.event { "\(reason) \(usage.input)" } else { nil }
            }
            #expect(failed == ["busy 40", "busy 40"])
        }
    }

    /// Two tries of a model that costs nothing and does not answer; then one that costs.
    private static func chain() -> (model: AgentModel, dear: FakeModel) {
        let free = FakeModel(name: "free/one") { _, _ in .failing(ModelError(.overloaded, "busy"), progress: [.output(characters: 8)]) }
        let dear = FakeModel(name: "dear/two") { _, _ in .finish }
        let policy = RetryPolicy(tries: 2, base: .milliseconds(1))
        let chain = FallbackModel([free, dear].map { RetryingModel($0, policy: policy, gate: RateGate()) })
        return (AgentModel(chain) { usage, name in Money(microdollars: name == "dear/two" ? Int64(10 * usage.output) : 0) }, dear)
    }

    @Test func `each try, and each model of a chain, is reserved at its own price before it is asked`() async throws {
        try await AgentFixture.with { fixture async throws in
            guard case .finished = try await AgentLoop(Self.chain().model).run(fixture.task()) else {
                Issue.record("not finished")
                return
            }
            #expect(fixture.book.models == ["free/one", "free/one", "dear/two"])
            #expect(fixture.book.reserved == [.zero, .zero, Money(microdollars: 160_000)])
            #expect(fixture.book.settled.map(\.cost) == [.zero, .zero, Money(microdollars: 100)])
            #expect(fixture.book.isBalanced)
        }
    }

    @Test func `behind a model that costs nothing a limit holds as well`() async throws {
        try await AgentFixture.with { fixture async throws in
            fixture.book = SpendingBook(limit: Money(microdollars: 100_000))
            let (model, dear) = Self.chain()
            guard case .parked = try await AgentLoop(model).run(fixture.task()) else {
                Issue.record("not parked")
                return
            }
            #expect(dear.requests.isEmpty)
            #expect(fixture.book.isBalanced && fixture.book.settled.count == 2)
            #expect(try fixture.entries.count { if case .failed = $0.event { true } else { false } } == 2)
        }
    }

    @Test func `waiting at the gate of a key costs nothing, also when it is cut off`() async throws {
        try await AgentFixture.with { fixture async throws in
            let gate = RateGate()
            gate.close(until: BootClock.now + .seconds(600))
            let inner = FakeModel([.finish])
            let model = AgentModel(RetryingModel(inner, gate: gate)) { usage, _ in Money(microdollars: Int64(10 * usage.output)) }
            let (task, book, seen) = (fixture.task(), fixture.book, fixture.seen)
            let running = Task { try await AgentLoop(model).run(task) }
            while !seen.progress.contains(where: { if case .waiting = $0.phase { true } else { false } }) {
                try await Task.sleep(for: .milliseconds(5))
            }
            running.cancel()
            await #expect(throws: CancellationError.self) { try await running.value }
            #expect(book.isBalanced && book.settled.map(\.cost) == [.zero] && inner.requests.isEmpty)
            #expect(try !fixture.entries.contains { if case .failed = $0.event { true } else { false } })
        }
    }

    @Test func `an unknown price stays unknown`() async throws {
        try await AgentFixture.with { fixture async throws in
            let loop = AgentLoop(AgentModel(FakeModel([.finish])) { _, _ in nil })
            _ = try await loop.run(fixture.task())
            #expect(fixture.book.settled.map(\.cost) == [nil])
            #expect(fixture.seen.progress.last?.cost == nil)
            #expect(fixture.book.reserved == [nil])
        }
    }

    @Test func `a cancelled agent throws, is paid, and leaves no process`() async throws {
        try await AgentFixture.with { fixture async throws in
            let model = FakeModel([.calls(("bash", ["command": "touch begun; sleep 600"]))])
            let (task, book, begun) = (fixture.task(), fixture.book, fixture.worktree.appending("begun"))
            let running = Task { try await AgentLoop(AgentModel(model) { _, _ in .zero }).run(task) }
            while try FileStatus.ifPresent(begun) == nil { try await Task.sleep(for: .milliseconds(5)) }
            running.cancel()
            await #expect(throws: CancellationError.self) { try await running.value }
            #expect(book.isBalanced)
            #expect(try fixture.entries.last?.event == .ended("cancelled"))
        }
    }

    @Test func `a record that cannot be kept ends the work`() async throws {
        try await AgentFixture.with { fixture async throws in
            var task = fixture.task()
            task.transcript = try Transcript(at: "/dev/full")
            let loop = AgentLoop(AgentModel(FakeModel([.finish])) { _, _ in .zero })
            await #expect(throws: Errno.noSpace) { try await loop.run(task) }
        }
    }
}

@Suite(.timeLimit(.minutes(1)))
struct AgentHandoverTests {
    private static func usage(_ tokens: Int) -> ModelUsage {
        var usage = ModelUsage()
        usage.inputFresh = tokens
        return usage
    }

    /// Fills its window in two turns, writes a note when asked, and finishes in the fresh conversation.
    private func filling(note: FakeAnswer) -> FakeModel {
        FakeModel { turn, conversation in
            if conversation.firstText.contains("hand-over note") { return turn == 1 ? .calls(("bash", ["command": "ls"])) : .finish }
            if conversation.lastText.contains("almost full") { return note }
            var answer = FakeAnswer.calls(("bash", ["command": .string("echo \(turn) >> log")]))
            answer.usage = Self.usage(turn * 40_000)
            return answer
        }
    }

    @Test func `a conversation that grows too long is handed over to a fresh one`() async throws {
        try await AgentFixture.with { fixture async throws in
            let model = filling(note: .text("GOAL: the log. NEXT: finish."))
            #expect(try await fixture.run(model, window: 100_000) == .finished(["summary": "done"]))
            #expect(model.requests.count == 5)
            // The last request of the first conversation still has its tools and its results.
            #expect(model.requests[2].tools == model.requests[0].tools && model.requests[2].lastResults.count == 1)
            let fresh = model.requests[3]
            #expect(fresh.messages.count == 1 && fresh.system == model.requests[0].system && fresh.tools == model.requests[0].tools)
            #expect(fresh.firstText.hasPrefix("Do the work.\n\n") && fresh.firstText.contains("\nGOAL: the log. NEXT: finish.\n</data-"))
            #expect(fixture.book.isBalanced)
        }
    }

    @Test func `a model that writes no note gets one of facts`() async throws {
        try await AgentFixture.with { fixture async throws in
            let model = filling(note: .calls(("bash", ["command": "touch must-not-run"])))
            #expect(try await fixture.run(model, window: 100_000) == .finished(["summary": "done"]))
            #expect(model.requests[3].firstText.contains("- bash echo 2 >> log → (exit 0, no output, "))
            #expect(try FileStatus.ifPresent(fixture.worktree.appending("must-not-run")) == nil)
        }
    }

    @Test(arguments: [true, false])
    func `a model that says its window is full goes on in a fresh conversation`(asError: Bool) async throws {
        try await AgentFixture.with { fixture async throws in
            let model = FakeModel { turn, conversation in
                if conversation.firstText.contains("hand-over note") { return .finish }
                if turn == 1 { return .calls(("bash", ["command": "echo hi"])) }
                return asError ? .failing(ModelError(.contextOverflow, "too long")) : .text("cut", stop: .context)
            }
            #expect(try await fixture.run(model) == .finished(["summary": "done"]))
            #expect(model.requests.last?.firstText.contains("bash echo hi") == true)
        }
    }

    @Test func `a task that does not fit the window at all is said so`() async throws {
        try await AgentFixture.with { fixture async throws in
            let error = ModelError(.contextOverflow, "too long")
            let model = FakeModel { _, _ in .failing(error) }
            #expect(try await fixture.run(model) == .unavailable(error))
            #expect(model.requests.count == 1)
        }
    }

    @Test func `a file read before the hand-over is read again before it is changed`() async throws {
        try await AgentFixture.with(["a": "x\n"]) { fixture async throws in
            let model = FakeModel { turn, conversation in
                let edit = FakeAnswer.calls(("edit", ["path": "a", "old_string": "x", "new_string": "y"]))
                if conversation.firstText.contains("hand-over note") { return turn == 1 ? edit : .finish }
                if conversation.lastText.contains("almost full") { return .text("note") }
                var answer = FakeAnswer.calls(("read", ["path": "a", "offset": .int(1)]))
                answer.usage = Self.usage(turn * 40_000)
                return answer
            }
            #expect(try await fixture.run(model, window: 100_000) == .finished(["summary": "done"]))
            #expect(model.requests.last?.lastResults[0].content.contains("has not been read yet") == true)
        }
    }
}
