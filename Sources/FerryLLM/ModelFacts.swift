internal import FerryHTTP

/// What a provider itself says of one of its models.
package struct ModelFacts: Hashable, Sendable {
    /// Tokens of a request at most; `nil` where it does not say.
    package var window: Int?

    package init(window: Int? = nil) { self.window = window }
}

/// Asks a provider about one of its models. No prompt is sent, so it costs nothing.
struct ModelLookup: Sendable {
    let client: StreamingHTTPClient
    let api: ProviderSettings.API
    let endpoint: Endpoint
    let key: Secret?
    let model: String
    let timing: StreamTiming

    private struct Page: Sendable {
        let status: Int
        let body: [UInt8]
        var json: JSONValue? { try? JSONValue(parsing: body) }
    }

    /// `nil` where the server tells nothing of its models, which is no fault. Throws `ModelError`, and `CancellationError`.
    func facts() async throws -> ModelFacts? {
        switch api {
        case .scripted: return nil
        case .anthropic: return try await one(version("/v1") + "/models/\(GeminiModel.escaped(model))") { $0["max_input_tokens"]?.int }
        case .gemini: return try await one(version("/v1beta") + "/\(GeminiModel.resource(model))") { $0["inputTokenLimit"]?.int }
        case .openai, .openaiResponses: return try await listed()
        case .ollama: return try await shown()
        }
    }

    /// The page of one model.
    private func one(_ path: String, window: (JSONValue) -> Int?) async throws -> ModelFacts? {
        let page = try await get(path)
        if page.status == 404 {
            // One about the model names it, and not the path; any other is about the address, since not every server has such pages.
            guard let message = page.json?["error"]?["message"]?.string, message.contains(model), !message.contains("/models/") else {
                return try missing()
            }
            throw unknown(among: [])
        }
        guard let json = try json(page) else { return nil }
        return ModelFacts(window: window(json))
    }

    /// What Ollama has on its disk.
    private func shown() async throws -> ModelFacts? {
        let question = HTTPPost(
            url: endpoint.appending("/api/show"), host: endpoint.hostAndPort, headers: headers + [(name: "content-type", value: "application/json")],
            body: JSONValue.object([.init("model", .string(model))]).encoded())
        let page: Page
        do {
            page = try await client.post(question, timing: timing) { response in
                Page(status: response.status, body: try await response.beginning(limit: 8 << 20))
            }
        } catch let failure as HTTPFailure { throw ModelTransport.error(failure) }
        if page.status == 404, page.json?["error"]?.string?.contains("not found") == true {
            throw ModelError(.unknownModel, "\(endpoint.hostAndPort) has no model `\(model)`", remedy: "Fetch it: ollama pull \(model)")
        }
        if page.status == 404 { return try missing() }
        guard let details = try json(page)?["model_info"]?.members else { return nil }
        return ModelFacts(window: details.first { $0.key.hasSuffix(".context_length") }?.value.int)
    }

    /// The list of all models, as OpenAI and all who speak like it have it.
    private func listed() async throws -> ModelFacts? {
        let page = try await get("/models")
        if page.status == 404 {
            if !endpoint.path.hasSuffix("/v1"), let other = try? await get("/v1/models"), other.status == 200, other.json?["data"] != nil {
                throw wrongAddress("the models are at \(endpoint.appending("/v1"))", "Set base_url to \(endpoint.appending("/v1"))")
            }
            return try missing()
        }
        guard let models = try json(page)?["data"]?.array else { return nil }
        let names = models.compactMap { $0["id"]?.string }
        guard let found = models.first(where: { $0["id"]?.string == model || $0["id"]?.string?.hasSuffix("/\(model)") == true }) else {
            throw unknown(among: names)
        }
        return ModelFacts(window: Self.window(found))
    }

    /// The field has another name with every server: vLLM, OpenRouter, Mistral, Groq, llama.cpp.
    private static func window(_ model: JSONValue) -> Int? {
        let names = ["max_model_len", "context_length", "max_context_length", "context_window", "max_input_tokens"]
        return names.lazy.compactMap { model[$0]?.int }.first ?? model["meta"]?["n_ctx"]?.int
    }

    // MARK: Pages

    private func version(_ version: String) -> String { endpoint.path.hasSuffix(version) ? "" : version }

    private func get(_ path: String) async throws -> Page {
        do {
            return try await client.get(endpoint.appending(path), host: endpoint.hostAndPort, headers: headers, timing: timing) { response in
                Page(status: response.status, body: try await response.beginning(limit: 8 << 20))
            }
        } catch let failure as HTTPFailure { throw ModelTransport.error(failure) }
    }

    private var headers: [(name: String, value: String)] {
        var headers = [(name: "accept", value: "application/json"), (name: "user-agent", value: "ferry/0.1")]
        if api == .anthropic { headers.append((name: "anthropic-version", value: "2026-10-21")) }
        guard let key else { return headers }
        switch api {
        case .anthropic: headers.append((name: "x-api-key", value: key.exposed))
        case .gemini: headers.append((name: "x-goog-api-key", value: key.exposed))
        case .openai, .openaiResponses, .ollama, .scripted: headers.append((name: "authorization", value: "Bearer \(key.exposed)"))
        }
        return headers
    }

    private var wire: ProviderRefusal.Wire {
        switch api {
        case .anthropic: .anthropic
        case .gemini: .gemini
        case .ollama: .ollama
        case .openai, .openaiResponses, .scripted: .openAI
        }
    }

    /// `nil` for a server that does not want to tell.
    private func json(_ page: Page) throws(ModelError) -> JSONValue? {
        switch page.status {
        case 200:
            if let json = page.json { return json }
            throw wrongAddress(
                "it answers, but not as a model's server does",
                "Check the provider's base_url; the usual one of api \(api.rawValue) is \(api.usualAddress)")
        case 401, 402, 403, 429, 500..., 300..<400:
            throw ProviderRefusal(status: page.status, wire: wire, host: endpoint.hostAndPort, body: page.json).error(hiding: key)
        default: return nil
        }
    }

    /// Nothing is at this address. That is a fault where the address is that of a request already.
    private func missing() throws(ModelError) -> ModelFacts? {
        for suffix in ["/messages", "/chat/completions", "/responses", "/api/chat"] where endpoint.path.hasSuffix(suffix) {
            let base = String(endpoint.description.dropLast(suffix.utf8.count))
            throw wrongAddress("the address of a request is no base_url", "Set base_url to \(base)")
        }
        return nil
    }

    private func wrongAddress(_ what: String, _ remedy: String) -> ModelError {
        ModelError(.configuration, "\(endpoint): \(what)", remedy: remedy)
    }

    private func unknown(among names: [String]) -> ModelError {
        func common(_ name: String) -> Int { zip(name.utf8, model.utf8).prefix { $0 == $1 }.count }
        let near = names.sorted { (common($1), $0) < (common($0), $1) }.prefix(5)
        let remedy =
            near.isEmpty ? "Check the name under `## Models`, in the agents' notes and in the features" : "It has \(near.joined(separator: ", "))"
        return ModelError(.unknownModel, "\(endpoint.hostAndPort) knows no model `\(model)`", remedy: remedy + (names.count > 5 ? ", …" : ""))
    }
}
