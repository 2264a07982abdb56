internal import FerryHTTP

/// Puts an answer together from the events of one stream. A value; no I/O.
protocol AnswerStream: Sendable {
    /// Takes an event, and returns what it reports. Throws when the provider says that it failed.
    mutating func receive(_ event: ServerSentEvents.Event) throws(ModelError) -> [ModelProgress]
    /// Whether the terminal event has arrived.
    var isComplete: Bool { get }
    /// The whole answer, once complete.
    func response() -> ModelResponse
}

/// What the drivers that speak HTTP share: sending, deadlines, and errors.
struct ModelTransport: Sendable {
    let client: StreamingHTTPClient
    let endpoint: Endpoint
    let key: Secret?
    let wire: ProviderRefusal.Wire
    let timing: StreamTiming
    /// The response header that names the request.
    let requestIDHeader: String

    func answer(
        path: String, headers: [(name: String, value: String)], body: JSONValue, into empty: some AnswerStream,
        progress: @escaping @Sendable (ModelProgress) -> Void
    ) async throws -> ModelResponse {
        let common = [
            (name: "content-type", value: "application/json"), (name: "accept", value: "text/event-stream"), (name: "user-agent", value: "ferry/0.1"),
        ]
        let post = HTTPPost(url: endpoint.appending(path), host: endpoint.hostAndPort, headers: common + headers, body: body.encoded())
        do {
            return try await client.post(post, timing: timing) { response in
                try await read(response, into: empty, progress: progress)
            }
        } catch let failure as HTTPFailure {
            throw Self.error(failure)
        }
    }

    private func read(
        _ response: StreamingResponse, into empty: some AnswerStream, progress: @Sendable (ModelProgress) -> Void
    ) async throws -> ModelResponse {
        guard response.status == 200 else { throw try await refusal(response) }
        guard response.header("content-type")?.lowercased().hasPrefix("text/event-stream") == true else { throw try await notAStream(response) }
        var stream = empty
        var events = ServerSentEvents()
        try await response.forEachPiece { piece in
            for event in events.receive(piece) where !stream.isComplete {
                let reports = try stream.receive(event)
                if !reports.isEmpty { response.noteContent() }
                reports.forEach(progress)
            }
            return !stream.isComplete
        }
        // An event without its blank line may be whole; when it is not, the answer is as good as cut.
        if !stream.isComplete, let last = events.finish() { (try? stream.receive(last))?.forEach(progress) }
        guard stream.isComplete else {
            throw ModelError(.truncated, "\(endpoint.hostAndPort) cut its answer off")
        }
        var answer = stream.response()
        answer.requestID = response.header(requestIDHeader) ?? answer.requestID
        return answer
    }

    private func refusal(_ response: StreamingResponse) async throws -> ModelError {
        let body = try await response.beginning(limit: 64 << 10)
        var refusal = ProviderRefusal(status: response.status, wire: wire, host: endpoint.hostAndPort, body: try? JSONValue(parsing: body))
        refusal.retryAfter = Self.retryAfter(response)
        refusal.refills =
            response.header("retry-after") != nil || response.header("x-should-retry") == "true"
            || response.hasHeader(from: "anthropic-ratelimit-", to: "-reset")
        return refusal.error(hiding: key)
    }

    private func notAStream(_ response: StreamingResponse) async throws -> ModelError {
        let body = try await response.beginning(limit: 64 << 10)
        if let json = try? JSONValue(parsing: body), let error = json["error"], !error.isNull {
            return ProviderRefusal(status: nil, wire: wire, host: endpoint.hostAndPort, body: json).error(hiding: key)
        }
        let type = response.header("content-type")?.prefix(60) ?? "nothing that it names"
        return ModelError(
            .badRequest, "\(endpoint.hostAndPort) answered with \(type) instead of an event stream",
            remedy: "Check the provider's base_url, and that the server can stream")
    }

    /// Seconds, or milliseconds in the vendors' own header; LiteLLM prefixes what it passes on.
    private static func retryAfter(_ response: StreamingResponse) -> Duration? {
        if let text = response.header("retry-after-ms"), let value = Double(text), (0...86_400_000).contains(value) {
            return .milliseconds(Int64(value))
        }
        let text = response.header("retry-after") ?? response.header("llm_provider-retry-after")
        guard let text, let value = Double(text), (0...86_400_000).contains(value) else { return nil }
        return .milliseconds(Int64(value * 1000))
    }

    private static func error(_ failure: HTTPFailure) -> ModelError {
        let kind: ModelError.Kind =
            switch failure.code {
            case .invalidRequest: .configuration
            case .unreachable, .certificate, .broken: .network
            case .stalled: .stalled
            case .tooLarge: .badRequest
            }
        return ModelError(kind, failure.message, remedy: failure.remedy)
    }
}
