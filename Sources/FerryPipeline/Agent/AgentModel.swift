package import FerryLLM
package import FerryModel

/// A model with what the loop must know about it.
package struct AgentModel: Sendable {
    package var model: any LanguageModel
    package var options: ModelOptions
    /// Tokens that one request may hold; `nil` where it is not known.
    package var window: Int?
    /// What usage costs at a model (by its `provider/model` name; of a chain, the one that answered); `nil` where the price is unknown.
    package var cost: @Sendable (ModelUsage, String) -> Money?

    package init(
        _ model: any LanguageModel, options: ModelOptions = ModelOptions(), window: Int? = nil,
        cost: @escaping @Sendable (ModelUsage, String) -> Money?
    ) {
        self.model = model
        self.options = options
        self.window = window
        self.cost = cost
    }

    /// Tokens at which a conversation is handed over to a fresh one.
    var handoverTokens: Int { min(200_000, (window ?? .max) / 4 * 3) }

    /// Bytes of one file that `read` shows at once: a small window is not filled by one answer.
    var readBytes: Int { min(256 << 10, (window ?? .max) / 4 * 3) }

    /// What a part of a call cost; nothing used is free at any price.
    func price(_ usage: ModelUsage, _ name: String) -> Money? { usage == ModelUsage() ? .zero : cost(usage, name.isEmpty ? model.name : name) }

    /// The most that a request of so many tokens to a model can cost.
    func most(tokens: Int, to name: String) -> Money? {
        var fresh = ModelUsage()
        // Estimates of tokens are a fifth off at worst.
        fresh.inputFresh = tokens + tokens / 5
        fresh.output = options.maxOutputTokens
        var written = fresh
        (written.inputFresh, written.cacheWrite5m) = (0, fresh.inputFresh)
        guard let one = cost(fresh, name), let other = cost(written, name) else { return nil }
        return max(one, other)
    }
}
