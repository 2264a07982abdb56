/// Puts an answer together from the events of Responses (streaming). An item's last event is the authority on it; what came before it counts
/// where it is missing. Unknown events are passed over; unknown items are kept verbatim.
struct OpenAIResponsesStream: AnswerStream {
    private struct Item {
        /// As it began, or as it ended.
        var value: JSONValue = .null
        var text = ""
        var reasoning = ""
        var refusal = ""
        var arguments = ""
    }

    private let modelName: String
    private let host: String
    private let key: Secret?
    /// By `output_index`.
    private var items: [Int: Item] = [:]
    private var usage = ModelUsage()
    private var incompleteReason: String?
    private var responseID: String?
    private(set) var isComplete = false

    init(modelName: String, host: String, key: Secret?) {
        self.modelName = modelName
        self.host = host
        self.key = key
    }

    mutating func receive(_ event: ServerSentEvents.Event) throws(ModelError) -> [ModelProgress] {
        // LiteLLM ends with it; the service does not.
        if event.data.elementsEqual("[DONE]".utf8) { return [] }
        let data: JSONValue
        do { data = try JSONValue(parsing: event.data) } catch { throw ModelError(.server, "\(host) sent an event that is \(error)") }
        let index = data["output_index"]?.int ?? 0
        let delta = data["delta"]?.string ?? ""
        switch data["type"]?.string {
        case "response.created", "response.in_progress": responseID = data["response"]?["id"]?.string ?? responseID
        case "response.output_item.added":
            items[index] = Item(value: data["item"] ?? .null)
            return [.output(characters: 0)]
        // Each in its place: long answers come in many thousands of pieces.
        case "response.output_text.delta": items[index, default: Item()].text += delta
        case "response.refusal.delta": items[index, default: Item()].refusal += delta
        case "response.reasoning_summary_text.delta", "response.reasoning_text.delta": items[index, default: Item()].reasoning += delta
        case "response.function_call_arguments.delta": items[index, default: Item()].arguments += delta
        case "response.function_call_arguments.done": items[index, default: Item()].arguments = data["arguments"]?.string ?? ""
        case "response.output_item.done": items[index, default: Item()].value = data["item"] ?? .null
        case "response.completed", "response.incomplete": return end(data["response"])
        case "response.failed": throw refusal(data["response"] ?? data)
        case "error": throw refusal(data)
        case nil where data["error"] != nil: throw refusal(data)
        default: break
        }
        return data["delta"] == nil ? [] : [.output(characters: delta.count)]
    }

    /// The service nests an error's code and message in `error`; its types say that they stand beside `type`. Both are read.
    private func refusal(_ body: JSONValue) -> ModelError { ProviderRefusal(status: nil, wire: .openAI, host: host, body: body).error(hiding: key) }

    private mutating func end(_ response: JSONValue?) -> [ModelProgress] {
        isComplete = true
        responseID = response?["id"]?.string ?? responseID
        incompleteReason = response?["incomplete_details"]?["reason"]?.string
        if items.isEmpty {
            for (index, value) in (response?["output"]?.array ?? []).enumerated() { items[index] = Item(value: value) }
        }
        guard let counts = response?["usage"], counts.members != nil else { return [] }
        usage = Self.usage(counts)
        return [.usage(usage)]
    }

    /// Cached and written tokens are inside `input_tokens`.
    private static func usage(_ counts: JSONValue) -> ModelUsage {
        let details = counts["input_tokens_details"]
        var usage = ModelUsage()
        usage.cacheRead = details?["cached_tokens"]?.tokenCount ?? 0
        usage.cacheWrite5m = details?["cache_write_tokens"]?.tokenCount ?? 0
        usage.inputFresh = max(0, (counts["input_tokens"]?.tokenCount ?? 0) - usage.cacheRead - usage.cacheWrite5m)
        usage.output = counts["output_tokens"]?.tokenCount ?? 0
        usage.reasoning = counts["output_tokens_details"]?["reasoning_tokens"]?.tokenCount ?? 0
        return usage
    }

    func response() -> ModelResponse {
        let ordered = items.sorted { $0.key < $1.key }.map(\.value)
        let message = AssistantMessage(blocks: ordered.flatMap(blocks))
        let refusal = ordered.map { Self.joined($0.value["content"], "refusal") ?? $0.refusal }.joined()
        return ModelResponse(
            message: message, stop: stop(message, isRefusal: !refusal.isEmpty), usage: usage, requestID: responseID, model: modelName,
            stopDetail: refusal.isEmpty ? nil : refusal)
    }

    /// No field says why an answer ended: where there are calls they are to be run.
    private func stop(_ message: AssistantMessage, isRefusal: Bool) -> StopKind {
        if isRefusal || incompleteReason == "content_filter" { return .refused }
        if isCut, message.toolCalls.last?.parsedArguments == nil { return .length }
        return message.toolCalls.isEmpty ? .done : .tools
    }

    private var isCut: Bool { incompleteReason == "max_output_tokens" }

    private func blocks(_ item: Item) -> [AssistantMessage.Block] {
        let value = item.value
        switch value["type"]?.string {
        case "message", nil:
            let text = Self.joined(value["content"], "text") ?? item.text
            guard !text.isEmpty else { return [] }
            // Which part of the work the text belongs to; the model wants it back.
            let phase = value["phase"].flatMap { $0.isNull ? nil : $0 }
            return (phase.map { [.opaque(provider: modelName, ["type": "message", "phase": $0])] } ?? []) + [.text(text)]
        case "reasoning":
            let shown = Self.joined(value["summary"], "text", by: "\n\n") ?? Self.joined(value["content"], "text") ?? item.reasoning
            let thinking: [AssistantMessage.Block] = shown.isEmpty ? [] : [.thinking(shown)]
            // Without its encrypted form the provider would look for it among what it stored, which is nothing.
            guard value["encrypted_content"]?.string != nil else { return thinking }
            return thinking + [.opaque(provider: modelName, .object((value.members ?? []).filter { !$0.value.isNull }))]
        case "function_call":
            let arguments = value["arguments"]?.string.flatMap { $0.isEmpty ? nil : $0 } ?? item.arguments
            let whole = arguments.isBlank && !isCut ? "{}" : arguments
            return [.toolCall(ToolCall(id: value["call_id"]?.string ?? "", name: value["name"]?.string ?? "", arguments: whole))]
        default: return [.opaque(provider: modelName, value)]
        }
    }

    /// The strings under a key in a list of objects, joined; `nil` where there is none.
    private static func joined(_ list: JSONValue?, _ key: String, by separator: String = "") -> String? {
        let strings = (list?.array ?? []).compactMap { $0[key]?.string }
        return strings.isEmpty ? nil : strings.joined(separator: separator)
    }
}
