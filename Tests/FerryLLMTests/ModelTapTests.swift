internal import FerryLLM
internal import Testing

/// What is read along in answers that go to agent programs, where they come in one piece; streams are read by the drivers' own parsers.
@Suite struct ModelTapTests {
    private static func tap(_ wire: ModelUpstream.Wire, _ path: String, _ answer: JSONValue) throws -> ModelTap {
        let upstream = ModelUpstream(name: "p/m", wire: wire, model: "m", endpoint: try Endpoint("http://127.0.0.1:1"), key: nil, gate: RateGate())
        var tap = ModelTap(upstream, path: path, isStream: false, requestSize: 10)
        tap.receive(answer.encoded())
        return tap
    }

    private static let call = AssistantMessage.Block.toolCall(ToolCall(id: "c1", name: "ls", arguments: #"{"path":"."}"#))

    @Test func `signs of life in a stream are no content`() throws {
        let upstream = ModelUpstream(
            name: "p/m", wire: .anthropic, model: "m", endpoint: try Endpoint("http://127.0.0.1:1"), key: nil, gate: RateGate())
        var tap = ModelTap(upstream, path: "/v1/messages", isStream: true, requestSize: 10)
        func receive(_ event: String, _ data: String) -> Bool { tap.receive(Array("event: \(event)\ndata: \(data)\n\n".utf8)) }
        let isComment = tap.receive(Array(": a comment\n\n".utf8))
        #expect(!isComment)
        let start =
            #"{"type":"message_start","message":{"id":"1","type":"message","role":"assistant","content":[],"model":"m","usage":{"input_tokens":5,"output_tokens":1}}}"#
        #expect(!receive("message_start", start))
        #expect(!receive("ping", #"{"type":"ping"}"#))
        #expect(!receive("content_block_start", #"{"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}"#))
        #expect(receive("content_block_delta", #"{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"hello"}}"#))
        #expect(!receive("ping", #"{"type":"ping"}"#))
    }

    @Test func `an answer of Messages in one piece`() throws {
        let tap = try Self.tap(
            .anthropic, "/v1/messages",
            [
                "id": "msg_1",
                "content": [["type": "text", "text": "hello"], ["type": "tool_use", "id": "c1", "name": "ls", "input": ["path": "."]]],
                "usage": ["input_tokens": 5, "cache_read_input_tokens": 2, "output_tokens": 7],
            ])
        #expect(tap.response?.message.blocks == [.text("hello"), Self.call])
        #expect(tap.response?.stop == .tools && tap.response?.requestID == "msg_1")
        #expect(tap.usage?.inputFresh == 5 && tap.usage?.cacheRead == 2 && tap.usage?.output == 7)
    }

    @Test func `an answer of Chat Completions in one piece`() throws {
        let function: JSONValue = ["name": "ls", "arguments": #"{"path":"."}"#]
        let message: JSONValue = ["role": "assistant", "content": "hello", "tool_calls": [["id": "c1", "type": "function", "function": function]]]
        let tap = try Self.tap(
            .openAI, "/v1/chat/completions",
            ["choices": [["index": 0, "message": message]], "usage": ["prompt_tokens": 5, "completion_tokens": 7]])
        #expect(tap.response?.message.blocks == [.text("hello"), Self.call])
        #expect(tap.usage?.output == 7)
    }

    @Test func `an answer of Responses in one piece, with an item that is not known`() throws {
        let unknown: JSONValue = ["type": "custom_tool_call", "call_id": "c2", "name": "exec", "input": "text(1)"]
        let tap = try Self.tap(
            .openAI, "/v1/responses",
            [
                "output": [
                    ["type": "message", "content": [["type": "output_text", "text": "hello"]]],
                    ["type": "function_call", "call_id": "c1", "name": "ls", "arguments": #"{"path":"."}"#], unknown,
                ],
                "usage": ["input_tokens": 5, "input_tokens_details": ["cached_tokens": 2], "output_tokens": 7],
            ])
        #expect(tap.response?.message.blocks == [.text("hello"), Self.call, .opaque(provider: "p/m", unknown)])
        #expect(tap.usage?.inputFresh == 3)
    }

    private static func stream(_ wire: ModelUpstream.Wire, _ path: String, _ events: [JSONValue]) throws -> ModelTap {
        let upstream = ModelUpstream(name: "p/m", wire: wire, model: "m", endpoint: try Endpoint("http://127.0.0.1:1"), key: nil, gate: RateGate())
        var tap = ModelTap(upstream, path: path, isStream: true, requestSize: 700)
        for event in events { tap.receive(Array("event: \(event["type"]?.string ?? "message")\ndata: \(event.text)\n\n".utf8)) }
        return tap
    }

    @Test func `a stream that is cut off used what was told, and no less output than arrived`() throws {
        let text = String(repeating: "word ", count: 70)
        let chat = try Self.stream(
            .openAI, "/v1/chat/completions",
            [["id": "c", "choices": [["index": 0, "delta": ["role": "assistant", "content": .string(text)]]]]])
        // Nothing is told before the end on this wire: 700 bytes of request and 350 of answer, at 3.5 a token.
        #expect(chat.usage?.inputFresh == 200 && chat.usage?.output == 100 && chat.usage?.isEstimated == true)
        let messages = try Self.stream(
            .anthropic, "/v1/messages",
            [
                ["type": "message_start", "message": ["id": "m", "usage": ["input_tokens": 5, "output_tokens": 1]]],
                ["type": "content_block_start", "index": 0, "content_block": ["type": "text", "text": ""]],
                ["type": "content_block_delta", "index": 0, "delta": ["type": "text_delta", "text": .string(text)]],
            ])
        #expect(messages.usage?.inputFresh == 5 && messages.usage?.output == 100 && messages.usage?.isEstimated == true)
        #expect(messages.failure == nil && !messages.isComplete)
    }

    @Test func `a stream that says at once that it failed used nothing`() throws {
        let tap = try Self.stream(
            .anthropic, "/v1/messages", [["type": "error", "error": ["type": "overloaded_error", "message": "Overloaded"]]])
        #expect(tap.usage == nil && tap.failure?.kind == .overloaded)
    }

    @Test func `half an answer is none`() throws {
        let upstream = ModelUpstream(
            name: "p/m", wire: .anthropic, model: "m", endpoint: try Endpoint("http://127.0.0.1:1"), key: nil, gate: RateGate())
        var tap = ModelTap(upstream, path: "/v1/messages", isStream: false, requestSize: 10)
        tap.receive(Array(#"{"content":["#.utf8))
        #expect(tap.response == nil && !tap.isComplete)
    }
}
