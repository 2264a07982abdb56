internal import FerryLLM
internal import Testing

@testable internal import FerryPipeline

/// How agent programs are started, and what their lines mean. The lines are the real programs' own, shortened: Claude Code 2.1.332, Codex 0.163.0, and an agent on
/// agent-client-protocol 0.12.1; `make e2e-agents` runs the programs themselves.
@Suite struct ProgramLinesTests {
    private static func task(session: String? = nil, resumes: String? = nil) -> ProgramTask {
        ProgramTask(
            system: "You are the coder.", prompt: "Do it.", schema: ["type": "object"], mayWrite: true, turns: 9, model: "m", token: "t",
            session: session, resumes: resumes)
    }

    private static func events(_ program: some AgentProgram, _ lines: String) -> [ProgramEvent] {
        var program = program
        return lines.split(separator: "\n").flatMap { program.receive(String($0)) }
    }

    @Test func `Claude Code begins the session that it is given a name for, and resumes it by that`() {
        let begins = ClaudeProgram(Self.task(session: "1111")).arguments
        #expect(begins.suffix(4) == ["--session-id", "1111", "--append-system-prompt-file", "/ferry/agent/system.md"])
        let resumes = ClaudeProgram(Self.task(session: "2222", resumes: "1111")).arguments
        #expect(resumes.contains("--resume") && resumes.contains("1111") && !resumes.contains("2222"))
        #expect(ClaudeProgram(Self.task()).environment["CLAUDE_CODE_MAX_OUTPUT_TOKENS"] == "32000")
    }

    @Test func `Claude Code's lines are words, tools and the report`() {
        let lines = #"""
            {"type":"system","subtype":"init","cwd":"/work","session_id":"c9ee1aa9","tools":["Bash","StructuredOutput","Write"],"model":"claude-haiku-5-5","permissionMode":"bypassPermissions"}
            {"type":"assistant","message":{"id":"msg_1","type":"message","role":"assistant","model":"claude-haiku-5-5","content":[{"type":"text","text":"I begin."}],"stop_reason":null,"usage":{"input_tokens":13297,"output_tokens":1}},"parent_tool_use_id":null}
            {"type":"assistant","message":{"id":"msg_1","type":"message","role":"assistant","model":"claude-haiku-5-5","content":[{"type":"tool_use","id":"toolu_1_1","name":"Write","input":{"file_path":"/work/hello/farewell.py","content":"x=1\n"}}],"stop_reason":null},"parent_tool_use_id":null}
            {"type":"user","message":{"role":"user","content":[{"tool_use_id":"toolu_1_1","type":"tool_result","content":"File created successfully at: /work/hello/farewell.py"}]},"tool_use_result":"x"}
            {"type":"assistant","message":{"id":"msg_3","type":"message","role":"assistant","content":[{"type":"tool_use","id":"toolu_3_1","name":"StructuredOutput","input":{"summary":"It is done."}}],"stop_reason":null}}
            {"type":"user","message":{"role":"user","content":[{"tool_use_id":"toolu_3_1","type":"tool_result","content":"Structured output provided successfully"}]}}
            {"duration_api_ms":65,"stop_reason":"tool_use","session_id":"c9ee1aa9","total_cost_usd":0.0028,"permission_denials":[],"terminal_reason":"completed","type":"result","subtype":"success","is_error":false,"num_turns":3,"result":"","structured_output":{"summary":"It is done."}}
            """#
        #expect(
            Self.events(ClaudeProgram(Self.task()), lines) == [
                .said("I begin."),
                .used(
                    call: "toolu_1_1", tool: "Write", summary: "Write /work/hello/farewell.py",
                    text: "File created successfully at: /work/hello/farewell.py", isError: false),
                .used(
                    call: "toolu_3_1", tool: "StructuredOutput", summary: "StructuredOutput ", text: "Structured output provided successfully",
                    isError: false), .said(""), .report(["summary": "It is done."]),
            ])
    }

    @Test func `a login that is refused is tried once`() {
        let line = { (status: Int) in
            #"{"type":"system","subtype":"api_retry","attempt":1,"max_retries":10,"retry_delay_ms":595,"error_status":\#(status),"error":"x"}"#
        }
        #expect(Self.events(ClaudeProgram(Self.task()), line(401)) == [.failed("its vendor refuses the login (401)"), .finished])
        #expect(Self.events(ClaudeProgram(Self.task()), line(529)) == [])
    }

    @Test func `Codex names its session in its first line, and resumes by that name`() {
        let lines = #"""
            {"type":"thread.started","thread_id":"01a216a6-a6d9-7722-8dc8-cb31f60861cc"}
            {"type":"item.completed","item":{"id":"item_0","type":"error","message":"Model metadata for `gpt-5.4-mini` not found. Defaulting to fallback metadata; this can degrade performance and cause issues."}}
            {"type":"turn.started"}
            {"type":"item.completed","item":{"id":"item_1","type":"agent_message","text":"I begin."}}
            {"type":"item.started","item":{"id":"item_2","type":"command_execution","command":"/bin/bash -lc ls","aggregated_output":"","exit_code":null,"status":"in_progress"}}
            {"type":"item.completed","item":{"id":"item_2","type":"command_execution","command":"/bin/bash -lc ls","aggregated_output":"hello\n","exit_code":0,"status":"completed"}}
            {"type":"error","message":"Reconnecting... 1/5"}
            {"type":"turn.completed","usage":{"input_tokens":30511,"cached_input_tokens":10265,"cache_write_input_tokens":0,"output_tokens":65,"reasoning_output_tokens":0}}
            """#
        #expect(
            Self.events(CodexProgram(Self.task()), lines) == [
                .session("01a216a6-a6d9-7722-8dc8-cb31f60861cc"), .said("I begin."),
                .used(call: "item_2", tool: "command", summary: "/bin/bash -lc ls", text: "hello\n", isError: false),
            ])
        #expect(CodexProgram(Self.task(resumes: "01a2")).arguments.suffix(3) == ["resume", "01a2", "-"])
        #expect(!CodexProgram(Self.task()).arguments.contains("resume"))
    }

    @Test func `an ACP agent that keeps sessions tells of its own, and what it repeats while it loads one is not heard`() {
        let initialized = #"{"jsonrpc":"2.0","id":0,"result":{"protocolVersion":1,"agentCapabilities":{"loadSession":true},"authMethods":[]}}"#
        let begun = Self.events(ACPProgram(Self.task()), initialized + "\n" + #"{"jsonrpc":"2.0","id":1,"result":{"sessionId":"sess_1"}}"#)
        #expect(begun.contains(.session("sess_1")))
        let loaded = Self.events(
            ACPProgram(Self.task(resumes: "sess_1")),
            initialized + #"""

                {"jsonrpc":"2.0","method":"session/update","params":{"sessionId":"sess_1","update":{"sessionUpdate":"agent_message_chunk","content":{"type":"text","text":"old"}}}}
                {"jsonrpc":"2.0","id":3,"result":null}
                {"jsonrpc":"2.0","method":"session/update","params":{"sessionId":"sess_1","update":{"sessionUpdate":"agent_message_chunk","content":{"type":"text","text":"new"}}}}
                """#)
        let requests = loaded.compactMap { event -> String? in
            guard case .reply(let bytes) = event else { return nil }
            return try? JSONValue(parsing: String(decoding: bytes, as: UTF8.self))["method"]?.string
        }
        #expect(requests == ["session/load", "session/prompt"])
        #expect(loaded.contains(.said("new")) && !loaded.contains(.said("old")))
    }

    @Test func `an ACP agent that keeps no session names none, and cannot resume`() {
        let initialized = #"{"jsonrpc":"2.0","id":0,"result":{"protocolVersion":1,"agentCapabilities":{"loadSession":false},"authMethods":[]}}"#
        let begun = Self.events(ACPProgram(Self.task()), initialized + "\n" + #"{"jsonrpc":"2.0","id":1,"result":{"sessionId":"sess_1"}}"#)
        #expect(!begun.contains(.session("sess_1")))
        #expect(Self.events(ACPProgram(Self.task(resumes: "sess_1")), initialized).contains(.failed("it cannot load a session")))
    }
}
