internal import FerryHTTP
internal import FerryLLM
internal import FerryModel
internal import FerrySandbox
internal import FerrySystem
internal import FerryVault
internal import FerryWireServer
internal import Synchronization
internal import SystemPackage
internal import Testing

@testable internal import FerryPipeline

/// The model endpoint of agent programs, asked from the sandbox; a strict server is the provider.
@Suite(.timeLimit(.minutes(1)))
struct ModelEndpointTests {
    private static let key = "provider-key-0123456789"

    /// Posts to the endpoint and prints the status, with the last line of what came.
    private static let ask = """
        import json, os, sys, urllib.error, urllib.request
        def ask(path="/v1/messages", token=os.environ["ANTHROPIC_API_KEY"], model="another", text="hi", **more):
            body = {"model": model, "max_tokens": 100, "stream": True, "messages": [{"role": "user", "content": [{"type": "text", "text": text}]}], **more}
            headers = {"content-type": "application/json", "x-api-key": token, "anthropic-version": "2026-10-21", "cookie": "secret"}
            try:
                answer = urllib.request.urlopen(urllib.request.Request(os.environ["ANTHROPIC_BASE_URL"] + path, json.dumps(body).encode(), headers))
                print(answer.status, answer.read().decode().strip().splitlines()[-1][:60])
                return answer.status
            except urllib.error.HTTPError as error:
                print(error.code, json.loads(error.read())["error"]["message"][:60])
        task = sys.stdin.read()

        """

    /// `next`: another model's server, for after the first one.
    private static func run(
        _ lines: String, turns: Int = 10, book: SpendingBook = SpendingBook(), wire: ModelUpstream.Wire = .anthropic, next: WireServer? = nil,
        gate: RateGate = RateGate(), reply: @escaping WireScript
    ) async throws -> (outcome: AgentOutcome, server: WireServer, entries: [TranscriptEntry]) {
        let server = try await WireServer.start(key: key, script: reply)
        var found: (outcome: AgentOutcome, server: WireServer, entries: [TranscriptEntry])?
        try await AgentFixture.with(["ask.py": ask + lines]) { fixture in
            fixture.book = book
            let note = RepositoryNote(
                NoteBytes(Array("---\npath: /srv/x\ntest: x\n---\n".utf8)), path: "x.md", offLimits: OffLimits(home: "/h", vault: "/v", ferry: []))
            var task = fixture.task(limits: AgentLimits(turns: turns, time: .seconds(20)))
            task.report = ReportSchema(name: "r", summary: "", schema: AgentFixture.report.schema, substitute: { ["summary": .string($0)] })
            task.network = RepositoryNetwork(of: note, notePath: "x.md", folder: fixture.root) { _ in }
            let models = try [server, next].compactMap { $0 }.enumerated().map { index, server in
                let name = index == 0 ? "claude-haiku-5-5" : "claude-sonnet-5-5"
                let upstream = ModelUpstream(
                    name: "p/\(name)", wire: wire, model: name, endpoint: try Endpoint(server.baseURL), key: Secret(key), gate: gate)
                return ProgramModel(upstream: upstream, price: { Money(microdollars: Int64($0.input + 10 * $0.output)) }, maxOutput: 1000)
            }
            let agent = ExternalAgent(kind: .command, command: "python3 ask.py", toolchains: [], models: models, client: StreamingHTTPClient())
            let outcome = try await agent.run(task)
            await server.stop()
            found = (outcome, server, try fixture.entries)
        }
        return try #require(found)
    }

    private static func said(_ outcome: AgentOutcome) -> String {
        guard case .finished(let report) = outcome else { return "\(outcome)" }
        return report["summary"]?.string ?? ""
    }

    @Test func `a call is passed on with the provider's key and the note's model, and is paid and recorded`() async throws {
        let book = SpendingBook()
        let (outcome, server, entries) = try await Self.run("ask()", book: book) { _ in .text("hello") }
        #expect(Self.said(outcome).hasPrefix(#"200 data: {"type":"message_stop""#))
        let request = try #require(server.requests.first)
        #expect(request.header("x-api-key") == Self.key)
        #expect(request.model == "claude-haiku-5-5")
        #expect(request.header("cookie") == nil)
        #expect(book.isBalanced && book.settled.count == 1)
        let settled = try #require(book.settled.first)
        #expect(settled.usage.output > 0)
        let answers = entries.compactMap { entry -> String? in
            if case .answered(1, let message, _, _, _, _, _, _) = entry.event { message.text } else { nil }
        }
        #expect(answers == ["hello"])
    }

    /// Codex names no limit: all that the model can say would have to be paid for in advance.
    @Test func `a request of Responses that names no limit for its answer gets one`() async throws {
        let ask = """
            body = {"model": "x", "input": [{"type": "message", "role": "user", "content": [{"type": "input_text", "text": "hi"}]}], "stream": True, "store": False}
            headers = {"content-type": "application/json", "authorization": "Bearer " + os.environ["OPENAI_API_KEY"]}
            url = os.environ["OPENAI_BASE_URL"] + "/responses"
            print(urllib.request.urlopen(urllib.request.Request(url, json.dumps(body).encode(), headers)).status)
            """
        let book = SpendingBook()
        let (outcome, server, _) = try await Self.run(ask, book: book, wire: .openAI) { _ in .text("hello") }
        #expect(Self.said(outcome) == "200\n")
        #expect(server.requests.first?.body["max_output_tokens"]?.int == 1000)
        #expect(book.isBalanced)
    }

    @Test func `where a model cannot be had, the program is started again with the next of the chain`() async throws {
        let next = try await WireServer.start(key: Self.key) { _ in .text("hello") }
        let lines = """
            print("before" if "Another model worked on this before" in task else "first", os.environ["FERRY_MODEL"])
            while ask() != 200: pass
            """
        let reply: WireScript = { _ in .status(529, type: "overloaded_error", message: "Overloaded") }
        let (outcome, server, entries) = try await Self.run(lines, next: next, reply: reply)
        await next.stop()
        #expect(Self.said(outcome).hasPrefix("before claude-sonnet-5-5\n200"))
        #expect(server.requests.count == ModelEndpoint.patience)
        #expect(next.requests.map(\.model) == ["claude-sonnet-5-5"])
        let begun = entries.compactMap { entry -> String? in
            if case .began(_, let model, let conversation, _, _) = entry.event { "\(conversation) \(model)" } else { nil }
        }
        #expect(begun == ["1 p/claude-haiku-5-5", "2 p/claude-sonnet-5-5"])
        // Turns of both count.
        #expect(entries.contains { if case .answered(ModelEndpoint.patience + 1, _, _, _, _, _, _, _) = $0.event { true } else { false } })
    }

    @Test func `a key that is refused goes no further down the chain`() async throws {
        let next = try await WireServer.start(key: Self.key) { _ in .text("hello") }
        let reply: WireScript = { _ in .status(401, type: "authentication_error", message: "invalid x-api-key") }
        let (outcome, _, _) = try await Self.run("while True: ask()", next: next, reply: reply)
        await next.stop()
        guard case .unavailable(let error) = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(error.kind == .authentication && next.requests.isEmpty)
    }

    @Test func `another token, another path and another method get nothing`() async throws {
        let lines = """
            ask(token="sk-ferry-guess")
            ask(token="")
            ask(path="/v1/files")
            ask(path="/../v1/messages")
            """
        let (outcome, server, _) = try await Self.run(lines) { _ in .text("hello") }
        #expect(Self.said(outcome).split(separator: "\n").map { $0.prefix(3) } == ["401", "401", "404", "404"])
        #expect(server.requests.isEmpty)
    }

    @Test func `all turns used, the program is ended`() async throws {
        let (outcome, server, _) = try await Self.run("while True: ask()", turns: 2) { _ in .text("hello") }
        #expect(outcome == .stopped(.turns(2)))
        #expect(server.requests.count == 2)
    }

    @Test func `a call that the budget does not allow is not made, and the work parks`() async throws {
        let (outcome, server, _) = try await Self.run("while True: ask()", book: SpendingBook(limit: Money(microdollars: 1))) { _ in .text("hello") }
        guard case .parked = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(server.requests.isEmpty)
    }

    @Test func `a key that the provider refuses ends the program at once`() async throws {
        let reply: WireScript = { _ in .status(401, type: "authentication_error", message: "invalid x-api-key") }
        let (outcome, server, _) = try await Self.run("while True: ask()", reply: reply)
        guard case .unavailable(let error) = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(error.kind == .authentication)
        #expect(server.requests.count == 1)
    }

    @Test func `a fault of the provider is passed on, and is why a program failed`() async throws {
        let reply: WireScript = { _ in .status(529, type: "overloaded_error", message: "Overloaded", headers: [(name: "retry-after", value: "7")]) }
        let (outcome, _, _) = try await Self.run("ask(); sys.exit(1)", reply: reply)
        guard case .unavailable(let error) = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(error.kind == .overloaded && error.retryAfter == .seconds(7))
    }

    @Test func `a rate limit closes the gate of the key for everybody, and the program's next request waits there`() async throws {
        let gate = RateGate()
        let counter = Mutex(0)
        let reply: WireScript = { _ in
            let isFirst = counter.withLock {
                $0 += 1
                return $0 == 1
            }
            guard isFirst else { return .text("hello") }
            return .status(429, type: "rate_limit_error", message: "Slow down", headers: [(name: "retry-after-ms", value: "700")])
        }
        let began = BootClock.now
        let (outcome, server, _) = try await Self.run("ask(); print(ask())", gate: gate, reply: reply)
        #expect(Self.said(outcome).hasSuffix("200\n"))
        #expect(server.requests.count == 2)
        // The one that was told to wait did not, and was held all the same.
        #expect(BootClock.now - began >= .milliseconds(700))
        #expect(gate.remaining(at: began) ?? .zero >= .milliseconds(700))
    }

    @Test func `a gate that others have closed for long ends the program before it asks`() async throws {
        let gate = RateGate()
        gate.close(until: BootClock.now + .seconds(600))
        let (outcome, server, _) = try await Self.run("while True: ask()", gate: gate) { _ in .text("hello") }
        guard case .unavailable(let error) = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(error.kind == .rate && server.requests.isEmpty)
        #expect(error.retryAfter ?? .zero > .seconds(500))
    }

    @Test func `a long wait that the provider asks for ends the program at once`() async throws {
        let gate = RateGate()
        let reply: WireScript = { _ in .status(429, type: "rate_limit_error", message: "Slow down", headers: [(name: "retry-after", value: "90")]) }
        let (outcome, server, _) = try await Self.run("while True: ask()", gate: gate, reply: reply)
        guard case .unavailable(let error) = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(error.kind == .rate && error.retryAfter == .seconds(90))
        #expect(server.requests.count == 1)
        #expect(gate.remaining(at: BootClock.now) ?? .zero > .seconds(60))
    }

    @Test(arguments: [(ModelUpstream.Wire.anthropic, "/v1/messages"), (.openAI, "/v1/chat/completions")])
    func `an answer that is cut off costs what is known of it`(wire: ModelUpstream.Wire, path: String) async throws {
        let book = SpendingBook()
        let (_, _, entries) = try await Self.run("ask('\(path)')", book: book, wire: wire) { _ in
            .cut(after: 2, of: ScriptedTurn(text: String(repeating: "hello ", count: 100)))
        }
        #expect(book.isBalanced)
        let settled = try #require(book.settled.first)
        #expect(settled.usage.input > 0 && settled.cost ?? .zero >= Money(microdollars: Int64(settled.usage.input)))
        #expect(entries.contains { if case .failed(1, _, _, let cost?) = $0.event { cost > .zero } else { false } })
    }

    @Test func `an answer that breaks before anything came costs what was reserved for it`() async throws {
        let book = SpendingBook()
        _ = try await Self.run("ask()", book: book) { _ in .cut(after: 0, of: ScriptedTurn(text: "hello")) }
        #expect(book.isBalanced && book.settled.first?.cost == book.reserved.first.flatMap { $0 })
        #expect(book.settled.first?.usage.isEstimated == true)
    }

    @Test func `an answer that fails at once costs nothing`() async throws {
        let book = SpendingBook()
        let (_, _, entries) = try await Self.run("ask()", book: book) { _ in
            .failing(after: 0, of: ScriptedTurn(text: "hello"), type: "overloaded_error")
        }
        #expect(book.isBalanced && book.settled.first?.cost == .zero)
        #expect(entries.contains { if case .failed(1, let reason, _, _) = $0.event { reason.contains("verload") } else { false } })
    }
}
