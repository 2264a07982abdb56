@testable internal import FerryLLM
internal import Testing

/// What is Gemini's own on the wire.
@Suite(.timeLimit(.minutes(1)))
struct GeminiModelTests {
    private static let name = "gemini/gemini-4-argon"
    private let request = GeminiRequest(modelName: name, quirks: GeminiQuirks())

    private func stream(_ chunks: [String]) throws -> GeminiStream {
        var stream = GeminiStream(modelName: Self.name, host: "h", key: nil, turn: 3)
        for chunk in chunks { _ = try stream.receive(ServerSentEvents.Event(name: "message", data: Array(chunk.utf8))) }
        return stream
    }

    private static func parts(_ parts: String..., finish: String? = nil) -> String {
        let reason = finish.map { #","finishReason":"\#($0)""# } ?? ""
        return #"{"candidates":[{"index":0,"content":{"role":"model","parts":[\#(parts.joined(separator: ","))]}\#(reason)}]}"#
    }

    private static func opaque(_ value: JSONValue) -> AssistantMessage.Block { .opaque(provider: name, value) }

    @Test func `the body of a conversation is as documented`() {
        let signed: JSONValue = ["functionCall": ["name": "bash", "args": ["command": "ls"]], "thoughtSignature": "EpwI"]
        var conversation = Conversation.asking("Do it.")
        conversation.append(
            .assistant(
                AssistantMessage(blocks: [
                    .thinking("hm"), .opaque(provider: "anthropic/m", ["type": "thinking", "signature": "S"]), .text("I look."),
                    .toolCall(ToolCall(id: "call_1_0", name: "bash", arguments: #"{"command":"ls"}"#)), Self.opaque(["parts": [signed]]),
                    .toolCall(ToolCall(id: "b", name: "read", arguments: "{oops")),
                ])))
        // The results come in another order than the calls.
        conversation.append(
            .user(
                UserMessage(
                    text: "Go on.", results: [ToolResult(callID: "b", content: "no", isError: true), ToolResult(callID: "call_1_0", content: "x")])))
        let expected = """
            {"systemInstruction":{"parts":[{"text":"You are a careful coder."}]},\
            "tools":[{"functionDeclarations":[{"name":"bash","description":"Runs a command.","parametersJsonSchema":{"type":"object",\
            "properties":{"command":{"type":"string","description":"The command."}},"required":["command"],"additionalProperties":false}}]}],\
            "generationConfig":{"maxOutputTokens":900,"thinkingConfig":{"includeThoughts":true,"thinkingLevel":"HIGH"}},\
            "contents":[{"role":"user","parts":[{"text":"Do it."}]},\
            {"role":"model","parts":[{"text":"I look."},{"functionCall":{"name":"bash","args":{"command":"ls"}},"thoughtSignature":"EpwI"},\
            {"functionCall":{"name":"read","args":{"malformed_arguments":"{oops"},"id":"b"}}]},\
            {"role":"user","parts":[{"functionResponse":{"name":"bash","response":{"output":"x"}}},\
            {"functionResponse":{"name":"read","response":{"error":"no"},"id":"b"}},{"text":"Go on."}]}]}
            """
        #expect(request.body(conversation, options: ModelOptions(maxOutputTokens: 900, effort: "xhigh")).text == expected)
    }

    @Test func `calls of another vendor's model bear the signature that the vendor has for them`() {
        var conversation = Conversation.asking("go")
        conversation.append(.assistant(AssistantMessage(blocks: [.toolCall(ToolCall(id: "toolu_1", name: "bash", arguments: "{}"))])))
        conversation.append(.user(UserMessage(results: [ToolResult(callID: "toolu_1", content: "")])))
        let part = request.body(conversation, options: ModelOptions())["contents"]?.array?[1]["parts"]?.array?.first
        #expect(part?["thoughtSignature"] == "skip_thought_signature_validator")
        let old = GeminiRequest(modelName: Self.name, quirks: .standard(for: "gemini-2.5-flash"))
        #expect(old.body(conversation, options: ModelOptions())["contents"]?.array?[1]["parts"]?.array?.first?["thoughtSignature"] == nil)
    }

    @Test(arguments: [
        ("gemini-4-argon", true, true), ("models/gemini-3.8-flash", true, true), ("gemini-2.5-pro", true, false), ("gemini-2.0-flash", false, false),
        ("gemma-3-27b-it", false, false),
    ])
    func `a model is asked for the thinking that it has`(model: String, thinks: Bool, hasLevels: Bool) {
        let body = GeminiRequest(modelName: "p/m", quirks: .standard(for: model)).body(.asking("x"), options: ModelOptions(effort: "low"))
        let thinking = body["generationConfig"]?["thinkingConfig"]
        #expect(thinking?["includeThoughts"] == (thinks ? true : nil))
        #expect(thinking?["thinkingLevel"] == (hasLevels ? "LOW" : nil))
    }

    @Test func `parts with signatures go back one by one as they came`() throws {
        let signed = #"{"text":"c","thoughtSignature":"S1"}"#
        let call = #"{"functionCall":{"name":"x","args":{"n":1.50}},"thoughtSignature":"S2"}"#
        let answer = try stream([
            Self.parts(#"{"text":"hm ","thought":true}"#), Self.parts(#"{"text":"so","thought":true}"#), Self.parts(#"{"text":"a"}"#),
            Self.parts(#"{"text":"b"}"#), Self.parts(signed), Self.parts(call, #"{"functionCall":{"name":"y","args":{},"id":"g1"}}"#),
            Self.parts(#"{"someDay":{"x":1}}"#, finish: "STOP"),
        ]).response()
        let callPart = try JSONValue(parsing: call)
        #expect(
            answer.message.blocks == [
                .thinking("hm so"), .text("abc"), Self.opaque(["parts": [["text": "ab"], try JSONValue(parsing: signed)]]),
                .toolCall(ToolCall(id: "call_3_0", name: "x", arguments: #"{"n":1.50}"#)), Self.opaque(["parts": [callPart]]),
                .toolCall(ToolCall(id: "g1", name: "y", arguments: "{}")), Self.opaque(["someDay": ["x": 1]]),
            ])
        #expect(answer.stop == .tools)
        var conversation = Conversation.asking("go")
        conversation.append(.assistant(answer.message))
        conversation.append(.user(UserMessage(results: answer.message.toolCalls.map { ToolResult(callID: $0.id, content: "ok") })))
        let contents = request.body(conversation, options: ModelOptions())["contents"]?.array ?? []
        #expect(
            contents[1]["parts"] == [
                ["text": "ab"], try JSONValue(parsing: signed), callPart, ["functionCall": ["name": "y", "args": .object([]), "id": "g1"]],
                ["someDay": ["x": 1]],
            ])
        #expect((contents[2]["parts"]?.array ?? []).map { $0["functionResponse"]?["id"] } == [nil, "g1"])
    }

    @Test func `a signature on an empty part is kept where it came`() throws {
        let empty = #"{"text":"","thoughtSignature":"S"}"#
        let answer = try stream([Self.parts(#"{"functionCall":{"name":"x","args":{},"id":"g"}}"#), Self.parts(empty, finish: "STOP")]).response()
        #expect(answer.message.blocks.last == Self.opaque(try JSONValue(parsing: empty)))
        #expect(answer.message.toolCalls.count == 1)
    }

    @Test func `thoughts are output of their own, and cached tokens are inside the prompt's`() throws {
        let counts =
            #"{"candidates":[{"finishReason":"STOP"}],"usageMetadata":{"promptTokenCount":100,"cachedContentTokenCount":60,"candidatesTokenCount":7,"thoughtsTokenCount":5,"toolUsePromptTokenCount":3}}"#
        let usage = try stream([counts]).response().usage
        #expect((usage.inputFresh, usage.cacheRead, usage.output, usage.reasoning) == (43, 60, 12, 5))
    }

    @Test(arguments: [
        ("STOP", StopKind.done), ("MAX_TOKENS", .length), ("SAFETY", .refused), ("RECITATION", .refused), ("PROHIBITED_CONTENT", .refused),
        ("SOME_DAY", .done),
    ])
    func `each reason to stop has its kind`(reason: String, stop: StopKind) throws {
        #expect(try stream([Self.parts(#"{"text":"x"}"#, finish: reason)]).response().stop == stop)
    }

    @Test func `a prompt that is blocked is refused, and says why`() throws {
        let answer = try stream([#"{"promptFeedback":{"blockReason":"PROHIBITED_CONTENT"},"usageMetadata":{"promptTokenCount":9}}"#]).response()
        #expect(answer.stop == .refused)
        #expect(answer.stopDetail == "PROHIBITED_CONTENT")
        #expect(answer.usage.inputFresh == 9)
    }

    @Test(arguments: [
        ("MALFORMED_FUNCTION_CALL", ModelError.Kind.server), ("UNEXPECTED_TOOL_CALL", .server), ("MISSING_THOUGHT_SIGNATURE", .badRequest),
    ])
    func `an answer that the service gave up is a failure`(reason: String, kind: ModelError.Kind) throws {
        let stream = try stream([Self.parts(#"{"text":"x"}"#, finish: reason)])
        #expect(stream.isComplete)
        let error = #expect(throws: ModelError.self) { try stream.response() }
        #expect(error?.kind == kind)
        #expect(error?.message.contains(reason) == true || kind == .badRequest)
    }
}
