@testable internal import FerryLLM
internal import Synchronization
internal import Testing

/// What every driver does, whatever it speaks.
@Suite(.timeLimit(.minutes(1)))
struct LanguageModelConformance {
    @Test(arguments: Driver.allCases)
    func `a text is the answer, whole and with its usage`(driver: Driver) async throws {
        let text = "All is well: é 😀 \"quoted\" \\ \u{1F}\r\nnext line, long enough to be torn into several pieces."
        var usage = ModelUsage()
        (usage.inputFresh, usage.cacheRead, usage.cacheWrite5m, usage.output, usage.reasoning) = (100, 2_000, 30, 40, 5)
        try await driver.withModel(answering: ModelScript(turns: [ScriptedTurn(text: text, usage: usage)])) { model in
            let response = try await model.respond(to: .asking("go"))
            #expect(response.message.blocks.filter { if case .opaque = $0 { false } else { true } } == [.text(text)])
            #expect(response.stop == .done)
            #expect(response.usage == driver.told(usage))
            #expect(response.model == model.name)
        }
    }

    @Test(arguments: Driver.allCases, [nil, 1, 3, 64])
    func `calls, results and the next answer follow each other`(driver: Driver, pieceSize: Int?) async throws {
        let turns = [
            ScriptedTurn(
                text: "I look.", thinking: "First the files, then the tests.",
                calls: [.init("bash", ["command": "ls -la 'a b' && echo \"é\""]), .init("bash", ["command": "cat x\n\ttab"])]),
            ScriptedTurn(thinking: "Fine.", calls: [.init("bash", .object([]))]),
            ScriptedTurn(text: "Done."),
        ]
        try await driver.withModel(answering: ModelScript(turns: turns), pieceSize: pieceSize) { model in
            var conversation = Conversation.asking("go")
            for turn in turns {
                let response = try await model.respond(to: conversation)
                let calls = response.message.toolCalls
                #expect(calls.map(\.name) == turn.calls.map(\.name))
                #expect(calls.map(\.parsedArguments) == turn.calls.map { try? JSONValue(parsing: $0.arguments) })
                #expect(Set(calls.map(\.id)).count == calls.count)
                #expect(response.message.text == turn.text)
                #expect(response.message.blocks.contains(.thinking(turn.thinking)) == !turn.thinking.isEmpty)
                #expect(response.stop == (calls.isEmpty ? .done : .tools))
                conversation.append(.assistant(response.message))
                let results = calls.enumerated().map { ToolResult(callID: $1.id, content: "result \($0)", isError: $0 == 1) }
                conversation.append(.user(UserMessage(text: calls.isEmpty ? "thanks" : nil, results: results)))
            }
        }
    }

    @Test(arguments: Driver.allCases, [StopKind.refused, .length])
    func `the reason why an answer ended is told`(driver: Driver, stop: StopKind) async throws {
        try await driver.withModel(answering: ModelScript(turns: [ScriptedTurn(text: "I", stop: stop)])) { model in
            let response = try await model.respond(to: .asking("go"))
            // Ollama has no filter that it would tell of.
            #expect(response.stop == (driver == .ollama && stop == .refused ? .done : stop))
        }
    }

    @Test(arguments: Driver.allCases)
    func `a call that the output limit cut is told as such, and its history can be sent on`(driver: Driver) async throws {
        let cut = ScriptedTurn(calls: [.init("bash", ["command": "ls"]), .init("bash", arguments: #"{"command": "l"#)], stop: .length)
        try await driver.withModel(answering: ModelScript(turns: [cut, ScriptedTurn(text: "smaller")])) { model in
            var conversation = Conversation.asking("go")
            let response = try await model.respond(to: conversation)
            #expect(response.stop == (driver.bringsCallsWhole ? .tools : .length))
            #expect(response.message.toolCalls.map { $0.parsedArguments == nil } == (driver.bringsCallsWhole ? [false] : [false, true]))
            conversation.append(.assistant(response.message))
            conversation.append(
                .user(
                    UserMessage(results: response.message.toolCalls.map { ToolResult(callID: $0.id, content: "output limit reached", isError: true) })
                ))
            #expect(try await model.respond(to: conversation).message.text == "smaller")
        }
    }

    @Test(arguments: Driver.allCases)
    func `usage is reported before the answer is, and output as it arrives`(driver: Driver) async throws {
        var usage = ModelUsage()
        (usage.inputFresh, usage.output) = (70, 9)
        try await driver.withModel(answering: ModelScript(turns: [ScriptedTurn(text: "some words", usage: usage)])) { model in
            let reports = Mutex<[ModelProgress]>([])
            _ = try await model.respond(to: .asking("go"), options: ModelOptions()) { report in reports.withLock { $0.append(report) } }
            let all = reports.withLock { $0 }
            #expect(all.last { if case .usage = $0 { true } else { false } } == .usage(usage))
            let characters = all.reduce(0) { if case .output(let count) = $1 { $0 + count } else { $0 } }
            #expect(characters == 10)
        }
    }

    @Test(
        arguments: Driver.allCases,
        [ModelError.Kind.authentication, .quota, .rate, .overloaded, .server, .truncated, .contextOverflow, .unknownModel, .badRequest])
    func `each sort of failure is told from the others`(driver: Driver, kind: ModelError.Kind) async throws {
        var turn = ScriptedTurn(text: "never")
        turn.error = ModelError(kind, "as scripted", retryAfter: kind == .rate ? .milliseconds(1500) : nil)
        try await driver.withModel(answering: ModelScript(turns: [turn])) { model in
            let error = await #expect(throws: ModelError.self) { try await model.respond(to: .asking("go")) }
            #expect(error?.kind == kind)
            #expect(error?.retryAfter == (kind == .rate ? .milliseconds(1500) : nil))
        }
    }

    @Test(arguments: Driver.allCases)
    func `cancelling ends the call at once`(driver: Driver) async throws {
        var turn = ScriptedTurn(text: "never")
        turn.delay = .seconds(3600)
        try await driver.withModel(answering: ModelScript(turns: [turn])) { model in
            let call = Task { try await model.respond(to: .asking("go")) }
            call.cancel()
            await #expect(throws: CancellationError.self) { try await call.value }
        }
    }
}
