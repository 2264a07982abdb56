extension Conversation {
    /// The conversation as JSON in a form of Ferry's own, for models that have no wire: the same conversation always gives the same bytes.
    package var plainBody: [UInt8] {
        let tools = tools.map { tool -> JSONValue in
            ["name": .string(tool.name), "description": .string(tool.description), "parameters": tool.parameters]
        }
        let body: JSONValue = [
            "system": .string(system), "tools": .array(tools), "messages": .array(messages.flatMap(Self.plain)),
        ]
        return body.encoded()
    }

    private static func plain(_ message: Message) -> [JSONValue] {
        switch message {
        case .user(let user):
            let results = user.results.map { result -> JSONValue in
                ["result": .string(result.callID), "text": .string(result.content), "error": .bool(result.isError)]
            }
            return results + (user.text.map { [["user": .string($0)]] } ?? [])
        case .assistant(let assistant):
            return assistant.blocks.map { block in
                switch block {
                case .text(let text): ["assistant": .string(text)]
                case .thinking(let text): ["thinking": .string(text)]
                case .toolCall(let call): ["call": .string(call.id), "tool": .string(call.name), "arguments": .string(call.arguments)]
                case .opaque(let provider, let value): ["provider": .string(provider), "opaque": value]
                }
            }
        }
    }
}
