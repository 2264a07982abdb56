internal import FerryHTTP
internal import FerryLLM
internal import FerryModel
internal import FerrySandbox
internal import FerrySystem
internal import FerryTestSupport
internal import FerryVault
internal import Glibc
internal import Synchronization
internal import SystemPackage
internal import Testing

@testable internal import FerryPipeline

/// Agent programs that reach no model through Ferry, in the real sandbox.
@Suite(.timeLimit(.minutes(1)))
struct ExternalAgentTests {
    private static func agent(_ kind: AgentNote.Backend, _ command: String, toolchains: [FilePath] = []) -> ExternalAgent {
        ExternalAgent(
            kind: kind, command: command, toolchains: toolchains, models: [], client: StreamingHTTPClient())
    }

    /// As the coder's, where the difference decides.
    private static let judged = ReportSchema(
        name: "work", summary: "Say what was done.", schema: AgentFixture.report.schema, substitute: { ["summary": .string($0)] })

    private static func run(
        _ agent: ExternalAgent, _ fixture: AgentFixture, report: ReportSchema = AgentFixture.report, seconds: Int = 20,
        checkpoint: @escaping @Sendable () async throws -> String? = { nil }
    ) async throws -> AgentOutcome {
        var task = fixture.task(limits: AgentLimits(time: .seconds(seconds)))
        task.report = report
        task.checkpoint = checkpoint
        return try await agent.run(task)
    }

    @Test func `a command gets the task, works in the worktree, and its last words are the report`() async throws {
        try await AgentFixture.with { fixture in
            let outcome = try await Self.run(
                Self.agent(.command, #"python3 -c 'import sys; open("got", "w").write(sys.stdin.read()); print("{\"summary\": \"done\"}")'"#), fixture
            )
            #expect(outcome == .finished(["summary": "done"]))
            let got = try fixture.file("got")
            #expect(got.hasPrefix("You are the coder.\n\nDo the work."))
            #expect(got.contains(#""additionalProperties":false"#))
        }
    }

    @Test func `a long task and a long answer pass each other`() async throws {
        try await AgentFixture.with { fixture in
            var task = fixture.task(limits: AgentLimits(time: .seconds(20)))
            task.prompt = String(repeating: "0123456789\n", count: 40_000)
            let outcome = try await Self.agent(.command, "sh -c 'cat; echo; echo {\\\"summary\\\": \\\"done\\\"}'").run(task)
            #expect(outcome == .finished(["summary": "done"]))
        }
    }

    /// The official SDK of ACP in Python takes an output at which something can be read for one that was closed.
    @Test func `what a program is told does not show at its output`() async throws {
        let look = """
            import select, sys
            assert select.select([0], [], [], 10)[0]
            print("seen at", select.select([0, 1], [], [], 0.2)[0])
            sys.stdin.read()
            """
        try await AgentFixture.with(["look.py": look]) { fixture in
            let outcome = try await Self.run(Self.agent(.command, "python3 look.py"), fixture, report: Self.judged)
            #expect(outcome == .finished(["summary": "seen at [0]\n"]))
        }
    }

    @Test func `where the difference decides, words are report enough`() async throws {
        try await AgentFixture.with { fixture in
            let outcome = try await Self.run(Self.agent(.command, "sh -c 'touch x; echo I did it.'"), fixture, report: Self.judged)
            #expect(outcome == .finished(["summary": "I did it.\n"]))
        }
    }

    @Test func `a report that does not fit is asked for twice again`() async throws {
        try await AgentFixture.with { fixture in
            let outcome = try await Self.run(Self.agent(.command, "sh -c 'grep -c before; echo {}'"), fixture)
            guard case .stopped(.invalidReport(let problems)) = outcome else { throw Wrong(outcome) }
            #expect(problems.count == 1)
            let asked = try fixture.entries.compactMap { entry -> String? in if case .said(let text) = entry.event { text } else { nil } }
            #expect(asked.count == 3)
            #expect(asked.last?.contains("Your report did not fit:\n- ") == true)
        }
    }

    @Test func `a program that fails is stopped with its last words, unless it changed something that can be judged`() async throws {
        try await AgentFixture.with { fixture in
            let failing = Self.agent(.command, "sh -c 'echo no luck >&2; exit 3'")
            #expect(try await Self.run(failing, fixture, report: Self.judged) == .stopped(.program("it ended with status 3: no luck")))
            let states = Mutex(0)
            let outcome = try await Self.run(
                failing, fixture, report: Self.judged,
                checkpoint: {
                    states.withLock { number in
                        number += 1
                        return "\(number)"
                    }
                })
            #expect(outcome == .finished(["summary": ""]))
        }
    }

    @Test func `a program that goes in circles is stopped; one that changes something in between is not`() async throws {
        let program = """
            import json, sys, time
            say = lambda **item: print(json.dumps({"type": "item.completed", "item": item}), flush=True)
            edits = "edits" in sys.argv
            for i in range(12):
                say(id=f"c{i}", type="command_execution", command="make test", aggregated_output=f"FAILED t.py::test_x - boom\\n1 failed, 4 passed in 0.{i}0s", exit_code=1)
                if edits: say(id=f"e{i}", type="file_change", status="completed", changes=[])
            say(id="m", type="agent_message", text="I did it.")
            if not edits: time.sleep(60)
            """
        try await AgentFixture.with(["program.py": program]) { fixture in
            let circles = try await Self.run(Self.agent(.codex, "python3 program.py"), fixture, report: Self.judged)
            #expect(circles == .stopped(.stuck("it made the same call of `command` 10 times in a row with the same result")))
            let works = try await Self.run(Self.agent(.codex, "python3 program.py edits"), fixture, report: Self.judged)
            #expect(works == .finished(["summary": "I did it."]))
        }
    }

    @Test func `a program that is not there is a setting to mend`() async throws {
        try await AgentFixture.with { fixture in
            guard case .unavailable(let error) = try await Self.run(Self.agent(.claude, "claude"), fixture) else { throw Wrong("no fault") }
            #expect(error.kind == .configuration)
            #expect(error.description.contains("`command` in the agent's note"))
        }
    }

    @Test(arguments: [
        (#"echo "{\"type\":\"system\",\"subtype\":\"api_retry\",\"error_status\":401}"; exit 1"#, ModelError.Kind.authentication),
        ("echo no route >&2; exit 1", .server),
    ])
    func `a program that does nothing with its login has no model`(_ script: String, _ kind: ModelError.Kind) async throws {
        try await AgentFixture.with(["program.sh": script]) { fixture in
            let folder = fixture.root.appending("login")
            try Directory.create(folder)
            try FileContents.write(Array("{}".utf8), to: folder.appending(".credentials.json"), mode: 0o600)
            var agent = Self.agent(.claude, "sh program.sh")
            agent.login = ProgramLogin(of: .claude, environment: ["CLAUDE_CONFIG_DIR": folder.string])
            guard case .unavailable(let error) = try await Self.run(agent, fixture, report: Self.judged) else { throw Wrong("no fault") }
            #expect(error.kind == kind, "\(error)")
        }
    }

    @Test func `a link in the home is not followed when a login is lent`() async throws {
        try await AgentFixture.with { fixture in
            let folder = fixture.root.appending("login")
            try Directory.create(folder)
            try FileContents.write(Array("{}".utf8), to: folder.appending(".credentials.json"), mode: 0o600)
            let aim = fixture.root.appending("aim")
            try Directory.create(aim)
            #expect(symlink(aim.string, fixture.root.appending("home/.claude").string) == 0)
            var agent = Self.agent(.claude, "true")
            agent.login = ProgramLogin(of: .claude, environment: ["CLAUDE_CONFIG_DIR": folder.string])
            guard case .unavailable(let error) = try await Self.run(agent, fixture, report: Self.judged) else { throw Wrong("no fault") }
            #expect(error.kind == .configuration && error.description.contains("cannot be lent"))
            #expect(try Directory.entries(of: aim).isEmpty)
        }
    }

    @Test func `time that is up ends it`() async throws {
        try await AgentFixture.with { fixture in
            let outcome = try await Self.run(Self.agent(.command, "sleep 1000"), fixture, seconds: 1)
            #expect(outcome == .stopped(.time(.seconds(1))))
        }
    }

    @Test func `silence ends it`() async throws {
        try await AgentFixture.with { fixture in
            var task = fixture.task(limits: AgentLimits(time: .seconds(20)))
            task.timing.progress = .milliseconds(300)
            task.timing.clockInterval = .milliseconds(20)
            guard case .stopped(.stuck) = try await Self.agent(.command, "sleep 1000").run(task) else { throw Wrong("not stuck") }
        }
    }

    @Test func `the same words again and again are no sign of work`() async throws {
        try await AgentFixture.with { fixture in
            var task = fixture.task(limits: AgentLimits(time: .seconds(20)))
            task.timing.progress = .milliseconds(500)
            task.timing.clockInterval = .milliseconds(20)
            let outcome = try await Self.agent(.command, "sh -c 'while :; do echo .; sleep 0.1; done'").run(task)
            guard case .stopped(.stuck) = outcome else { throw Wrong(outcome) }
        }
    }

    @Test func `a program that does not stop talking is ended`() async throws {
        try await AgentFixture.with { fixture async throws in
            var agent = Self.agent(.command, "sh -c 'echo on; yes 0123456789012345678901234567890123456789'")
            agent.mostTalk = 1 << 20
            #expect(try await Self.run(agent, fixture) == .stopped(.program("it said more than 1 MiB")))
            #expect(try FileStatus(of: fixture.transcript.path).size < 4 << 20)
        }
    }

    @Test func `what a program says of calls without end does not stay in memory`() {
        var program = ClaudeProgram(ProgramTask(system: "", prompt: "", schema: [:], mayWrite: true, turns: 1, model: nil, token: nil))
        for number in 0..<2000 {
            let use = #"{"type": "tool_use", "id": "\#(number)", "name": "Bash", "input": {"command": "\#(String(repeating: "x", count: 1000))"}}"#
            #expect(program.receive(#"{"type": "assistant", "message": {"content": [\#(use)]}}"#) == [])
        }
        let result = #"{"type": "user", "message": {"content": [{"type": "tool_result", "tool_use_id": "ID", "content": "done"}]}}"#
        guard case .used(_, "Bash", let summary, "done", false)? = program.receive(result.replacing("ID", with: "999")).first else {
            Issue.record("a known call is forgotten")
            return
        }
        #expect(summary.count == "Bash ".count + 500)
        #expect(
            program.receive(result.replacing("ID", with: "1999")) == [
                .used(call: "1999", tool: "tool", summary: "tool", text: "done", isError: false)
            ])
    }

    @Test func `a cancelled task ends its program`() async throws {
        try await AgentFixture.with { fixture in
            let work = fixture.task(limits: AgentLimits(time: .seconds(20)))
            let running = Task { try await Self.agent(.command, "sh -c 'echo on; exec sleep 1000'").run(work) }
            let entries = { [fixture] in try fixture.entries }
            let began = try await eventually { try entries().contains { if case .said = $0.event { true } else { false } } }
            #expect(began)
            running.cancel()
            await #expect(throws: CancellationError.self) { try await running.value }
        }
    }

    // MARK: Agent Client Protocol

    @Test func `an ACP agent is asked in order, permitted once, and ends by its own word`() async throws {
        try await AgentFixture.with { fixture in
            let folder = fixture.root.appending("fakes")
            try FakeAgents.install(in: folder)
            let outcome = try await Self.run(Self.agent(.acp, "acp-agent new.txt text", toolchains: [folder]), fixture, report: Self.judged)
            #expect(outcome == .finished(["summary": #"{"outcome": "selected", "optionId": "once"} "#]))
            #expect(try fixture.file("new.txt") == "text")
            let tools = try fixture.entries.compactMap { entry -> String? in
                if case .result(_, _, let tool, let summary, _, _, _) = entry.event { "\(tool): \(summary)" } else { nil }
            }
            #expect(tools == ["edit: Write new.txt"])
        }
    }

    @Test func `an ACP agent that does not end by itself is ended`() async throws {
        try await AgentFixture.with { fixture in
            let folder = fixture.root.appending("fakes")
            try FakeAgents.install(in: folder)
            let agent = Self.agent(.acp, "sh -c 'acp-agent new.txt text; sleep 1000'", toolchains: [folder])
            guard case .finished = try await Self.run(agent, fixture, report: Self.judged) else { throw Wrong("not finished") }
        }
    }

    @Test func `an ACP agent that only reads may not write`() async throws {
        try await AgentFixture.with { fixture in
            let folder = fixture.root.appending("fakes")
            try FakeAgents.install(in: folder)
            fixture.workspace.policy.worktreeAccess = .readOnly
            let agent = Self.agent(.acp, "acp-agent new.txt text", toolchains: [folder])
            let outcome = try await Self.run(agent, fixture, report: Self.judged)
            #expect(outcome == .finished(["summary": #"{"outcome": "selected", "optionId": "no"} "#]))
        }
    }

    private struct Wrong: Error {
        let outcome: String
        init(_ outcome: Any) { self.outcome = "\(outcome)" }
    }
}
