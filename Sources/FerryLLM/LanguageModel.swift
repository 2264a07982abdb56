/// The one seam to every model. A driver passes `LanguageModelConformance` in test support.
package protocol LanguageModel: Sendable {
    /// `provider/model`, as transcripts name it.
    var name: String { get }

    /// Sends the conversation and returns the whole answer once its terminal event has arrived; nothing before that is kept.
    /// Throws `ModelError`, or `CancellationError` when the task is cancelled.
    /// An `opaque` block is sent back only by the model whose `name` it bears; the others leave it out.
    /// `progress` is told of arriving output; it may be called from any thread.
    func respond(
        to conversation: Conversation, options: ModelOptions, progress: @escaping @Sendable (ModelProgress) -> Void
    ) async throws -> ModelResponse

    /// As `respond`, where each request waits for its permit before it is sent. Whoever asks another model, or more than once, passes the permit on.
    func respond(
        to conversation: Conversation, options: ModelOptions, permit: RequestPermit, progress: @escaping @Sendable (ModelProgress) -> Void
    ) async throws -> ModelResponse

    /// `provider/model` that the next request goes to: of a chain, the first that does not rest.
    var upNext: String { get }

    /// The body that `respond` sends for this, byte for byte: what a replay compares. Of a chain: what the one named `model` sends.
    /// Where nothing goes over a wire it is the conversation in a form of Ferry's own (`Conversation.plainBody`).
    func body(of conversation: Conversation, options: ModelOptions, model: String) -> [UInt8]
}

/// Asked before each request, retries included, with the `provider/model` that gets it; what it throws ends the call, and nothing is sent. All that the
/// attempt before it used was reported by then.
package typealias RequestPermit = @Sendable (_ model: String) async throws -> Void

extension LanguageModel {
    package func respond(
        to conversation: Conversation, options: ModelOptions, permit: RequestPermit, progress: @escaping @Sendable (ModelProgress) -> Void
    ) async throws -> ModelResponse {
        try await permit(name)
        return try await respond(to: conversation, options: options, progress: progress)
    }

    package var upNext: String { name }

    package func body(of conversation: Conversation, options: ModelOptions, model: String) -> [UInt8] { conversation.plainBody }
}

/// What may differ from call to call.
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

/// News of a call before its answer is whole.
package enum ModelProgress: Hashable, Sendable {
    /// Usage of the attempt that is on the way, all of it so far, so that a killed stream still costs.
    case usage(ModelUsage)
    /// Characters of text, reasoning or arguments that arrived.
    case output(characters: Int)
    /// An attempt gave no answer; its usage is final and is paid. What follows belongs to a new attempt.
    case failed(FailedAttempt)
    /// Nothing is sent for so long, because the provider asked every user of this key to wait.
    case waiting(Duration, model: String)
}

/// A try that gave no answer and may have cost something.
package struct FailedAttempt: Hashable, Sendable {
    /// `provider/model`
    package let model: String
    /// The last usage that was reported; zero when none was.
    package let usage: ModelUsage
    /// `nil`: cancelled.
    package let error: ModelError?
    /// Until the next try of the same model; `nil` when there is none.
    package let retryIn: Duration?
    package init(model: String, usage: ModelUsage, error: ModelError?, retryIn: Duration? = nil) {
        self.model = model
        self.usage = usage
        self.error = error
        self.retryIn = retryIn
    }
}

/// A whole answer.
package struct ModelResponse: Hashable, Sendable {
    package var message: AssistantMessage
    package var stop: StopKind
    package var usage: ModelUsage
    /// The provider's id of the request, for support questions.
    package var requestID: String?
    /// `provider/model` that answered: of a chain, one; the usage costs this model's price.
    package var model: String
    /// What the provider said about `stop`, for people: why it refused, for example.
    package var stopDetail: String?
    /// The body that was sent for it, byte for byte; `nil` where nothing went over a wire.
    package var sent: [UInt8]?
    package init(
        message: AssistantMessage, stop: StopKind, usage: ModelUsage, requestID: String? = nil, model: String = "", stopDetail: String? = nil
    ) {
        self.message = message
        self.stop = stop
        self.usage = usage
        self.requestID = requestID
        self.model = model
        self.stopDetail = stopDetail
    }
}

/// Why an answer ended. A cut stream is no stop kind but `ModelError.truncated`.
package enum StopKind: String, Hashable, Sendable {
    /// The model has said what it wanted to say.
    case done
    /// There are tool calls to run.
    case tools
    /// The output limit was reached: the last tool call, if there is one, is unfinished and must not be run.
    case length
    /// The model's window is full.
    case context
    /// The model or a filter refused; not to be asked again of the same model.
    case refused
    /// The provider paused a long turn: send the conversation again as it then is.
    case paused
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
    /// The provider reported none, and Ferry counted bytes.
    package var isEstimated = false
    package init() {}
    package var input: Int { inputFresh + cacheRead + cacheWrite5m + cacheWrite1h }

    package static func + (left: ModelUsage, right: ModelUsage) -> ModelUsage {
        var sum = left
        sum.inputFresh += right.inputFresh
        sum.cacheRead += right.cacheRead
        sum.cacheWrite5m += right.cacheWrite5m
        sum.cacheWrite1h += right.cacheWrite1h
        sum.output += right.output
        sum.reasoning += right.reasoning
        sum.isEstimated = left.isEstimated || right.isEstimated
        return sum
    }
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
        /// A setting of ours: an unknown alias, a key that is missing, or that may not be sent to this host.
        case configuration
    }
    package let kind: Kind
    package let message: String
    /// What to do about it; `nil` when waiting is all.
    package let remedy: String?
    package let retryAfter: Duration?
    /// Whose error it is: `provider/model`, or the name that was asked for; `nil` below the retries.
    package private(set) var model: String?
    package init(_ kind: Kind, _ message: String, remedy: String? = nil, retryAfter: Duration? = nil) {
        self.kind = kind
        self.message = message
        self.remedy = remedy
        self.retryAfter = retryAfter
    }

    /// The same error with the name of its model, unless it has one.
    package func naming(_ name: String) -> ModelError {
        var error = self
        error.model = model ?? name
        return error
    }

    /// Whether the same call may succeed a little later.
    package var isTransient: Bool {
        switch kind {
        case .rate, .overloaded, .server, .network, .stalled, .truncated: true
        case .authentication, .quota, .contextOverflow, .badRequest, .unknownModel, .configuration: false
        }
    }
    package var description: String { remedy.map { "\(message). \($0)" } ?? message }
}
