internal import FerryLLM

/// The protocols that the server speaks, told by the path of a request.
package enum Wire: String, Hashable, Sendable, CaseIterable {
    case anthropic, openAI, responses, gemini, ollama

    init?(path: String) {
        switch path.prefix(while: { $0 != "?" }) {
        case "/v1/messages": self = .anthropic
        case "/v1/chat/completions": self = .openAI
        case "/v1/responses": self = .responses
        case "/api/chat": self = .ollama
        case let path where path.hasPrefix("/v1beta/models/") && path.hasSuffix(":streamGenerateContent"): self = .gemini
        default: return nil
        }
    }

    /// The header that bears the key, and what stands before the key in it.
    var keyHeader: (name: String, prefix: String) {
        switch self {
        case .anthropic: ("x-api-key", "")
        case .gemini: ("x-goog-api-key", "")
        case .openAI, .responses, .ollama: ("authorization", "Bearer ")
        }
    }

    var answerHeaders: [(name: String, value: String)] {
        [(name: "content-type", value: self == .ollama ? "application/x-ndjson" : "text/event-stream; charset=utf-8")]
    }

    /// `nil` where the wire names no requests.
    var requestIDHeader: String? {
        switch self {
        case .anthropic: "request-id"
        case .openAI, .responses: "x-request-id"
        case .gemini, .ollama: nil
        }
    }

    /// What the real services refuse, and what none of them should be sent.
    func complaints(about request: WireRequest) -> [String] {
        switch self {
        case .anthropic: AnthropicRules.complaints(about: request)
        case .openAI: ChatRules.complaints(about: request)
        case .responses: ResponsesRules.complaints(about: request)
        case .gemini: GeminiRules.complaints(about: request)
        case .ollama: OllamaRules.complaints(about: request)
        }
    }

    func speech(_ turn: ScriptedTurn, usage: ModelUsage, for request: WireRequest) -> any WireSpeech {
        switch self {
        case .anthropic: AnthropicSpeech(turn: turn, usage: usage, model: request.model, number: request.number)
        case .openAI:
            ChatSpeech(
                turn: turn, usage: usage, model: request.model, number: request.number,
                reportsUsage: request.body["stream_options"]?["include_usage"] == true)
        case .responses: ResponsesSpeech(turn: turn, usage: usage, model: request.model, number: request.number)
        case .gemini: GeminiSpeech(turn: turn, usage: usage, model: request.model, number: request.number)
        case .ollama: OllamaSpeech(turn: turn, usage: usage, model: request.model)
        }
    }

    var ping: String {
        switch self {
        case .anthropic: AnthropicSpeech.ping
        case .openAI, .responses, .gemini: ChatSpeech.ping
        case .ollama: OllamaSpeech.ping
        }
    }

    /// The event for an error in the middle of an answer. `type`: `overloaded_error`, `server_error`, …
    func error(type: String) -> String {
        switch self {
        case .anthropic: AnthropicSpeech.error(type: type)
        case .openAI: ChatSpeech.error(type: type)
        case .responses: ResponsesSpeech.error(type: type)
        case .gemini: GeminiSpeech.error(type: type)
        case .ollama: OllamaSpeech.error(type: type)
        }
    }
}

/// An answer in the words of one wire.
protocol WireSpeech {
    func events() -> [String]
    /// What the answer gives out, to know it again in later requests: the ids of its calls, and what stands for its thinking.
    var ids: [String] { get }
}

extension Wire {
    /// Calls come with all their arguments or not at all.
    var sendsCallsWhole: Bool { self == .gemini || self == .ollama }
}
