/// Reads along in an answer that goes to somebody else: what was said, and what it cost.
package struct ModelTap: Sendable {
    private let upstream: ModelUpstream
    private let isStream: Bool
    private var stream: any AnswerStream
    private var events = ServerSentEvents()
    private var body: [UInt8] = []
    private var meter = AttemptMeter()
    private let requestSize: Int
    /// What the provider says in place of an answer, once it had begun to send one.
    package private(set) var failure: ModelError?

    /// - Parameters:
    ///   - path: of the request.
    ///   - isStream: whether the answer is an event stream; else one JSON value.
    ///   - requestSize: bytes of the request.
    package init(_ upstream: ModelUpstream, path: String, isStream: Bool, requestSize: Int) {
        self.upstream = upstream
        self.isStream = isStream
        self.requestSize = requestSize
        stream =
            switch path {
            case "/v1/responses":
                OpenAIResponsesStream(modelName: upstream.name, host: upstream.endpoint.hostAndPort, key: upstream.key)
            case "/v1/chat/completions":
                OpenAIChatStream(
                    modelName: upstream.name, host: upstream.endpoint.hostAndPort, key: upstream.key, turn: 0, echo: .none,
                    requestSize: requestSize)
            default: AnthropicStream(modelName: upstream.name, host: upstream.endpoint.hostAndPort, key: upstream.key)
            }
    }

    /// Returns whether anything of the answer itself came with it: signs of life alone are none.
    @discardableResult
    package mutating func receive(_ piece: [UInt8]) -> Bool {
        guard isStream else {
            body += piece
            return !piece.isEmpty
        }
        var hasContent = false
        for event in events.receive(piece) where !stream.isComplete {
            // What cannot be understood is the reader's to judge.
            do {
                let reports = try stream.receive(event)
                meter.note(reports)
                if reports.contains(where: { if case .output(let count) = $0 { count > 0 } else { false } }) { hasContent = true }
            } catch { failure = failure ?? error.naming(upstream.name) }
        }
        return hasContent || stream.isComplete
    }

    /// What it used so far, and no less output than arrived of a stream that is not complete; `nil` where nobody can tell.
    package var usage: ModelUsage? {
        guard isStream else { return Self.usage(wholeAnswer) }
        return response?.usage ?? meter.usage(requestBytes: requestSize)
    }

    /// The whole answer, once it is there.
    package var response: ModelResponse? {
        guard !isStream else { return stream.isComplete ? try? stream.response() : nil }
        guard let answer = wholeAnswer else { return nil }
        let message = WholeAnswer.message(answer, provider: upstream.name)
        return ModelResponse(
            message: message, stop: message.toolCalls.isEmpty ? .done : .tools, usage: usage ?? ModelUsage(), requestID: answer["id"]?.string,
            model: upstream.name)
    }

    /// Whether the answer is all there.
    package var isComplete: Bool { isStream ? stream.isComplete : wholeAnswer != nil }

    private var wholeAnswer: JSONValue? { try? JSONValue(parsing: body) }

    private static func usage(_ answer: JSONValue?) -> ModelUsage? {
        guard let counts = answer?["usage"], counts.members != nil else { return nil }
        if counts["prompt_tokens"] != nil || counts["input_tokens_details"] != nil { return openAIUsage(counts) }
        var usage = AnthropicUsage()
        usage.update(counts)
        return usage.value
    }

    /// Of Chat Completions and of Responses, where cached tokens are inside the input's.
    private static func openAIUsage(_ counts: JSONValue) -> ModelUsage {
        let input = counts["prompt_tokens_details"] ?? counts["input_tokens_details"]
        let output = counts["completion_tokens_details"] ?? counts["output_tokens_details"]
        var usage = ModelUsage()
        usage.cacheRead = max(0, input?["cached_tokens"]?.int ?? 0)
        usage.cacheWrite5m = max(0, input?["cache_write_tokens"]?.int ?? 0)
        usage.inputFresh = max(0, (counts["prompt_tokens"] ?? counts["input_tokens"])?.int ?? 0)
        usage.inputFresh = max(0, usage.inputFresh - usage.cacheRead - usage.cacheWrite5m)
        usage.output = max(0, (counts["completion_tokens"] ?? counts["output_tokens"])?.int ?? 0)
        usage.reasoning = max(0, output?["reasoning_tokens"]?.int ?? 0)
        return usage
    }
}
