package import FerryLLM

extension WireReply {
    /// How an error of a script looks on the wire.
    package static func error(_ error: ModelError, insteadOf turn: ScriptedTurn) -> WireReply {
        let wait = error.retryAfter.map { [(name: "retry-after-ms", value: String(Int($0 / .milliseconds(1))))] }
        return switch error.kind {
        case .authentication: .status(401, type: "authentication_error", message: error.message)
        case .quota: .status(402, type: "billing_error", message: error.message)
        case .rate: .status(429, type: "rate_limit_error", message: error.message, headers: wait ?? [(name: "retry-after", value: "0")])
        case .overloaded: .status(529, type: "overloaded_error", message: error.message, headers: wait ?? [])
        case .server: .status(500, type: "api_error", message: error.message)
        case .network, .truncated: .cut(after: 1, of: turn)
        case .stalled: .silent(after: 1, of: turn)
        case .contextOverflow: .status(400, type: "invalid_request_error", code: "context_length_exceeded", message: error.message)
        case .unknownModel: .status(404, type: "not_found_error", message: error.message)
        case .badRequest, .configuration: .status(400, type: "invalid_request_error", message: error.message)
        }
    }
}
