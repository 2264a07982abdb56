@testable internal import FerryLLM
internal import Testing

/// What is Chat Completions' own on the wire, of the vendor and of compatible servers.
@Suite(.timeLimit(.minutes(1)))
struct OpenAIChatModelTests {
    private func response(_ chunks: [String], echo: OpenAIQuirks.ReasoningEcho = .none) throws -> ModelResponse {
        var stream = OpenAIChatStream(modelName: "p/m", host: "h", key: nil, turn: 3, echo: echo, requestSize: 350)
        for chunk in chunks + ["[DONE]"] { _ = try stream.receive(ServerSentEvents.Event(name: "message", data: Array(chunk.utf8))) }
        #expect(stream.isComplete)
        return stream.response()
    }

    private func delta(_ delta: String, _ finish: String = "null") -> String {
        #"{"id":"c","choices":[{"index":0,"delta":\#(delta),"finish_reason":\#(finish)}]}"#
    }

    private func conversation() -> Conversation {
        var conversation = Conversation.asking("Do it.")
        conversation.append(
            .assistant(
                AssistantMessage(blocks: [
                    .thinking("hm"), .opaque(provider: "p/m", ["reasoning_content": "hm"]),
                    .opaque(provider: "anthropic/m", ["type": "thinking", "signature": "S"]),
                    .toolCall(ToolCall(id: "a", name: "bash", arguments: #"{"command": "ls"}"#)),
                    .toolCall(ToolCall(id: "b", name: "bash", arguments: "{oops")),
                ])))
        conversation.append(
            .user(
                UserMessage(text: "Go on.", results: [ToolResult(callID: "a", content: "x"), ToolResult(callID: "b", content: "no", isError: true)])))
        return conversation
    }

    @Test func `the body of a conversation is as documented`() throws {
        let quirks = try OpenAIQuirks.standard(for: Endpoint("https://api.openai.com/v1"))
        let body = OpenAIChatRequest(model: "gpt", modelName: "openai/gpt", quirks: quirks)
            .body(conversation(), options: ModelOptions(maxOutputTokens: 900, effort: "high"))
        let expected = """
            {"model":"gpt","stream":true,"stream_options":{"include_usage":true},"max_completion_tokens":900,"reasoning_effort":"high",\
            "prompt_cache_key":"\(conversation().cacheKey)","tools":[{"type":"function","function":{"name":"bash","description":"Runs a command.","parameters":{"type":"object",\
            "properties":{"command":{"type":"string","description":"The command."}},"required":["command"],"additionalProperties":false},"strict":true}}],\
            "messages":[{"role":"developer","content":"You are a careful coder."},{"role":"user","content":"Do it."},\
            {"role":"assistant","content":null,"tool_calls":[{"id":"a","type":"function","function":{"name":"bash",\
            "arguments":"{\\"command\\": \\"ls\\"}"}},{"id":"b","type":"function","function":{"name":"bash",\
            "arguments":"{\\"malformed_arguments\\":\\"{oops\\"}"}}]},\
            {"role":"tool","tool_call_id":"a","content":"x"},{"role":"tool","tool_call_id":"b","content":"ERROR: no"},\
            {"role":"user","content":"Go on."}]}
            """
        #expect(body.text == expected)
    }

    @Test func `a compatible server gets the widest understood form, and quirks change it`() {
        let plain = OpenAIChatRequest(model: "m", modelName: "p/m", quirks: OpenAIQuirks()).body(conversation(), options: ModelOptions())
        #expect(plain["max_tokens"]?.int == 16_000)
        #expect(plain["messages"]?.array?.first?["role"] == "system")
        #expect(!plain.text.contains("strict") && !plain.text.contains("reasoning") && !plain.text.contains("signature"))
        var quirks = OpenAIQuirks()
        (quirks.asksUsage, quirks.effort, quirks.echo) = (false, .none, .content)
        let own = OpenAIChatRequest(model: "m", modelName: "p/m", quirks: quirks).body(conversation(), options: ModelOptions(effort: "low"))
        #expect(own["stream_options"] == nil)
        #expect(own["reasoning_effort"] == nil)
    }

    @Test func `reasoning goes back where the server demands it, and only to the model it came from`() throws {
        let answer = try response([delta(#"{"content":null,"reasoning_content":"h"}"#), delta(#"{"reasoning_content":"m"}"#)], echo: .content)
        #expect(answer.message.blocks == [.thinking("hm"), .opaque(provider: "p/m", ["reasoning_content": "hm"])])
        let own = OpenAIChatRequest(model: "m", modelName: "p/m", quirks: OpenAIQuirks(echo: .content))
        #expect(own.body(conversation(), options: ModelOptions())["messages"]?.array?[2]["reasoning_content"] == "hm")
        let other = OpenAIChatRequest(model: "n", modelName: "p/n", quirks: OpenAIQuirks(echo: .content))
        #expect(other.body(conversation(), options: ModelOptions())["messages"]?.array?[2]["reasoning_content"] == nil)
    }

    @Test func `a tool is strict only where its schema allows it`() {
        var quirks = OpenAIQuirks()
        quirks.strictTools = true
        let optional = ToolDefinition(
            name: "read", description: "d",
            parameters: [
                "type": "object", "properties": ["a": ["type": "string"], "b": ["type": "integer"]], "required": ["a"], "additionalProperties": false,
            ])
        let conversation = Conversation(system: "s", tools: [optional, Conversation.bash])
        let body = OpenAIChatRequest(model: "m", modelName: "p/m", quirks: quirks).body(conversation, options: ModelOptions())
        #expect(body["tools"]?.array?.map { $0["function"]?["strict"] } == [nil, true])
    }

    @Test(arguments: [
        // By the book.
        [
            #"{"index":0,"id":"a","type":"function","function":{"name":"x","arguments":""}}"#, #"{"index":0,"function":{"arguments":"{\"n\""}}"#,
            #"{"index":1,"id":"b","function":{"name":"y","arguments":"{\"n\":2"}}"#, #"{"index":0,"function":{"arguments":":1}"}}"#,
            #"{"index":1,"function":{"arguments":"}"}}"#,
        ],
        // No index.
        [
            #"{"id":"a","function":{"name":"x","arguments":"{\"n\":"}}"#, #"{"function":{"arguments":"1}"}}"#,
            #"{"id":"b","function":{"name":"y","arguments":"{\"n\":2}"}}"#,
        ],
        // All at index 0.
        [
            #"{"index":0,"id":"a","function":{"name":"x","arguments":"{\"n\":1}"}}"#,
            #"{"index":0,"id":"b","function":{"name":"y","arguments":"{\"n\":2}"}}"#,
        ],
        // Id and name repeated.
        [
            #"{"index":0,"id":"a","function":{"name":"x","arguments":"{\"n\":"}}"#, #"{"index":0,"id":"a","function":{"name":"x","arguments":"1}"}}"#,
            #"{"index":1,"id":"b","function":{"name":"y","arguments":"{\"n\":2}"}}"#,
        ],
        // The id comes late.
        [
            #"{"index":0,"function":{"name":"x","arguments":""}}"#, #"{"index":0,"id":"a","function":{"arguments":"{\"n\":1}"}}"#,
            #"{"index":1,"id":"b","function":{"name":"y","arguments":"{\"n\":2}"}}"#,
        ],
        // Arguments as an object.
        [#"{"index":0,"id":"a","function":{"name":"x","arguments":{"n":1}}}"#, #"{"index":1,"id":"b","function":{"name":"y","arguments":{"n":2}}}"#],
    ])
    func `tool calls are put together however the server numbers them`(pieces: [String]) throws {
        let answer = try response(pieces.map { delta(#"{"tool_calls":[\#($0)]}"#) } + [delta("{}", #""tool_calls""#)])
        #expect(
            answer.message.toolCalls == [
                ToolCall(id: "a", name: "x", arguments: #"{"n":1}"#), ToolCall(id: "b", name: "y", arguments: #"{"n":2}"#),
            ])
        #expect(answer.stop == .tools)
    }

    @Test func `calls without ids get ids that no other turn has`() throws {
        let piece = #"{"tool_calls":[{"function":{"name":"x","arguments":"{}"}},{"function":{"name":"y"}}]}"#
        #expect(try response([delta(piece)]).message.toolCalls.map(\.id) == ["call_3_0", "call_3_1"])
    }

    @Test func `a call without arguments has an empty object`() throws {
        let piece = delta(#"{"tool_calls":[{"index":0,"id":"a","function":{"name":"x","arguments":""}}]}"#)
        #expect(try response([piece, delta("{}", #""tool_calls""#)]).message.toolCalls.map(\.arguments) == ["{}"])
        #expect(try response([piece, delta("{}", #""length""#)]).stop == .length)
    }

    @Test(arguments: [
        ("stop", StopKind.tools), ("tool_calls", .tools), ("function_call", .tools), ("length", .tools), ("content_filter", .refused),
        ("eos", .tools),
    ])
    func `whatever the server says, whole calls are to be run`(reason: String, stop: StopKind) throws {
        let piece = delta(#"{"tool_calls":[{"index":0,"id":"a","function":{"name":"x","arguments":"{}"}}]}"#, "\"\(reason)\"")
        #expect(try response([piece]).stop == stop)
    }

    @Test(arguments: [("stop", StopKind.done), ("length", .length), ("content_filter", .refused), ("tool_calls", .done)])
    func `each reason to stop has its kind`(reason: String, stop: StopKind) throws {
        #expect(try response([delta(#"{"content":"x"}"#, "\"\(reason)\"")]).stop == stop)
    }

    @Test func `a refusal in words is a refusal`() throws {
        let answer = try response([delta(#"{"refusal":"I will "}"#), delta(#"{"refusal":"not."}"#, #""stop""#)])
        #expect(answer.stop == .refused)
        #expect(answer.stopDetail == "I will not.")
    }

    @Test(arguments: [#""choices":[]"#, #""choices":[{"delta":{}}]"#, #""choices":[{"index":0,"delta":{},"finish_reason":null}]"#])
    func `usage comes in any of the shapes in use, and cached tokens are inside the prompt's`(choices: String) throws {
        let usage =
            #"{\#(choices),"usage":{"prompt_tokens":100,"completion_tokens":20,"prompt_tokens_details":{"cached_tokens":60,"cache_write_tokens":10},"completion_tokens_details":{"reasoning_tokens":5}}}"#
        let counted = try response([delta(#"{"content":"x"}"#, #""stop""#), usage]).usage
        #expect(counted.inputFresh == 30)
        #expect(counted.cacheRead == 60)
        #expect(counted.cacheWrite5m == 10)
        #expect(counted.output == 20)
        #expect(counted.reasoning == 5)
        #expect(!counted.isEstimated)
    }

    @Test func `where no usage is reported it is estimated, never zero`() throws {
        let usage = try response([delta(#"{"content":"seven b"}"#, #""stop""#)]).usage
        #expect(usage.inputFresh == 100)
        #expect(usage.output == 2)
        #expect(usage.isEstimated)
    }

    @Test func `pieces of reasoning details are put together, and go back as they came`() throws {
        let pieces = [
            ##"{"reasoning":"h","reasoning_details":[{"type":"reasoning.text","index":0,"text":"h","signature":null}]}"##,
            ##"{"reasoning":"m","reasoning_details":[{"type":"reasoning.text","index":0,"text":"m"}]}"##,
            ##"{"reasoning_details":[{"type":"reasoning.text","index":0,"text":"","signature":"S"}]}"##,
            ##"{"reasoning_details":[{"type":"reasoning.encrypted","index":1,"data":"gAAA"}]}"##,
        ]
        let answer = try response(pieces.map { delta($0) }, echo: .details)
        let details: JSONValue = [
            ["type": "reasoning.text", "index": 0, "text": "hm", "signature": "S"], ["type": "reasoning.encrypted", "index": 1, "data": "gAAA"],
        ]
        #expect(answer.message.blocks == [.thinking("hm"), .opaque(provider: "p/m", ["reasoning_details": details])])
        var conversation = Conversation.asking("go")
        conversation.append(.assistant(answer.message))
        let request = OpenAIChatRequest(model: "m", modelName: "p/m", quirks: .dialect(.openrouter, model: "m"))
        #expect(request.body(conversation, options: ModelOptions())["messages"]?.array?.last?["reasoning_details"] == details)
    }

    @Test func `content in parts is read, thinking apart from text`() throws {
        let answer = try response([
            delta(#"{"content":[{"type":"thinking","thinking":[{"type":"text","text":"hm"}]}]}"#),
            delta(#"{"content":[{"type":"text","text":"yes"}]}"#),
            delta(#"{"content":"!"}"#, #""stop""#),
        ])
        #expect(answer.message.blocks == [.thinking("hm"), .text("yes!")])
    }

    private func body(_ dialect: OpenAIQuirks.Dialect, model: String = "m") -> JSONValue {
        OpenAIChatRequest(model: model, modelName: "p/m", quirks: .dialect(dialect, model: model))
            .body(conversation(), options: ModelOptions(effort: "high"))
    }

    @Test(arguments: OpenAIQuirks.Dialect.allCases)
    func `each dialect is sent only the fields that it knows`(dialect: OpenAIQuirks.Dialect) {
        let effort = ["openai": "reasoning_effort", "deepseek": "reasoning_effort", "openrouter": "reasoning", "vllm": "reasoning_effort"]
        var expected: Set = ["model", "stream", "tools", "messages", dialect == .openai ? "max_completion_tokens" : "max_tokens"]
        if dialect != .mistral { expected.insert("stream_options") }
        if dialect == .openai { expected.insert("prompt_cache_key") }
        if let field = effort[dialect.rawValue] ?? (dialect == .compatible ? "reasoning_effort" : nil) { expected.insert(field) }
        #expect(Set((body(dialect).members ?? []).map(\.key)) == expected)
    }

    @Test func `Mistral gets ids of nine characters, and no message of the user after a tool's`() throws {
        let messages = try #require(body(.mistral)["messages"]?.array)
        #expect(messages.map { $0["role"] } == ["system", "user", "assistant", "tool", "tool"])
        let ids = try #require(messages[2]["tool_calls"]?.array).map { $0["id"]?.string ?? "" }
        #expect(ids.allSatisfy { $0.count == 9 && $0.allSatisfy { $0.isLetter || $0.isNumber } } && Set(ids).count == 2)
        #expect(messages[3...].map { $0["tool_call_id"]?.string } == ids)
        #expect(messages.last?["content"] == "ERROR: no\n\nGo on.")
    }

    @Test func `a router's cache marks stand at the prompt and at the ends of the last two requests`() throws {
        let marked = try #require(body(.openrouter, model: "anthropic/claude-opus-5-5")["messages"]?.array)
        #expect(marked.map { $0.text.contains("cache_control") } == [true, true, false, false, false, true])
        #expect(!body(.openrouter, model: "openai/gpt-6.1-sol").text.contains("cache_control"))
    }

    @Test func `a host's dialect is known, and a setting changes a part of it or the whole`() throws {
        let mistral = try OpenAIQuirks.standard(for: Endpoint("https://api.mistral.ai/v1"))
        #expect(mistral.callIDs == .nine)
        #expect(mistral.setting(["call_ids": "any"], model: "m").callIDs == .any)
        let own = try OpenAIQuirks.standard(for: Endpoint("http://127.0.0.1:8000/v1"))
        #expect(own.setting(["dialect": "mistral", "stream_usage": "true"], model: "m").userAfterTool == false)
        #expect(own.setting(["dialect": "mistral", "stream_usage": "true"], model: "m").asksUsage)
        #expect(own.setting(["effort": "false", "echo_reasoning": "true"], model: "m").effort == .none)
        #expect(own.setting(["effort": "false", "echo_reasoning": "true"], model: "m").echo == .content)
    }
}
