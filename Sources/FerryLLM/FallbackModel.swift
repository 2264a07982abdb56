internal import Synchronization

/// A chain of models: where one stays unavailable, or refuses to answer, the next is asked. Faults that a person must mend (a key, a spend limit,
/// a malformed request) go no further down the chain, so that they are seen.
/// The next model gets the same conversation; the blocks that only another model can read are left out by its driver.
package final class FallbackModel: LanguageModel {
    private let chain: [any LanguageModel]
    private let rest: Duration
    private let timing: RetryTiming
    /// Until when a model that was unavailable is passed over, so that each turn of a long conversation does not wait for it anew.
    private let resting: Mutex<[Duration]>

    /// Traps when the chain is empty. A model that failed is passed over for `rest`.
    package init(_ chain: [any LanguageModel], rest: Duration = .seconds(60), timing: RetryTiming = .system) {
        precondition(!chain.isEmpty, "a chain has a model")
        self.chain = chain
        self.rest = rest
        self.timing = timing
        resting = Mutex([Duration](repeating: .zero, count: chain.count))
    }

    /// The first model's; `ModelResponse.model` names the one that answered.
    package var name: String { chain[0].name }

    package var upNext: String { chain[available()[0]].upNext }

    package func body(of conversation: Conversation, options: ModelOptions, model: String) -> [UInt8] {
        (chain.first { $0.name == model } ?? chain[0]).body(of: conversation, options: options, model: model)
    }

    package func respond(
        to conversation: Conversation, options: ModelOptions, progress: @escaping @Sendable (ModelProgress) -> Void
    ) async throws -> ModelResponse {
        try await respond(to: conversation, options: options, permit: { _ in }, progress: progress)
    }

    package func respond(
        to conversation: Conversation, options: ModelOptions, permit: RequestPermit, progress: @escaping @Sendable (ModelProgress) -> Void
    ) async throws -> ModelResponse {
        var order = available()
        while true {
            let index = order.removeFirst()
            do {
                let response = try await chain[index].respond(to: conversation, options: options, permit: permit, progress: progress)
                guard response.stop == .refused, !order.isEmpty else { return response }
                let refusal = ModelError(.badRequest, "\(response.model) refused to answer")
                progress(.failed(FailedAttempt(model: response.model, usage: response.usage, error: refusal)))
            } catch let error as ModelError where error.isTransient && !order.isEmpty {
                resting.withLock { $0[index] = timing.now() + max(rest, error.retryAfter ?? .zero) }
            }
        }
    }

    /// The chain without the models that rest; all of it when all do.
    private func available() -> [Int] {
        let now = timing.now()
        let awake = resting.withLock { resting in chain.indices.filter { resting[$0] <= now } }
        return awake.isEmpty ? Array(chain.indices) : awake
    }
}
