/// A conversation as the body of `POST …/models/{model}:streamGenerateContent`. The same conversation always gives the same bytes.
struct GeminiRequest {
    /// `provider/model`: opaque blocks that bear it are sent back.
    let modelName: String
    let quirks: GeminiQuirks

    /// What the vendor documents for calls that its models did not make themselves, and that therefore have no signature.
    static let foreignSignature = "skip_thought_signature_validator"

    func body(_ conversation: Conversation, options: ModelOptions) -> JSONValue {
        var body: JSONValue = .object([])
        if !conversation.system.isBlank { body.set("systemInstruction", ["parts": [["text": .string(conversation.system)]]]) }
        if !conversation.tools.isEmpty {
            let declarations = conversation.tools.map { tool -> JSONValue in
                ["name": .string(tool.name), "description": .string(tool.description), "parametersJsonSchema": tool.parameters]
            }
            body.set("tools", [["functionDeclarations": .array(declarations)]])
        }
        var generation: JSONValue = ["maxOutputTokens": .int(options.maxOutputTokens)]
        var thinking: [JSONValue.Member] = []
        if quirks.showsThinking { thinking.append(.init("includeThoughts", true)) }
        if let effort = options.effort, quirks.takesEffort { thinking.append(.init("thinkingLevel", .string(Self.level(effort)))) }
        if !thinking.isEmpty { generation.set("thinkingConfig", .object(thinking)) }
        body.set("generationConfig", generation)
        body.set("contents", .array(contents(conversation.messages)))
        return body
    }

    /// The wire knows three.
    private static func level(_ effort: String) -> String {
        switch effort {
        case "low": "LOW"
        case "medium": "MEDIUM"
        default: "HIGH"
        }
    }

    /// A call as it was sent, to which a result refers by name, and by its id where it has one.
    private struct SentCall {
        let name: String
        let id: JSONValue?
    }

    private func contents(_ messages: [Conversation.Message]) -> [JSONValue] {
        // Where one id stands for calls of several turns, the last before the result counts.
        var order: [String] = []
        var sent: [String: SentCall] = [:]
        return messages.map { message in
            switch message {
            case .user(let user): return userContent(user, order: order, sent: sent)
            case .assistant(let assistant):
                order = assistant.toolCalls.map(\.id)
                let parts = parts(of: assistant, sent: &sent)
                return ["role": "model", "parts": .array(parts)]
            }
        }
    }

    private func userContent(_ user: UserMessage, order: [String], sent: [String: SentCall]) -> JSONValue {
        // Calls without ids are told apart by their order.
        let results = order.compactMap { id in user.results.first { $0.callID == id } }
        var parts = results.map { result -> JSONValue in
            let call = sent[result.callID]
            var response: JSONValue = [
                "name": .string(call?.name ?? ""), "response": [result.isError ? "error" : "output": .string(result.content)],
            ]
            if let id = call?.id { response.set("id", id) }
            return ["functionResponse": response]
        }
        if let text = user.text, !text.isBlank { parts.append(["text": .string(text)]) }
        return ["role": "user", "parts": .array(parts.isEmpty ? [["text": "(nothing)"]] : parts)]
    }

    private func parts(of assistant: AssistantMessage, sent: inout [String: SentCall]) -> [JSONValue] {
        var parts: [JSONValue] = []
        for (index, block) in assistant.blocks.enumerated() {
            var own: [JSONValue]?
            if index + 1 < assistant.blocks.count, case .opaque(modelName, let value) = assistant.blocks[index + 1] { own = value["parts"]?.array }
            switch block {
            case .text(let text): parts += own ?? (text.isBlank ? [] : [["text": .string(text)]])
            case .toolCall(let call):
                var function: JSONValue = ["name": .string(call.name), "args": call.replayedArguments, "id": .string(call.id)]
                if let verbatim = own?.first?["functionCall"] { function = verbatim }
                sent[call.id] = SentCall(name: call.name, id: function["id"])
                parts += own ?? [["functionCall": function]]
            case .opaque(modelName, let value) where value["parts"] == nil: parts.append(value)
            case .thinking, .opaque: break
            }
        }
        if quirks.demandsSignatures, let first = parts.firstIndex(where: { $0["functionCall"] != nil }), parts[first]["thoughtSignature"] == nil {
            parts[first].set("thoughtSignature", .string(Self.foreignSignature))
        }
        return parts.isEmpty ? [["text": "(no answer)"]] : parts
    }
}
