package import FerryHTTP

/// A model behind Google's Gemini API (generateContent).
package struct GeminiModel: LanguageModel {
    package let name: String
    private let request: GeminiRequest
    private let transport: ModelTransport
    private let path: String

    /// `endpoint` is the address before `/v1beta/models`; one that ends with a version is good, too.
    package init(
        provider: String, model: String, endpoint: Endpoint, key: Secret?, quirks: GeminiQuirks? = nil, client: StreamingHTTPClient,
        timing: StreamTiming = StreamTiming()
    ) {
        name = "\(provider)/\(model)"
        request = GeminiRequest(modelName: name, quirks: quirks ?? .standard(for: model))
        transport = ModelTransport(
            client: client, endpoint: endpoint, key: key, wire: .gemini, timing: timing, requestIDHeader: "x-request-id")
        let version = ["/v1", "/v1beta", "/v1alpha"].contains { endpoint.path.hasSuffix($0) } ? "" : "/v1beta"
        path = "\(version)/\(Self.resource(model)):streamGenerateContent?alt=sse"
    }

    /// `models/NAME`, or the whole name of a tuned model; what an address cannot hold is escaped, since names come from notes.
    static func resource(_ model: String) -> String {
        let isWhole = model.hasPrefix("models/") || model.hasPrefix("tunedModels/")
        return (isWhole ? "" : "models/") + escaped(model)
    }

    /// As a part of an address.
    static func escaped(_ model: String) -> String {
        let plain = Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~/".utf8)
        let digits = Array("0123456789ABCDEF".utf8)
        let escaped = model.utf8.flatMap { byte in
            plain.contains(byte) ? [byte] : [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
        }
        return String(decoding: escaped, as: UTF8.self)
    }

    package func body(of conversation: Conversation, options: ModelOptions, model: String) -> [UInt8] {
        request.body(conversation, options: options).encoded()
    }

    package func respond(
        to conversation: Conversation, options: ModelOptions, progress: @escaping @Sendable (ModelProgress) -> Void
    ) async throws -> ModelResponse {
        let headers = transport.key.map { [(name: "x-goog-api-key", value: $0.exposed)] } ?? []
        let stream = GeminiStream(
            modelName: name, host: transport.endpoint.hostAndPort, key: transport.key, turn: conversation.messages.count)
        return try await transport.answer(
            path: path, headers: headers, body: request.body(conversation, options: options), into: stream, progress: progress)
    }
}
