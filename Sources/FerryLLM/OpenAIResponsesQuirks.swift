/// What differs between the models and servers that speak OpenAI's Responses.
package struct OpenAIResponsesQuirks: Hashable, Sendable {
    /// Ask for reasoning in its encrypted form, and send it back: the model goes on where it was. Models that do not reason refuse it.
    package var encryptedReasoning: Bool
    /// Ask for summaries of the reasoning, which the vendor gives to verified organisations only.
    package var showsSummaries: Bool
    /// `reasoning.effort` is known.
    package var takesEffort: Bool
    /// `strict` on tools whose schema allows it; it is false on all others, since the wire demands it.
    package var strictTools: Bool
    /// Send `prompt_cache_key`.
    package var sendsCacheKey: Bool

    package init(
        encryptedReasoning: Bool = true, showsSummaries: Bool = false, takesEffort: Bool = true, strictTools: Bool = false,
        sendsCacheKey: Bool = false
    ) {
        self.encryptedReasoning = encryptedReasoning
        self.showsSummaries = showsSummaries
        self.takesEffort = takesEffort
        self.strictTools = strictTools
        self.sendsCacheKey = sendsCacheKey
    }

    /// The vendor's own dialect for the vendor's own host, the widest understood one for any other.
    package static func standard(for endpoint: Endpoint, model: String) -> OpenAIResponsesQuirks {
        let isOld = ["gpt-3", "gpt-4", "chatgpt"].contains { model.hasPrefix($0) }
        let isVendor = endpoint.host == "api.openai.com"
        return OpenAIResponsesQuirks(
            encryptedReasoning: !isOld, showsSummaries: isVendor && !isOld, takesEffort: !isOld, strictTools: isVendor, sendsCacheKey: isVendor)
    }

    /// These quirks with one field set; `nil` when field or value is unknown.
    func setting(_ field: String, to value: String) -> OpenAIResponsesQuirks? {
        guard let value = Bool(value) else { return nil }
        var quirks = self
        switch field {
        case "encrypted_reasoning": quirks.encryptedReasoning = value
        case "summaries": quirks.showsSummaries = value
        case "effort": quirks.takesEffort = value
        case "strict_tools": quirks.strictTools = value
        case "cache_key": quirks.sendsCacheKey = value
        default: return nil
        }
        return quirks
    }
}
