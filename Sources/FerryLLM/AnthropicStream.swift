/// Puts an answer together from the events of Anthropic Messages (streaming).
/// Unknown events and deltas are passed over, since the vendor reserves adding some; unknown blocks are kept verbatim.
struct AnthropicStream: AnswerStream {
    private struct Block {
        /// As it began; deltas are added to it.
        var value: JSONValue
        var text = ""
        var signature = ""
        var input = ""
    }

    private let modelName: String
    private let host: String
    private let key: Secret?
    private var blocks: [Block] = []
    /// The stream's index of a block, and where it stands in `blocks`.
    private var positions: [Int: Int] = [:]
    private var usage = AnthropicUsage()
    private var stopReason: String?
    private var stopDetail: String?
    private var messageID: String?
    private(set) var isComplete = false

    init(modelName: String, host: String, key: Secret?) {
        self.modelName = modelName
        self.host = host
        self.key = key
    }

    mutating func receive(_ event: ServerSentEvents.Event) throws(ModelError) -> [ModelProgress] {
        let data: JSONValue
        do { data = try JSONValue(parsing: event.data) } catch { throw malformed("an event that is \(error)") }
        switch data["type"]?.string {
        case "message_start": return start(data["message"])
        case "content_block_start": return try begin(data)
        case "content_block_delta": return try extend(data)
        case "message_delta": return end(data)
        case "message_stop":
            isComplete = true
            return []
        case "error": throw ProviderRefusal(status: nil, wire: .anthropic, host: host, body: data).error(hiding: key)
        default: return []
        }
    }

    private func malformed(_ what: String) -> ModelError { ModelError(.server, "\(host) sent \(what)") }

    /// A second one in a stream (seen in the field) only brings its counts.
    private mutating func start(_ message: JSONValue?) -> [ModelProgress] {
        messageID = messageID ?? message?["id"]?.string
        usage.update(message?["usage"])
        return [.usage(usage.value)]
    }

    private mutating func begin(_ data: JSONValue) throws(ModelError) -> [ModelProgress] {
        guard let index = data["index"]?.int, let value = data["content_block"], value.members != nil else {
            throw malformed("a block without an index or content")
        }
        positions[index] = blocks.count
        blocks.append(
            Block(value: value, text: value["text"]?.string ?? value["thinking"]?.string ?? "", signature: value["signature"]?.string ?? ""))
        return [.output(characters: 0)]
    }

    private mutating func extend(_ data: JSONValue) throws(ModelError) -> [ModelProgress] {
        guard let index = data["index"]?.int, let position = positions[index], let delta = data["delta"] else {
            throw malformed("a piece of a block that did not begin")
        }
        let piece: String
        switch delta["type"]?.string {
        case "text_delta":
            piece = delta["text"]?.string ?? ""
            blocks[position].text += piece
        case "thinking_delta":
            piece = delta["thinking"]?.string ?? ""
            blocks[position].text += piece
        case "input_json_delta":
            piece = delta["partial_json"]?.string ?? ""
            blocks[position].input += piece
        case "signature_delta":
            piece = ""
            blocks[position].signature += delta["signature"]?.string ?? ""
        default: return []
        }
        return [.output(characters: piece.count)]
    }

    private mutating func end(_ data: JSONValue) -> [ModelProgress] {
        stopReason = data["delta"]?["stop_reason"]?.string ?? stopReason
        if let details = data["delta"]?["stop_details"], !details.isNull {
            stopDetail = [details["category"]?.string, details["explanation"]?.string].compactMap { $0 }.joined(separator: ": ")
        }
        usage.update(data["usage"])
        return [.usage(usage.value)]
    }

    func response() -> ModelResponse {
        let message = AssistantMessage(blocks: blocks.flatMap(finished))
        return ModelResponse(
            message: message, stop: stop(message), usage: usage.value, requestID: messageID, model: modelName, stopDetail: stopDetail)
    }

    private func stop(_ message: AssistantMessage) -> StopKind {
        switch stopReason {
        case "refusal": .refused
        case "model_context_window_exceeded": .context
        case "max_tokens" where message.toolCalls.last?.parsedArguments == nil: .length
        case "pause_turn" where message.toolCalls.isEmpty: .paused
        default: message.toolCalls.isEmpty ? .done : .tools
        }
    }

    private func finished(_ block: Block) -> [AssistantMessage.Block] {
        var value = block.value
        switch value["type"]?.string {
        case "text": return block.text.isEmpty ? [] : [.text(block.text)]
        case "thinking":
            value.set("thinking", .string(block.text))
            value.set("signature", .string(block.signature))
            let shown: [AssistantMessage.Block] = block.text.isEmpty ? [] : [.thinking(block.text)]
            return shown + [.opaque(provider: modelName, value)]
        case "tool_use":
            return [.toolCall(ToolCall(id: value["id"]?.string ?? "", name: value["name"]?.string ?? "", arguments: arguments(block)))]
        default:
            if let input = try? JSONValue(parsing: block.input) { value.set("input", input) }
            return [.opaque(provider: modelName, value)]
        }
    }

    /// A tool without arguments streams an empty text. At the output limit that is a call whose arguments were not begun.
    private func arguments(_ block: Block) -> String {
        guard block.input.isBlank else { return block.input }
        if let members = block.value["input"]?.members, !members.isEmpty { return JSONValue.object(members).text }
        return stopReason == "max_tokens" ? "" : "{}"
    }
}
