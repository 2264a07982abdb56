/// Messages between one agent and one model. Append-only: what was sent once is sent byte for byte the same the next time,
/// because providers bind cached prefixes and thinking blocks to it.
package struct Conversation: Hashable, Sendable {
    /// The role's stable prompt.
    package let system: String
    /// The tools, in a fixed order.
    package let tools: [ToolDefinition]
    package private(set) var messages: [Message] = []

    package init(system: String, tools: [ToolDefinition]) {
        self.system = system
        self.tools = tools
    }

    /// Traps when an open tool call would be left without its result: that conversation could never be sent again.
    package mutating func append(_ message: Message) {
        if let fault = Self.pairingFault(of: message, after: messages.last) { preconditionFailure(fault) }
        messages.append(message)
    }

    package enum Message: Hashable, Sendable {
        case user(UserMessage)
        case assistant(AssistantMessage)
    }
}

/// What Ferry says: the results of the tool calls before it, first, then text.
package struct UserMessage: Hashable, Sendable {
    package var results: [ToolResult]
    package var text: String?
    package init(text: String? = nil, results: [ToolResult] = []) {
        self.text = text
        self.results = results
    }
}

/// What the model said, block by block, in its order.
package struct AssistantMessage: Hashable, Sendable {
    package enum Block: Hashable, Sendable {
        case text(String)
        /// Reasoning that may be shown; sent back only through its `opaque` form.
        case thinking(String)
        case toolCall(ToolCall)
        /// A provider's block, kept verbatim and sent back verbatim (`thinking` with its signature, unknown blocks), but only to
        /// the model that made it: `provider` is that model's `name`. Other models cannot read it and may refuse it.
        case opaque(provider: String, JSONValue)
    }
    package var blocks: [Block]
    package init(blocks: [Block]) { self.blocks = blocks }

    package var toolCalls: [ToolCall] { blocks.compactMap { if case .toolCall(let call) = $0 { call } else { nil } } }
    /// All text blocks, joined.
    package var text: String { blocks.compactMap { if case .text(let text) = $0 { text } else { nil } }.joined(separator: "\n") }
}

/// A tool as the model is told of it.
package struct ToolDefinition: Hashable, Sendable {
    /// `^[a-zA-Z0-9_-]{1,64}$`
    package let name: String
    package let description: String
    /// A JSON schema of type `object` with `additionalProperties: false`.
    package let parameters: JSONValue
    package init(name: String, description: String, parameters: JSONValue) {
        self.name = name
        self.description = description
        self.parameters = parameters
    }
}

/// A call of a tool that the model asks for.
package struct ToolCall: Hashable, Sendable {
    package let id: String
    package let name: String
    /// The arguments as the model wrote them; may be no JSON at all.
    package let arguments: String
    package init(id: String, name: String, arguments: String) {
        self.id = id
        self.name = name
        self.arguments = arguments
    }
}

/// What came of a tool call.
package struct ToolResult: Hashable, Sendable {
    package let callID: String
    package let content: String
    package let isError: Bool
    package init(callID: String, content: String, isError: Bool = false) {
        self.callID = callID
        self.content = content
        self.isError = isError
    }
}
