@testable internal import FerryLLM
internal import FerryHTTP
internal import FerrySystem
internal import FerryWireServer
internal import SystemPackage
internal import Testing

/// The table of faults in docs/models.md is what happens: each row is tried, and must stand there word by word.
@Suite(.timeLimit(.minutes(1)))
struct FaultTableTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let fault: String
        let driver: Driver
        let reply: WireReply
        /// What becomes of the work.
        let outcome: String
        /// Requests that get the fault before one is answered; `nil`: all.
        var times: Int?
        var asked = "go"
        var testDescription: String { "\(fault) (\(driver))" }

        init(_ fault: String, _ driver: Driver, _ reply: WireReply, times: Int? = nil, asked: String = "go", _ outcome: String) {
            (self.fault, self.driver, self.reply, self.times, self.asked, self.outcome) = (fault, driver, reply, times, asked, outcome)
        }
    }

    private static let words = ScriptedTurn(text: "a text that is longer than one piece")
    private static let next = "the next model of the chain, else the job comes back later"
    private static let parked = "parked; tried every 15 minutes"
    private static let stopped = "stops at once and says what to do"

    private static var dropped: ScriptedTurn {
        var turn = ScriptedTurn(text: "x")
        var usage = ModelUsage()
        (usage.inputFresh, usage.output) = (2_050, 7)
        turn.usage = usage
        return turn
    }

    private static func wait(_ seconds: String) -> [(name: String, value: String)] { [(name: "retry-after", value: seconds)] }

    static let rows: [Row] = [
        Row("429 with `retry-after: 7`", .anthropic, .status(429, type: "rate_limit_error", headers: wait("7")), times: 1, "answered"),
        Row("429 with `retryDelay` in the body", .gemini, .status(429, headers: wait("7")), times: 1, "answered"),
        Row("429 without a wait", .openAI, .status(429, code: "rate_limit_exceeded"), times: 2, "answered"),
        Row("429 with `retry-after: 3600`", .openAI, .status(429, headers: wait("3600")), "the job comes back after that"),
        Row("429 without any wait, Anthropic's monthly cap", .anthropic, .status(429, type: "rate_limit_error"), parked),
        Row("429 `insufficient_quota`", .responses, .status(429, code: "insufficient_quota", headers: wait("7")), parked),
        Row("429 of a day's quota", .gemini, .status(402), parked),
        Row("402", .openAI, .status(402), parked),
        Row("401, 403", .anthropic, .status(401, type: "authentication_error"), stopped),
        Row("404", .ollama, .status(404, message: "model 'x' not found"), stopped),
        Row("400, 422", .openAI, .status(422), stopped),
        Row("context exceeded", .responses, .status(400, code: "context_length_exceeded"), "handed over to a fresh conversation, once"),
        Row(
            "the front dropped by Ollama", .ollama, .answer(dropped), asked: String(repeating: "Some words. ", count: 4_000),
            "handed over to a fresh conversation, once"),
        Row("529, 503, for a while", .anthropic, .status(529, type: "overloaded_error"), times: 3, "answered"),
        Row("529, 503, for good", .anthropic, .status(529, type: "overloaded_error"), next),
        Row("500", .gemini, .status(500), next),
        Row("an error in the middle of a stream", .responses, .failing(after: 4, of: words, type: "server_error"), next),
        Row("a stream that is cut off", .openAI, .cut(after: 4, of: words), next),
        Row("a stream that falls silent", .anthropic, .silent(after: 5, of: words), next),
        Row("a stream of nothing but pings", .openAI, .pinging(after: 3, of: words, every: .milliseconds(10)), next),
        Row("malformed JSON in a stream", .gemini, .stream("data: {oops\n\n"), next),
        Row(
            "HTML instead of a stream", .openAI, .raw(status: 200, headers: [(name: "content-type", value: "text/html")], body: Array("<p>".utf8)),
            stopped),
        Row("a redirect", .anthropic, .raw(status: 307, headers: [(name: "location", value: "http://127.0.0.1:1/")], body: []), stopped),
        Row("an answer without end", .openAI, .stream(String(repeating: "data: {\"choices\":[]}\n\n", count: 5_000)), stopped),
        Row(
            "a refusal by model or filter", .gemini, .answer(ScriptedTurn(text: "I", stop: .refused)),
            "the next model of the chain, else the stage stops"),
    ]

    /// Calls, waits at their longest, and what the failed attempts cost, as the table has them.
    private func tried(_ row: Row) async throws -> String {
        let server = try await WireServer.start { request in
            row.times.map { request.number > $0 } == true ? .text("yes") : row.reply
        }
        let client = StreamingHTTPClient()
        let (clock, reports) = (ManualTiming(), Reports())
        let timing = StreamTiming(idle: .milliseconds(300), content: .milliseconds(150), bodyLimit: 50_000)
        let driver = try row.driver.model(at: server.baseURL, client: client, timing: timing)
        let model = RetryingModel(driver, gate: RateGate(), timing: clock.timing(jitter: 1))
        _ = try? await model.respond(to: .asking(row.asked), options: ModelOptions()) { reports.note($0) }
        let waited = clock.sleeps.reduce(.zero, +)
        let usage = reports.failures.reduce(ModelUsage()) { $0 + $1.usage }
        let cost = usage == ModelUsage() ? "nothing" : usage.isEstimated ? "what came, estimated" : "what was reported"
        let calls = server.requests.count
        await client.shutdown()
        await server.stop()
        return "| \(row.fault) | \(calls) | \(waited == .zero ? "–" : "\(waited.components.seconds) s") | \(cost) | \(row.outcome) |"
    }

    @Test(arguments: rows)
    func `a row of the table is what happens`(row: Row) async throws {
        let line = try await tried(row)
        let page = FilePath(#filePath).removingLastComponent().removingLastComponent().removingLastComponent().appending("docs/models.md")
        let lines = String(decoding: try FileContents.read(page), as: UTF8.self).split(separator: "\n").map(String.init)
        #expect(lines.contains(line))
    }
}
