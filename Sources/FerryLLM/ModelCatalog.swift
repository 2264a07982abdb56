package import FerryHTTP
internal import FerrySystem
package import FerryModel
internal import Synchronization

/// Which models there are by the settings, and how to reach them. Made anew when settings change; the gates live on in `RateGates`.
package struct ModelCatalog: Sendable {
    let providers: [String: ProviderSettings]
    private let aliases: [String: [String]]
    let prices: PriceTable
    private let keys: KeyRing
    let client: StreamingHTTPClient
    private let gates: RateGates
    var policy: RetryPolicy
    var streamTiming: StreamTiming
    private let retryTiming: RetryTiming
    /// Nothing is sent, so no key is needed and no script is read.
    private var isOffline = false

    /// Providers that are there without any setting, at their vendor's address, or for Ollama at its own on this machine.
    package static let usualProviders = [
        ProviderSettings(name: "anthropic", api: .anthropic), ProviderSettings(name: "gemini", api: .gemini),
        ProviderSettings(name: "ollama", api: .ollama), ProviderSettings(name: "openai", api: .openai),
    ]

    /// `aliases`: a name to a chain of `provider/model`. The `usualProviders` are there as well.
    package init(
        providers: [ProviderSettings] = [], aliases: [String: [String]] = [:], prices: PriceTable = PriceTable(), keys: KeyRing,
        client: StreamingHTTPClient, gates: RateGates, policy: RetryPolicy = RetryPolicy(), streamTiming: StreamTiming = StreamTiming(),
        retryTiming: RetryTiming = .system
    ) {
        self.providers = Dictionary((Self.usualProviders + providers).map { ($0.name, $0) }) { _, last in last }
        self.aliases = aliases
        self.prices = prices
        self.keys = keys
        self.client = client
        self.gates = gates
        self.policy = policy
        self.streamTiming = streamTiming
        self.retryTiming = retryTiming
    }

    /// The same models, for their request bodies only: no key is asked for, and nothing may be sent.
    package var offline: ModelCatalog {
        var copy = self
        copy.isOffline = true
        return copy
    }

    /// The names that `model(named:)` knows beside `provider/model`.
    package var aliasNames: [String] { aliases.keys.sorted() }

    /// The chain of `provider/model` behind an alias, or the one name itself. Throws `ModelError` of kind `configuration`.
    package func chain(of name: String) throws(ModelError) -> [String] {
        if let chain = aliases[name] {
            guard !chain.isEmpty else {
                throw ModelError(.configuration, "The model alias `\(name)` stands for nothing", remedy: "Give it a provider/model")
            }
            for member in chain { _ = try provider(of: member) }
            return chain
        }
        guard name.contains("/") else {
            let known = aliasNames.isEmpty ? "there is none yet" : "known: \(aliasNames.joined(separator: ", "))"
            throw ModelError(
                .configuration, "No model alias `\(name)` (\(known))",
                remedy: "Add it under `## Models` in the settings note, or write provider/model")
        }
        _ = try provider(of: name)
        return [name]
    }

    /// The model behind an alias or `provider/model`, with retries, the gate of its key, and the rest of its chain.
    /// Throws `ModelError` of kind `configuration`: unknown name, bad address, missing or unbound key, unreadable script.
    package func model(named name: String) throws(ModelError) -> any LanguageModel { try model(of: try chain(of: name)) }

    /// As `model(named:)`, for a chain of `provider/model` that is not empty.
    package func model(of chain: [String]) throws(ModelError) -> any LanguageModel {
        var models: [any LanguageModel] = []
        for member in chain {
            let (settings, model) = try provider(of: member)
            let (driver, gate) = try make(settings, model: model)
            let fitted = prices.limits(of: member).map { FittedModel(base: driver, limits: $0) as any LanguageModel } ?? driver
            models.append(RetryingModel(fitted, policy: policy, gate: gate, timing: retryTiming))
        }
        return models.count == 1 ? models[0] : FallbackModel(models, timing: retryTiming)
    }

    /// Where a `provider/model` is reached, for programs that write their own requests. Throws `ModelError` of kind `configuration`.
    package func upstream(of name: String) throws(ModelError) -> ModelUpstream {
        let (settings, model) = try provider(of: name)
        guard [.anthropic, .openai, .openaiResponses].contains(settings.api) else {
            throw ModelError(
                .configuration, "Programs of others cannot reach \(name): its provider speaks `api: \(settings.api.rawValue)`",
                remedy: "Give the agent a model of a provider with api anthropic or openai")
        }
        let isAnthropic = settings.api == .anthropic
        let (endpoint, key, gate) = try reach(settings)
        return ModelUpstream(name: name, wire: isAnthropic ? .anthropic : .openAI, model: model, endpoint: endpoint, key: key, gate: gate)
    }

    /// The price of a `provider/model`, as `ModelResponse.model` names it; `nil`: unknown. A script may bring its own.
    package func price(of name: String) -> ModelPrice? {
        if let price = prices.price(of: name) { return price }
        guard let (settings, _) = try? provider(of: name), settings.api == .scripted else { return nil }
        return (try? script(settings))?.price
    }

    /// What a call cost; `nil`: the price is unknown.
    package func cost(of usage: ModelUsage, model name: String) -> Money? { price(of: name)?.cost(of: usage) }

    /// Tokens that one request to a `provider/model` may hold; `nil` where it is not known. Ollama holds no more than it is told to.
    package func window(of name: String) -> Int? {
        guard let (settings, model) = try? provider(of: name), settings.api == .ollama else { return prices.limits(of: name)?.window }
        return ollamaQuirks(settings, model: model).contextTokens
    }

    func provider(of name: String) throws(ModelError) -> (settings: ProviderSettings, model: String) {
        let parts = name.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty else {
            throw ModelError(.configuration, "`\(name)` is no model", remedy: "Write provider/model, as in anthropic/claude-opus-5-5")
        }
        guard let settings = providers[String(parts[0])] else {
            throw ModelError(
                .configuration, "No provider `\(parts[0])` (known: \(providers.keys.sorted().joined(separator: ", ")))",
                remedy: "Add it under `## Providers` in the settings note")
        }
        return (settings, String(parts[1]))
    }

    private func make(_ settings: ProviderSettings, model: String) throws(ModelError) -> (driver: any LanguageModel, gate: RateGate) {
        let limits = prices.limits(of: "\(settings.name)/\(model)")
        switch settings.api {
        case .scripted:
            return (ScriptedModel(provider: settings.name, model: model, script: try script(settings)), gates.gate(for: settings.name))
        case .anthropic:
            let (endpoint, key, gate) = try reach(settings)
            let quirks = settings.quirks.reduce(AnthropicQuirks.standard(for: model).fitting(limits)) { $0.setting($1.key, to: $1.value) ?? $0 }
            let driver = AnthropicModel(
                provider: settings.name, model: model, endpoint: endpoint, key: key, quirks: quirks, client: client,
                timing: timing(settings))
            return (driver, gate)
        case .openai:
            let (endpoint, key, gate) = try reach(settings)
            let quirks = OpenAIQuirks.standard(for: endpoint, model: model).fitting(limits).setting(settings.quirks, model: model)
            let driver = OpenAIChatModel(
                provider: settings.name, model: model, endpoint: endpoint, key: key, quirks: quirks, client: client, timing: timing(settings))
            return (driver, gate)
        case .openaiResponses:
            let (endpoint, key, gate) = try reach(settings)
            let usual = OpenAIResponsesQuirks.standard(for: endpoint, model: model).fitting(limits)
            let quirks = settings.quirks.reduce(usual) { $0.setting($1.key, to: $1.value) ?? $0 }
            let driver = OpenAIResponsesModel(
                provider: settings.name, model: model, endpoint: endpoint, key: key, quirks: quirks, client: client, timing: timing(settings))
            return (driver, gate)
        case .gemini:
            let (endpoint, key, gate) = try reach(settings)
            let quirks = settings.quirks.reduce(GeminiQuirks.standard(for: model).fitting(limits)) { $0.setting($1.key, to: $1.value) ?? $0 }
            let driver = GeminiModel(
                provider: settings.name, model: model, endpoint: endpoint, key: key, quirks: quirks, client: client, timing: timing(settings))
            return (driver, gate)
        case .ollama:
            let (endpoint, key, gate) = try reach(settings)
            let quirks = ollamaQuirks(settings, model: model)
            let driver = OllamaModel(
                provider: settings.name, model: model, endpoint: endpoint, key: key, quirks: quirks, client: client, timing: timing(settings))
            return (driver, gate)
        }
    }

    private func ollamaQuirks(_ settings: ProviderSettings, model: String) -> OllamaQuirks {
        let limits = prices.limits(of: "\(settings.name)/\(model)")
        var quirks = settings.quirks.reduce(OllamaQuirks.standard(for: model).fitting(limits)) { $0.setting($1.key, to: $1.value) ?? $0 }
        quirks.contextTokens = min(quirks.contextTokens, limits?.window ?? .max)
        return quirks
    }

    /// Ollama loads a model before it answers, which takes minutes.
    func timing(_ settings: ProviderSettings) -> StreamTiming {
        var timing = streamTiming
        if settings.api == .ollama { timing.firstByte = max(timing.firstByte, .seconds(600)) }
        if let firstByte = settings.firstByte { timing.firstByte = firstByte }
        return timing
    }

    func reach(_ settings: ProviderSettings) throws(ModelError) -> (endpoint: Endpoint, key: Secret?, gate: RateGate) {
        let endpoint = try Endpoint(settings.baseURL ?? settings.api.usualAddress)
        let name = settings.key ?? KeyRing.vendorKey(for: endpoint.host)
        return (endpoint, isOffline ? nil : try keys.key(named: name, for: endpoint), gates.gate(for: "\(endpoint.hostAndPort) \(name ?? "")"))
    }

    private func script(_ settings: ProviderSettings) throws(ModelError) -> ModelScript {
        if isOffline { return ModelScript(turns: []) }
        guard let path = settings.script else {
            throw ModelError(.configuration, "Provider `\(settings.name)`: `script` is missing", remedy: "Set it to the path of a script")
        }
        let bytes: [UInt8]
        do {
            bytes = try FileContents.read(path)
        } catch {
            throw ModelError(.configuration, "The script \(path) cannot be read: \(error)", remedy: "Check the provider's `script`")
        }
        return try ModelScript(parsing: bytes)
    }
}

/// One gate for each key, for as long as the process lives.
package final class RateGates: Sendable {
    private let gates = Mutex<[String: RateGate]>([:])

    package init() {}

    /// The gate of an identity (host and key's name); the same for the same.
    package func gate(for identity: String) -> RateGate {
        gates.withLock { gates in
            if let gate = gates[identity] { return gate }
            let gate = RateGate()
            gates[identity] = gate
            return gate
        }
    }
}
