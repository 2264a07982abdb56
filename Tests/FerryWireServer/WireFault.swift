internal import FerryLLM

/// A status with an error in the shape of the request's wire.
struct WireFault: Sendable {
    let status: Int
    let type: String
    let code: JSONValue
    let message: String
    let headers: [(name: String, value: String)]

    func rendered(in wire: Wire) -> (status: Int, headers: [(name: String, value: String)], body: [UInt8]) {
        let content = [(name: "content-type", value: "application/json")]
        switch wire {
        case .anthropic, .openAI, .responses:
            let body: JSONValue = [
                "type": "error",
                "error": ["type": .string(type), "message": .string(message), "param": .null, "code": code, "details": ["error_code": code]],
                "request_id": "req_fault",
            ]
            return (status, content + headers, body.encoded())
        case .ollama:
            let text = code == "context_length_exceeded" ? "the prompt is longer than the context length currently available to the model" : message
            return (status, content + headers, JSONValue.object([.init("error", .string(text))]).encoded())
        case .gemini: return (googleStatus, content, google.encoded())
        }
    }

    /// Google has no status of its own for what is not paid.
    private var googleStatus: Int { status == 402 ? 429 : status == 529 ? 503 : status }

    private var google: JSONValue {
        var details: [JSONValue] = []
        if status == 402 {
            details.append([
                "@type": "type.googleapis.com/google.rpc.QuotaFailure",
                "violations": [["quotaId": "GenerateRequestsPerDayPerProjectPerModel-FreeTier"]],
            ])
        }
        // The wait stands in the body.
        let milliseconds = headers.first { $0.name == "retry-after-ms" }.flatMap { Double($0.value) }
        let seconds = milliseconds.map { $0 / 1000 } ?? headers.first { $0.name == "retry-after" }.flatMap { Double($0.value) }
        if let seconds, seconds > 0 {
            details.append(["@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": .string("\(seconds)s")])
        }
        let isTooLong = code == "context_length_exceeded"
        let text = isTooLong ? "The input token count (2000000) exceeds the maximum number of tokens allowed (1048576)." : message
        return [
            "error": [
                "code": .int(googleStatus), "message": .string(text), "status": .string(Self.names[googleStatus] ?? "UNKNOWN"),
                "details": .array(details),
            ]
        ]
    }

    private static let names = [
        400: "INVALID_ARGUMENT", 401: "UNAUTHENTICATED", 403: "PERMISSION_DENIED", 404: "NOT_FOUND", 429: "RESOURCE_EXHAUSTED", 500: "INTERNAL",
        503: "UNAVAILABLE", 504: "DEADLINE_EXCEEDED",
    ]
}
