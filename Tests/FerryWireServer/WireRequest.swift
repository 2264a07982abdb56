package import FerryLLM

/// A request as the server read it, with what scripts most often ask of it.
package struct WireRequest: Sendable {
    package enum Wire: String, Hashable, Sendable { case anthropic, openAI }

    /// Counted from 1, over both wires and all connections.
    package let number: Int
    package let wire: Wire
    package let path: String
    package let headers: [(name: String, value: String)]
    package let rawBody: [UInt8]
    /// Null when the body is no JSON.
    package let body: JSONValue

    /// The first value of a header, its name in any case.
    package func header(_ name: String) -> String? { headers.first { $0.name.lowercased() == name.lowercased() }?.value }

    package var model: String { body["model"]?.string ?? "" }

    /// The role's prompt.
    package var system: String {
        switch wire {
        case .anthropic: Self.text(body["system"])
        case .openAI: messages.first.map { $0["role"]?.string == "user" ? "" : Self.text($0["content"]) } ?? ""
        }
    }

    package var messages: [JSONValue] { body["messages"]?.array ?? [] }
    /// Messages of the assistant so far: the turn, from 0.
    package var answers: Int { messages.count { $0["role"]?.string == "assistant" } }
    package var firstUserText: String { userTexts.first ?? "" }
    package var lastUserText: String { userTexts.last ?? "" }

    package var toolNames: [String] {
        (body["tools"]?.array ?? []).compactMap { ($0["function"] ?? $0)["name"]?.string }
    }

    /// The results since the last answer.
    package var toolResults: [ToolResult] {
        let start = messages.lastIndex { $0["role"]?.string == "assistant" } ?? 0
        return messages[start...].flatMap(wire == .anthropic ? Self.anthropicResults : Self.chatResults)
    }

    private static func anthropicResults(_ message: JSONValue) -> [ToolResult] {
        let blocks = message["content"]?.array ?? []
        return blocks.filter { $0["type"]?.string == "tool_result" }.map { block -> ToolResult in
            let isError = block["is_error"]?.bool ?? false
            return ToolResult(callID: block["tool_use_id"]?.string ?? "", content: text(block["content"]), isError: isError)
        }
    }

    private static func chatResults(_ message: JSONValue) -> [ToolResult] {
        guard message["role"]?.string == "tool" else { return [] }
        let content = text(message["content"])
        return [ToolResult(callID: message["tool_call_id"]?.string ?? "", content: content, isError: content.hasPrefix("ERROR: "))]
    }

    private var userTexts: [String] {
        messages.filter { $0["role"]?.string == "user" }.map { Self.text($0["content"]) }.filter { !$0.isEmpty }
    }

    /// A string, or the text blocks of a list.
    private static func text(_ content: JSONValue?) -> String {
        content?.string ?? (content?.array ?? []).filter { $0["type"]?.string == "text" }.compactMap { $0["text"]?.string }.joined(separator: "\n")
    }
}
