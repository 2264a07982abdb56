internal import FerryLLM
internal import FerrySystem

extension Conversation {
    /// Tells one request from another: the same for the same system prompt, tools and messages, whatever the provider's wire makes of them.
    var digest: String {
        var stream = ContentHash.Stream()
        func add(_ text: String) {
            // Its length first, so that no two lists of texts are the same bytes.
            stream.update(Array("\(text.utf8.count):".utf8))
            stream.update(Array(text.utf8))
        }
        add(system)
        for tool in tools { [tool.name, tool.description, tool.parameters.text].forEach(add) }
        for message in messages {
            switch message {
            case .user(let user):
                for result in user.results { ["result", result.callID, result.content, result.isError ? "error" : ""].forEach(add) }
                if let text = user.text { ["user", text].forEach(add) }
            case .assistant(let assistant):
                for block in assistant.blocks {
                    switch block {
                    case .text(let text): ["text", text].forEach(add)
                    case .thinking(let text): ["thinking", text].forEach(add)
                    case .toolCall(let call): ["call", call.id, call.name, call.arguments].forEach(add)
                    case .opaque(let provider, let value): ["opaque", provider, value.text].forEach(add)
                    }
                }
            }
        }
        return stream.finish().description
    }
}
