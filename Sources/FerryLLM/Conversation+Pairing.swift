extension Conversation {
    /// Why no provider would take the conversation: a call without its one result in the next message, or a result without its call. `nil` where all
    /// is in order. Looked at before each request: a history that is wrong once is refused for ever.
    package var pairingFault: String? {
        var last: Message?
        for message in messages {
            if let fault = Self.pairingFault(of: message, after: last) { return fault }
            last = message
        }
        guard case .assistant(let answer)? = last, !answer.toolCalls.isEmpty else { return nil }
        return "the last message calls tools, and has no results"
    }

    static func pairingFault(of message: Message, after last: Message?) -> String? {
        var calls: [String] = []
        if case .assistant(let answer)? = last { calls = answer.toolCalls.map(\.id) }
        var results: [String] = []
        if case .user(let user) = message { results = user.results.map(\.callID) }
        guard calls.sorted() != results.sorted() || Set(calls).count < calls.count else { return nil }
        return "each tool call is answered by exactly one result in the next message"
    }
}
