package import FerryHTTP

/// A model behind OpenAI's Chat Completions, or one of the many servers that speak it.
package struct OpenAIChatModel: LanguageModel {
    package let name: String
    private let request: OpenAIChatRequest
    private let transport: ModelTransport

    /// `endpoint` is the address before `/chat/completions`, so most often one that ends with `/v1`.
    package init(
        provider: String, model: String, endpoint: Endpoint, key: Secret?, quirks: OpenAIQuirks? = nil, client: StreamingHTTPClient,
        timing: StreamTiming = StreamTiming()
    ) {
        name = "\(provider)/\(model)"
        request = OpenAIChatRequest(model: model, modelName: name, quirks: quirks ?? .standard(for: endpoint, model: model))
        transport = ModelTransport(
            client: client, endpoint: endpoint, key: key, wire: .openAI, timing: timing, requestIDHeader: "x-request-id")
    }

    package func respond(
        to conversation: Conversation, options: ModelOptions, progress: @escaping @Sendable (ModelProgress) -> Void
    ) async throws -> ModelResponse {
        let headers = transport.key.map { [(name: "authorization", value: "Bearer \($0.exposed)")] } ?? []
        let body = request.body(conversation, options: options)
        let stream = OpenAIChatStream(
            modelName: name, host: transport.endpoint.hostAndPort, key: transport.key, turn: conversation.messages.count,
            echo: request.quirks.echo, requestSize: ContextEstimate.size(of: conversation))
        return try await transport.answer(path: "/chat/completions", headers: headers, body: body, into: stream, progress: progress)
    }

    package func body(of conversation: Conversation, options: ModelOptions, model: String) -> [UInt8] {
        request.body(conversation, options: options).encoded()
    }
}
