@testable internal import FerryLLM
internal import FerryHTTP
internal import FerryWireServer
internal import Testing

/// What is Ollama's own on the wire.
@Suite(.timeLimit(.minutes(1)))
struct OllamaModelTests {
    private func stream(_ lines: [String], complaint: String? = nil) throws -> OllamaStream {
        var stream = OllamaStream(
            modelName: "ollama/m", host: "h", key: nil, turn: 3, contextTokens: 4_096, requestBytes: 350, complaint: { _ in complaint })
        for line in lines { _ = try stream.receive(ServerSentEvents.Event(name: "message", data: Array(line.utf8))) }
        return stream
    }

    private static func done(_ reason: String = "stop", prompt: Int = 26, output: Int = 9) -> String {
        #"{"message":{"role":"assistant","content":""},"done":true,"done_reason":"\#(reason)","prompt_eval_count":\#(prompt),"eval_count":\#(output)}"#
    }

    @Test func `the body of a conversation is as documented`() {
        var conversation = Conversation.asking("Do it.")
        conversation.append(
            .assistant(
                AssistantMessage(blocks: [
                    .thinking("hm"), .opaque(provider: "ollama/m", ["thinking": "hm"]), .opaque(provider: "x/y", ["type": "thinking"]),
                    .toolCall(ToolCall(id: "a", name: "bash", arguments: #"{"command":"ls"}"#)),
                    .toolCall(ToolCall(id: "b", name: "read", arguments: "{oops")),
                ])))
        conversation.append(
            .user(
                UserMessage(text: "Go on.", results: [ToolResult(callID: "b", content: "no", isError: true), ToolResult(callID: "a", content: "x")])))
        let quirks = OllamaQuirks(contextTokens: 32_768, thinks: true)
        let expected = """
            {"model":"m","stream":true,"truncate":false,"shift":false,"keep_alive":"30m","options":{"num_ctx":32768,"num_predict":900},"think":true,\
            "tools":[{"type":"function","function":{"name":"bash","description":"Runs a command.","parameters":{"type":"object",\
            "properties":{"command":{"type":"string","description":"The command."}},"required":["command"],"additionalProperties":false}}}],\
            "messages":[{"role":"system","content":"You are a careful coder."},{"role":"user","content":"Do it."},\
            {"role":"assistant","content":"","thinking":"hm","tool_calls":[{"function":{"name":"bash","arguments":{"command":"ls"}}},\
            {"function":{"name":"read","arguments":{"malformed_arguments":"{oops"}}}]},\
            {"role":"tool","tool_name":"bash","content":"x"},{"role":"tool","tool_name":"read","content":"ERROR: no"},\
            {"role":"user","content":"Go on."}]}
            """
        let body = OllamaRequest(model: "m", modelName: "ollama/m", quirks: quirks)
            .body(conversation, options: ModelOptions(maxOutputTokens: 900, effort: "high"))
        #expect(body.text == expected)
    }

    @Test func `thinking is asked for where it is set, with a level where the model knows levels`() {
        func think(_ quirks: OllamaQuirks) -> JSONValue? {
            OllamaRequest(model: "m", modelName: "p/m", quirks: quirks).body(.asking("x"), options: ModelOptions(effort: "xhigh"))["think"]
        }
        #expect(think(OllamaQuirks()) == nil)
        #expect(think(OllamaQuirks(thinks: false, takesEffort: true)) == false)
        #expect(think(.standard(for: "gpt-oss:20b")) == "high")
    }

    @Test func `an answer takes half of the context at most`() {
        let request = OllamaRequest(model: "m", modelName: "p/m", quirks: OllamaQuirks(contextTokens: 4_096))
        #expect(request.body(.asking("x"), options: ModelOptions(maxOutputTokens: 16_000))["options"]?["num_predict"] == 2_048)
    }

    @Test func `calls come whole and get ids that no other turn has`() throws {
        let call = #"{"message":{"role":"assistant","content":"","tool_calls":[{"function":{"name":"x","arguments":{"n":1.50}}}]},"done":false}"#
        let other =
            #"{"message":{"content":"","tool_calls":[{"id":"own","function":{"name":"y","arguments":"{\"a\":1}"}},{"function":{"name":"z"}}]}}"#
        let answer = try stream([call, other, Self.done()]).response()
        #expect(
            answer.message.toolCalls == [
                ToolCall(id: "call_3_0", name: "x", arguments: #"{"n":1.50}"#), ToolCall(id: "own", name: "y", arguments: #"{"a":1}"#),
                ToolCall(id: "call_3_2", name: "z", arguments: "{}"),
            ])
        #expect(answer.stop == .tools)
    }

    @Test func `the output limit is told from the end of the context`() throws {
        #expect(try stream([Self.done("length")]).response().stop == .length)
        #expect(try stream([Self.done("length", prompt: 4_000, output: 96)]).response().stop == .context)
        #expect(try stream([Self.done("stop")]).response().stop == .done)
    }

    @Test func `a model that was loaded instead of asked is a failure`() throws {
        let stream = try stream([Self.done("load")])
        #expect(throws: ModelError.self) { try stream.response() }
    }

    @Test func `where nothing is counted usage is estimated`() throws {
        let usage = try stream([#"{"message":{"content":"seven b"}}"#, #"{"done":true}"#]).response().usage
        #expect((usage.inputFresh, usage.output, usage.isEstimated) == (100, 2, true))
    }

    // MARK: The dropped front

    private func complaint(_ truncation: OllamaTruncation, _ tokens: Int, _ conversation: Conversation, bytes: Int) -> String? {
        truncation.complaint(about: tokens, conversation: conversation, bytes: bytes, contextTokens: 65_536)
    }

    @Test(arguments: [
        // As measured with a server of the time: half of the context and two tokens.
        (32_770, 420_000, true), (32_770, 230_000, true), (2_050, 40_000, true),
        // Prose, code, base64, and a prompt too short to tell.
        (25_000, 110_000, false), (40_000, 100_000, false), (60_000, 130_000, false), (300, 5_000, false), (32_770, 120_000, false),
    ])
    func `a count far below what was sent is one of a conversation without its beginning`(tokens: Int, bytes: Int, isWrong: Bool) {
        #expect((complaint(OllamaTruncation(), tokens, .asking("go"), bytes: bytes) != nil) == isWrong)
    }

    @Test func `a conversation that became shorter lost its beginning`() {
        let truncation = OllamaTruncation()
        var conversation = Conversation.asking("go")
        #expect(complaint(truncation, 50_000, conversation, bytes: 175_000) == nil)
        // Asked again, the same may be counted otherwise.
        #expect(complaint(truncation, 40_000, conversation, bytes: 175_000) == nil)
        conversation.append(.assistant(AssistantMessage(blocks: [.text("x")])))
        conversation.append(.user(UserMessage(text: "on")))
        #expect(complaint(truncation, 38_000, conversation, bytes: 130_000) == nil)
        conversation.append(.assistant(AssistantMessage(blocks: [.text("y")])))
        #expect(complaint(truncation, 30_000, conversation, bytes: 130_000)?.contains("38000") == true)
        // Another branch of it is another conversation.
        var other = Conversation.asking("go")
        other.append(.assistant(AssistantMessage(blocks: [.text("z")])))
        other.append(.user(UserMessage(text: "on")))
        #expect(complaint(truncation, 20_000, other, bytes: 90_000) == nil)
    }

    @Test func `a server that drops the front is found out, and the answer does not count`() async throws {
        var turn = ScriptedTurn(text: "I never saw your rules.")
        var usage = ModelUsage()
        (usage.inputFresh, usage.output) = (2_050, 7)
        turn.usage = usage
        try await withWire(.ollama, server: .start(replies: [.answer(turn)])) { model, server in
            let reports = Reports()
            let long = Conversation.asking(String(repeating: "A sentence of some words. ", count: 2_000))
            let error = await #expect(throws: ModelError.self) {
                try await model.respond(to: long, options: ModelOptions()) { reports.note($0) }
            }
            #expect(error?.kind == .contextOverflow)
            #expect(error?.message.contains("dropped the beginning of the conversation") == true)
            #expect(error?.remedy?.contains("num_ctx") == true)
            #expect(reports.all.contains(.usage(usage)))
        }
    }
}
