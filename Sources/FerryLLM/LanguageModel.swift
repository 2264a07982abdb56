
/// The one seam to every model. A driver passes `LanguageModelConformance` in test support.
package protocol LanguageModel: Sendable {
    /// `provider/model`, as transcripts name it.
    var name: String { get }

    /// Sends the conversation and returns the whole answer once its terminal event has arrived; nothing before that is kept.
    /// Throws `ModelError`, or `CancellationError` when the task is cancelled.
    /// `progress` is told of arriving output; it may be called from any thread.
    func respond(
        to conversation: Conversation, options: ModelOptions, progress: @escaping @Sendable (ModelProgress) -> Void
    ) async throws -> ModelResponse
}

package struct ModelOptions: Hashable, Sendable {
    /// Output tokens at most.
    package var maxOutputTokens: Int
    /// low, medium, high, xhigh, max; `nil` leaves the model's own default.
    package var effort: String?
    package init(maxOutputTokens: Int = 16_000, effort: String? = nil) {
        self.maxOutputTokens = maxOutputTokens
        self.effort = effort
    }
}

package enum ModelProgress: Sendable {
    /// Usage reported while the answer is still arriving, so that a killed stream still costs.
    case usage(ModelUsage)
    /// Characters of text or arguments that arrived.
    case output(characters: Int)
}

package struct ModelResponse: Hashable, Sendable {
    package var message: AssistantMessage
    package var stop: StopKind
    package var usage: ModelUsage
    /// The provider's id of the request, for support questions.
    package var requestID: String?
    package init(message: AssistantMessage, stop: StopKind, usage: ModelUsage, requestID: String? = nil) {
        self.message = message
        self.stop = stop
        self.usage = usage
        self.requestID = requestID
    }
}

/// Why an answer ended (MODELS reference 1.6). A cut stream is no stop kind but `ModelError.truncated`.
package enum StopKind: String, Hashable, Sendable {
    case done, tools, length, context, refused, paused
}

/// Tokens of one call, each counted once: `inputFresh` excludes what was read from or written to a cache.
package struct ModelUsage: Hashable, Sendable {
    package var inputFresh = 0
    package var cacheRead = 0
    package var cacheWrite5m = 0
    package var cacheWrite1h = 0
    /// All output, reasoning included.
    package var output = 0
    package var reasoning = 0
    package init() {}
    package var input: Int { inputFresh + cacheRead + cacheWrite5m + cacheWrite1h }
}

/// A call that gave no answer. The message holds no key, no prompt and no header.
package struct ModelError: Error, Hashable, Sendable, CustomStringConvertible {
    package enum Kind: String, Hashable, Sendable {
        /// 401, 403: the key is missing, wrong, or not allowed. Stops at once.
        case authentication
        /// Credit or spend limit used up. Parks; never retried.
        case quota
        /// 429 with a wait.
        case rate
        /// 529, 503.
        case overloaded
        /// Other 5xx.
        case server
        /// No connection, or it broke.
        case network
        /// The stream was silent for too long.
        case stalled
        /// The stream ended without its terminal event.
        case truncated
        /// The prompt is larger than the model's window.
        case contextOverflow
        /// The provider refuses the request as malformed, or knows no such model.
        case badRequest
        /// The model is unknown to the provider (404).
        case unknownModel
        /// A key that is missing, or that may not be sent to this host.
        case configuration
    }
    package let kind: Kind
    package let message: String
    package let retryAfter: Duration?
    package init(_ kind: Kind, _ message: String, retryAfter: Duration? = nil) {
        self.kind = kind
        self.message = message
        self.retryAfter = retryAfter
    }

    /// Whether the same call may succeed a little later.
    package var isTransient: Bool {
        switch kind {
        case .rate, .overloaded, .server, .network, .stalled, .truncated: true
        case .authentication, .quota, .contextOverflow, .badRequest, .unknownModel, .configuration: false
        }
    }
    package var description: String { message }
}
