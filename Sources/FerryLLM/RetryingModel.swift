internal import Synchronization

/// Tries transient failures of a model again, as `RetryPolicy` says, and reports each failed attempt (`ModelProgress.failed`), since it costs, too.
package struct RetryingModel: LanguageModel {
    private let base: any LanguageModel
    private let policy: RetryPolicy
    private let gate: RateGate
    private let timing: RetryTiming

    /// `gate` is the one of the model's key.
    package init(_ base: any LanguageModel, policy: RetryPolicy = RetryPolicy(), gate: RateGate, timing: RetryTiming = .system) {
        self.base = base
        self.policy = policy
        self.gate = gate
        self.timing = timing
    }

    package var name: String { base.name }

    package func body(of conversation: Conversation, options: ModelOptions, model: String) -> [UInt8] {
        base.body(of: conversation, options: options, model: model)
    }

    package func respond(
        to conversation: Conversation, options: ModelOptions, progress: @escaping @Sendable (ModelProgress) -> Void
    ) async throws -> ModelResponse {
        try await respond(to: conversation, options: options, permit: { _ in }, progress: progress)
    }

    package func respond(
        to conversation: Conversation, options: ModelOptions, permit: RequestPermit, progress: @escaping @Sendable (ModelProgress) -> Void
    ) async throws -> ModelResponse {
        // What would be refused for good, and for every later turn as well, is not sent.
        if let fault = conversation.pairingFault {
            throw ModelError(.badRequest, "A conversation is out of order: \(fault)", remedy: "This is a fault of Ferry's; please report it").naming(
                name)
        }
        var waited = Duration.zero
        var rateLimits = 0
        var failures = 0
        while true {
            waited += try await passGate(waited: waited, progress: progress)
            try await permit(name)
            let usage = LastUsage()
            do {
                return try await base.respond(to: conversation, options: options) { report in
                    usage.note(report)
                    progress(report)
                }
            } catch let error as ModelError {
                if error.kind == .rate { rateLimits += 1 } else { failures += 1 }
                let count = error.kind == .rate ? rateLimits : failures
                let wait = policy.wait(after: error, failures: count, waited: waited, jitter: timing.jitter())
                if error.kind == .rate { gate.close(until: timing.now() + (wait ?? error.retryAfter ?? .zero)) }
                progress(.failed(FailedAttempt(model: name, usage: usage.value, error: error, retryIn: wait)))
                guard let wait else { throw error.naming(name) }
                // A rate limit is waited for at the gate, where the others wait.
                if error.kind != .rate {
                    try await timing.sleep(wait)
                    waited += wait
                }
            } catch {
                progress(.failed(FailedAttempt(model: name, usage: usage.value, error: nil)))
                throw error
            }
        }
    }

    /// Waits while the key's gate is closed, and returns for how long. Others may close it again meanwhile.
    private func passGate(waited: Duration, progress: @Sendable (ModelProgress) -> Void) async throws -> Duration {
        var spent = Duration.zero
        while let remaining = gate.remaining(at: timing.now()) {
            guard waited + spent + remaining <= policy.patience else {
                throw ModelError(.rate, "The provider of \(name) asks every user of this key to wait", retryAfter: remaining).naming(name)
            }
            progress(.waiting(remaining, model: name))
            // Spread, so that those who waited together do not all come back in one instant.
            let spread = min(remaining / 10, .seconds(1)) * timing.jitter()
            try await timing.sleep(remaining + spread)
            spent += remaining + spread
        }
        return spent
    }
}

/// The last usage that an attempt reported.
private final class LastUsage: Sendable {
    private let last = Mutex(ModelUsage())
    var value: ModelUsage { last.withLock { $0 } }
    func note(_ report: ModelProgress) {
        if case .usage(let usage) = report { last.withLock { $0 = usage } }
    }
}
