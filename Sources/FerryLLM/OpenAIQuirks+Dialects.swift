extension OpenAIQuirks {
    /// Servers whose dialect is known. A vendor's is told by its host; a server of one's own names it in the provider's settings.
    package enum Dialect: String, Hashable, Sendable, CaseIterable {
        case openai, deepseek, mistral, openrouter, vllm, llamacpp, lmstudio
        /// The widest understood form.
        case compatible
    }

    /// What a dialect is usually like for a model.
    package static func dialect(_ dialect: Dialect, model: String) -> OpenAIQuirks {
        switch dialect {
        case .openai: OpenAIQuirks(outputLimit: .maxCompletionTokens, systemRole: .developer, strictTools: true, sendsCacheKey: true)
        // With tools it demands its reasoning back.
        case .deepseek: OpenAIQuirks(echo: .content)
        // Refuses every field that it does not know, and reports usage unasked.
        case .mistral: OpenAIQuirks(asksUsage: false, effort: .none, callIDs: .nine, userAfterTool: false)
        case .openrouter: OpenAIQuirks(effort: .nested, echo: .details, marksCache: model.hasPrefix("anthropic/"))
        case .vllm, .compatible: OpenAIQuirks()
        // What they do not know they pass over; effort is set where the model is loaded.
        case .llamacpp, .lmstudio: OpenAIQuirks(effort: .none)
        }
    }

    /// By the vendor's own host; the widest understood form for any other.
    package static func standard(for endpoint: Endpoint, model: String = "") -> OpenAIQuirks {
        let hosts: [String: Dialect] = [
            "api.openai.com": .openai, "api.deepseek.com": .deepseek, "api.mistral.ai": .mistral, "openrouter.ai": .openrouter,
        ]
        return dialect(hosts[endpoint.host] ?? .compatible, model: model)
    }

    /// The fields that say what differs, with what they take.
    static let fields = [
        "dialect (\(choices(Dialect.self)))", "max_tokens_field (\(choices(OutputLimitField.self)))", "system_role (\(choices(SystemRole.self)))",
        "effort (true, false, \(choices(EffortField.self)))", "echo_reasoning (true, false, \(choices(ReasoningEcho.self)))",
        "call_ids (\(choices(CallIDs.self)))", "stream_usage", "strict_tools", "user_after_tool", "cache_key", "cache_marks (true or false)",
    ]

    private static func choices<Value: RawRepresentable<String> & CaseIterable>(_ type: Value.Type) -> String {
        type.allCases.map(\.rawValue).joined(separator: ", ")
    }

    /// These quirks with all fields set, the dialect first. Fields that are not understood are passed over: they were refused when they were read.
    func setting(_ fields: [String: String], model: String) -> OpenAIQuirks {
        let base = fields["dialect"].flatMap(Dialect.init).map { Self.dialect($0, model: model) } ?? self
        return fields.reduce(base) { $0.setting($1.key, to: $1.value) ?? $0 }
    }

    /// These quirks with one field set; `nil` when field or value is unknown. `dialect` changes nothing here.
    func setting(_ field: String, to value: String) -> OpenAIQuirks? {
        var quirks = self
        switch field {
        case "dialect": return Dialect(rawValue: value).map { _ in self }
        case "max_tokens_field": return Self.set(&quirks, \.outputLimit, value)
        case "system_role": return Self.set(&quirks, \.systemRole, value)
        case "call_ids": return Self.set(&quirks, \.callIDs, value)
        case "effort": return Self.set(&quirks, \.effort, ["true": EffortField.flat, "false": .none][value]?.rawValue ?? value)
        case "echo_reasoning": return Self.set(&quirks, \.echo, ["true": ReasoningEcho.content, "false": .none][value]?.rawValue ?? value)
        default:
            let switches: [String: WritableKeyPath<OpenAIQuirks, Bool>] = [
                "stream_usage": \.asksUsage, "strict_tools": \.strictTools, "user_after_tool": \.userAfterTool, "cache_key": \.sendsCacheKey,
                "cache_marks": \.marksCache,
            ]
            guard let path = switches[field], let isOn = Bool(value) else { return nil }
            quirks[keyPath: path] = isOn
            return quirks
        }
    }

    private static func set<Value: RawRepresentable<String>>(
        _ quirks: inout OpenAIQuirks, _ path: WritableKeyPath<OpenAIQuirks, Value>, _ value: String
    ) -> OpenAIQuirks? {
        guard let value = Value(rawValue: value) else { return nil }
        quirks[keyPath: path] = value
        return quirks
    }
}
