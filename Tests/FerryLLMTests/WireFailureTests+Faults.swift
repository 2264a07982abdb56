@testable internal import FerryLLM
internal import FerryWireServer
internal import Testing

/// Failures as real services word them.
extension WireFailureTests {
    struct Fault: Sendable, CustomTestStringConvertible {
        let driver: Driver
        let reply: WireReply
        let kind: ModelError.Kind
        var retryAfter: Duration?
        let testDescription: String

        init(_ driver: Driver, _ name: String, _ reply: WireReply, _ kind: ModelError.Kind, retryAfter: Duration? = nil) {
            (self.driver, self.reply, self.kind, self.retryAfter, testDescription) = (driver, reply, kind, retryAfter, "\(driver): \(name)")
        }
    }

    private static func json(_ status: Int, _ body: String, _ headers: [(name: String, value: String)] = []) -> WireReply {
        .raw(status: status, headers: [(name: "content-type", value: "application/json")] + headers, body: Array(body.utf8))
    }

    private static let wait = [(name: "retry-after", value: "7")]
    static let statuses: [Fault] = [
        Fault(.anthropic, "401", .status(401, type: "authentication_error"), .authentication),
        Fault(.anthropic, "403", .status(403, type: "permission_error"), .authentication),
        Fault(.anthropic, "402", .status(402, type: "billing_error"), .quota),
        Fault(.anthropic, "404", .status(404, type: "not_found_error"), .unknownModel),
        Fault(.anthropic, "400", .status(400, type: "invalid_request_error"), .badRequest),
        Fault(.anthropic, "422", .status(422), .badRequest),
        Fault(
            .anthropic, "too long", .status(400, type: "invalid_request_error", message: "prompt is too long: 1000001 tokens > 1000000 maximum"),
            .contextOverflow),
        Fault(.anthropic, "413", .status(413, type: "request_too_large"), .contextOverflow),
        Fault(.anthropic, "429 with a wait", .status(429, type: "rate_limit_error", headers: wait), .rate, retryAfter: .seconds(7)),
        Fault(
            .anthropic, "429 in milliseconds", .status(429, headers: [(name: "retry-after-ms", value: "250")] + wait), .rate,
            retryAfter: .milliseconds(250)),
        Fault(
            .anthropic, "429 with a reset", .status(429, headers: [(name: "anthropic-ratelimit-requests-reset", value: "2026-11-21T10:00:00Z")]),
            .rate),
        Fault(.anthropic, "429 without a wait is the monthly cap", .status(429, type: "rate_limit_error"), .quota),
        Fault(
            .anthropic, "429 of a spend limit, with a wait",
            .status(429, type: "rate_limit_error", code: "enforced_spend_limit_reached", headers: wait),
            .quota, retryAfter: .seconds(7)),
        Fault(.anthropic, "500", .status(500, type: "api_error"), .server),
        Fault(.anthropic, "504", .status(504, type: "timeout_error"), .server),
        Fault(.anthropic, "529", .status(529, type: "overloaded_error"), .overloaded),
        Fault(.anthropic, "503 of a proxy", .raw(status: 503, headers: [], body: Array("<html>no</html>".utf8)), .overloaded),
        Fault(.openAI, "401", .status(401, code: "invalid_api_key"), .authentication),
        Fault(.openAI, "429", .status(429, code: "rate_limit_exceeded"), .rate),
        Fault(.openAI, "429 with a wait", .status(429, code: "rate_limit_exceeded", headers: wait), .rate, retryAfter: .seconds(7)),
        Fault(.openAI, "429 of used up credit", .status(429, code: "insufficient_quota", headers: wait), .quota, retryAfter: .seconds(7)),
        Fault(.openAI, "a number as code", json(429, #"{"error":{"code":429,"message":"slow","metadata":{}}}"#), .rate),
        Fault(.openAI, "null as code", json(500, #"{"error":{"message":"x","type":"server_error","param":null,"code":null}}"#), .server),
        Fault(.openAI, "a string as error", json(400, #"{"error":"model is required"}"#), .badRequest),
        Fault(.openAI, "context", .status(400, code: "context_length_exceeded"), .contextOverflow),
        Fault(
            .openAI, "context of llama.cpp", json(400, #"{"error":{"code":400,"type":"exceed_context_size_error","message":"x"}}"#), .contextOverflow),
        Fault(.openAI, "503", .status(503, code: "server_is_overloaded"), .overloaded),
        Fault(.openAI, "408", .status(408), .server),
        Fault(.openAI, "404", .status(404, code: "model_not_found"), .unknownModel),
        Fault(.openAI, "a redirect is not followed", json(307, "", [(name: "location", value: "http://127.0.0.1:1/")]), .configuration),
        Fault(.openAI, "no JSON", .raw(status: 502, headers: [], body: Array("Bad Gateway".utf8)), .server),
        Fault(.openAI, "402", .status(402), .quota),
        Fault(
            .openAI, "429 that is not to be tried again", .status(429, headers: [(name: "x-should-retry", value: "false")] + wait), .quota,
            retryAfter: .seconds(7)),
        Fault(
            .openAI, "context of vLLM",
            json(400, #"{"object":"error","message":"This model's maximum context length is 4096 tokens.","code":400}"#), .contextOverflow),
        Fault(
            .openAI, "context of LM Studio",
            json(400, #"{"error":"The number of tokens to keep from the initial prompt is greater than the context length."}"#), .contextOverflow),
        Fault(
            .openAI, "a field that Mistral does not know",
            json(422, #"{"object":"error","message":{"detail":[{"type":"extra_forbidden"}]},"type":"invalid_request_error"}"#), .badRequest),
        Fault(.responses, "401", .status(401, code: "invalid_api_key"), .authentication),
        Fault(.responses, "429 with a wait", .status(429, code: "rate_limit_exceeded", headers: wait), .rate, retryAfter: .seconds(7)),
        Fault(.responses, "429 of used up credit", .status(429, code: "insufficient_quota"), .quota),
        Fault(.responses, "503", .status(503, code: "server_is_overloaded"), .overloaded),
        Fault(.responses, "context", .status(400, code: "context_length_exceeded"), .contextOverflow),
        Fault(.gemini, "a limit with its wait in the body", .status(429, headers: wait), .rate, retryAfter: .seconds(7)),
        Fault(.gemini, "a limit of the day", .status(402), .quota),
        Fault(
            .gemini, "a limit of the minute, as recorded",
            json(
                429,
                #"{"error":{"code":429,"message":"x","status":"RESOURCE_EXHAUSTED","details":[{"@type":"type.googleapis.com/google.rpc.QuotaFailure","violations":[{"quotaId":"GenerateRequestsPerMinutePerProjectPerModel-FreeTier"}]},{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"34.4s"}]}}"#
            ), .rate, retryAfter: .milliseconds(34_400)),
        Fault(
            .gemini, "a wrong key",
            json(
                400,
                #"{"error":{"code":400,"message":"API key not valid.","status":"INVALID_ARGUMENT","details":[{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"API_KEY_INVALID"}]}}"#
            ), .authentication),
        Fault(.gemini, "403", .status(403), .authentication),
        Fault(.gemini, "404", .status(404), .unknownModel),
        Fault(.gemini, "503", .status(503), .overloaded),
        Fault(.gemini, "too long", .status(400, code: "context_length_exceeded"), .contextOverflow),
        Fault(.gemini, "an error in a list", json(500, #"[{"error":{"code":500,"message":"x","status":"INTERNAL"}}]"#), .server),
        Fault(.ollama, "no such model", json(404, #"{"error":"model 'x' not found"}"#), .unknownModel),
        Fault(.ollama, "no tools", json(400, #"{"error":"registry.ollama.ai/library/x does not support tools"}"#), .badRequest),
        Fault(
            .ollama, "no memory", json(500, #"{"error":"model requires more system memory (9.8 GiB) than is available (4.1 GiB)"}"#), .configuration),
        Fault(.ollama, "too long", .status(400, code: "context_length_exceeded"), .contextOverflow),
        Fault(.ollama, "busy", json(503, #"{"error":"server busy, please try again"}"#), .overloaded),
    ]

    static let streams: [Fault] = [
        Fault(.anthropic, "cut at once", .cut(after: 0, of: words), .truncated),
        Fault(.anthropic, "cut in the text", .cut(after: 4, of: words), .truncated),
        Fault(.anthropic, "cut before the last event", .cut(after: 11, of: words), .truncated),
        Fault(.anthropic, "overloaded", .failing(after: 3, of: words, type: "overloaded_error"), .overloaded),
        Fault(.anthropic, "an unknown error", .failing(after: 3, of: words, type: "new_error"), .server),
        Fault(.anthropic, "a limit in the stream", .failing(after: 1, of: words, type: "rate_limit_error"), .rate),
        Fault(.anthropic, "no JSON", .stream("event: message_start\ndata: {nonsense\n\n"), .server),
        Fault(.anthropic, "a piece of nothing", .stream("data: {\"type\":\"content_block_delta\",\"index\":3,\"delta\":{}}\n\n"), .server),
        Fault(.anthropic, "an event that ends in the middle", .stream("data: {\"type\":\"mess"), .truncated),
        Fault(.anthropic, "HTML", .raw(status: 200, headers: [(name: "content-type", value: "text/html")], body: Array("<html>".utf8)), .badRequest),
        Fault(.anthropic, "an error as 200", json(200, #"{"type":"error","error":{"type":"overloaded_error","message":"x"}}"#), .overloaded),
        Fault(.openAI, "cut at once", .cut(after: 0, of: words), .truncated),
        Fault(.openAI, "cut in the text", .cut(after: 3, of: words), .truncated),
        Fault(.openAI, "no [DONE]", .cut(after: 9, of: words), .truncated),
        Fault(.openAI, "an end and no answer", .stream("data: [DONE]\n\n"), .server),
        Fault(.openAI, "an error in the stream", .failing(after: 2, of: words, type: "server_error"), .server),
        Fault(.openAI, "a number as code", .stream("data: {\"error\":{\"code\":429,\"message\":\"slow\"}}\n\n"), .rate),
        Fault(.openAI, "used up in the stream", .stream("data: {\"error\":{\"code\":\"insufficient_quota\",\"message\":\"x\"}}\n\n"), .quota),
        Fault(.openAI, "null as code", .stream("data: {\"error\":{\"code\":null,\"message\":\"x\"}}\n\n"), .server),
        Fault(.openAI, "an error at a choice", .stream("data: {\"choices\":[{\"error\":{\"code\":502,\"message\":\"x\"}}]}\n\n"), .server),
        Fault(.openAI, "no JSON", .stream("data: oops\n\n"), .server),
        Fault(.openAI, "binary", .stream("\u{0}\u{1}\u{2}"), .truncated),
        Fault(.responses, "cut at once", .cut(after: 0, of: words), .truncated),
        Fault(.responses, "cut before the last event", .cut(after: 9, of: words), .truncated),
        Fault(.responses, "a limit in the stream", .failing(after: 3, of: words, type: "rate_limit_exceeded"), .rate),
        Fault(.responses, "an unknown error", .failing(after: 3, of: words, type: "new_error"), .server),
        Fault(.responses, "no JSON", .stream("data: oops\n\n"), .server),
        Fault(.gemini, "cut at once", .cut(after: 0, of: words), .truncated),
        Fault(.gemini, "cut in the text", .cut(after: 3, of: words), .truncated),
        Fault(.gemini, "overloaded", .failing(after: 2, of: words, type: "overloaded_error"), .overloaded),
        Fault(.gemini, "no JSON", .stream("data: oops\n\n"), .server),
        Fault(.ollama, "cut at once", .cut(after: 0, of: words), .truncated),
        Fault(.ollama, "cut in the text", .cut(after: 3, of: words), .truncated),
        Fault(.ollama, "an error in the stream", .failing(after: 2, of: words, type: "boom"), .server),
        Fault(
            .ollama, "no JSON", .raw(status: 200, headers: [(name: "content-type", value: "application/x-ndjson")], body: Array("oops\n".utf8)),
            .server),
        Fault(.ollama, "events instead of lines", .stream("data: {}\n\n"), .badRequest),
    ]
}
