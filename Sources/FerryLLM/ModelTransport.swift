internal import FerryHTTP

/// Puts an answer together from the events of one stream. A value; no I/O.
protocol AnswerStream: Sendable {
    static var framing: StreamFraming { get }
    /// Takes an event, and returns what it reports. Throws when the provider says that it failed.
    mutating func receive(_ event: ServerSentEvents.Event) throws(ModelError) -> [ModelProgress]
    /// Whether the terminal event has arrived.
    var isComplete: Bool { get }
    /// The whole answer, once complete. Throws where the answer itself says that it is none.
    func response() throws(ModelError) -> ModelResponse
}

extension AnswerStream {
    static var framing: StreamFraming { .serverSentEvents }
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

    func answer<Answer: AnswerStream>(
        path: String, headers: [(name: String, value: String)], body: JSONValue, into empty: Answer,
        progress: @escaping @Sendable (ModelProgress) -> Void
    ) async throws -> ModelResponse {
        let common = [
            (name: "content-type", value: "application/json"), (name: "accept", value: Answer.framing.mediaTypes[0]),
            (name: "user-agent", value: "ferry/0.1"),
        ]
        let bytes = body.encoded()
        let post = HTTPPost(url: endpoint.appending(path), host: endpoint.hostAndPort, headers: common + headers, body: bytes)
        do {
            var answer = try await client.post(post, timing: timing) { response in
                try await read(response, into: empty, requestBytes: bytes.count, progress: progress)
            }
            answer.sent = bytes
            return answer
        } catch let failure as HTTPFailure {
            throw Self.error(failure)
        }
    }

    private func read<Answer: AnswerStream>(
        _ response: StreamingResponse, into empty: Answer, requestBytes: Int, progress: @Sendable (ModelProgress) -> Void
    ) async throws -> ModelResponse {
        guard response.status == 200 else { throw try await refusal(response) }
        let type = response.header("content-type")?.lowercased() ?? ""
        guard Answer.framing.mediaTypes.contains(where: type.hasPrefix) else { throw try await notAStream(response) }
        var stream = empty
        var meter = AttemptMeter()
        do {
            try await receive(response, into: &stream, meter: &meter, progress: progress)
            var answer = try stream.response()
            answer.requestID = response.header(requestIDHeader) ?? answer.requestID
            return answer
        } catch {
            if let usage = meter.usage(requestBytes: requestBytes) { progress(.usage(usage)) }
            throw error
        }
    }

    private func receive<Answer: AnswerStream>(
        _ response: StreamingResponse, into stream: inout Answer, meter: inout AttemptMeter, progress: @Sendable (ModelProgress) -> Void
    ) async throws {
        var splitter = StreamSplitter(Answer.framing)
        try await response.forEachPiece { piece in
            for event in splitter.receive(piece) where !stream.isComplete {
                let reports = try stream.receive(event)
                meter.note(reports)
                if reports.contains(where: { if case .output = $0 { true } else { false } }) { response.noteContent() }
                reports.forEach(progress)
            }
            return !stream.isComplete
        }
        // An event without its end may be whole; when it is not, the answer is as good as cut.
        if !stream.isComplete, let last = splitter.finish(), let reports = try? stream.receive(last) {
            meter.note(reports)
            reports.forEach(progress)
        }
        guard stream.isComplete else { throw ModelError(.truncated, "\(endpoint.hostAndPort) cut its answer off") }
    }

    private func refusal(_ response: StreamingResponse) async throws -> ModelError {
        let body = try await response.beginning(limit: 64 << 10)
        var refusal = ProviderRefusal(status: response.status, wire: wire, host: endpoint.hostAndPort, body: try? JSONValue(parsing: body))
        refusal.retryAfter = AskedWait.asked(by: response) ?? refusal.retryAfter
        refusal.requestID = response.header(requestIDHeader)
        refusal.refills = refills(response)
        return refusal.error(hiding: key)
    }

    /// Whether a 429 is one of a limit that refills; `nil` where no header says.
    private func refills(_ response: StreamingResponse) -> Bool? {
        switch response.header("x-should-retry") {
        case "true": true
        case "false": false
        default:
            response.header("retry-after") != nil || response.hasHeader(from: "anthropic-ratelimit-", to: "-reset") ? true : nil
        }
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

    static func error(_ failure: HTTPFailure) -> ModelError {
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
