/// A conversation as the body of `POST /api/chat`. The same conversation always gives the same bytes.
/// Beyond its context Ollama drops the front of a conversation and answers all the same, so both ways of doing so are switched off.
struct OllamaRequest {
    let model: String
    /// `provider/model`: opaque blocks that bear it are sent back.
    let modelName: String
    let quirks: OllamaQuirks

    func body(_ conversation: Conversation, options: ModelOptions) -> JSONValue {
        var body: JSONValue = [
            "model": .string(model), "stream": true, "truncate": false, "shift": false,
            // Tests run for minutes between two turns, and loading a model again takes as long.
            "keep_alive": "30m",
            "options": ["num_ctx": .int(quirks.contextTokens), "num_predict": .int(outputLimit(options))],
        ]
        if let think = think(options) { body.set("think", think) }
        if !conversation.tools.isEmpty {
            let tools = conversation.tools.map { tool -> JSONValue in
                let function: JSONValue = [
                    "name": .string(tool.name), "description": .string(tool.description), "parameters": tool.parameters,
                ]
                return ["type": "function", "function": function]
            }
            body.set("tools", .array(tools))
        }
        var messages: [JSONValue] = []
        if !conversation.system.isBlank { messages.append(["role": "system", "content": .string(conversation.system)]) }
        body.set("messages", .array(messages + rendered(conversation.messages)))
        return body
    }

    /// Prompt and answer share the context; half of it at most is for one answer.
    func outputLimit(_ options: ModelOptions) -> Int { min(options.maxOutputTokens, quirks.contextTokens / 2) }

    private func think(_ options: ModelOptions) -> JSONValue? {
        guard quirks.thinks != false else { return false }
        if quirks.takesEffort, let effort = options.effort { return .string(["low", "medium"].contains(effort) ? effort : "high") }
        return quirks.thinks.map { .bool($0) }
    }

    private func rendered(_ messages: [Conversation.Message]) -> [JSONValue] {
        var calls: [ToolCall] = []
        return messages.flatMap { message -> [JSONValue] in
            switch message {
            case .user(let user): return userMessages(user, calls: calls)
            case .assistant(let assistant):
                calls = assistant.toolCalls
                return [assistantMessage(assistant)]
            }
        }
    }

    /// The wire has no ids: a result belongs to a call by its place and the tool's name.
    private func userMessages(_ user: UserMessage, calls: [ToolCall]) -> [JSONValue] {
        var messages = calls.compactMap { call -> JSONValue? in
            guard let result = user.results.first(where: { $0.callID == call.id }) else { return nil }
            return [
                "role": "tool", "tool_name": .string(call.name),
                "content": .string(result.isError ? "ERROR: \(result.content)" : result.content),
            ]
        }
        if let text = user.text, !text.isBlank { messages.append(["role": "user", "content": .string(text)]) }
        return messages.isEmpty ? [["role": "user", "content": "(nothing)"]] : messages
    }

    private func assistantMessage(_ assistant: AssistantMessage) -> JSONValue {
        var message: JSONValue = ["role": "assistant", "content": .string(assistant.text)]
        for case .opaque(modelName, let value) in assistant.blocks {
            for member in value.members ?? [] { message.set(member.key, member.value) }
        }
        let calls = assistant.toolCalls
        if !calls.isEmpty {
            message.set(
                "tool_calls", .array(calls.map { ["function": ["name": .string($0.name), "arguments": $0.replayedArguments]] }))
        }
        return message
    }
}
