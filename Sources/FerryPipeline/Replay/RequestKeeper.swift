internal import FerryLLM

/// The conversation as a record may keep it: the same messages with secrets taken out.
struct RequestKeeper: Sendable {
    private let redactor: Redactor
    private(set) var conversation: Conversation
    /// Whether anything was taken out of this conversation.
    private(set) var isRedacted: Bool

    init(_ conversation: Conversation, _ redactor: Redactor) {
        self.redactor = redactor
        let system = redactor.redact(conversation.system)
        isRedacted = system != conversation.system
        self.conversation = Conversation(system: system, tools: conversation.tools)
        for message in conversation.messages { append(message) }
    }

    mutating func append(_ message: Conversation.Message) {
        let kept = redactor.redact(message)
        if kept != message { isRedacted = true }
        conversation.append(kept)
    }
}
