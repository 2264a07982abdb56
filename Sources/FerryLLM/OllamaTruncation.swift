internal import Synchronization

/// Tells whether Ollama dropped the front of a conversation, which it does with status 200 where it does not know `truncate` and `shift`:
/// the only sign is `prompt_eval_count`, the number of tokens that the model was given (ollama/ollama#17427, #18399).
final class OllamaTruncation: Sendable {
    /// What the model was last given of a conversation.
    private struct Seen {
        let messages: Int
        let prefix: Int
        let tokens: Int
    }
    private let seen = Mutex<[String: Seen]>([:])

    /// What is wrong with a count; `nil` where it can be true. Remembers it, since a conversation only grows.
    func complaint(about tokens: Int, conversation: Conversation, bytes: Int, contextTokens: Int) -> String? {
        let estimate = ContextEstimate.tokens(bytes: bytes)
        let key = conversation.cacheKey
        let now = Seen(messages: conversation.messages.count, prefix: conversation.messages.hashValue, tokens: tokens)
        let before = seen.withLock { $0.updateValue(now, forKey: key) }
        // Templates leave out the thinking of earlier turns, so it may shrink by a little.
        if let before, before.messages < now.messages, before.prefix == Array(conversation.messages.prefix(before.messages)).hashValue,
            tokens < before.tokens * 9 / 10
        {
            return "\(tokens) tokens, after \(before.tokens) for an earlier part of it"
        }
        // What is dropped leaves half of the context; and no text has seven bytes in each token.
        let isHalf = abs(tokens - contextTokens / 2) <= 64 && estimate > contextTokens * 7 / 10
        guard isHalf || estimate > 2_048 && tokens < estimate / 2 else { return nil }
        return "\(tokens) tokens, of about \(estimate) that were sent"
    }
}
