/// How many tokens the next request of a conversation holds: what the provider last counted, and a token for each 3.5 bytes since.
package struct ContextEstimate: Hashable, Sendable {
    private var counted = 0
    private var messageCount = 0

    package init() {}

    /// Notes what the provider counted for a request. `messageCount`: messages in the conversation once its answer was appended.
    package mutating func note(_ usage: ModelUsage, messageCount: Int) {
        counted = usage.input + usage.output
        self.messageCount = messageCount
    }

    /// Tokens of the conversation as it is.
    package func tokens(of conversation: Conversation) -> Int {
        guard counted > 0, messageCount <= conversation.messages.count else { return Self.tokens(bytes: Self.size(of: conversation)) }
        let added = conversation.messages[messageCount...].reduce(0) { $0 + Self.size(of: $1) }
        return counted + Self.tokens(bytes: added)
    }

    /// Tokens of so many bytes of text, rounded up.
    package static func tokens(bytes: Int) -> Int { (bytes * 2 + 6) / 7 }

    /// Bytes of text in a conversation, without any wire's own.
    static func size(of conversation: Conversation) -> Int {
        let tools = conversation.tools.reduce(0) { $0 + $1.name.utf8.count + $1.description.utf8.count + $1.parameters.encoded().count }
        return conversation.system.utf8.count + tools + conversation.messages.reduce(0) { $0 + size(of: $1) }
    }

    private static func size(of message: Conversation.Message) -> Int {
        switch message {
        case .user(let user): (user.text?.utf8.count ?? 0) + user.results.reduce(0) { $0 + $1.content.utf8.count }
        case .assistant(let assistant):
            assistant.blocks.reduce(0) { sum, block in
                switch block {
                case .text(let text): sum + text.utf8.count
                // Sent back, if at all, in its opaque form.
                case .thinking: sum
                case .toolCall(let call): sum + call.name.utf8.count + call.arguments.utf8.count
                case .opaque(_, let value): sum + value.encoded().count
                }
            }
        }
    }
}
