package import SystemPackage

/// A provider as the settings note names it: `name: {api: …, base_url: …, key: …}`.
package struct ProviderSettings: Hashable, Sendable {
    /// The protocol that it speaks.
    package enum API: String, Hashable, Sendable, CaseIterable {
        /// Anthropic Messages.
        case anthropic
        /// OpenAI Chat Completions, of the vendor and of the many servers that speak it.
        case openai
        case openaiResponses = "openai-responses"
        case gemini
        /// Ollama's own /api/chat; its compatible interface is `openai`.
        case ollama
        case scripted
    }

    package let name: String
    package let api: API
    /// `nil`: the vendor's own address.
    package var baseURL: String?
    /// The name of a key, never a key. `nil`: the vendor's own variable at the vendor's own host, none elsewhere.
    package var key: String?
    /// For `scripted`: the script.
    package var script: FilePath?
    /// From a request to the beginning of its answer; `nil`: what is usual.
    package var firstByte: Duration?
    /// What differs from what is usual at that host, by field; each was checked.
    package private(set) var quirks: [String: String] = [:]

    package init(name: String, api: API, baseURL: String? = nil, key: String? = nil, script: FilePath? = nil) {
        self.name = name
        self.api = api
        self.baseURL = baseURL
        self.key = key
        self.script = script
    }

    /// Reads the fields of a provider. Throws `ModelError` of kind `configuration` that names the field.
    /// Quirks, each as `setting` of its type has them: `OpenAIQuirks`, `OpenAIResponsesQuirks`, `AnthropicQuirks`, `GeminiQuirks`, `OllamaQuirks`.
    package init(name: String, fields: [String: String]) throws(ModelError) {
        func fault(_ what: String, _ remedy: String) -> ModelError { ModelError(.configuration, "Provider `\(name)`: \(what)", remedy: remedy) }
        let supported = API.allCases.map(\.rawValue).joined(separator: ", ")
        guard let apiName = fields["api"] else { throw fault("`api` is missing", "Set it to one of \(supported)") }
        guard let api = API(rawValue: apiName) else { throw fault("`api: \(apiName)` is not known", "Set it to one of \(supported)") }
        self.init(name: name, api: api, baseURL: fields["base_url"], key: fields["key"], script: fields["script"].map { FilePath($0) })
        if let text = fields["first_byte_seconds"] {
            guard let seconds = Int(text), (1...3_600).contains(seconds) else {
                throw fault("`first_byte_seconds: \(text)` is not understood", "Write a whole number of seconds, at most 3600")
            }
            firstByte = .seconds(seconds)
        }
        let common = ["api", "base_url", "key", "script", "first_byte_seconds"]
        for (field, value) in fields.sorted(by: { $0.key < $1.key }) where !common.contains(field) {
            guard Self.isKnown(field, value, of: api) else {
                throw fault(
                    "`\(field): \(value)` is not understood",
                    api.quirkFields.isEmpty ? "Take it out" : "api \(api.rawValue) knows \(api.quirkFields.joined(separator: ", "))")
            }
            quirks[field] = value
        }
        if api == .scripted, script == nil { throw fault("`script` is missing", "Set it to the path of a script") }
    }
}

extension ProviderSettings {
    private static func isKnown(_ field: String, _ value: String, of api: API) -> Bool {
        switch api {
        case .openai: OpenAIQuirks().setting(field, to: value) != nil
        case .openaiResponses: OpenAIResponsesQuirks().setting(field, to: value) != nil
        case .anthropic: AnthropicQuirks().setting(field, to: value) != nil
        case .gemini: GeminiQuirks().setting(field, to: value) != nil
        case .ollama: OllamaQuirks().setting(field, to: value) != nil
        case .scripted: false
        }
    }
}

extension ProviderSettings.API {
    /// The fields that say what differs at a provider of this API, with what they take.
    fileprivate var quirkFields: [String] {
        switch self {
        case .openai: OpenAIQuirks.fields
        case .openaiResponses: ["encrypted_reasoning", "summaries", "effort", "strict_tools", "cache_key (true or false)"]
        case .anthropic: ["thinking", "effort", "strict_tools (true or false)"]
        case .gemini: ["thinking", "effort", "signatures (true or false)"]
        case .ollama: ["num_ctx (tokens, from 2048)", "thinking", "effort (true or false)"]
        case .scripted: []
        }
    }
}

extension AnthropicQuirks {
    /// These quirks with one field set; `nil` when field or value is unknown.
    func setting(_ field: String, to value: String) -> AnthropicQuirks? {
        guard let value = Bool(value) else { return nil }
        var quirks = self
        switch field {
        case "thinking": quirks.showsThinking = value
        case "effort": quirks.takesEffort = value
        case "strict_tools": quirks.strictTools = value
        default: return nil
        }
        return quirks
    }
}
