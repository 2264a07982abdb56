/// A conversation as the body of `POST /v1/messages` (API version 2026-10-21). The same conversation always gives the same bytes, but for
/// the cache marks of its last two user messages.
/// Never sent: sampling fields, a forced tool, a budget of thinking, a last message of the assistant; current models refuse each.
struct AnthropicRequest {
    let model: String
    /// `provider/model`: opaque blocks that bear it are sent back.
    let modelName: String
    let quirks: AnthropicQuirks

    func body(_ conversation: Conversation, options: ModelOptions) -> JSONValue {
        var body: JSONValue = ["model": .string(model), "max_tokens": .int(options.maxOutputTokens), "stream": true]
        if !conversation.system.isBlank {
            // The role's prompt is the same for every feature: it is worth an hour. Marking it also caches the tools before it.
            body.set("system", [["type": "text", "text": .string(conversation.system), "cache_control": ["type": "ephemeral", "ttl": "1h"]]])
        }
        if quirks.showsThinking { body.set("thinking", ["type": "adaptive", "display": "summarized"]) }
        if let effort = options.effort, quirks.takesEffort { body.set("output_config", ["effort": .string(effort)]) }
        if !conversation.tools.isEmpty { body.set("tools", .array(conversation.tools.map(tool))) }
        body.set("messages", .array(messages(conversation.messages)))
        return body
    }

    private func tool(_ tool: ToolDefinition) -> JSONValue {
        var value: JSONValue = ["name": .string(tool.name), "description": .string(tool.description), "input_schema": tool.parameters]
        if quirks.strictTools, tool.parameters.closesEveryObject { value.set("strict", true) }
        return value
    }

    private func messages(_ messages: [Conversation.Message]) -> [JSONValue] {
        // The second mark is where the last request ended, so its cache entry is found however many blocks one turn adds
        // (a mark alone looks back 20 blocks).
        let marked = Set(messages.indices.filter { if case .user = messages[$0] { true } else { false } }.suffix(2))
        return messages.enumerated().map { index, message in
            switch message {
            case .user(let user): userMessage(user, isMarked: marked.contains(index))
            case .assistant(let assistant): assistantMessage(assistant)
            }
        }
    }

    private func userMessage(_ user: UserMessage, isMarked: Bool) -> JSONValue {
        var blocks = user.results.map { result -> JSONValue in
            var block: JSONValue = [
                "type": "tool_result", "tool_use_id": .string(Self.identifier(result.callID)), "content": .string(result.content),
            ]
            if result.isError { block.set("is_error", true) }
            return block
        }
        if let text = user.text, !text.isBlank { blocks.append(["type": "text", "text": .string(text)]) }
        if blocks.isEmpty { blocks.append(["type": "text", "text": "(nothing)"]) }
        if isMarked { blocks[blocks.count - 1].set("cache_control", ["type": "ephemeral"]) }
        return ["role": "user", "content": .array(blocks)]
    }

    private func assistantMessage(_ assistant: AssistantMessage) -> JSONValue {
        var blocks = assistant.blocks.compactMap { block -> JSONValue? in
            switch block {
            // Blank text is refused as input, though models write it.
            case .text(let text): text.isBlank ? nil : ["type": "text", "text": .string(text)]
            case .thinking: nil
            case .opaque(let provider, let value): provider == modelName ? value : nil
            case .toolCall(let call):
                ["type": "tool_use", "id": .string(Self.identifier(call.id)), "name": .string(call.name), "input": call.replayedArguments]
            }
        }
        if blocks.isEmpty { blocks.append(["type": "text", "text": "(no answer)"]) }
        return ["role": "assistant", "content": .array(blocks)]
    }

    /// Ids of other vendors may hold characters that are refused here.
    private static func identifier(_ id: String) -> String {
        String(
            String.UnicodeScalarView(
                id.unicodeScalars.map { $0.isASCII && ($0.properties.isAlphabetic || ("0"..."9").contains($0) || $0 == "-") ? $0 : "_" }))
    }
}

/// What differs between the models and servers that speak Anthropic's wire.
package struct AnthropicQuirks: Hashable, Sendable {
    /// Ask for summaries of the model's thinking, without which newer models' transcripts are silent.
    package var showsThinking: Bool
    /// `output_config.effort` is known.
    package var takesEffort: Bool
    /// `strict` on tools is known.
    package var strictTools: Bool

    package init(showsThinking: Bool = true, takesEffort: Bool = true, strictTools: Bool = true) {
        self.showsThinking = showsThinking
        self.takesEffort = takesEffort
        self.strictTools = strictTools
    }

    /// All for the vendor's models; nothing for those up to 4.5, which know only fixed budgets, and for other vendors' models behind this wire.
    package static func standard(for model: String) -> AnthropicQuirks {
        let old =
            [
                "claude-2", "claude-3", "claude-haiku-4", "claude-opus-4-0", "claude-opus-4-1", "claude-opus-4-2", "claude-opus-4-5",
                "claude-sonnet-4-0",
            ]
            + ["claude-sonnet-4-2", "claude-sonnet-4-5"]
        let isCurrent = model.hasPrefix("claude-") && !old.contains { model.hasPrefix($0) }
        return isCurrent ? AnthropicQuirks() : AnthropicQuirks(showsThinking: false, takesEffort: false, strictTools: false)
    }
}
