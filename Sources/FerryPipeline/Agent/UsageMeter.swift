internal import FerryLLM
internal import Synchronization

/// Follows one model call while it is on its way, so that failed attempts, and a call that is cut off, are paid and recorded as well.
final class UsageMeter: Sendable {
    /// An attempt that gave no answer.
    struct Attempt: Sendable {
        let failure: FailedAttempt
        /// Nobody knows what it used: it may have cost what was reserved for it.
        let isUnknown: Bool
    }
    private struct State {
        var attempts: [Attempt] = []
        var current = ModelUsage()
        var characters = 0

        /// What the attempt on its way has used, as far as anybody can tell: providers report the output of a stream at its end, and charge for one that is
        /// cut off as well.
        mutating func end(_ attempt: FailedAttempt) {
            var used = attempt.usage
            // Where nothing was reported: one that was refused before anything came costs nothing; of all others nobody knows.
            let isUnknown = used == ModelUsage() && (attempt.error == nil || characters > 0)
            // About four characters are a token.
            if used != ModelUsage(), (characters + 3) / 4 > used.output {
                used.output = (characters + 3) / 4
                used.isEstimated = true
            }
            let failure = FailedAttempt(model: attempt.model, usage: used, error: attempt.error, retryIn: attempt.retryIn)
            attempts.append(Attempt(failure: failure, isUnknown: isUnknown))
            current = ModelUsage()
            characters = 0
        }
    }
    private let state = Mutex(State())

    /// Returns the characters that have arrived of the attempt on its way.
    func note(_ progress: ModelProgress) -> Int {
        state.withLock { state in
            switch progress {
            case .usage(let usage): state.current = usage
            case .output(let characters): state.characters += characters
            case .failed(let attempt): state.end(attempt)
            case .waiting: break
            }
            return state.characters
        }
    }

    /// The attempts that gave no answer, in their order.
    var attempts: [Attempt] { state.withLock { $0.attempts } }

    /// The call gave no answer: its last attempt counts as well, which a bare driver does not report itself. `error` is `nil` for a cancelled call.
    func end(with error: ModelError?, model: String) {
        state.withLock { state in
            // The retries give an error the name of its model only when they throw it.
            if let last = state.attempts.last?.failure, last.error?.naming(last.model) == error?.naming(last.model), state.current == ModelUsage() {
                return
            }
            state.end(FailedAttempt(model: model, usage: state.current, error: error))
        }
    }
}
