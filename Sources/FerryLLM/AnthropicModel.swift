package import FerryHTTP

/// A model behind Anthropic's Messages API, or a server that speaks it.
package struct AnthropicModel: LanguageModel {
    package let name: String
    private let request: AnthropicRequest
    private let transport: ModelTransport
    private let path: String

    /// `endpoint` is the address before `/v1/messages`; one that ends with `/v1` is good, too.
    package init(
        provider: String, model: String, endpoint: Endpoint, key: Secret?, quirks: AnthropicQuirks? = nil, client: StreamingHTTPClient,
        timing: StreamTiming = StreamTiming()
    ) {
        name = "\(provider)/\(model)"
        request = AnthropicRequest(model: model, modelName: name, quirks: quirks ?? .standard(for: model))
        transport = ModelTransport(
            client: client, endpoint: endpoint, key: key, wire: .anthropic, timing: timing, requestIDHeader: "request-id")
        path = endpoint.path.hasSuffix("/v1") ? "/messages" : "/v1/messages"
    }

    package func respond(
        to conversation: Conversation, options: ModelOptions, progress: @escaping @Sendable (ModelProgress) -> Void
    ) async throws -> ModelResponse {
        var headers = [(name: "anthropic-version", value: "2026-10-21")]
        if let key = transport.key { headers.append((name: "x-api-key", value: key.exposed)) }
        return try await transport.answer(
            path: path, headers: headers, body: request.body(conversation, options: options),
            into: AnthropicStream(modelName: name, host: transport.endpoint.hostAndPort, key: transport.key), progress: progress)
    }

    package func body(of conversation: Conversation, options: ModelOptions, model: String) -> [UInt8] {
        request.body(conversation, options: options).encoded()
    }
}
