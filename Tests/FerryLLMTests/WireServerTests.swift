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
    ]

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
        ]
        for (body, path) in bodies { #expect(try await post(body, path, to: server, client: client) == 200) }
        #expect(server.refusals.isEmpty)
        await client.shutdown()
        await server.stop()
    }

    enum Tampering: CaseIterable { case system, tools, firstMessage, arguments, droppedCall, droppedThinking }

    @Test(arguments: Tampering.allCases, [Driver.anthropic, .openAI])
    func `a conversation whose past was changed is refused`(tampering: Tampering, driver: Driver) async throws {
        if tampering == .droppedThinking, driver == .openAI { return }
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
