/// Puts an answer together from the chunks of Chat Completions (streaming).
struct OpenAIChatStream: AnswerStream {
    private let modelName: String
    private let host: String
    private let key: Secret?
    private let turn: Int
    private let echo: OpenAIQuirks.ReasoningEcho
    /// Bytes of the request, to estimate usage where none is reported.
    private let requestSize: Int
    private var text = ""
    private var reasoning = ""
    private var details = ReasoningDetails()
    private var refusal = ""
    private var calls = OpenAIToolCalls()
    private var finishReason: String?
    private var usage: ModelUsage?
    private var responseID: String?
    private(set) var isComplete = false
    /// Some chunk held a part of the answer, be it an empty one.
    private var hasChoice = false

    init(modelName: String, host: String, key: Secret?, turn: Int, echo: OpenAIQuirks.ReasoningEcho, requestSize: Int) {
        self.modelName = modelName
        self.host = host
        self.key = key
        self.turn = turn
        self.echo = echo
        self.requestSize = requestSize
    }

    mutating func receive(_ event: ServerSentEvents.Event) throws(ModelError) -> [ModelProgress] {
        if event.data.elementsEqual("[DONE]".utf8) {
            guard hasChoice else { throw ModelError(.server, "\(host) ended a stream in which there was no answer") }
            isComplete = true
            return []
        }
        let chunk: JSONValue
        do { chunk = try JSONValue(parsing: event.data) } catch { throw ModelError(.server, "\(host) sent a chunk that is \(error)") }
        try check(chunk)
        responseID = responseID ?? chunk["id"]?.string
        var reports: [ModelProgress] = []
        for choice in chunk["choices"]?.array ?? [] where (choice["index"]?.int ?? 0) == 0 {
            try check(choice)
            reports += receive(choice)
        }
        if let counts = chunk["usage"], counts.members != nil {
            let counted = Self.usage(counts)
            usage = counted
            reports.append(.usage(counted))
        }
        return reports
    }

    /// Throws the error that a chunk or a choice bears.
    private func check(_ value: JSONValue) throws(ModelError) {
        guard let error = value["error"], !error.isNull else { return }
        throw ProviderRefusal(status: nil, wire: .openAI, host: host, body: value).error(hiding: key)
    }

    private mutating func receive(_ choice: JSONValue) -> [ModelProgress] {
        hasChoice = true
        finishReason = choice["finish_reason"]?.string ?? finishReason
        guard let delta = choice["delta"] else { return [] }
        let said = Self.text(delta["content"], "text")
        let thought = delta["reasoning_content"]?.string ?? delta["reasoning"]?.string ?? Self.text(delta["content"], "thinking")
        for piece in delta["reasoning_details"]?.array ?? [] { details.receive(piece) }
        let refused = delta["refusal"]?.string ?? ""
        text += said
        reasoning += thought
        refusal += refused
        var characters = said.count + thought.count + refused.count
        let pieces = delta["tool_calls"]?.array ?? []
        for piece in pieces { characters += calls.receive(piece) }
        return characters > 0 || !pieces.isEmpty ? [.output(characters: characters)] : []
    }

    /// A string is text; Mistral's reasoning models send lists of parts: `{"type":"text","text"}` and `{"type":"thinking","thinking":[{"text"}]}`.
    private static func text(_ content: JSONValue?, _ type: String) -> String {
        if let text = content?.string { return type == "text" ? text : "" }
        return (content?.array ?? []).filter { $0["type"]?.string == type }.map { part in
            part[type]?.string ?? (part[type]?.array ?? []).compactMap { $0["text"]?.string }.joined()
        }.joined()
    }

    func response() -> ModelResponse {
        let isCut = finishReason == "length"
        let toolCalls = calls.finished(turn: turn, isCut: isCut)
        var blocks: [AssistantMessage.Block] = []
        if !reasoning.isEmpty { blocks.append(.thinking(reasoning)) }
        if let value = echoed { blocks.append(.opaque(provider: modelName, .object([.init(echo.rawValue, value)]))) }
        if !text.isEmpty { blocks.append(.text(text)) }
        blocks += toolCalls.map(AssistantMessage.Block.toolCall)
        return ModelResponse(
            message: AssistantMessage(blocks: blocks), stop: stop(toolCalls), usage: usage ?? estimate(toolCalls), requestID: responseID,
            model: modelName, stopDetail: refusal.isEmpty ? nil : refusal)
    }

    /// What is sent back of the reasoning; `nil` for nothing.
    private var echoed: JSONValue? {
        switch echo {
        case .none: nil
        case .content, .plain: reasoning.isEmpty ? nil : .string(reasoning)
        case .details: details.list.isEmpty ? nil : .array(details.list)
        }
    }

    /// `finish_reason` is not to be trusted where there are tool calls: servers say `stop` with them.
    private func stop(_ calls: [ToolCall]) -> StopKind {
        if finishReason == "content_filter" || !refusal.isEmpty { return .refused }
        if finishReason == "length", calls.last?.parsedArguments == nil { return .length }
        return calls.isEmpty ? .done : .tools
    }

    /// Cached and written tokens are inside `prompt_tokens`. DeepSeek names its cache hits otherwise.
    private static func usage(_ counts: JSONValue) -> ModelUsage {
        let details = counts["prompt_tokens_details"]
        var usage = ModelUsage()
        usage.cacheRead = details?["cached_tokens"]?.tokenCount ?? counts["prompt_cache_hit_tokens"]?.tokenCount ?? 0
        usage.cacheWrite5m = details?["cache_write_tokens"]?.tokenCount ?? 0
        usage.inputFresh = max(0, (counts["prompt_tokens"]?.tokenCount ?? 0) - usage.cacheRead - usage.cacheWrite5m)
        usage.output = counts["completion_tokens"]?.tokenCount ?? 0
        usage.reasoning = counts["completion_tokens_details"]?["reasoning_tokens"]?.tokenCount ?? 0
        return usage
    }

    private func estimate(_ calls: [ToolCall]) -> ModelUsage {
        var usage = ModelUsage()
        usage.inputFresh = ContextEstimate.tokens(bytes: requestSize)
        let arguments = calls.reduce(0) { $0 + $1.arguments.utf8.count }
        usage.output = ContextEstimate.tokens(bytes: text.utf8.count + reasoning.utf8.count + arguments)
        usage.isEstimated = true
        return usage
    }
}
