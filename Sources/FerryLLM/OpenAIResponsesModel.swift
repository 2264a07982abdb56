package import FerryHTTP

/// A model behind OpenAI's Responses, or a server that speaks it.
package struct OpenAIResponsesModel: LanguageModel {
    package let name: String
    private let request: OpenAIResponsesRequest
    private let transport: ModelTransport

    /// `endpoint` is the address before `/responses`, so most often one that ends with `/v1`.
    package init(
        provider: String, model: String, endpoint: Endpoint, key: Secret?, quirks: OpenAIResponsesQuirks? = nil, client: StreamingHTTPClient,
        timing: StreamTiming = StreamTiming()
    ) {
        name = "\(provider)/\(model)"
        request = OpenAIResponsesRequest(model: model, modelName: name, quirks: quirks ?? .standard(for: endpoint, model: model))
        transport = ModelTransport(
            client: client, endpoint: endpoint, key: key, wire: .openAI, timing: timing, requestIDHeader: "x-request-id")
    }

    package func body(of conversation: Conversation, options: ModelOptions, model: String) -> [UInt8] {
        request.body(conversation, options: options).encoded()
    }

    package func respond(
        to conversation: Conversation, options: ModelOptions, progress: @escaping @Sendable (ModelProgress) -> Void
    ) async throws -> ModelResponse {
        let headers = transport.key.map { [(name: "authorization", value: "Bearer \($0.exposed)")] } ?? []
        let stream = OpenAIResponsesStream(modelName: name, host: transport.endpoint.hostAndPort, key: transport.key)
        return try await transport.answer(
            path: "/responses", headers: headers, body: request.body(conversation, options: options), into: stream, progress: progress)
    }
}
