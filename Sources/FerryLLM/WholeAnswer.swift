/// An answer that came in one piece, as its reader gets it: what was said, in the order in which it was said.
enum WholeAnswer {
    /// Of Anthropic Messages (`content`), OpenAI Responses (`output`) or Chat Completions (`choices`). Blocks of other kinds are kept verbatim.
    static func message(_ answer: JSONValue, provider: String) -> AssistantMessage {
        if let choice = answer["choices"]?.array?.first?["message"] { return AssistantMessage(blocks: chat(choice)) }
        let items = answer["content"]?.array ?? answer["output"]?.array ?? []
        return AssistantMessage(blocks: items.flatMap { blocks($0, provider) })
    }

    private static func blocks(_ item: JSONValue, _ provider: String) -> [AssistantMessage.Block] {
        switch item["type"]?.string {
        case "text": [.text(item["text"]?.string ?? "")]
        case "thinking": [.thinking(item["thinking"]?.string ?? "")]
        case "tool_use": [call(item["id"], item["name"], item["input"]?.text)]
        case "message": (item["content"]?.array ?? []).compactMap { $0["text"]?.string.map(AssistantMessage.Block.text) }
        case "reasoning": (item["summary"]?.array ?? []).compactMap { $0["text"]?.string.map(AssistantMessage.Block.thinking) }
        case "function_call": [call(item["call_id"], item["name"], item["arguments"]?.string)]
        default: [.opaque(provider: provider, item)]
        }
    }

    private static func chat(_ message: JSONValue) -> [AssistantMessage.Block] {
        let thinking = message["reasoning_content"]?.string.map(AssistantMessage.Block.thinking)
        let text = message["content"]?.string.map(AssistantMessage.Block.text)
        let calls = (message["tool_calls"]?.array ?? []).map { call($0["id"], $0["function"]?["name"], $0["function"]?["arguments"]?.string) }
        return [thinking, text].compactMap { $0 } + calls
    }

    private static func call(_ id: JSONValue?, _ name: JSONValue?, _ arguments: String?) -> AssistantMessage.Block {
        .toolCall(ToolCall(id: id?.string ?? "", name: name?.string ?? "", arguments: arguments ?? "{}"))
    }
}
