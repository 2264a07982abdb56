@testable internal import FerryLLM
internal import Testing

@Suite(.timeLimit(.minutes(1)))
struct RetryingModelTests {
    private let clock = ManualTiming()
    private let reports = Reports()

    private func ask(_ model: any LanguageModel) async throws -> String {
        try await model.respond(to: .asking("go"), options: ModelOptions()) { reports.note($0) }.message.text
    }

    private func retrying(_ base: OutcomeModel, gate: RateGate = RateGate(), jitter: Double = 1) -> RetryingModel {
        RetryingModel(base, gate: gate, timing: clock.timing(jitter: jitter))
    }

    @Test(arguments: [ModelError.Kind.overloaded, .server, .network, .stalled, .truncated])
    func `a transient failure is tried again after waits that double`(kind: ModelError.Kind) async throws {
        let base = OutcomeModel((0..<3).map { _ in .failure(ModelError(kind, "x")) } + [.success("yes")], usage: 5)
        #expect(try await ask(retrying(base)) == "yes")
        #expect(clock.sleeps == [.seconds(1), .seconds(2), .seconds(4)])
        #expect(reports.failures.map(\.usage.inputFresh) == [5, 5, 5])
        #expect(reports.failures.map(\.retryIn) == [.seconds(1), .seconds(2), .seconds(4)])
    }

    @Test func `tries end, and the last failure is reported without a retry`() async throws {
        let base = OutcomeModel((0..<9).map { _ in .failure(ModelError(.server, "x")) })
        let error = await #expect(throws: ModelError.self) { try await ask(retrying(base)) }
        #expect(error?.kind == .server)
        #expect(base.calls == 6)
        #expect(reports.failures.last?.retryIn == nil)
        #expect(reports.failures.count == 6)
    }

    @Test(arguments: [ModelError.Kind.authentication, .quota, .contextOverflow, .badRequest, .unknownModel, .configuration])
    func `what waiting cannot mend is not tried again`(kind: ModelError.Kind) async throws {
        let base = OutcomeModel([.failure(ModelError(kind, "x", retryAfter: .seconds(1))), .success("no")])
        let error = await #expect(throws: ModelError.self) { try await ask(retrying(base)) }
        #expect(error?.kind == kind)
        #expect(base.calls == 1)
        #expect(clock.sleeps.isEmpty)
    }

    @Test func `jitter takes a share of the backoff, but never of what the provider asks for`() async throws {
        let base = OutcomeModel([
            .failure(ModelError(.server, "x")), .failure(ModelError(.overloaded, "x", retryAfter: .seconds(9))), .success("yes"),
        ])
        _ = try await ask(retrying(base, jitter: 0.25))
        #expect(clock.sleeps == [.milliseconds(250), .seconds(9)])
    }

    @Test func `one rate limit makes everyone with the key wait`() async throws {
        let gate = RateGate()
        let first = OutcomeModel([.failure(ModelError(.rate, "x", retryAfter: .seconds(30)))])
        let policy = RetryPolicy(patience: .seconds(10))
        await #expect(throws: ModelError.self) { try await ask(RetryingModel(first, policy: policy, gate: gate, timing: clock.timing())) }
        let second = OutcomeModel([.success("yes")])
        #expect(try await ask(retrying(second, gate: gate, jitter: 0)) == "yes")
        #expect(reports.waits == [.seconds(30)])
        #expect(clock.sleeps == [.seconds(30)])
        #expect(try await ask(retrying(OutcomeModel([.success("other key")]))) == "other key")
        #expect(clock.sleeps.count == 1)
    }

    @Test func `rate limits use up patience instead of tries, and then say when to come back`() async throws {
        let base = OutcomeModel((0..<100).map { _ in .failure(ModelError(.rate, "x", retryAfter: .seconds(100))) })
        let error = await #expect(throws: ModelError.self) { try await ask(retrying(base, jitter: 0)) }
        #expect(error?.kind == .rate)
        #expect(error?.retryAfter == .seconds(100))
        #expect(base.calls == 10)
        #expect(clock.sleeps.reduce(.zero, +) == .seconds(900))
    }

    @Test func `who finds the gate closed for longer than patience is told at once`() async throws {
        let gate = RateGate()
        gate.close(until: .seconds(1_000 + 3_600))
        let base = OutcomeModel([.success("no")])
        let error = await #expect(throws: ModelError.self) { try await ask(retrying(base, gate: gate)) }
        #expect(error?.retryAfter == .seconds(3_600))
        #expect(base.calls == 0)
    }

    @Test func `a gate is never opened earlier by a shorter wait`() {
        let gate = RateGate()
        gate.close(until: .seconds(50))
        gate.close(until: .seconds(20))
        #expect(gate.remaining(at: .seconds(10)) == .seconds(40))
        #expect(gate.remaining(at: .seconds(50)) == nil)
    }

    @Test func `an attempt that is cancelled is reported with what it cost`() async throws {
        let server = ScriptedModel(script: ModelScript(turns: [ScriptedTurn(text: "x")]))
        let model = RetryingModel(server, gate: RateGate(), timing: clock.timing())
        let (reports, conversation) = (reports, Conversation.asking("go"))
        let call = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return try await model.respond(to: conversation, options: ModelOptions()) { reports.note($0) }
        }
        await #expect(throws: CancellationError.self) { try await call.value }
        #expect(reports.failures.map(\.error) == [nil])
    }

    @Test func `waiting for a retry can be cancelled`() async throws {
        let base = OutcomeModel([.failure(ModelError(.server, "x")), .success("no")])
        let timing = RetryTiming(now: { .zero }, sleep: { _ in throw CancellationError() }, jitter: { 1 })
        await #expect(throws: CancellationError.self) { try await ask(RetryingModel(base, gate: RateGate(), timing: timing)) }
        #expect(base.calls == 1)
    }
}
