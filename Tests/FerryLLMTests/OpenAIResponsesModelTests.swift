@testable internal import FerryLLM
internal import Testing

/// What is the Responses wire's own.
@Suite(.timeLimit(.minutes(1)))
struct OpenAIResponsesModelTests {
    private let request = OpenAIResponsesRequest(
        model: "gpt-6.1-sol", modelName: "openai/gpt-6.1-sol",
        quirks: OpenAIResponsesQuirks(showsSummaries: true, strictTools: true, sendsCacheKey: true))

    private func stream(_ events: [String]) throws -> OpenAIResponsesStream {
        var stream = OpenAIResponsesStream(modelName: "openai/gpt-6.1-sol", host: "h", key: nil)
        for event in events { _ = try stream.receive(ServerSentEvents.Event(name: "message", data: Array(event.utf8))) }
        return stream
    }

    private func failure(_ event: String) -> ModelError? {
        #expect(throws: ModelError.self) { try stream([event]) }
    }

    private static let reasoning: JSONValue = ["type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": "gAAA"]
    private static let done = #"{"type":"response.completed","response":{"id":"resp_1","status":"completed","output":[],"usage":null}}"#

    private static func incomplete(_ reason: String) -> String {
        #"{"type":"response.incomplete","response":{"id":"r","incomplete_details":{"reason":"\#(reason)"},"output":[]}}"#
    }

    @Test func `the body of a conversation is as documented`() {
        var conversation = Conversation.asking("Do it.")
        conversation.append(
            .assistant(
                AssistantMessage(blocks: [
                    .thinking("hm"), .opaque(provider: "openai/gpt-6.1-sol", Self.reasoning),
                    .opaque(provider: "anthropic/m", ["type": "thinking", "signature": "S"]),
                    .opaque(provider: "openai/gpt-6.1-sol", ["type": "message", "phase": "commentary"]), .text("I look."),
                    .toolCall(ToolCall(id: "a", name: "bash", arguments: #"{"command": "ls"}"#)),
                    .toolCall(ToolCall(id: "b", name: "bash", arguments: "{oops")),
                ])))
        conversation.append(
            .user(
                UserMessage(text: "Go on.", results: [ToolResult(callID: "a", content: "x"), ToolResult(callID: "b", content: "no", isError: true)])))
        let expected = """
            {"model":"gpt-6.1-sol","stream":true,"store":false,"max_output_tokens":900,"include":["reasoning.encrypted_content"],\
            "reasoning":{"effort":"high","summary":"auto"},"prompt_cache_key":"\(conversation.cacheKey)",\
            "tools":[{"type":"function","name":"bash","description":"Runs a command.","parameters":{"type":"object","properties":{"command":\
            {"type":"string","description":"The command."}},"required":["command"],"additionalProperties":false},"strict":true}],\
            "parallel_tool_calls":true,"instructions":"You are a careful coder.",\
            "input":[{"type":"message","role":"user","content":[{"type":"input_text","text":"Do it."}]},\
            {"type":"reasoning","id":"rs_1","summary":[],"encrypted_content":"gAAA"},\
            {"type":"message","role":"assistant","content":"I look.","phase":"commentary"},\
            {"type":"function_call","call_id":"a","name":"bash","arguments":"{\\"command\\": \\"ls\\"}"},\
            {"type":"function_call","call_id":"b","name":"bash","arguments":"{\\"malformed_arguments\\":\\"{oops\\"}"},\
            {"type":"function_call_output","call_id":"a","output":"x"},{"type":"function_call_output","call_id":"b","output":"ERROR: no"},\
            {"type":"message","role":"user","content":[{"type":"input_text","text":"Go on."}]}]}
            """
        #expect(request.body(conversation, options: ModelOptions(maxOutputTokens: 900, effort: "high")).text == expected)
    }

    @Test func `reasoning that led to nothing is left out, since the provider refuses it`() {
        var conversation = Conversation.asking("go")
        conversation.append(.assistant(AssistantMessage(blocks: [.opaque(provider: "openai/gpt-6.1-sol", Self.reasoning)])))
        conversation.append(.user(UserMessage(text: "Again, smaller.")))
        let items = request.body(conversation, options: ModelOptions())["input"]?.array ?? []
        #expect(items.map { $0["type"] } == ["message", "message", "message"])
        #expect(items[1]["content"] == "(no answer)")
    }

    @Test func `the cache key is one conversation's, whatever its length`() {
        var conversation = Conversation.asking("go")
        let key = conversation.cacheKey
        conversation.append(.assistant(AssistantMessage(blocks: [.text("x")])))
        #expect(conversation.cacheKey == key)
        #expect(Conversation.asking("stay").cacheKey != key)
        #expect(key.count <= 64)
    }

    @Test func `a model that does not reason is not asked for reasoning`() throws {
        let quirks = try OpenAIResponsesQuirks.standard(for: Endpoint("https://api.openai.com/v1"), model: "gpt-4.1")
        let body = OpenAIResponsesRequest(model: "gpt-4.1", modelName: "p/m", quirks: quirks).body(.asking("x"), options: ModelOptions(effort: "low"))
        #expect(body["include"] == nil && body["reasoning"] == nil)
    }

    @Test func `an item's end is the authority on it, and reasoning is kept without its nulls`() throws {
        let answer = try stream([
            #"{"type":"response.created","response":{"id":"resp_1"}}"#,
            #"{"type":"response.output_item.added","output_index":0,"item":{"type":"reasoning","id":"rs_1","summary":[]}}"#,
            #"{"type":"response.reasoning_summary_text.delta","output_index":0,"delta":"h"}"#, #"{"type":"response.some_day"}"#,
            #"{"type":"response.output_item.done","output_index":0,"item":{"type":"reasoning","id":"rs_1","summary":[{"type":"summary_text","text":"hm"},{"type":"summary_text","text":"so"}],"encrypted_content":"gAAA","status":null}}"#,
            #"{"type":"response.output_item.added","output_index":1,"item":{"type":"message","role":"assistant","content":[]}}"#,
            #"{"type":"response.output_text.delta","output_index":1,"delta":"wrong"}"#,
            #"{"type":"response.output_item.done","output_index":1,"item":{"type":"message","content":[{"type":"output_text","text":"right"}],"phase":"commentary"}}"#,
            #"{"type":"response.output_item.done","output_index":2,"item":{"type":"function_call","id":"fc","call_id":"c1","name":"bash","arguments":""}}"#,
            #"{"type":"response.output_item.done","output_index":3,"item":{"type":"compaction","n":1.50}}"#, Self.done,
        ]).response()
        let name = "openai/gpt-6.1-sol"
        let summary: JSONValue = [["type": "summary_text", "text": "hm"], ["type": "summary_text", "text": "so"]]
        #expect(
            answer.message.blocks == [
                .thinking("hm\n\nso"),
                .opaque(provider: name, ["type": "reasoning", "id": "rs_1", "summary": summary, "encrypted_content": "gAAA"]),
                .opaque(provider: name, ["type": "message", "phase": "commentary"]), .text("right"),
                .toolCall(ToolCall(id: "c1", name: "bash", arguments: "{}")),
                .opaque(provider: name, ["type": "compaction", "n": .number("1.50")]),
            ])
        #expect(answer.stop == .tools)
        #expect(answer.requestID == "resp_1")
    }

    @Test func `where items have no end, their pieces count; where there are no items, the last event's do`() throws {
        let pieces = try stream([
            #"{"type":"response.output_item.added","output_index":0,"item":{"type":"function_call","call_id":"c","name":"x","arguments":""}}"#,
            #"{"type":"response.function_call_arguments.delta","output_index":0,"delta":"{\"a\""}"#,
            #"{"type":"response.function_call_arguments.delta","output_index":0,"delta":":1}"}"#, Self.done, "[DONE]",
        ]).response()
        #expect(pieces.message.toolCalls == [ToolCall(id: "c", name: "x", arguments: #"{"a":1}"#)])
        let whole = try stream([
            #"{"type":"response.completed","response":{"output":[{"type":"message","content":[{"type":"output_text","text":"hi"}]}]}}"#
        ]).response()
        #expect(whole.message.text == "hi")
    }

    @Test func `cached and written tokens are inside the input's`() throws {
        let usage =
            #"{"type":"response.completed","response":{"output":[],"usage":{"input_tokens":100,"input_tokens_details":{"cached_tokens":60,"cache_write_tokens":10},"output_tokens":20,"output_tokens_details":{"reasoning_tokens":5}}}}"#
        let counted = try stream([usage]).response().usage
        #expect((counted.inputFresh, counted.cacheRead, counted.cacheWrite5m, counted.output, counted.reasoning) == (30, 60, 10, 20, 5))
    }

    @Test(arguments: [("max_output_tokens", StopKind.length), ("content_filter", .refused), ("max_tool_calls", .done)])
    func `each reason to be incomplete has its kind`(reason: String, stop: StopKind) throws {
        #expect(try stream([Self.incomplete(reason)]).response().stop == stop)
    }

    @Test func `a refusal in words is a refusal`() throws {
        let item = #"{"type":"response.output_item.done","output_index":0,"item":{"type":"message","content":[{"type":"refusal","refusal":"No."}]}}"#
        let answer = try stream([item, Self.done]).response()
        #expect(answer.stop == .refused)
        #expect(answer.stopDetail == "No.")
    }

    @Test func `an error in the stream is read nested, flat, and as a failed response`() {
        #expect(failure(#"{"type":"error","error":{"type":"insufficient_quota","code":"insufficient_quota","message":"x"}}"#)?.kind == .quota)
        #expect(failure(#"{"type":"error","code":"rate_limit_exceeded","message":"x","param":null}"#)?.kind == .rate)
        #expect(failure(#"{"type":"response.failed","response":{"error":{"code":"server_error","message":"x"}}}"#)?.kind == .server)
        #expect(
            failure(#"{"type":"response.failed","response":{"error":{"code":"context_length_exceeded","message":"x"}}}"#)?.kind == .contextOverflow)
        #expect(failure(#"{"error":{"code":529,"message":"x"}}"#)?.kind == .overloaded)
    }
}
