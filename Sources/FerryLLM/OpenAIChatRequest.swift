/// A conversation as the body of `POST {base}/chat/completions`. The same conversation always gives the same bytes.
struct OpenAIChatRequest {
    let model: String
    /// `provider/model`: opaque blocks that bear it are sent back.
    let modelName: String
    let quirks: OpenAIQuirks

    func body(_ conversation: Conversation, options: ModelOptions) -> JSONValue {
        var body: JSONValue = ["model": .string(model), "stream": true]
        if quirks.reportsUsage { body.set("stream_options", ["include_usage": true]) }
        body.set(quirks.outputLimit.rawValue, .int(options.maxOutputTokens))
        if let effort = options.effort, quirks.takesEffort { body.set("reasoning_effort", .string(effort)) }
        if !conversation.tools.isEmpty { body.set("tools", .array(conversation.tools.map(tool))) }
        var messages: [JSONValue] = []
        if !conversation.system.isBlank {
            messages.append(["role": .string(quirks.systemRole.rawValue), "content": .string(conversation.system)])
        }
        body.set("messages", .array(messages + conversation.messages.flatMap(rendered)))
        return body
    }

    private func tool(_ tool: ToolDefinition) -> JSONValue {
        var function: JSONValue = ["name": .string(tool.name), "description": .string(tool.description), "parameters": tool.parameters]
        if quirks.strictTools, tool.parameters.closesEveryObject, tool.parameters.requiresEveryProperty { function.set("strict", true) }
        return ["type": "function", "function": function]
    }

    private func rendered(_ message: Conversation.Message) -> [JSONValue] {
        switch message {
        case .user(let user):
            var messages = user.results.map { result -> JSONValue in
                // The wire has no field for an error.
                [
                    "role": "tool", "tool_call_id": .string(result.callID),
                    "content": .string(result.isError ? "ERROR: \(result.content)" : result.content),
                ]
            }
            if let text = user.text, !text.isBlank { messages.append(["role": "user", "content": .string(text)]) }
            if messages.isEmpty { messages.append(["role": "user", "content": "(nothing)"]) }
            return messages
        case .assistant(let assistant): return [assistantMessage(assistant)]
        }
    }

    private func assistantMessage(_ assistant: AssistantMessage) -> JSONValue {
        let calls = assistant.toolCalls
        var message: JSONValue = ["role": "assistant", "content": .string(assistant.text)]
        if assistant.text.isEmpty, !calls.isEmpty { message.set("content", .null) }
        for case .opaque(modelName, let value) in assistant.blocks where quirks.echoesReasoning {
            for member in value.members ?? [] { message.set(member.key, member.value) }
        }
        if !calls.isEmpty {
            message.set(
                "tool_calls",
                .array(
                    calls.map { call in
                        let arguments = call.parsedArguments == nil ? call.replayedArguments.text : call.arguments
                        return [
                            "id": .string(call.id), "type": "function", "function": ["name": .string(call.name), "arguments": .string(arguments)],
                        ]
                    }))
        }
        return message
    }
}
