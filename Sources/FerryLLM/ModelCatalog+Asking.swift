internal import FerryHTTP
internal import SystemPackage

extension ModelCatalog {
    /// What a `provider/model`'s provider says of it; `nil` where that tells nothing. No prompt is sent. Throws `ModelError`, named.
    package func lookUp(_ name: String, within limit: Duration) async throws -> ModelFacts? {
        do {
            let (settings, model) = try provider(of: name)
            guard settings.api != .scripted else { return nil }
            let (endpoint, key, _) = try reach(settings)
            let timing = StreamTiming(firstByte: limit, idle: limit, content: limit, total: limit, bodyLimit: 16 << 20)
            return try await ModelLookup(client: client, api: settings.api, endpoint: endpoint, key: key, model: model, timing: timing).facts()
        } catch let error as ModelError { throw error.naming(name) }
    }

    /// Asks a `provider/model` for one word, once: whether it answers now. Throws `ModelError`, named.
    package func probe(_ name: String, within limit: Duration) async throws -> ModelResponse {
        var conversation = Conversation(system: "You are tried out.", tools: [])
        conversation.append(.user(UserMessage(text: "Answer with the word ready.")))
        var catalog = self
        // Not shorter than the first byte of a server that loads its model first may take.
        catalog.streamTiming = StreamTiming(firstByte: limit, idle: limit, content: limit, total: max(limit, .seconds(600)))
        catalog.policy = RetryPolicy(tries: 1, patience: .zero)
        do {
            // Room for a little thinking, which some models always do.
            return try await catalog.model(of: [name]).respond(to: conversation, options: ModelOptions(maxOutputTokens: 256)) { _ in }
        } catch let error as ModelError { throw error.naming(name) }
    }

    /// A provider as the settings have it.
    package struct ProviderEntry: Hashable, Sendable {
        package let name: String
        package let api: String
        /// The address, or the script.
        package let address: String
        /// The name of its key; `nil` where it takes none.
        package let key: String?
        /// Why it cannot be asked: an address or a key at fault.
        package let fault: ModelError?
    }

    /// All providers, by name.
    package var providerEntries: [ProviderEntry] {
        providers.values.sorted { $0.name < $1.name }.map { settings in
            if settings.api == .scripted {
                return ProviderEntry(name: settings.name, api: settings.api.rawValue, address: settings.script?.string ?? "", key: nil, fault: nil)
            }
            let address = settings.baseURL ?? settings.api.usualAddress
            var fault: ModelError?
            do throws(ModelError) { _ = try reach(settings) } catch { fault = error }
            let key = settings.key ?? (try? Endpoint(address)).flatMap { KeyRing.vendorKey(for: $0.host) }
            return ProviderEntry(name: settings.name, api: settings.api.rawValue, address: address, key: key, fault: fault)
        }
    }

    /// The models that have a price, by name.
    package var pricedModels: [(name: String, price: ModelPrice)] { prices.all }
}

extension ProviderSettings.API {
    /// Where a provider of this kind is unless the settings say otherwise.
    var usualAddress: String {
        switch self {
        case .anthropic: "https://api.anthropic.com"
        case .openai, .openaiResponses: "https://api.openai.com/v1"
        case .gemini: "https://generativelanguage.googleapis.com"
        case .ollama: "http://127.0.0.1:11434"
        case .scripted: ""
        }
    }
}
