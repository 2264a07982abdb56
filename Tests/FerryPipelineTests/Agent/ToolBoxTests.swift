internal import FerryLLM
internal import FerrySandbox
internal import FerrySystem
internal import FerryTestSupport
internal import Glibc
internal import SystemPackage
internal import Testing

@testable internal import FerryPipeline

extension ToolBox {
    /// Runs one call as the loop does.
    func call(_ name: String, _ arguments: JSONValue, number: Int = 1) async throws -> ToolOutput {
        try await call(name, text: arguments.text, number: number)
    }

    func call(_ name: String, text: String, number: Int = 1) async throws -> ToolOutput {
        try await run(ToolCall(id: "1", name: name, arguments: text), ToolCallContext(number: number, timeLeft: .seconds(60)))
    }
}

@Suite(.timeLimit(.minutes(1)))
struct ToolBoxTests {
    @Test func `the tools have a fixed order, valid names and closed schemas`() async throws {
        try await AgentFixture.with { fixture async throws in
            let tools = fixture.toolBox().definitions
            #expect(tools.map(\.name) == ToolBox.names)
            #expect(tools == fixture.toolBox().definitions)
            for tool in tools {
                #expect(tool.parameters["additionalProperties"] == false)
                #expect(tool.parameters["type"] == "object")
                #expect(!tool.description.isEmpty)
            }
        }
    }

    @Test func `a role that may only read has no tools that write`() async throws {
        try await AgentFixture.with(["a.txt": "a"]) { fixture async throws in
            fixture.workspace.policy.worktreeAccess = .readOnly
            let box = fixture.toolBox()
            #expect(box.definitions.map(\.name) == ["bash", "read", "grep", "glob", "finish"])
            let output = try await box.call("bash", ["command": "echo x > a.txt; echo y > /tmp/y && cat /tmp/y"])
            #expect(output.text.contains("Read-only file system") && output.text.contains("y\n"))
            #expect(try fixture.file("a.txt") == "a")
        }
    }

    @Test func `a note may take tools away but not finish`() async throws {
        try await AgentFixture.with { fixture async throws in
            fixture.workspace.tools = ["grep", "read"]
            #expect(fixture.toolBox().definitions.map(\.name) == ["read", "grep", "finish"])
        }
    }

    @Test(arguments: [
        ("bash", "{}", "The required parameter `command` is missing."),
        ("bash", "", "The required parameter `command` is missing."),
        ("bash", "{\"cmd\":\"ls\",\"command\":\"ls\"}", "An unexpected parameter `cmd` was given; there are `command`, `timeout_seconds`."),
        ("bash", "{\"command\":7}", "The parameter `command`: 7 is not of type string."),
        ("bash", "{\"command\":\"ls", "The arguments of `bash` are not JSON at byte"),
        ("bash", "[]", "must be one JSON object"),
        ("bash", "{\"command\":\"\"}", "The command is empty"),
        ("shell", "{}", "No such tool: shell; there are bash, read, edit, write, grep, glob, finish."),
        ("read", "{\"path\":\"a\",\"offset\":\"1\"}", "The parameter `offset`: \"1\" is not of type integer."),
        ("read", "{\"path\":\"/etc/passwd\"}", "out of reach"),
        ("read", "{\"path\":\"../x\"}", "outside the worktree"),
        ("read", "{\"path\":\"a/../.git/config\"}", "off limits"),
        ("read", "{\"path\":\"\"}", "must be the path"),
        ("read", "{\"path\":\"a\\u0000b\"}", "must be the path"),
        ("write", "{\"path\":\"/tmp/x\",\"content\":\"\"}", "only files there can be written"),
        ("glob", "{\"pattern\":\"../*\"}", "no pattern"),
        ("grep", "{\"pattern\":\"(\"}", "grep says:"),
    ])
    func `a mistake of the model is told in words it can act on`(tool: String, arguments: String, message: String) async throws {
        try await AgentFixture.with { fixture async throws in
            let output = try await fixture.toolBox().call(tool, text: arguments)
            #expect(output.isError)
            #expect(output.text.contains(message), "\(output.text)")
        }
    }

    @Test func `null for a parameter that may be left out is as if it were`() async throws {
        try await AgentFixture.with { fixture async throws in
            let box = fixture.toolBox()
            #expect(try await !box.call("bash", text: "{\"command\":\"true\",\"timeout_seconds\":null}").isError)
            #expect(try await box.call("bash", text: "{\"command\":null}").text == "The required parameter `command` is missing.")
        }
    }

    @Test func `a disk that is full is the machine's fault and thrown`() async throws {
        try await AgentFixture.with { fixture async throws in
            // A device that answers every write with ENOSPC, where the outputs would go.
            fixture.workspace.outputs = "/dev/full"
            let box = fixture.toolBox()
            await #expect(throws: Errno.self) { try await box.call("bash", ["command": "ls"]) }
        }
    }
}

@Suite(.timeLimit(.minutes(1)))
struct BashToolTests {
    @Test func `output, errors and the exit status come back`() async throws {
        try await AgentFixture.with(["a.txt": "hello\n"]) { fixture async throws in
            let output = try await fixture.toolBox().call("bash", ["command": "pwd; cat a.txt; echo oops >&2; exit 3"])
            #expect(output.text.hasPrefix("/work\nhello\noops\n(exit 3, "))
            #expect(!output.isError)
            #expect(output.identity == "/work\nhello\noops\nexit 3")
        }
    }

    @Test func `no output is said`() async throws {
        try await AgentFixture.with { fixture async throws in
            let output = try await fixture.toolBox().call("bash", ["command": "true"])
            #expect(output.text.hasPrefix("(exit 0, no output, ") && output.text.hasSuffix(" s)"))
        }
    }

    @Test func `a signal is told`() async throws {
        try await AgentFixture.with { fixture async throws in
            let output = try await fixture.toolBox().call("bash", ["command": "kill -SEGV $$"])
            #expect(output.text.hasPrefix("(killed by signal 11, no output, "), "\(output.text)")
        }
    }

    @Test func `a command that hangs is ended and what it said is kept`() async throws {
        try await AgentFixture.with { fixture async throws in
            let output = try await fixture.toolBox().call("bash", ["command": "echo begun; sleep 60", "timeout_seconds": 1])
            #expect(output.text.hasPrefix("begun\n(ended because its time was up (1 s), "), "\(output.text)")
        }
    }

    @Test func `a process in the background is refused with the reason`() async throws {
        try await AgentFixture.with { fixture async throws in
            let output = try await fixture.toolBox().call("bash", ["command": "touch ran; sleep 60 &"])
            #expect(output.isError && output.text.contains("it ends with `&`"))
            #expect(try FileStatus.ifPresent(fixture.worktree.appending("ran")) == nil)
        }
    }

    @Test func `tmp and home are kept between commands and the environment is not`() async throws {
        try await AgentFixture.with { fixture async throws in
            let box = fixture.toolBox()
            _ = try await box.call("bash", ["command": "echo t > /tmp/t; echo h > ~/h; export X=1"])
            let output = try await box.call("bash", ["command": "cat /tmp/t ~/h; echo \"[$X]\""])
            #expect(output.text.hasPrefix("t\nh\n[]\n"))
        }
    }

    @Test func `a long output is cut once and its whole text can be read`() async throws {
        try await AgentFixture.with { fixture async throws in
            let box = fixture.toolBox()
            let command = "for i in $(seq 1 20000); do echo line $i; done; echo key ghp_0123456789abcdefghij0123456789abcdef"
            let output = try await box.call("bash", ["command": .string(command)], number: 7)
            #expect(output.text.hasPrefix("line 1\n"))
            #expect(output.text.contains("bytes cut here") && output.text.contains("/ferry/outputs/7.txt"))
            #expect(output.text.contains("line 20000\n"))
            #expect(output.text.unicodeScalars.count < 12_300)
            let part = try await box.call("read", ["path": "/ferry/outputs/7.txt", "offset": 9999, "limit": 2])
            #expect(part.text.hasPrefix("  9999\tline 9999\n 10000\tline 10000\n"))
            // The record holds no secrets, and the raw log is gone.
            #expect(!(try text(fixture.root.appending("outputs/7.txt"))).contains("ghp_"))
            #expect(try Directory.entries(of: fixture.root.appending("outputs")).map(\.name.string) == ["7.txt"])
        }
    }

    @Test func `a long output goes into the conversation by its ends, and whole into a file`() async throws {
        try await AgentFixture.with { fixture async throws in
            let output = try await fixture.toolBox().call("bash", ["command": "echo first; head -c 6000000 /dev/zero | tr '\\0' x; echo last"])
            #expect(output.text.hasPrefix("first\nxxx"))
            #expect(output.text.contains("xlast\n(exit 0, "))
            #expect(output.text.contains("the whole output can be read with `read` at /ferry/outputs/1.txt"))
            #expect(output.text.utf8.count < 20_000)
            #expect(try FileStatus(of: fixture.root.appending("outputs/1.txt")).size == 6_000_011)
        }
    }

    @Test func `of an enormous output the file keeps head and tail, and the agent is told so`() async throws {
        try await withScratch { folder in
            let store = OutputStore(folder: folder, redactor: Redactor())
            let count = OutputStore.kept + 1000
            let log = try store.log(number: 1)
            try FileContents.write([UInt8](repeating: UInt8(ascii: "x"), count: count), to: log)
            let result = CommandResult(
                ending: .exited(0), duration: .zero, head: [], tail: [], outputBytes: count, outputDigest: ContentHash(of: [UInt8]()),
                loggedBytes: count)
            let bytes = try store.takeRaw(result, log: log)
            let mark = "\n[… 1000 bytes were not kept …]\n"
            #expect(bytes.count == OutputStore.kept + mark.utf8.count)
            #expect(bytes[(OutputStore.kept / 2)...].starts(with: mark.utf8))
            let text = try store.insert(String(repeating: "x", count: 20_000), number: 1, isWhole: false)
            #expect(text.contains("its first and last 8 MiB can be read with `read` at /ferry/outputs/1.txt"))
        }
    }

    @Test func `what is no text is made safe`() async throws {
        try await AgentFixture.with { fixture async throws in
            let output = try await fixture.toolBox().call("bash", ["command": "printf '\\033[31mred\\033[0m\\377\\a\\n'"])
            #expect(output.text.hasPrefix("red\u{FFFD}\n(exit 0, "))
        }
    }

    @Test func `where nothing can be run the tool does not pretend`() async throws {
        try await AgentFixture.with { fixture async throws in
            fixture.workspace.runner = BrokenSandbox()
            let box = fixture.toolBox()
            await #expect(throws: BrokenSandbox.error) { try await box.call("bash", ["command": "ls"]) }
        }
    }
}
