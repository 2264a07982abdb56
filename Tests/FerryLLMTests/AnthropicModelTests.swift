@testable internal import FerryLLM
internal import Testing

/// What is Anthropic's own on the wire.
@Suite(.timeLimit(.minutes(1)))
struct AnthropicModelTests {
    private let request = AnthropicRequest(model: "claude-opus-5-5", modelName: "anthropic/claude-opus-5-5", quirks: AnthropicQuirks())

    private func stream(_ lines: [String], model: String = "anthropic/m") throws -> AnthropicStream {
        var stream = AnthropicStream(modelName: model, host: "h", key: nil)
        for line in lines { _ = try stream.receive(ServerSentEvents.Event(name: "message", data: Array(line.utf8))) }
        return stream
    }

    private static let start =
        #"{"type":"message_start","message":{"id":"msg_1","usage":{"input_tokens":10,"cache_creation_input_tokens":300,"cache_read_input_tokens":20,"cache_creation":{"ephemeral_5m_input_tokens":100,"ephemeral_1h_input_tokens":200},"output_tokens":1}}}"#
    private static let stop = #"{"type":"message_stop"}"#

    private static func end(_ reason: String, _ usage: String = #"{"output_tokens":7}"#) -> String {
        #"{"type":"message_delta","delta":{"stop_reason":\#(reason)},"usage":\#(usage)}"#
    }

    @Test func `the body of a conversation is as documented`() {
        var conversation = Conversation.asking("Do it.")
        conversation.append(
            .assistant(
                AssistantMessage(blocks: [
                    .thinking("hm"),
                    .opaque(provider: "anthropic/claude-opus-5-5", ["type": "thinking", "thinking": "hm", "signature": "S"]),
                    .opaque(provider: "other/model", ["type": "thinking", "thinking": "no", "signature": "T"]),
                    .text("  \n"), .toolCall(ToolCall(id: "functions.bash:0", name: "bash", arguments: #"{"command": "ls"}"#)),
                    .toolCall(ToolCall(id: "b", name: "bash", arguments: "{oops")),
                ])))
        conversation.append(
            .user(
                UserMessage(
                    text: "Go on.",
                    results: [ToolResult(callID: "functions.bash:0", content: ""), ToolResult(callID: "b", content: "no", isError: true)])))
        let body = request.body(conversation, options: ModelOptions(maxOutputTokens: 900, effort: "high"))
        let expected = """
            {"model":"claude-opus-5-5","max_tokens":900,"stream":true,\
            "system":[{"type":"text","text":"You are a careful coder.","cache_control":{"type":"ephemeral","ttl":"1h"}}],\
            "thinking":{"type":"adaptive","display":"summarized"},"output_config":{"effort":"high"},\
            "tools":[{"name":"bash","description":"Runs a command.","input_schema":{"type":"object","properties":{"command":{"type":"string",\
            "description":"The command."}},"required":["command"],"additionalProperties":false},"strict":true}],\
            "messages":[{"role":"user","content":[{"type":"text","text":"Do it.","cache_control":{"type":"ephemeral"}}]},\
            {"role":"assistant","content":[{"type":"thinking","thinking":"hm","signature":"S"},\
            {"type":"tool_use","id":"functions_bash_0","name":"bash","input":{"command":"ls"}},\
            {"type":"tool_use","id":"b","name":"bash","input":{"malformed_arguments":"{oops"}}]},\
            {"role":"user","content":[{"type":"tool_result","tool_use_id":"functions_bash_0","content":""},\
            {"type":"tool_result","tool_use_id":"b","content":"no","is_error":true},\
            {"type":"text","text":"Go on.","cache_control":{"type":"ephemeral"}}]}]}
            """
        #expect(body.text == expected)
    }

    @Test func `a later request keeps the bytes of the earlier one, but for cache marks, of which there are few`() {
        var conversation = Conversation.asking("one")
        var last: [JSONValue] = []
        for turn in 0..<12 {
            let body = request.body(conversation, options: ModelOptions())
            #expect(body.text.ranges(of: "cache_control").count <= 3)
            let messages = (body["messages"]?.array ?? []).map(Self.unmarked)
            #expect(Array(messages.prefix(last.count)) == last)
            last = messages
            conversation.append(.assistant(AssistantMessage(blocks: [.text("answer \(turn)")])))
            conversation.append(.user(UserMessage(text: "next \(turn)")))
        }
    }

    private static func unmarked(_ message: JSONValue) -> JSONValue {
        var message = message
        let blocks = (message["content"]?.array ?? []).map { block in
            JSONValue.object((block.members ?? []).filter { $0.key != "cache_control" })
        }
        message.set("content", .array(blocks))
        return message
    }

    @Test(arguments: ["claude-haiku-4-5", "claude-sonnet-4-5-20250929", "claude-3-7-sonnet", "kimi-k3", "deepseek-v4-pro"])
    func `an old or foreign model is sent only what it knows`(model: String) {
        let request = AnthropicRequest(model: model, modelName: "p/\(model)", quirks: .standard(for: model))
        let body = request.body(.asking("x"), options: ModelOptions(effort: "high"))
        #expect(Set((body.members ?? []).map(\.key)) == ["model", "max_tokens", "stream", "system", "tools", "messages"])
        #expect(!body.text.contains("strict"))
    }

    @Test func `counts are totals, and the last of each counts`() throws {
        let stream = try stream([
            Self.start, Self.end("null", #"{"output_tokens":3}"#),
            Self.end(
                #""end_turn""#, #"{"output_tokens":48,"input_tokens":11,"cache_read_input_tokens":20,"output_tokens_details":{"thinking_tokens":9}}"#),
            Self.stop,
        ])
        let usage = stream.response().usage
        #expect(usage.inputFresh == 11)
        #expect(usage.cacheRead == 20)
        #expect(usage.cacheWrite5m == 100)
        #expect(usage.cacheWrite1h == 200)
        #expect(usage.output == 48)
        #expect(usage.reasoning == 9)
    }

    @Test func `the first event's usage is reported at once`() throws {
        var stream = try stream([])
        let reports = try stream.receive(ServerSentEvents.Event(name: "message_start", data: Array(Self.start.utf8)))
        guard case .usage(let usage)? = reports.first else { return #expect(Bool(false), "\(reports)") }
        #expect(usage.input == 330)
    }

    @Test func `thinking is kept verbatim with its signature, and unknown blocks as they came`() throws {
        let stream = try stream(
            [
                Self.start, #"{"type":"content_block_start","index":0,"content_block":{"type":"thinking","thinking":"","signature":""}}"#,
                #"{"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"a "}}"#,
                #"{"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"b"}}"#,
                #"{"type":"content_block_delta","index":0,"delta":{"type":"signature_delta","signature":"Eq=="}}"#,
                #"{"type":"content_block_stop","index":0}"#, #"{"type":"ping"}"#, #"{"type":"some_day"}"#,
                #"{"type":"content_block_start","index":1,"content_block":{"type":"redacted_thinking","data":"xyz"}}"#,
                #"{"type":"content_block_delta","index":1,"delta":{"type":"some_delta","x":1}}"#,
                #"{"type":"content_block_start","index":2,"content_block":{"type":"fallback","from":{"model":"m"},"n":1.50}}"#,
                #"{"type":"content_block_start","index":3,"content_block":{"type":"text","text":""}}"#,
                #"{"type":"content_block_delta","index":3,"delta":{"type":"text_delta","text":"hi"}}"#, Self.end(#""end_turn""#), Self.stop,
            ], model: "anthropic/m")
        #expect(
            stream.response().message.blocks == [
                .thinking("a b"), .opaque(provider: "anthropic/m", ["type": "thinking", "thinking": "a b", "signature": "Eq=="]),
                .opaque(provider: "anthropic/m", ["type": "redacted_thinking", "data": "xyz"]),
                .opaque(provider: "anthropic/m", ["type": "fallback", "from": ["model": "m"], "n": .number("1.50")]), .text("hi"),
            ])
    }

    @Test func `a tool without arguments has an empty object, unless the output limit cut it`() throws {
        let call = #"{"type":"content_block_start","index":0,"content_block":{"type":"tool_use","id":"t","name":"x","input":{}}}"#
        let empty = #"{"type":"content_block_delta","index":0,"delta":{"type":"input_json_delta","partial_json":""}}"#
        let whole = try stream([Self.start, call, empty, Self.end(#""tool_use""#), Self.stop]).response()
        #expect(whole.message.toolCalls.map(\.arguments) == ["{}"])
        #expect(whole.stop == .tools)
        let cut = try stream([Self.start, call, empty, Self.end(#""max_tokens""#), Self.stop]).response()
        #expect(cut.message.toolCalls.map(\.parsedArguments) == [nil])
        #expect(cut.stop == .length)
    }

    @Test func `a second start in a stream takes nothing away`() throws {
        let text = [
            #"{"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}"#,
            #"{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"one"}}"#,
        ]
        let response = try stream([Self.start] + text + [Self.start, Self.end(#""end_turn""#), Self.stop]).response()
        #expect(response.message.text == "one")
        #expect(response.usage.input == 330)
    }

    @Test(arguments: [
        ("end_turn", StopKind.done), ("stop_sequence", .done), ("max_tokens", .length), ("pause_turn", .paused), ("refusal", .refused),
        ("model_context_window_exceeded", .context), ("some_day", .done),
    ])
    func `each reason to stop has its kind`(reason: String, kind: StopKind) throws {
        #expect(try stream([Self.start, Self.end("\"\(reason)\""), Self.stop]).response().stop == kind)
    }

    @Test func `a refusal says why`() throws {
        let end =
            #"{"type":"message_delta","delta":{"stop_reason":"refusal","stop_details":{"type":"refusal","category":"cyber","explanation":"No."}},"usage":{}}"#
        #expect(try stream([Self.start, end, Self.stop]).response().stopDetail == "cyber: No.")
    }

    @Test func `nothing is complete before the last event`() throws {
        #expect(try !stream([Self.start, Self.end(#""end_turn""#)]).isComplete)
        #expect(try stream([Self.start, Self.end(#""end_turn""#), Self.stop]).isComplete)
    }
}
