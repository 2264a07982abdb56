/// Puts an answer together from the events of Gemini's streamGenerateContent. Each holds whole parts: pieces of text, and calls with all arguments.
/// Parts that bear a signature are kept as they came, since the signature belongs to the part; so are parts of unknown kinds.
struct GeminiStream: AnswerStream {
    private enum Draft {
        case thought(String)
        /// Text, and the parts that it came in.
        case text(String, [JSONValue])
        case call(ToolCall, JSONValue)
        case other(JSONValue)
    }

    private let modelName: String
    private let host: String
    private let key: Secret?
    /// Makes ids for calls that have none.
    private let turn: Int
    private var drafts: [Draft] = []
    private var callCount = 0
    private var usage = ModelUsage()
    private var finishReason: String?
    private var finishMessage: String?
    private var blockReason: String?
    private var responseID: String?

    init(modelName: String, host: String, key: Secret?, turn: Int) {
        self.modelName = modelName
        self.host = host
        self.key = key
        self.turn = turn
    }

    var isComplete: Bool { finishReason != nil || blockReason != nil }

    mutating func receive(_ event: ServerSentEvents.Event) throws(ModelError) -> [ModelProgress] {
        let data: JSONValue
        do { data = try JSONValue(parsing: event.data) } catch { throw ModelError(.server, "\(host) sent an event that is \(error)") }
        if let error = data["error"], !error.isNull {
            throw ProviderRefusal(status: nil, wire: .gemini, host: host, body: data).error(hiding: key)
        }
        responseID = data["responseId"]?.string ?? responseID
        blockReason = data["promptFeedback"]?["blockReason"]?.string ?? blockReason
        var reports: [ModelProgress] = []
        if let candidate = data["candidates"]?.array?.first {
            for part in candidate["content"]?["parts"]?.array ?? [] { reports.append(.output(characters: receive(part))) }
            finishReason = candidate["finishReason"]?.string ?? finishReason
            finishMessage = candidate["finishMessage"]?.string ?? finishMessage
        }
        if let counts = data["usageMetadata"], counts.members != nil {
            usage = Self.usage(counts)
            reports.append(.usage(usage))
        }
        return reports
    }

    /// Returns how many characters the part brought.
    private mutating func receive(_ part: JSONValue) -> Int {
        if let call = part["functionCall"] {
            let id = call["id"]?.string ?? "call_\(turn)_\(callCount)"
            let arguments = call["args"].flatMap { $0.members == nil ? nil : $0.text } ?? "{}"
            drafts.append(.call(ToolCall(id: id, name: call["name"]?.string ?? "", arguments: arguments), part))
            callCount += 1
            return arguments.count
        }
        guard let text = part["text"]?.string else {
            drafts.append(.other(part))
            return 0
        }
        if part["thought"] == true {
            if case .thought(let before)? = drafts.last {
                drafts.removeLast(); drafts.append(.thought(before + text))
            } else {
                drafts.append(.thought(text))
            }
        } else if case .text(let before, var parts)? = drafts.last {
            Self.append(part, text, to: &parts)
            drafts[drafts.count - 1] = .text(before + text, parts)
        } else if !text.isEmpty || part["thoughtSignature"] != nil {
            drafts.append(.text(text, [part]))
        }
        return text.count
    }

    /// Pieces without a signature are one part; one with a signature stays alone.
    private static func append(_ part: JSONValue, _ text: String, to parts: inout [JSONValue]) {
        if part["thoughtSignature"] == nil, let last = parts.last, last["thoughtSignature"] == nil {
            parts[parts.count - 1].set("text", .string((last["text"]?.string ?? "") + text))
        } else {
            parts.append(part)
        }
    }

    /// `promptTokenCount` holds the cached tokens; `candidatesTokenCount` does not hold the thoughts.
    private static func usage(_ counts: JSONValue) -> ModelUsage {
        var usage = ModelUsage()
        usage.cacheRead = counts["cachedContentTokenCount"]?.tokenCount ?? 0
        usage.inputFresh =
            max(0, (counts["promptTokenCount"]?.tokenCount ?? 0) - usage.cacheRead) + (counts["toolUsePromptTokenCount"]?.tokenCount ?? 0)
        usage.reasoning = counts["thoughtsTokenCount"]?.tokenCount ?? 0
        usage.output = (counts["candidatesTokenCount"]?.tokenCount ?? 0) + usage.reasoning
        return usage
    }

    func response() throws(ModelError) -> ModelResponse {
        let message = AssistantMessage(blocks: drafts.flatMap(blocks))
        return ModelResponse(
            message: message, stop: try stop(message), usage: usage, requestID: responseID, model: modelName,
            stopDetail: finishMessage ?? blockReason ?? (Self.refusals.contains(finishReason ?? "") ? finishReason : nil))
    }

    private func stop(_ message: AssistantMessage) throws(ModelError) -> StopKind {
        if blockReason != nil { return .refused }
        switch finishReason {
        case let reason? where Self.refusals.contains(reason): return .refused
        case let reason? where Self.mishaps.contains(reason):
            let detail = finishMessage.map { ": \($0.prefix(200))" } ?? ""
            throw ModelError(.server, "\(host) gave its answer up (\(reason))\(detail)")
        case "MISSING_THOUGHT_SIGNATURE":
            throw ModelError(
                .badRequest, "\(host) misses a thought signature in the conversation", remedy: "Set `signatures: true` at the provider")
        // Calls arrive whole or not at all.
        case "MAX_TOKENS": return message.toolCalls.isEmpty ? .length : .tools
        default: return message.toolCalls.isEmpty ? .done : .tools
        }
    }

    /// A filter's reasons.
    private static let refusals: Set<String> = [
        "SAFETY", "RECITATION", "LANGUAGE", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII", "IMAGE_SAFETY", "MODEL_ARMOR",
    ]
    /// The model wrote what the service could not read; the same request may go well.
    private static let mishaps: Set<String> = ["MALFORMED_FUNCTION_CALL", "UNEXPECTED_TOOL_CALL", "TOO_MANY_TOOL_CALLS", "MALFORMED_RESPONSE"]

    private func blocks(_ draft: Draft) -> [AssistantMessage.Block] {
        func opaque(_ value: JSONValue) -> AssistantMessage.Block { .opaque(provider: modelName, value) }
        switch draft {
        case .thought(let text): return text.isEmpty ? [] : [.thinking(text)]
        case .text("", let parts): return parts.map(opaque)
        case .text(let text, let parts):
            return [.text(text)] + (parts.contains { $0["thoughtSignature"] != nil } ? [opaque(["parts": .array(parts)])] : [])
        case .call(let call, let part):
            let isPlain = part["thoughtSignature"] == nil && part["functionCall"]?["id"] != nil
            return [.toolCall(call)] + (isPlain ? [] : [opaque(["parts": [part]])])
        case .other(let part): return [opaque(part)]
        }
    }
}
