@testable internal import FerryLLM
internal import Synchronization

/// A clock that moves only when someone sleeps on it, and that keeps the sleeps.
final class ManualTiming: Sendable {
    private struct State {
        var now = Duration.seconds(1_000)
        var sleeps: [Duration] = []
    }
    private let state = Mutex(State())

    var sleeps: [Duration] { state.withLock { $0.sleeps } }
    func advance(by duration: Duration) { state.withLock { $0.now += duration } }

    func timing(jitter: Double = 1) -> RetryTiming {
        RetryTiming(
            now: { self.state.withLock { $0.now } },
            sleep: { duration in
                try Task.checkCancellation()
                self.state.withLock { state in
                    state.now += duration
                    state.sleeps.append(duration)
                }
            }, jitter: { jitter })
    }
}

/// Answers each call with the next of its outcomes; a call beyond them fails as one that was not scripted.
final class OutcomeModel: LanguageModel {
    let name: String
    private let outcomes: Mutex<[Result<String, ModelError>]>
    private let count = Mutex(0)
    private let usage: ModelUsage
    private let stop: StopKind

    init(_ outcomes: [Result<String, ModelError>], name: String = "test/model", usage: Int = 0, stop: StopKind = .done) {
        self.name = name
        self.outcomes = Mutex(outcomes)
        self.stop = stop
        var counted = ModelUsage()
        counted.inputFresh = usage
        self.usage = counted
    }

    var calls: Int { count.withLock { $0 } }

    func respond(
        to conversation: Conversation, options: ModelOptions, progress: @escaping @Sendable (ModelProgress) -> Void
    ) async throws -> ModelResponse {
        try Task.checkCancellation()
        count.withLock { $0 += 1 }
        progress(.usage(usage))
        let outcome = outcomes.withLock { $0.isEmpty ? .failure(ModelError(.badRequest, "not scripted")) : $0.removeFirst() }
        return ModelResponse(message: AssistantMessage(blocks: [.text(try outcome.get())]), stop: stop, usage: usage, model: name)
    }
}

/// Keeps what was reported.
final class Reports: Sendable {
    private let reports = Mutex<[ModelProgress]>([])
    var all: [ModelProgress] { reports.withLock { $0 } }
    var failures: [FailedAttempt] { all.compactMap { if case .failed(let attempt) = $0 { attempt } else { nil } } }
    var waits: [Duration] { all.compactMap { if case .waiting(let wait, _) = $0 { wait } else { nil } } }
    func note(_ report: ModelProgress) { reports.withLock { $0.append(report) } }
}
