internal import FerrySystem

/// A conversation as the body of `POST {base}/chat/completions`. The same conversation always gives the same bytes, but for the cache marks of its
/// last two messages of the user.
struct OpenAIChatRequest {
    let model: String
    /// `provider/model`: opaque blocks that bear it are sent back.
    let modelName: String
    let quirks: OpenAIQuirks

    func body(_ conversation: Conversation, options: ModelOptions) -> JSONValue {
        var body: JSONValue = ["model": .string(model), "stream": true]
        if quirks.asksUsage { body.set("stream_options", ["include_usage": true]) }
        body.set(quirks.outputLimit.rawValue, .int(options.maxOutputTokens))
        if let effort = options.effort {
            switch quirks.effort {
            case .none: break
            case .flat: body.set("reasoning_effort", .string(effort))
            case .nested: body.set("reasoning", ["effort": .string(effort)])
            }
        }
        if quirks.sendsCacheKey { body.set("prompt_cache_key", .string(conversation.cacheKey)) }
        if !conversation.tools.isEmpty { body.set("tools", .array(conversation.tools.map(tool))) }
        var messages: [JSONValue] = []
        if !conversation.system.isBlank {
            messages.append(["role": .string(quirks.systemRole.rawValue), "content": content(conversation.system, isMarked: true)])
        }
        // The second mark is where the last request ended, so its entry is found.
        let marked = Set(conversation.messages.indices.filter { if case .user = conversation.messages[$0] { true } else { false } }.suffix(2))
        for (index, message) in conversation.messages.enumerated() { messages += rendered(message, isMarked: marked.contains(index)) }
        body.set("messages", .array(messages))
        return body
    }

    private func tool(_ tool: ToolDefinition) -> JSONValue {
        var function: JSONValue = ["name": .string(tool.name), "description": .string(tool.description), "parameters": tool.parameters]
        if quirks.strictTools, tool.parameters.closesEveryObject, tool.parameters.requiresEveryProperty { function.set("strict", true) }
        return ["type": "function", "function": function]
    }

    /// A string, or where marks may be set a list of one part.
    private func content(_ text: String, isMarked: Bool) -> JSONValue {
        guard quirks.marksCache else { return .string(text) }
        var part: JSONValue = ["type": "text", "text": .string(text)]
        if isMarked { part.set("cache_control", ["type": "ephemeral"]) }
        return [part]
    }

    private func rendered(_ message: Conversation.Message, isMarked: Bool) -> [JSONValue] {
        switch message {
        case .user(let user):
            // The wire has no field for an error.
            var results = user.results.map { (id: id($0.callID), text: $0.isError ? "ERROR: \($0.content)" : $0.content) }
            var said = user.text.flatMap { $0.isBlank ? nil : $0 }
            if !quirks.userAfterTool, let text = said, let last = results.indices.last {
                results[last].text += "\n\n\(text)"
                said = nil
            }
            if said == nil, results.isEmpty { said = "(nothing)" }
            let answers = results.enumerated().map { index, result -> JSONValue in
                let isLast = said == nil && index == results.count - 1
                return ["role": "tool", "tool_call_id": .string(result.id), "content": content(result.text, isMarked: isMarked && isLast)]
            }
            return answers + (said.map { [["role": "user", "content": content($0, isMarked: isMarked)]] } ?? [])
        case .assistant(let assistant): return [assistantMessage(assistant)]
        }
    }

    private func assistantMessage(_ assistant: AssistantMessage) -> JSONValue {
        let calls = assistant.toolCalls
        var message: JSONValue = ["role": "assistant", "content": .string(assistant.text)]
        if assistant.text.isEmpty, !calls.isEmpty { message.set("content", .null) }
        for case .opaque(modelName, let value) in assistant.blocks where quirks.echo != .none {
            for member in value.members ?? [] { message.set(member.key, member.value) }
        }
        if !calls.isEmpty {
            message.set(
                "tool_calls",
                .array(
                    calls.map { call in
                        let arguments = call.parsedArguments == nil ? call.replayedArguments.text : call.arguments
                        return [
                            "id": .string(id(call.id)), "type": "function",
                            "function": ["name": .string(call.name), "arguments": .string(arguments)],
                        ]
                    }))
        }
        return message
    }

    /// An id as the server takes it: Mistral refuses those of others.
    private func id(_ id: String) -> String {
        guard quirks.callIDs == .nine else { return id }
        let isGood = id.utf8.count == 9 && id.unicodeScalars.allSatisfy { $0.isASCII && ($0.properties.isAlphabetic || ("0"..."9").contains($0)) }
        return isGood ? id : String(ContentHash(of: Array(id.utf8)).description.prefix(9))
    }
}
