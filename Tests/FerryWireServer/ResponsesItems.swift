internal import FerryLLM

/// The input of a Responses request is a flat list; here its items are put together as messages of one side each.
enum ResponsesItems {
    /// `{"role", "content": items}`, the roles by turns; a user's text items stand in `content` as well, so that it reads like the other wires'.
    static func messages(_ items: [JSONValue]) -> [JSONValue] {
        var messages: [(isAnswer: Bool, items: [JSONValue])] = []
        for item in items {
            let isAnswer = isAnswer(item)
            if messages.last?.isAnswer == isAnswer { messages[messages.count - 1].items.append(item) } else { messages.append((isAnswer, [item])) }
        }
        return messages.map { message in
            let content = message.isAnswer ? message.items : message.items.flatMap { $0["type"] == "message" ? $0["content"]?.array ?? [] : [$0] }
            return ["role": message.isAnswer ? "assistant" : "user", "content": .array(content)]
        }
    }

    static func isAnswer(_ item: JSONValue) -> Bool {
        switch item["type"]?.string {
        case "reasoning", "function_call": true
        case "message": item["role"] == "assistant"
        default: false
        }
    }

    /// The results in a message of `messages`.
    static func results(_ message: JSONValue) -> [ToolResult] {
        (message["content"]?.array ?? []).filter { $0["type"] == "function_call_output" }.map { item in
            let output = item["output"]?.string ?? ""
            return ToolResult(callID: item["call_id"]?.string ?? "", content: output, isError: output.hasPrefix("ERROR: "))
        }
    }
}
