internal import FerryLLM
internal import FerryWireServer

@testable internal import FerryPipeline

/// One thing that goes wrong with a model, and what must come of it.
struct ModelFault: Sendable {
    enum End: String, Sendable {
        case finished
        /// Nothing more is asked; the job waits, by the error's class.
        case unavailable
        case stopped
    }
    /// What happens, in the words of the table.
    let name: String
    let wire: ProviderSettings.API
    /// What the server answers to the second call and, for `times` calls in all, to those after it.
    let reply: WireReply
    let times: Int
    let end: End
    /// Requests that reach the server, all in all; the work itself needs three.
    let requests: Int
    /// The server is gone instead.
    var isGone = false
    /// Another model is next in the chain.
    var hasFallback = false
    /// Which clock of the stream the fault runs into.
    var clock: Clock = .none

    enum Clock: Sendable { case none, idle, content }

    init(
        _ name: String, on wire: ProviderSettings.API = .anthropic, _ reply: WireReply, times: Int = 1, _ end: End = .finished, requests: Int = 4,
        isGone: Bool = false, hasFallback: Bool = false, clock: Clock = .none
    ) {
        self.name = name
        self.wire = wire
        self.reply = reply
        self.times = times
        self.end = end
        self.requests = requests
        self.isGone = isGone
        self.hasFallback = hasFallback
        self.clock = clock
    }

    static let always = Int.max

    private static let look = ScriptedTurn(text: "I look at what there is before I go on.", calls: [.init("read", ["path": "a.txt"])])
    private static func calling(_ name: String, _ arguments: JSONValue) -> WireReply { .calls(.init(name, arguments)) }
    private static let wait = [(name: "retry-after", value: "2")]
    private static let anthropicLimits = [(name: "anthropic-ratelimit-requests-reset", value: "2026-11-26T00:00:00Z")]

    static let all: [ModelFault] = [
        // Limits and money.
        ModelFault("429 with `retry-after: 2`", .status(429, type: "rate_limit_error", headers: wait)),
        ModelFault("429 without `retry-after`, of a limit that refills", .status(429, type: "rate_limit_error", headers: anthropicLimits)),
        ModelFault("429 without `retry-after`", on: .openai, .status(429, code: "rate_limit_exceeded")),
        ModelFault("429 of a monthly cap", .status(429, type: "rate_limit_error", code: "enforced_spend_limit_reached"), .unavailable, requests: 2),
        ModelFault("429 `insufficient_quota`", on: .openai, .status(429, code: "insufficient_quota"), .unavailable, requests: 2),
        ModelFault("402", .status(402, type: "billing_error"), .unavailable, requests: 2),
        // The provider's own trouble.
        ModelFault("529, twice", .status(529, type: "overloaded_error"), times: 2, requests: 5),
        ModelFault("529, for ever", .status(529, type: "overloaded_error"), times: always, .unavailable, requests: 7),
        ModelFault(
            "529, for ever, with another model in the chain", .status(529, type: "overloaded_error"), times: always, requests: 9, hasFallback: true),
        ModelFault("503 `server_is_overloaded`", on: .openai, .status(503, code: "server_is_overloaded")),
        ModelFault("500", .status(500, type: "api_error")),
        ModelFault("no server there", .text(""), .unavailable, requests: 0, isGone: true),
        ModelFault("no server there, with another model in the chain", .text(""), requests: 3, isGone: true, hasFallback: true),
        // Ours to mend.
        ModelFault("401", .status(401, type: "authentication_error"), .unavailable, requests: 2),
        ModelFault("403", on: .openai, .status(403), .unavailable, requests: 2),
        ModelFault("404, no such model", on: .openai, .status(404, code: "model_not_found"), .unavailable, requests: 2),
        ModelFault("400, malformed", .status(400, type: "invalid_request_error"), .unavailable, requests: 2),
        ModelFault(
            "a redirect", .raw(status: 307, headers: [(name: "location", value: "http://127.0.0.1:1/")], body: []), .unavailable, requests: 2),
        ModelFault(
            "a web page instead of a stream", .raw(status: 200, headers: [(name: "content-type", value: "text/html")], body: Array("<html>".utf8)),
            .unavailable, requests: 2),
        // Streams.
        ModelFault("a stream cut in the text", .cut(after: 4, of: look)),
        ModelFault("a stream cut in a tool call", on: .openai, .cut(after: 7, of: look)),
        ModelFault(
            "a stream cut, for ever, with another model in the chain", .cut(after: 4, of: look), times: always, requests: 9, hasFallback: true),
        ModelFault("`overloaded_error` in the middle of a stream", .failing(after: 3, of: look, type: "overloaded_error")),
        ModelFault("an event that is no JSON", .stream("event: message_start\ndata: {nonsense\n\n")),
        ModelFault("a silent stream", .silent(after: 3, of: look), clock: .idle),
        ModelFault("an answer that begins and stays empty", .silent(after: 0, of: look), clock: .idle),
        ModelFault("pings without content", .pinging(after: 3, of: look, every: .milliseconds(50)), clock: .content),
        // Answers.
        ModelFault(
            "400, the prompt is longer than the window", .status(400, code: "context_length_exceeded", message: "prompt is too long"), requests: 4),
        ModelFault("an answer that fills the window", .answer(ScriptedTurn(text: "I", stop: .context)), requests: 4),
        ModelFault("a refusal", .answer(ScriptedTurn(text: "I cannot help.", stop: .refused)), .stopped, requests: 2),
        ModelFault(
            "a refusal, with another model in the chain", .answer(ScriptedTurn(text: "I cannot help.", stop: .refused)), requests: 4,
            hasFallback: true),
        ModelFault(
            "the output limit in the middle of a call",
            .answer(ScriptedTurn(calls: [.init("write", arguments: #"{"path":"b.txt","content":"ab"#)], stop: .length)), requests: 3),
        ModelFault("arguments that are no JSON", .calls(.init("bash", arguments: #"{"command": "ls"#)), requests: 3),
        ModelFault("a tool that is not there", calling("shell", ["cmd": "ls"]), requests: 3),
        ModelFault("a tool with wrong arguments", calling("bash", ["cmd": "ls"]), requests: 3),
        ModelFault("a command that prints 10 MB", calling("bash", ["command": "head -c 10000000 /dev/zero | tr '\\0' x"]), requests: 3),
        ModelFault("a command in the background", calling("bash", ["command": "sleep 1000 &"]), requests: 3),
        ModelFault("the same call, for ever", calling("bash", ["command": "cat a.txt"]), times: always, .stopped, requests: 6),
        ModelFault("words and no call", .text("I would now look at the file."), requests: 3),
        ModelFault("words and no call, for ever", .text("I would now look at the file."), times: always, .stopped, requests: 4),
        ModelFault("a report that does not fit", calling("finish", ["state": "done"]), requests: 3),
    ]
}
