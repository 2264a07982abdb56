/// A conversation as the body of `POST {base}/responses`. The same conversation always gives the same bytes.
/// Nothing is kept at the provider (`store`): reasoning goes there and back in its encrypted form.
struct OpenAIResponsesRequest {
    let model: String
    /// `provider/model`: opaque blocks that bear it are sent back.
    let modelName: String
    let quirks: OpenAIResponsesQuirks

    func body(_ conversation: Conversation, options: ModelOptions) -> JSONValue {
        var body: JSONValue = [
            "model": .string(model), "stream": true, "store": false, "max_output_tokens": .int(options.maxOutputTokens),
        ]
        if quirks.encryptedReasoning { body.set("include", ["reasoning.encrypted_content"]) }
        var reasoning: [JSONValue.Member] = []
        if let effort = options.effort, quirks.takesEffort { reasoning.append(.init("effort", .string(effort))) }
        if quirks.showsSummaries { reasoning.append(.init("summary", "auto")) }
        if !reasoning.isEmpty { body.set("reasoning", .object(reasoning)) }
        if quirks.sendsCacheKey { body.set("prompt_cache_key", .string(conversation.cacheKey)) }
        if !conversation.tools.isEmpty {
            body.set("tools", .array(conversation.tools.map(tool)))
            body.set("parallel_tool_calls", true)
        }
        if !conversation.system.isBlank { body.set("instructions", .string(conversation.system)) }
        body.set("input", .array(conversation.messages.flatMap(items)))
        return body
    }

    private func tool(_ tool: ToolDefinition) -> JSONValue {
        // Left out, `strict` would be true.
        let isStrict = quirks.strictTools && tool.parameters.closesEveryObject && tool.parameters.requiresEveryProperty
        return [
            "type": "function", "name": .string(tool.name), "description": .string(tool.description), "parameters": tool.parameters,
            "strict": .bool(isStrict),
        ]
    }

    private func items(_ message: Conversation.Message) -> [JSONValue] {
        switch message {
        case .user(let user):
            var items = user.results.map { result -> JSONValue in
                // The wire has no field for an error.
                [
                    "type": "function_call_output", "call_id": .string(result.callID),
                    "output": .string(result.isError ? "ERROR: \(result.content)" : result.content),
                ]
            }
            if let text = user.text, !text.isBlank { items.append(Self.userItem(text)) }
            return items.isEmpty ? [Self.userItem("(nothing)")] : items
        case .assistant(let assistant): return assistantItems(assistant)
        }
    }

    private static func userItem(_ text: String) -> JSONValue {
        ["type": "message", "role": "user", "content": [["type": "input_text", "text": .string(text)]]]
    }

    private static func assistantItem(_ text: String) -> JSONValue { ["type": "message", "role": "assistant", "content": .string(text)] }

    private func assistantItems(_ assistant: AssistantMessage) -> [JSONValue] {
        var items: [JSONValue] = []
        var phase: JSONValue?
        for block in assistant.blocks {
            switch block {
            case .text(let text) where !text.isBlank:
                var item = Self.assistantItem(text)
                if let phase { item.set("phase", phase) }
                phase = nil
                items.append(item)
            case .toolCall(let call):
                let arguments = call.parsedArguments == nil ? call.replayedArguments.text : call.arguments
                items.append([
                    "type": "function_call", "call_id": .string(call.id), "name": .string(call.name), "arguments": .string(arguments),
                ])
            case .opaque(modelName, let value) where value["type"] == "message": phase = value["phase"]
            case .opaque(modelName, let value): items.append(value)
            case .text, .thinking, .opaque: break
            }
        }
        // Reasoning without the item that it led to is refused: an answer that the output limit cut has some.
        while items.last?["type"] == "reasoning" { items.removeLast() }
        return items.isEmpty ? [Self.assistantItem("(no answer)")] : items
    }
}
