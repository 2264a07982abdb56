package import SystemPackage

/// A provider as the settings note names it: `name: {api: …, base_url: …, key: …}`.
package struct ProviderSettings: Hashable, Sendable {
    package enum API: String, Hashable, Sendable, CaseIterable { case anthropic, openai, scripted }

    package let name: String
    package let api: API
    /// `nil`: the vendor's own address.
    package var baseURL: String?
    /// The name of a key, never a key. `nil`: the vendor's own variable at the vendor's own host, none elsewhere.
    package var key: String?
    /// For `scripted`: the script.
    package var script: FilePath?
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
    /// Quirks, for `openai`: `max_tokens_field`, `system_role`, `stream_usage`, `strict_tools`, `effort`, `echo_reasoning`;
    /// for `anthropic`: `thinking`, `effort`, `strict_tools`.
    package init(name: String, fields: [String: String]) throws(ModelError) {
        func fault(_ what: String, _ remedy: String) -> ModelError { ModelError(.configuration, "Provider `\(name)`: \(what)", remedy: remedy) }
        let supported = API.allCases.map(\.rawValue).joined(separator: ", ")
        guard let apiName = fields["api"] else { throw fault("`api` is missing", "Set it to one of \(supported)") }
        guard let api = API(rawValue: apiName) else {
            let isPlanned = ["openai-responses", "ollama", "gemini"].contains(apiName)
            let what = isPlanned ? "`api: \(apiName)` is not supported yet" : "`api: \(apiName)` is not known"
            throw fault(
                what, isPlanned ? "These serve api: openai as well; set it, with the base_url of that interface" : "Set it to one of \(supported)")
        }
        self.init(name: name, api: api, baseURL: fields["base_url"], key: fields["key"], script: fields["script"].map { FilePath($0) })
        for (field, value) in fields.sorted(by: { $0.key < $1.key }) where !["api", "base_url", "key", "script"].contains(field) {
            let isKnown =
                switch api {
                case .openai: OpenAIQuirks().setting(field, to: value) != nil
                case .anthropic: AnthropicQuirks().setting(field, to: value) != nil
                case .scripted: false
                }
            guard isKnown else {
                throw fault(
                    "`\(field): \(value)` is not understood", "See the providers' page of the documentation for the fields of api \(api.rawValue)")
            }
            quirks[field] = value
        }
        if api == .scripted, script == nil { throw fault("`script` is missing", "Set it to the path of a script") }
    }
}

extension OpenAIQuirks {
    /// These quirks with one field set; `nil` when field or value is unknown.
    func setting(_ field: String, to value: String) -> OpenAIQuirks? {
        var quirks = self
        switch field {
        case "max_tokens_field":
            guard let field = OutputLimitField(rawValue: value) else { return nil }
            quirks.outputLimit = field
        case "system_role":
            guard let role = SystemRole(rawValue: value) else { return nil }
            quirks.systemRole = role
        default:
            guard let isOn = Bool(value) else { return nil }
            switch field {
            case "stream_usage": quirks.reportsUsage = isOn
            case "strict_tools": quirks.strictTools = isOn
            case "effort": quirks.takesEffort = isOn
            case "echo_reasoning": quirks.echoesReasoning = isOn
            default: return nil
            }
        }
        return quirks
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
