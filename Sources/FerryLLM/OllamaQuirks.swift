/// What a model behind Ollama's own interface is given.
package struct OllamaQuirks: Hashable, Sendable {
    /// Tokens of context that the model is loaded with, prompt and answer together. Left to itself Ollama takes as few as 4,096.
    package var contextTokens: Int
    /// Ask the model to think; one that cannot refuses. `nil` leaves it to the model.
    package var thinks: Bool?
    /// `think` may be low, medium or high.
    package var takesEffort: Bool

    /// 65,536 tokens are what the vendor recommends for agents, and take some gigabytes of memory.
    package init(contextTokens: Int = 65_536, thinks: Bool? = nil, takesEffort: Bool = false) {
        self.contextTokens = contextTokens
        self.thinks = thinks
        self.takesEffort = takesEffort
    }

    /// Only one family knows levels of thinking; the others refuse them.
    package static func standard(for model: String) -> OllamaQuirks { OllamaQuirks(takesEffort: model.hasPrefix("gpt-oss")) }

    /// These quirks with one field set; `nil` when field or value is unknown.
    func setting(_ field: String, to value: String) -> OllamaQuirks? {
        var quirks = self
        switch field {
        case "num_ctx":
            guard let tokens = Int(value), (2_048...10_000_000).contains(tokens) else { return nil }
            quirks.contextTokens = tokens
        case "thinking":
            guard let value = Bool(value) else { return nil }
            quirks.thinks = value
        case "effort":
            guard let value = Bool(value) else { return nil }
            quirks.takesEffort = value
        default: return nil
        }
        return quirks
    }
}
