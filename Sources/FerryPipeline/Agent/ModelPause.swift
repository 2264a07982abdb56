internal import FerryLLM
internal import Foundation
internal import Synchronization

extension AgentProgress.Phase {
    /// What the agent does by the news of its call, of whose answer so many characters have come.
    init(_ progress: ModelProgress, characters: Int) {
        self =
            switch progress {
            case .waiting(let pause, let model): .waiting(pause, because: "the provider of \(model) asks every user of its key to wait")
            case .failed(let attempt):
                // A rate limit is waited for at the gate, which says so.
                if let pause = attempt.retryIn, let error = attempt.error, error.kind != .rate {
                    .waiting(pause, because: "\(attempt.model) gave no answer (\(error.message))")
                } else {
                    .asking(characters: characters)
                }
            case .usage, .output: .asking(characters: characters)
            }
    }
}

/// Tells of pauses of one agent that are long enough for a person to wonder what it does.
package final class ModelPause: Sendable {
    /// What is told of a pause begins so.
    package static let opening = "waits until "
    /// What is shorter is not told: it is over before the note could say so.
    private static let shortest = Duration.seconds(10)

    private let isTold = Mutex(false)

    package init() {}

    /// What the stage is called from now on; `nil` where that stays as it is.
    func stage(_ label: String, _ phase: AgentProgress.Phase, now: Date = .now) -> String? {
        if case .waiting(let pause, let reason) = phase, pause >= Self.shortest {
            isTold.withLock { $0 = true }
            let end = now.addingTimeInterval(pause.seconds).formatted(.iso8601.time(includingFractionalSeconds: false))
            return "\(Self.opening)\(end) (UTC): \(reason)"
        }
        return isTold.withLock { isTold in
            defer { isTold = false }
            return isTold ? label : nil
        }
    }
}
