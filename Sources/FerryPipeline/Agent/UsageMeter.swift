internal import FerryLLM
internal import Synchronization

/// Follows one model call while it is on its way, so that failed attempts, and a call that is cut off, are paid and recorded as well.
final class UsageMeter: Sendable {
    private struct State {
        var attempts: [FailedAttempt] = []
        var current = ModelUsage()
        var characters = 0
        var unknown = 0

        /// What the attempt on its way has used, as far as anybody can tell: providers report the output of a stream at its end, and charge for one that is
        /// cut off as well.
        mutating func used(_ reported: ModelUsage, _ error: ModelError?) -> ModelUsage {
            if reported == ModelUsage() {
                // Nothing was reported. One that was refused before anything came costs nothing; of all others nobody knows.
                if error == nil || characters > 0 { unknown += 1 }
                return reported
            }
            var used = reported
            // About four characters are a token.
            if (characters + 3) / 4 > used.output {
                used.output = (characters + 3) / 4
                used.isEstimated = true
            }
            return used
        }
    }
    private let state = Mutex(State())

    /// Returns the characters that have arrived of the attempt on its way.
    func note(_ progress: ModelProgress) -> Int {
        state.withLock { state in
            switch progress {
            case .usage(let usage): state.current = usage
            case .output(let characters): state.characters += characters
            case .failed(let attempt):
                let usage = state.used(attempt.usage, attempt.error)
                state.attempts.append(FailedAttempt(model: attempt.model, usage: usage, error: attempt.error, retryIn: attempt.retryIn))
                state.current = ModelUsage()
                state.characters = 0
            case .waiting: break
            }
            return state.characters
        }
    }

    /// The attempts that failed before the answer.
    var failures: [FailedAttempt] { state.withLock { $0.attempts } }

    /// Attempts whose usage nobody knows, among those that were asked for: each may have cost what was reserved.
    var unknown: Int { state.withLock { $0.unknown } }

    /// The attempts of a call that gave no answer: with the last one, which a bare driver does not report itself. `error` is `nil` for a cancelled call.
    func failures(endingWith error: ModelError?, model: String) -> [FailedAttempt] {
        state.withLock { state in
            // The retries give an error the name of its model only when they throw it.
            if let last = state.attempts.last, last.error?.naming(last.model) == error?.naming(last.model), state.current == ModelUsage() {
                return state.attempts
            }
            return state.attempts + [FailedAttempt(model: model, usage: state.used(state.current, error), error: error)]
        }
    }
}
