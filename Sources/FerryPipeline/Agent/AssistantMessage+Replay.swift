internal import FerryLLM

extension AssistantMessage {
    /// The message in a form that every provider takes back: ids of calls that are unique in the conversation, and names of tools of the letters
    /// that names may have. Models and servers give neither reliably.
    func replayable(in conversation: Conversation, turn: Int) -> AssistantMessage {
        var ids = conversation.callIDs
        var number = 0
        let blocks = blocks.map { block -> Block in
            guard case .toolCall(let call) = block else { return block }
            number += 1
            let id = call.id.isEmpty || ids.contains(call.id) ? "call_\(turn)_\(number)" : call.id
            ids.insert(id)
            return .toolCall(ToolCall(id: id, name: Self.toolName(call.name), arguments: call.arguments))
        }
        return AssistantMessage(blocks: blocks)
    }

    private static func toolName(_ name: String) -> String {
        let isAllowed: (Unicode.Scalar) -> Bool = { $0.isASCII && ($0.properties.isAlphabetic || ("0"..."9").contains($0) || $0 == "_" || $0 == "-") }
        let plain = String(String.UnicodeScalarView(name.unicodeScalars.prefix(64).map { isAllowed($0) ? $0 : "_" }))
        return plain.isEmpty ? "_" : plain
    }
}

extension Conversation {
    fileprivate var callIDs: Set<String> {
        Set(messages.flatMap { message -> [String] in if case .assistant(let answer) = message { answer.toolCalls.map(\.id) } else { [] } })
    }
}
