@testable internal import FerryLLM
internal import FerryHTTP
internal import FerryWireServer
internal import Synchronization
internal import Testing

/// How failures of real services look on the wire, and what becomes of them.
@Suite(.timeLimit(.minutes(1)))
struct WireFailureTests {
    static let words = ScriptedTurn(text: "a text that is longer than one piece")

    @Test(arguments: statuses + streams)
    func `a failure has its kind and its wait`(fault: Fault) async throws {
        try await withWire(fault.driver, server: .start(replies: [fault.reply])) { model, server in
            let error = await #expect(throws: ModelError.self) { try await model.respond(to: .asking("go")) }
            #expect(error?.kind == fault.kind, "\(error?.description ?? "")")
            #expect(error?.retryAfter == fault.retryAfter)
            #expect(error?.message.contains("127.0.0.1") == true)
        }
    }

    @Test(arguments: Driver.wired)
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

    @Test(arguments: Driver.wired)
    func `a wrong key is refused by the server`(driver: Driver) async throws {
        try await withWire(driver, server: .start(key: "right", replies: [.text("x")]), key: Secret("wrong"), refusals: 1) { model, _ in
            let error = await #expect(throws: ModelError.self) { try await model.respond(to: .asking("go")) }
            #expect(error?.kind == .authentication)
        }
    }

    private func costOfCut(_ driver: Driver, after events: Int, of turn: ScriptedTurn) async throws -> ModelUsage? {
        let reports = Reports()
        try await withWire(driver, server: .start(replies: [.cut(after: events, of: turn)])) { model, _ in
            await #expect(throws: ModelError.self) {
                try await model.respond(to: .asking("go"), options: ModelOptions()) { reports.note($0) }
            }
        }
        return reports.all.reversed().lazy.compactMap { if case .usage(let usage) = $0 { usage } else { nil } }.first
    }

    @Test func `what a stream cost until it was cut is known`() async throws {
        var turn = ScriptedTurn(text: String(repeating: "seven b", count: 100))
        var usage = ModelUsage()
        (usage.inputFresh, usage.cacheRead, usage.output) = (500, 9_000, 400)
        turn.usage = usage
        let begun = try await costOfCut(.anthropic, after: 1, of: turn)
        #expect(begun?.input == 9_500)
        // Ten pieces of seven letters; the provider had told of one token.
        let later = try await costOfCut(.anthropic, after: 13, of: turn)
        #expect((later?.input, later?.output, later?.isEstimated) == (9_500, 20, true))
    }

    @Test(arguments: [Driver.openAI, .responses, .ollama])
    func `a stream that was cut before it told its usage is estimated, never free`(driver: Driver) async throws {
        let turn = ScriptedTurn(text: String(repeating: "seven b", count: 100))
        let cost = try #require(try await costOfCut(driver, after: 12, of: turn))
        #expect(cost.inputFresh > 50 && cost.output >= 18 && cost.isEstimated)
        #expect(try await costOfCut(driver, after: 0, of: turn) == nil)
    }

    @Test(arguments: [Int.max, .min, -1, 1 << 40])
    func `no count of a provider's makes a sum that is none, or a negative price`(count: Int) throws {
        let number = JSONValue.int(count)
        var anthropic = AnthropicUsage()
        anthropic.update([
            "input_tokens": number, "cache_read_input_tokens": number, "cache_creation_input_tokens": number, "output_tokens": number,
            "cache_creation": ["ephemeral_5m_input_tokens": number, "ephemeral_1h_input_tokens": number],
        ])
        let total = anthropic.value + anthropic.value
        #expect(total.input >= 0 && total.input <= 6_000_000_000 && total.output >= 0)
        #expect(number.tokenCount.map { (0...1_000_000_000).contains($0) } == true)
    }

    @Test func `a refused key is named, so that it is known which one to mend`() async throws {
        let server = try await WireServer.start(key: "right", replies: [])
        try await withWire(.gemini, server: server, key: Secret("wrong", name: "GEMINI_API_KEY"), refusals: 2) { model, server in
            let error = await #expect(throws: ModelError.self) { try await model.respond(to: .asking("go")) }
            #expect(error?.remedy == "Check the key GEMINI_API_KEY, and that its account may use this model")
            let client = StreamingHTTPClient()
            let keyless = try Driver.openAI.model(at: server.baseURL, client: client)
            let other = await #expect(throws: ModelError.self) { try await keyless.respond(to: .asking("go")) }
            #expect(other?.remedy?.contains("`key`") == true)
            await client.shutdown()
        }
    }

    @Test func `an error names the request, for who asks the provider about it`() async throws {
        let reply = WireReply.status(500, headers: [(name: "request-id", value: "req_123")])
        try await withWire(.anthropic, server: .start(replies: [reply])) { model, _ in
            let error = await #expect(throws: ModelError.self) { try await model.respond(to: .asking("go")) }
            #expect(error?.message.contains("[request req_123]") == true)
        }
    }

    @Test(arguments: Driver.wired)
    func `silence in the middle of an answer is a stall`(driver: Driver) async throws {
        let timing = StreamTiming(idle: .milliseconds(80))
        try await withWire(driver, server: .start(replies: [.silent(after: 3, of: Self.words)]), timing: timing) { model, server in
            let error = await #expect(throws: ModelError.self) { try await model.respond(to: .asking("go")) }
            #expect(error?.kind == .stalled)
            #expect(error?.message.contains("sent nothing for 0.08 s") == true)
            try await server.wait { $0.hangUps == [1] }
        }
    }

    @Test(arguments: Driver.wired)
    func `signs of life keep an answer alive, but not for ever`(driver: Driver) async throws {
        let timing = StreamTiming(idle: .seconds(30), content: .milliseconds(150))
        let reply = WireReply.pinging(after: 2, of: Self.words, every: .milliseconds(10))
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

    @Test(arguments: Driver.wired)
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

    @Test(arguments: Driver.wired)
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

    @Test(arguments: Driver.wired)
    func `long output arrives whole`(driver: Driver) async throws {
        let long = String(repeating: "0123456789abcdef", count: 1 << 12)
        try await withWire(
            driver, server: WireServer.start(pieceSize: 1 << 16, replies: [.answer(ScriptedTurn(calls: [.init("bash", ["command": .string(long)])]))])
        ) { model, _ in
            let response = try await model.respond(to: .asking("go"))
            #expect(response.message.toolCalls.first?.parsedArguments?["command"]?.string == long)
        }
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
