/// Puts an answer together from the lines of Ollama's /api/chat. Calls arrive whole, and without ids.
struct OllamaStream: AnswerStream {
    static var framing: StreamFraming { .lines }

    private let modelName: String
    private let host: String
    private let key: Secret?
    /// Makes ids for calls.
    private let turn: Int
    private let contextTokens: Int
    private let requestBytes: Int
    /// What is wrong with the count of prompt tokens; `nil` where it can be true.
    private let complaint: @Sendable (Int) -> String?
    private var text = ""
    private var thinking = ""
    private var calls: [ToolCall] = []
    private var doneReason: String?
    private var promptTokens: Int?
    private var outputTokens: Int?
    private(set) var isComplete = false

    init(
        modelName: String, host: String, key: Secret?, turn: Int, contextTokens: Int, requestBytes: Int,
        complaint: @escaping @Sendable (Int) -> String?
    ) {
        self.modelName = modelName
        self.host = host
        self.key = key
        self.turn = turn
        self.contextTokens = contextTokens
        self.requestBytes = requestBytes
        self.complaint = complaint
    }

    mutating func receive(_ event: ServerSentEvents.Event) throws(ModelError) -> [ModelProgress] {
        let line: JSONValue
        do { line = try JSONValue(parsing: event.data) } catch { throw ModelError(.server, "\(host) sent a line that is \(error)") }
        if let error = line["error"], !error.isNull { throw ProviderRefusal(status: nil, wire: .ollama, host: host, body: line).error(hiding: key) }
        let said = line["message"]?["content"]?.string ?? ""
        let thought = line["message"]?["thinking"]?.string ?? ""
        text += said
        thinking += thought
        let arrived = line["message"]?["tool_calls"]?.array ?? []
        var characters = said.count + thought.count
        for call in arrived { characters += receive(call) }
        var reports: [ModelProgress] = characters > 0 || !arrived.isEmpty ? [.output(characters: characters)] : []
        if line["done"] == true {
            isComplete = true
            doneReason = line["done_reason"]?.string
            promptTokens = line["prompt_eval_count"]?.tokenCount
            outputTokens = line["eval_count"]?.tokenCount
            reports.append(.usage(usage))
        }
        return reports
    }

    /// Returns how many characters of arguments the call has.
    private mutating func receive(_ call: JSONValue) -> Int {
        let function = call["function"]
        let arguments =
            switch function?["arguments"] {
            case .object(let members)?: JSONValue.object(members).text
            case .string(let text)? where !text.isBlank: text
            default: "{}"
            }
        calls.append(
            ToolCall(id: call["id"]?.string ?? "call_\(turn)_\(calls.count)", name: function?["name"]?.string ?? "", arguments: arguments))
        return arguments.count
    }

    private var usage: ModelUsage {
        var usage = ModelUsage()
        usage.inputFresh = max(0, promptTokens ?? ContextEstimate.tokens(bytes: requestBytes))
        usage.output = max(0, outputTokens ?? ContextEstimate.tokens(bytes: text.utf8.count + thinking.utf8.count))
        usage.isEstimated = promptTokens == nil || outputTokens == nil
        return usage
    }

    func response() throws(ModelError) -> ModelResponse {
        if let what = promptTokens.flatMap(complaint) {
            throw ModelError(
                .contextOverflow, "\(host) dropped the beginning of the conversation: its model was given \(what)",
                remedy: "Set a larger `num_ctx` at the provider, as far as the memory goes, or take a model with a larger window")
        }
        // Said when a model was loaded instead of asked.
        guard !["load", "unload"].contains(doneReason) else { throw ModelError(.server, "\(host) loaded the model and gave no answer") }
        var blocks: [AssistantMessage.Block] = []
        if !thinking.isEmpty { blocks += [.thinking(thinking), .opaque(provider: modelName, ["thinking": .string(thinking)])] }
        if !text.isEmpty { blocks.append(.text(text)) }
        blocks += calls.map(AssistantMessage.Block.toolCall)
        return ModelResponse(message: AssistantMessage(blocks: blocks), stop: stop, usage: usage, model: modelName)
    }

    private var stop: StopKind {
        guard calls.isEmpty else { return .tools }
        guard doneReason == "length" else { return .done }
        return (promptTokens ?? 0) + (outputTokens ?? 0) >= contextTokens ? .context : .length
    }
}
