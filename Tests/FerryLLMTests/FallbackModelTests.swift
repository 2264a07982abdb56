@testable internal import FerryLLM
internal import FerryHTTP
internal import FerryWireServer
internal import Testing

@Suite(.timeLimit(.minutes(1)))
struct FallbackModelTests {
    private let clock = ManualTiming()

    private func ask(_ model: any LanguageModel) async throws -> ModelResponse { try await model.respond(to: .asking("go")) }

    @Test func `where one model is unavailable the next answers, and for a while is asked first`() async throws {
        let first = OutcomeModel([.failure(ModelError(.overloaded, "x")), .success("back")], name: "a/1")
        let second = OutcomeModel([.success("one"), .success("two")], name: "b/2")
        let chain = FallbackModel([first, second], timing: clock.timing())
        #expect(try await ask(chain).model == "b/2")
        #expect(try await ask(chain).message.text == "two")
        #expect(first.calls == 1)
        clock.advance(by: .seconds(61))
        #expect(try await ask(chain).message.text == "back")
    }

    @Test func `when all are unavailable the last failure is thrown, and all are asked again the next time`() async throws {
        let down: Result<String, ModelError> = .failure(ModelError(.server, "x"))
        let first = OutcomeModel([down, .success("yes")], name: "a/1")
        let second = OutcomeModel([down], name: "b/2")
        let chain = FallbackModel([first, second], timing: clock.timing())
        await #expect(throws: ModelError.self) { try await ask(chain) }
        #expect(second.calls == 1)
        clock.advance(by: .seconds(61))
        #expect(try await ask(chain).message.text == "yes")
    }

    @Test(arguments: [ModelError.Kind.authentication, .quota, .badRequest, .configuration, .contextOverflow, .unknownModel])
    func `what a person must mend is not hidden by the next model`(kind: ModelError.Kind) async throws {
        let second = OutcomeModel([.success("no")], name: "b/2")
        let chain = FallbackModel([OutcomeModel([.failure(ModelError(kind, "x"))], name: "a/1"), second], timing: clock.timing())
        let error = await #expect(throws: ModelError.self) { try await ask(chain) }
        #expect(error?.kind == kind)
        #expect(second.calls == 0)
    }

    @Test func `a refusal is put to the next model, and its cost is reported`() async throws {
        let refusing = OutcomeModel([.success("no")], name: "a/1", usage: 9, stop: .refused)
        let reports = Reports()
        let chain = FallbackModel([refusing, OutcomeModel([.success("yes")], name: "b/2")], timing: clock.timing())
        let response = try await chain.respond(to: .asking("go"), options: ModelOptions()) { reports.note($0) }
        #expect(response.message.text == "yes")
        #expect(reports.failures.map(\.usage.inputFresh) == [9])
        #expect(try await ask(FallbackModel([OutcomeModel([.success("no")], name: "a/1", stop: .refused)])).stop == .refused)
    }

    @Test(arguments: [
        WireReply.cut(after: 5, of: ScriptedTurn(text: "a text of several pieces")),
        .silent(after: 5, of: ScriptedTurn(text: "a text of several pieces")),
        .failing(after: 5, of: ScriptedTurn(text: "a text of several pieces"), type: "overloaded_error"), .status(529, type: "overloaded_error"),
    ])
    func `the next model answers also where the first had begun to, and the beginning is paid and forgotten`(reply: WireReply) async throws {
        let server = try await WireServer.start { request in request.wire == .anthropic ? reply : .text("by the second") }
        let client = StreamingHTTPClient()
        let timing = StreamTiming(idle: .milliseconds(200))
        let models = try [Driver.anthropic, .gemini].map { driver in
            RetryingModel(
                try driver.model(at: server.baseURL, client: client, timing: timing), policy: RetryPolicy(tries: 2), gate: RateGate(),
                timing: clock.timing(jitter: 0))
        }
        let reports = Reports()
        let response = try await FallbackModel(models, timing: clock.timing()).respond(to: .asking("go"), options: ModelOptions()) {
            reports.note($0)
        }
        #expect(response.message.blocks == [.text("by the second")])
        #expect(server.requests.map(\.wire) == [.anthropic, .anthropic, .gemini])
        #expect(reports.failures.count == 2)
        await client.shutdown()
        await server.stop()
    }

    @Test func `five vendors take turns in one conversation, and each accepts what the others made of it`() async throws {
        let drivers: [Driver] = [.anthropic, .responses, .gemini, .ollama, .openAI, .gemini, .responses, .anthropic]
        let server = try await WireServer.start { request in
            request.answers == drivers.count
                ? .text("done")
                : .answer(
                    ScriptedTurn(
                        text: "I look.", thinking: "by \(request.wire)",
                        calls: [.init("bash", ["n": .int(request.number)]), .init("bash", ["command": "ls"])]))
        }
        let client = StreamingHTTPClient()
        var conversation = Conversation.asking("go")
        for driver in drivers {
            let answer = try await driver.model(at: server.baseURL, client: client).respond(to: conversation).message
            conversation.append(.assistant(answer))
            conversation.append(.user(UserMessage(results: answer.toolCalls.map { ToolResult(callID: $0.id, content: "ok") })))
        }
        for driver in Driver.wired {
            #expect(try await driver.model(at: server.baseURL, client: client).respond(to: conversation).message.text == "done", "\(driver)")
        }
        #expect(server.refusals.isEmpty, "\(server.refusals)")
        await client.shutdown()
        await server.stop()
    }

    @Test func `a conversation goes on with another vendor and comes back, and both accept its history`() async throws {
        let server = try await WireServer.start { request in
            switch (request.wire, request.answers) {
            case (.anthropic, 0): .answer(ScriptedTurn(thinking: "by the first", calls: [.init("bash", ["command": "ls"])]))
            case (.anthropic, 1): .status(529, type: "overloaded_error")
            case (.openAI, 1): .answer(ScriptedTurn(thinking: "by the second", calls: [.init("bash", ["command": "pwd"])]))
            default: .answer(ScriptedTurn(text: "done by \(request.wire)"))
            }
        }
        let client = StreamingHTTPClient()
        let models = try [Driver.anthropic, .openAI].map { try $0.model(at: server.baseURL, client: client) }
        let chain = FallbackModel(models, timing: clock.timing())
        var conversation = Conversation.asking("go")
        for _ in 0..<2 {
            let response = try await chain.respond(to: conversation)
            conversation.append(.assistant(response.message))
            conversation.append(.user(UserMessage(results: response.message.toolCalls.map { ToolResult(callID: $0.id, content: "ok") })))
        }
        clock.advance(by: .seconds(61))
        #expect(try await chain.respond(to: conversation).message.text == "done by anthropic")
        #expect(server.requests.map(\.wire) == [.anthropic, .anthropic, .openAI, .anthropic])
        #expect(server.refusals.isEmpty, "\(server.refusals)")
        await client.shutdown()
        await server.stop()
    }
}
