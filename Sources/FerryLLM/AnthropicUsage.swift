/// Anthropic's counts. Each report holds totals so far, and may leave some out: the last value of each counts, nothing is added up.
struct AnthropicUsage {
    private var fields: [String: Int] = [:]

    mutating func update(_ usage: JSONValue?) {
        guard let usage else { return }
        for name in ["input_tokens", "cache_read_input_tokens", "cache_creation_input_tokens", "output_tokens"] {
            if let count = usage[name]?.tokenCount { fields[name] = count }
        }
        for name in ["ephemeral_5m_input_tokens", "ephemeral_1h_input_tokens"] {
            if let count = usage["cache_creation"]?[name]?.tokenCount { fields[name] = count }
        }
        if let count = usage["output_tokens_details"]?["thinking_tokens"]?.tokenCount { fields["thinking_tokens"] = count }
    }

    var value: ModelUsage {
        var usage = ModelUsage()
        usage.inputFresh = fields["input_tokens"] ?? 0
        usage.cacheRead = fields["cache_read_input_tokens"] ?? 0
        usage.cacheWrite1h = fields["ephemeral_1h_input_tokens"] ?? 0
        // The total is the authority; what the breakdown leaves out is of the shorter kind.
        let written = fields["cache_creation_input_tokens"] ?? (fields["ephemeral_5m_input_tokens"] ?? 0) + usage.cacheWrite1h
        usage.cacheWrite1h = min(usage.cacheWrite1h, written)
        usage.cacheWrite5m = written - usage.cacheWrite1h
        usage.output = fields["output_tokens"] ?? 0
        usage.reasoning = fields["thinking_tokens"] ?? 0
        return usage
    }
}
