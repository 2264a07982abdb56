@testable internal import FerryLLM
internal import FerryHTTP
internal import FerryWireServer
internal import Testing

/// The server that the other tests trust must itself refuse what real services refuse.
@Suite(.timeLimit(.minutes(1)))
struct WireServerTests {
    struct Malformed: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let body: String
        let complaint: String
        var path = "/v1/messages"
        init(_ name: String, _ body: String, _ complaint: String, path: String = "/v1/messages") {
            (testDescription, self.body, self.complaint, self.path) = (name, body, complaint, path)
        }
    }

    private static let hi = #"{"role":"user","content":[{"type":"text","text":"hi"}]}"#
    private static let call = #"{"role":"assistant","content":[{"type":"tool_use","id":"a","name":"x","input":{}}]}"#
    private static let result = #"{"type":"tool_result","tool_use_id":"a","content":"ok"}"#

    private static func anthropic(_ messages: String..., more: String = "") -> String {
        #"{"model":"m","max_tokens":9,"stream":true,"messages":[\#(messages.joined(separator: ","))]\#(more)}"#
    }

    private static func chat(_ messages: String..., more: String = "") -> String {
        #"{"model":"m","max_tokens":9,"stream":true,"messages":[\#(messages.joined(separator: ","))]\#(more)}"#
    }

    static let malformed: [Malformed] = [
        Malformed("no JSON", "{", "not an object"),
        Malformed("sampling", anthropic(hi, more: #","temperature":1"#), "temperature: extra inputs"),
        Malformed("prefill", anthropic(hi, #"{"role":"assistant","content":[{"type":"text","text":"x"}]}"#), "prefill"),
        Malformed("an open call", anthropic(hi, call, hi), "differ"),
        Malformed("an orphan", anthropic(#"{"role":"user","content":[\#(result)]}"#), "without its tool_use"),
        Malformed("text before results", anthropic(hi, call, #"{"role":"user","content":[{"type":"text","text":"x"},\#(result)]}"#), "come first"),
        Malformed("a blank text", anthropic(#"{"role":"user","content":[{"type":"text","text":" "}]}"#), "white space"),
        Malformed("thinking disabled", anthropic(hi, more: #","thinking":{"type":"disabled"}"#), "only adaptive"),
        Malformed("a forced tool", anthropic(hi, more: #","tool_choice":{"type":"any"}"#), "forced"),
        Malformed("two of one role", anthropic(hi, hi), "alternate"),
        Malformed(
            "input as text", anthropic(hi, #"{"role":"assistant","content":[{"type":"tool_use","id":"a","name":"x","input":"{}"}]}"#, hi),
            "not an object"),
        Malformed(
            "an open schema",
            anthropic(hi, more: #","tools":[{"name":"x","description":"d","input_schema":{"type":"object","properties":{}},"strict":true}]"#),
            "additionalProperties"),
        Malformed(
            "five marks",
            anthropic(
                #"{"role":"user","content":[\#([String](repeating: #"{"type":"text","text":"x","cache_control":{"type":"ephemeral"}}"#, count: 5).joined(separator: ","))]}"#
            ), "at most 4"),
        Malformed("sampling", chat(#"{"role":"user","content":"x"}"#, more: #","top_p":1"#), "top_p", path: "/v1/chat/completions"),
        Malformed(
            "an open call",
            chat(
                #"{"role":"user","content":"x"}"#,
                #"{"role":"assistant","content":null,"tool_calls":[{"id":"a","type":"function","function":{"name":"x","arguments":"{}"}}]}"#,
                #"{"role":"user","content":"x"}"#), "not answered", path: "/v1/chat/completions"),
        Malformed(
            "arguments that are no JSON",
            chat(
                #"{"role":"user","content":"x"}"#,
                #"{"role":"assistant","content":null,"tool_calls":[{"id":"a","type":"function","function":{"name":"x","arguments":"{"}}]}"#,
                #"{"role":"tool","tool_call_id":"a","content":"x"}"#), "not a JSON object", path: "/v1/chat/completions"),
        Malformed("an orphan", chat(#"{"role":"tool","tool_call_id":"a","content":"x"}"#), "no open call", path: "/v1/chat/completions"),
        Malformed("another path", "{}", "no such path", path: "/v1/complete"),
        Malformed("a kept conversation", responses(said, more: #","store":true"#), "not to be kept", path: "/v1/responses"),
        Malformed("sampling", responses(said, more: #","temperature":1"#), "temperature", path: "/v1/responses"),
        Malformed("an open call", responses(said, called, said), "no tool output", path: "/v1/responses"),
        Malformed("an orphan", responses(said, output), "no open call", path: "/v1/responses"),
        Malformed("reasoning that leads nowhere", responses(said, reasoning, said), "without the item", path: "/v1/responses"),
        Malformed(
            "reasoning in the clear", responses(#"{"type":"reasoning","id":"r","summary":[]}"#, called, output), "encrypted", path: "/v1/responses"),
        Malformed(
            "a nested tool", responses(said, more: #","tools":[{"type":"function","function":{"name":"x"}}]"#), "function: extra",
            path: "/v1/responses"),
        Malformed("a call without a signature", gemini(asked, gemCall(""), gemResult), "missing a thought_signature", path: geminiPath),
        Malformed("an open call", gemini(asked, gemCall(#","thoughtSignature":"U2ln""#), asked), "differ", path: geminiPath),
        Malformed("a key in the address", gemini(asked), "key is not for an address", path: "/v1beta/models/m:streamGenerateContent?key=k"),
        Malformed("two of one role", gemini(asked, asked), "alternate", path: geminiPath),
        Malformed("sampling", gemini(asked, more: #","generationConfig":{"temperature":0}"#), "temperature", path: geminiPath),
        Malformed("no context size", ollama(hello, options: "{}"), "num_ctx", path: "/api/chat"),
        Malformed("arguments as text", ollama(hello, ollamaCall(#""{}""#), ollamaResult("x")), "not an object", path: "/api/chat"),
        Malformed("a result of another tool", ollama(hello, ollamaCall("{}"), ollamaResult("y")), "out of its order", path: "/api/chat"),
        Malformed("an open call", ollama(hello, ollamaCall("{}"), hello), "were not answered", path: "/api/chat"),
    ]

    private static let said = #"{"type":"message","role":"user","content":[{"type":"input_text","text":"x"}]}"#
    private static let called = #"{"type":"function_call","call_id":"a","name":"x","arguments":"{}"}"#
    private static let output = #"{"type":"function_call_output","call_id":"a","output":"ok"}"#
    private static let reasoning = #"{"type":"reasoning","id":"r","summary":[],"encrypted_content":"g"}"#

    private static func responses(_ items: String..., more: String = "") -> String {
        let store = more.contains("store") ? "" : #","store":false"#
        return #"{"model":"m","stream":true\#(store),"input":[\#(items.joined(separator: ","))]\#(more)}"#
    }

    private static let geminiPath = "/v1beta/models/m:streamGenerateContent?alt=sse"
    private static let asked = #"{"role":"user","parts":[{"text":"x"}]}"#
    private static let gemResult = #"{"role":"user","parts":[{"functionResponse":{"name":"x","response":{"output":"ok"}}}]}"#
    private static func gemCall(_ more: String) -> String { #"{"role":"model","parts":[{"functionCall":{"name":"x","args":{}}\#(more)}]}"# }
    private static func gemini(_ contents: String..., more: String = "") -> String { #"{"contents":[\#(contents.joined(separator: ","))]\#(more)}"# }

    private static let hello = #"{"role":"user","content":"x"}"#
    private static func ollamaCall(_ arguments: String) -> String {
        #"{"role":"assistant","content":"","tool_calls":[{"function":{"name":"x","arguments":\#(arguments)}}]}"#
    }
    private static func ollamaResult(_ name: String) -> String { #"{"role":"tool","tool_name":"\#(name)","content":"ok"}"# }
    private static func ollama(_ messages: String..., options: String = #"{"num_ctx":9}"#) -> String {
        #"{"model":"m","stream":true,"truncate":false,"shift":false,"options":\#(options),"messages":[\#(messages.joined(separator: ","))]}"#
    }

    private func post(_ body: String, _ path: String, to server: WireServer, client: StreamingHTTPClient) async throws -> Int {
        let headers = [(name: "content-type", value: "application/json"), (name: "anthropic-version", value: "2026-10-21")]
        let post = HTTPPost(url: server.baseURL + path, host: "test", headers: headers, body: Array(body.utf8))
        return try await client.post(post) { $0.status }
    }

    @Test(arguments: malformed)
    func `a malformed request is refused and kept`(request: Malformed) async throws {
        let server = try await WireServer.start { _ in .text("should not be asked") }
        let client = StreamingHTTPClient()
        let status = try await post(request.body, request.path, to: server, client: client)
        #expect(status == (request.complaint == "no such path" ? 404 : 400))
        #expect(server.refusals.count == 1)
        #expect(server.refusals.first?.complaints.contains { $0.contains(request.complaint) } == true, "\(server.refusals)")
        await client.shutdown()
        await server.stop()
    }

    @Test func `a good request is not refused`() async throws {
        let server = try await WireServer.start { _ in .text("x") }
        let client = StreamingHTTPClient()
        let bodies = [
            (Self.anthropic(Self.hi, Self.call, #"{"role":"user","content":[\#(Self.result),{"type":"text","text":"x"}]}"#), "/v1/messages"),
            (Self.chat(#"{"role":"system","content":"s"}"#, #"{"role":"user","content":"x"}"#), "/v1/chat/completions"),
            (Self.responses(Self.said, Self.reasoning, Self.called, Self.output), "/v1/responses"),
            (Self.gemini(Self.asked, Self.gemCall(#","thoughtSignature":"U2ln""#), Self.gemResult), Self.geminiPath),
            (Self.ollama(Self.hello, Self.ollamaCall("{}"), Self.ollamaResult("x")), "/api/chat"),
        ]
        for (body, path) in bodies { #expect(try await post(body, path, to: server, client: client) == 200) }
        #expect(server.refusals.isEmpty)
        await client.shutdown()
        await server.stop()
    }

    enum Tampering: CaseIterable { case system, tools, firstMessage, arguments, droppedCall, droppedThinking }

    @Test(arguments: Tampering.allCases, Driver.wired)
    func `a conversation whose past was changed is refused`(tampering: Tampering, driver: Driver) async throws {
        if tampering == .droppedThinking, driver == .openAI { return }
        // Without ids the calls are all by which an answer is known again.
        if [.arguments, .droppedCall].contains(tampering), driver == .ollama { return }
        let turn = ScriptedTurn(thinking: "hm", calls: [.init("bash", ["command": "ls"]), .init("bash", ["command": "pwd"])])
        let script = ModelScript(turns: [turn, ScriptedTurn(text: "should not be asked")])
        try await withWire(driver, server: .start(answering: script), refusals: 1) { model, server in
            let answer = try await model.respond(to: .asking("go")).message
            var blocks = answer.blocks
            switch tampering {
            case .arguments, .droppedCall:
                // The last block is a call.
                if case .toolCall(let call)? = blocks.popLast(), tampering == .arguments {
                    blocks.append(.toolCall(ToolCall(id: call.id, name: call.name, arguments: #"{"command":"rm"}"#)))
                }
            case .droppedThinking: blocks.removeAll { if case .opaque = $0 { true } else { false } }
            case .system, .tools, .firstMessage: break
            }
            var changed = Conversation(
                system: tampering == .system ? "another" : "You are a careful coder.", tools: tampering == .tools ? [] : [Conversation.bash])
            changed.append(.user(UserMessage(text: tampering == .firstMessage ? "went" : "go")))
            let message = AssistantMessage(blocks: blocks)
            changed.append(.assistant(message))
            changed.append(.user(UserMessage(results: message.toolCalls.map { ToolResult(callID: $0.id, content: "") })))
            let error = await #expect(throws: ModelError.self) { try await model.respond(to: changed) }
            #expect(error?.kind == .badRequest)
        }
    }
}
