package import FerryHTTP

/// A model behind Ollama's own interface, which unlike its compatible one sets the context, and says what of it was used.
package struct OllamaModel: LanguageModel {
    package let name: String
    private let request: OllamaRequest
    private let transport: ModelTransport
    private let truncation = OllamaTruncation()

    /// `endpoint` is the address before `/api/chat`.
    package init(
        provider: String, model: String, endpoint: Endpoint, key: Secret?, quirks: OllamaQuirks? = nil, client: StreamingHTTPClient,
        timing: StreamTiming = StreamTiming()
    ) {
        name = "\(provider)/\(model)"
        request = OllamaRequest(model: model, modelName: name, quirks: quirks ?? .standard(for: model))
        transport = ModelTransport(
            client: client, endpoint: endpoint, key: key, wire: .ollama, timing: timing, requestIDHeader: "x-request-id")
    }

    package func body(of conversation: Conversation, options: ModelOptions, model: String) -> [UInt8] {
        request.body(conversation, options: options).encoded()
    }

    package func respond(
        to conversation: Conversation, options: ModelOptions, progress: @escaping @Sendable (ModelProgress) -> Void
    ) async throws -> ModelResponse {
        let headers = transport.key.map { [(name: "authorization", value: "Bearer \($0.exposed)")] } ?? []
        let body = request.body(conversation, options: options)
        let size = [body["messages"], body["tools"]].reduce(0) { $0 + ($1?.textSize ?? 0) }
        let contextTokens = request.quirks.contextTokens
        let stream = OllamaStream(
            modelName: name, host: transport.endpoint.hostAndPort, key: transport.key, turn: conversation.messages.count,
            contextTokens: contextTokens,
            requestBytes: size
        ) { [truncation] tokens in truncation.complaint(about: tokens, conversation: conversation, bytes: size, contextTokens: contextTokens) }
        return try await transport.answer(path: "/api/chat", headers: headers, body: body, into: stream, progress: progress)
    }
}

extension JSONValue {
    /// Bytes of the strings in it, keys left out: what a template makes a prompt of.
    fileprivate var textSize: Int {
        switch self {
        case .string(let text): text.utf8.count
        case .array(let elements): elements.reduce(0) { $0 + $1.textSize }
        case .object(let members): members.reduce(0) { $0 + $1.value.textSize }
        case .null, .bool, .number: 0
        }
    }
}
