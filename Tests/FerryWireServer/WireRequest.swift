package import FerryLLM

/// A request as the server read it, with what scripts most often ask of it.
package struct WireRequest: Sendable {
    /// Counted from 1, over all wires and connections.
    package let number: Int
    package let wire: Wire
    package let path: String
    package let headers: [(name: String, value: String)]
    package let rawBody: [UInt8]
    /// Null when the body is no JSON.
    package let body: JSONValue

    /// The first value of a header, its name in any case.
    package func header(_ name: String) -> String? { headers.first { $0.name.lowercased() == name.lowercased() }?.value }

    package var model: String {
        guard wire == .gemini else { return body["model"]?.string ?? "" }
        return path.split(separator: "/").last.map { String($0.prefix { $0 != ":" }) } ?? ""
    }

    /// The role's prompt.
    package var system: String {
        switch wire {
        case .anthropic: Self.text(body["system"])
        case .responses: Self.text(body["instructions"])
        case .gemini: Self.text(body["systemInstruction"]?["parts"])
        case .openAI, .ollama: messages.first.map { $0["role"]?.string == "user" ? "" : Self.text($0["content"]) } ?? ""
        }
    }

    /// The messages, as the wire has them; of Responses, its items put together as those of one side.
    package var messages: [JSONValue] {
        switch wire {
        case .anthropic, .openAI, .ollama: body["messages"]?.array ?? []
        case .gemini: body["contents"]?.array ?? []
        case .responses: ResponsesItems.messages(body["input"]?.array ?? [])
        }
    }

    /// Whether a message of `messages` is the model's.
    static func isAnswer(_ message: JSONValue) -> Bool { ["assistant", "model"].contains(message["role"]?.string) }

    /// Messages of the assistant so far: the turn, from 0.
    package var answers: Int { messages.count(where: Self.isAnswer) }
    package var firstUserText: String { userTexts.first ?? "" }
    package var lastUserText: String { userTexts.last ?? "" }

    package var toolNames: [String] {
        let tools = body["tools"]?.array ?? []
        let declared = wire == .gemini ? tools.flatMap { $0["functionDeclarations"]?.array ?? [] } : tools
        return declared.compactMap { ($0["function"] ?? $0)["name"]?.string }
    }

    /// The results since the last answer. Where the wire has no ids they are empty.
    package var toolResults: [ToolResult] {
        let messages = messages
        let start = messages.lastIndex(where: Self.isAnswer) ?? 0
        return messages[start...].flatMap { message in
            switch wire {
            case .anthropic: Self.anthropicResults(message)
            case .openAI, .ollama: Self.chatResults(message)
            case .responses: ResponsesItems.results(message)
            case .gemini: Self.geminiResults(message)
            }
        }
    }

    private static func geminiResults(_ message: JSONValue) -> [ToolResult] {
        (message["parts"]?.array ?? []).compactMap { $0["functionResponse"] }.map { result in
            let error = result["response"]?["error"]
            return ToolResult(
                callID: result["id"]?.string ?? "", content: (error ?? result["response"]?["output"])?.string ?? "", isError: error != nil)
        }
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
        messages.filter { $0["role"]?.string == "user" }.map { Self.text($0["content"] ?? $0["parts"]) }.filter { !$0.isEmpty }
    }

    /// A string, or the texts of a list, whatever the wire calls them.
    private static func text(_ content: JSONValue?) -> String {
        content?.string
            ?? (content?.array ?? []).filter { [nil, "text", "input_text"].contains($0["type"]?.string) }
            .compactMap { $0["text"]?.string }.joined(separator: "\n")
    }
}
