internal import FerryLLM
internal import Synchronization

/// Follows one model call while it is on its way, so that failed attempts, and a call that is cut off, are paid and recorded as well.
final class UsageMeter: Sendable {
    private struct State {
        var attempts: [FailedAttempt] = []
        var current = ModelUsage()
        var characters = 0
    }
    private let state = Mutex(State())

    /// Returns the characters that have arrived of the attempt on its way.
    func note(_ progress: ModelProgress) -> Int {
        state.withLock { state in
            switch progress {
            case .usage(let usage): state.current = usage
            case .output(let characters): state.characters += characters
            case .failed(let attempt):
                state.attempts.append(attempt)
                state.current = ModelUsage()
                state.characters = 0
            case .waiting: break
            }
            return state.characters
        }
    }

    /// The attempts that failed before the answer.
    var failures: [FailedAttempt] { state.withLock { $0.attempts } }

    /// The attempts of a call that gave no answer: with the last one, which a bare driver does not report itself. `error` is `nil` for a cancelled call.
    func failures(endingWith error: ModelError?, model: String) -> [FailedAttempt] {
        state.withLock { state in
            if let last = state.attempts.last, last.error == error, state.current == ModelUsage() { return state.attempts }
            return state.attempts + [FailedAttempt(model: model, usage: state.current, error: error)]
        }
    }
}
