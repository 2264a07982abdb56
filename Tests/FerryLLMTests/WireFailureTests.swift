@testable internal import FerryLLM
internal import FerryHTTP
internal import FerryWireServer
internal import Synchronization
internal import Testing

/// How failures of real services look on the wire, and what becomes of them.
@Suite(.timeLimit(.minutes(1)))
struct WireFailureTests {
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
    private static let words = ScriptedTurn(text: "a text that is longer than one piece")

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
        Fault(.openAI, "an error in the stream", .failing(after: 2, of: words, type: "server_error"), .server),
        Fault(.openAI, "a number as code", .stream("data: {\"error\":{\"code\":429,\"message\":\"slow\"}}\n\n"), .rate),
        Fault(.openAI, "used up in the stream", .stream("data: {\"error\":{\"code\":\"insufficient_quota\",\"message\":\"x\"}}\n\n"), .quota),
        Fault(.openAI, "null as code", .stream("data: {\"error\":{\"code\":null,\"message\":\"x\"}}\n\n"), .server),
        Fault(.openAI, "an error at a choice", .stream("data: {\"choices\":[{\"error\":{\"code\":502,\"message\":\"x\"}}]}\n\n"), .server),
        Fault(.openAI, "no JSON", .stream("data: oops\n\n"), .server),
        Fault(.openAI, "binary", .stream("\u{0}\u{1}\u{2}"), .truncated),
    ]

    @Test(arguments: statuses + streams)
    func `a failure has its kind and its wait`(fault: Fault) async throws {
        try await withWire(fault.driver, server: .start(replies: [fault.reply])) { model, server in
            let error = await #expect(throws: ModelError.self) { try await model.respond(to: .asking("go")) }
            #expect(error?.kind == fault.kind, "\(error?.description ?? "")")
            #expect(error?.retryAfter == fault.retryAfter)
            #expect(error?.message.contains("127.0.0.1") == true)
        }
    }

    @Test(arguments: [Driver.anthropic, .openAI])
    func `an error shows neither the key nor what looks like one, and is short`(driver: Driver) async throws {
        let message = "Incorrect API key provided: key-123 (sk-abcdef)\u{1B}[31m. " + String(repeating: "x", count: 5_000)
        let server = try await WireServer.start(key: "key-123", replies: [.status(401, message: message)])
        try await withWire(driver, server: server, key: Secret("key-123")) { model, _ in
            let error = await #expect(throws: ModelError.self) { try await model.respond(to: .asking("go")) }
            let text = error?.description ?? ""
            #expect(error?.kind == .authentication)
            #expect(!text.contains("key-123") && !text.contains("abcdef") && !text.contains("\u{1B}"))
            #expect(text.contains("Incorrect API key provided"))
            #expect(text.count < 600)
        }
    }

    @Test(arguments: [Driver.anthropic, .openAI])
    func `a wrong key is refused by the server`(driver: Driver) async throws {
        try await withWire(driver, server: .start(key: "right", replies: [.text("x")]), key: Secret("wrong"), refusals: 1) { model, _ in
            let error = await #expect(throws: ModelError.self) { try await model.respond(to: .asking("go")) }
            #expect(error?.kind == .authentication)
        }
    }

    @Test func `what a stream cost until it was cut is known`() async throws {
        var turn = ScriptedTurn(text: "a text")
        var usage = ModelUsage()
        (usage.inputFresh, usage.cacheRead, usage.output) = (500, 9_000, 40)
        turn.usage = usage
        try await withWire(.anthropic, server: .start(replies: [.cut(after: 1, of: turn)])) { model, _ in
            let reported = Mutex<ModelUsage?>(nil)
            await #expect(throws: ModelError.self) {
                try await model.respond(to: .asking("go"), options: ModelOptions()) { report in
                    if case .usage(let usage) = report { reported.withLock { $0 = usage } }
                }
            }
            #expect(reported.withLock { $0?.input } == 9_500)
        }
    }

    @Test(arguments: [Driver.anthropic, .openAI])
    func `silence in the middle of an answer is a stall`(driver: Driver) async throws {
        let timing = StreamTiming(idle: .milliseconds(80))
        try await withWire(driver, server: .start(replies: [.silent(after: 3, of: Self.words)]), timing: timing) { model, server in
            let error = await #expect(throws: ModelError.self) { try await model.respond(to: .asking("go")) }
            #expect(error?.kind == .stalled)
            #expect(error?.message.contains("sent nothing for 0.08 s") == true)
            try await server.wait { $0.hangUps == [1] }
        }
    }

    @Test(arguments: [Driver.anthropic, .openAI])
    func `signs of life keep an answer alive, but not for ever`(driver: Driver) async throws {
        let timing = StreamTiming(idle: .seconds(30), content: .milliseconds(150))
        let reply = WireReply.pinging(after: 3, of: Self.words, every: .milliseconds(10))
        try await withWire(driver, server: .start(replies: [reply]), timing: timing) { model, server in
            let error = await #expect(throws: ModelError.self) { try await model.respond(to: .asking("go")) }
            #expect(error?.kind == .stalled)
            #expect(error?.message.contains("only signs of life") == true)
            try await server.wait { $0.hangUps == [1] }
        }
    }

    @Test func `signs of life put silence off, but an answer has a whole time at most`() async throws {
        // Silence is long here, so that a busy machine's late ping is none.
        let timing = StreamTiming(idle: .seconds(3), total: .seconds(4))
        let reply = WireReply.pinging(after: 3, of: Self.words, every: .milliseconds(10))
        try await withWire(.anthropic, server: .start(replies: [reply]), timing: timing) { model, _ in
            let error = await #expect(throws: ModelError.self) { try await model.respond(to: .asking("go")) }
            #expect(error?.message.contains("did not finish its answer within 4 s") == true)
        }
    }

    @Test func `no answer at all is a stall as well`() async throws {
        let server = try await WireServer.start { _ in
            try await Task.sleep(for: .seconds(3600))
            return .text("never")
        }
        try await withWire(.openAI, server: server, timing: StreamTiming(firstByte: .milliseconds(80))) { model, server in
            let error = await #expect(throws: ModelError.self) { try await model.respond(to: .asking("go")) }
            #expect(error?.message.contains("did not begin to answer") == true)
            // On a busy machine the time may pass before the request is sent.
            try await server.wait { $0.hangUps.count == $0.requests.count }
        }
    }

    @Test func `an endless answer has a size at most`() async throws {
        let reply = WireReply.stream(String(repeating: "data: {\"choices\":[]}\n\n", count: 1_000))
        try await withWire(.openAI, server: .start(replies: [reply]), timing: StreamTiming(bodyLimit: 5_000)) { model, _ in
            let error = await #expect(throws: ModelError.self) { try await model.respond(to: .asking("go")) }
            #expect(error?.kind == .badRequest)
            #expect(error?.message.contains("more than 5000 bytes") == true)
        }
    }

    @Test(arguments: [Driver.anthropic, .openAI])
    func `cancelling in the middle of an answer hangs up`(driver: Driver) async throws {
        try await withWire(driver, server: .start(replies: [.silent(after: 3, of: Self.words)])) { model, server in
            let (began, tell) = AsyncStream.makeStream(of: Void.self)
            let call = Task {
                try await model.respond(to: .asking("go"), options: ModelOptions()) { _ in tell.yield() }
            }
            for await _ in began { break }
            call.cancel()
            await #expect(throws: CancellationError.self) { try await call.value }
            try await server.wait { $0.hangUps == [1] }
        }
    }

    @Test(arguments: [Driver.anthropic, .openAI])
    func `nobody there is a network failure, told at once`(driver: Driver) async throws {
        let server = try await WireServer.start(replies: [])
        let address = server.baseURL
        await server.stop()
        let client = StreamingHTTPClient()
        let model = try driver.model(at: address, client: client)
        let error = await #expect(throws: ModelError.self) { try await model.respond(to: .asking("go")) }
        #expect(error?.kind == .network)
        #expect(error?.message.contains("No connection to 127.0.0.1") == true)
        await client.shutdown()
    }

    @Test func `a server without TLS behind https is a network failure`() async throws {
        let server = try await WireServer.start(replies: [.text("no")])
        let client = StreamingHTTPClient()
        let address = "https" + server.baseURL.dropFirst(4)
        let model = try Driver.anthropic.model(at: address, client: client)
        let error = await #expect(throws: ModelError.self) { try await model.respond(to: .asking("go")) }
        #expect(error?.kind == .network)
        await client.shutdown()
        await server.stop()
    }

    @Test func `many calls at once over one client`() async throws {
        let script = ModelScript(turns: [ScriptedTurn(text: "yes")])
        try await withWire(.anthropic, server: .start(answering: script)) { model, server in
            let texts = try await withThrowingTaskGroup(of: String.self) { group in
                for number in 0..<200 { group.addTask { try await model.respond(to: .asking("go \(number)")).message.text } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(texts == [String](repeating: "yes", count: 200))
            #expect(server.log.answered.count == 200)
        }
    }
}
