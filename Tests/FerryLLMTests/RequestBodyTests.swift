internal import FerryHTTP
internal import FerryWireServer
internal import Testing

@testable internal import FerryLLM

/// The body that a replay compares is the one that is sent.
@Suite(.timeLimit(.minutes(1)))
struct RequestBodyTests {
    private static let asked: Conversation = {
        var conversation = Conversation.asking("go")
        conversation.append(
            .assistant(AssistantMessage(blocks: [.text("I look."), .toolCall(ToolCall(id: "c1", name: "bash", arguments: #"{"command":"ls"}"#))])))
        conversation.append(.user(UserMessage(text: "And?", results: [ToolResult(callID: "c1", content: "README.md", isError: false)])))
        return conversation
    }()

    @Test(arguments: Driver.wired) func `what was sent is what the server got, and what is told beforehand`(driver: Driver)
        async throws
    {
        let script = ModelScript(turns: [ScriptedTurn(text: "a"), ScriptedTurn(text: "b")])
        try await withWire(driver, server: WireServer.start(answering: script)) { model, server in
            let options = ModelOptions(maxOutputTokens: 777, effort: "high")
            let body = model.body(of: Self.asked, options: options, model: model.name)
            let answer = try await model.respond(to: Self.asked, options: options) { _ in }
            #expect(answer.sent == body)
            #expect(server.requests.map(\.rawBody) == [body])
        }
    }

    @Test func `of a chain it is the body of the one that answered, through its retries`() {
        let (first, second) = (OutcomeModel([], name: "a/one"), OutcomeModel([], name: "b/two"))
        let chain = FallbackModel([RetryingModel(first, gate: RateGate()), RetryingModel(second, gate: RateGate())])
        #expect(chain.body(of: Self.asked, options: ModelOptions(), model: "b/two") == Self.asked.plainBody)
        #expect(String(decoding: Self.asked.plainBody, as: UTF8.self).contains(#"{"result":"c1","text":"README.md","error":false}"#))
    }

    @Test func `an offline catalog makes bodies without a key`() throws {
        let catalog = ModelCatalog(keys: KeyRing(), client: StreamingHTTPClient(), gates: RateGates())
        #expect(throws: ModelError.self) { try catalog.model(named: "anthropic/claude-opus-5-5") }
        let body = try catalog.offline.model(named: "anthropic/claude-opus-5-5").body(
            of: Self.asked, options: ModelOptions(), model: "anthropic/claude-opus-5-5")
        #expect(String(decoding: body, as: UTF8.self).hasPrefix(#"{"model":"claude-opus-5-5","max_tokens":16000,"#))
    }
}
