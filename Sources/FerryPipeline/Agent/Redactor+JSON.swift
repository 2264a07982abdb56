package import FerryLLM
internal import FerrySystem

extension Redactor {
    /// The value with a mark in the place of each secret in its strings; keys and numbers stay.
    package func redact(_ value: JSONValue) -> JSONValue {
        switch value {
        case .string(let text): .string(redact(text))
        case .array(let elements): .array(elements.map(redact))
        case .object(let members): .object(members.map { JSONValue.Member($0.key, redact($0.value)) })
        case .null, .bool, .number: value
        }
    }

    /// The message as a record may keep it.
    func redact(_ message: Conversation.Message) -> Conversation.Message {
        switch message {
        case .user(let user):
            .user(
                UserMessage(
                    text: user.text.map(redact),
                    results: user.results.map { ToolResult(callID: redactID($0.callID), content: redact($0.content), isError: $0.isError) }))
        case .assistant(let assistant): .assistant(AssistantMessage(blocks: assistant.blocks.map(redact)))
        }
    }

    /// Ids stay apart from each other, whatever a server calls them.
    private func redactID(_ id: String) -> String {
        redact(id) == id ? id : "redacted_\(ContentHash(of: id.utf8).description.prefix(16))"
    }

    private func redact(_ block: AssistantMessage.Block) -> AssistantMessage.Block {
        switch block {
        case .text(let text): .text(redact(text))
        case .thinking(let text): .thinking(redact(text))
        case .toolCall(let call): .toolCall(ToolCall(id: redactID(call.id), name: redact(call.name), arguments: redact(call.arguments)))
        case .opaque(let provider, let value): .opaque(provider: provider, redact(value))
        }
    }
}
