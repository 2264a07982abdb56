internal import FerrySystem
internal import Glibc
internal import SystemPackage
internal import Testing

@testable internal import FerrySandbox

@Suite(.timeLimit(.minutes(1)))
struct BubblewrapRunnerTests {
    @Test func `a command says hello and ends`() async throws {
        try await withScratch { scratch async throws in
            let result = try await scratch.shell("echo hello; echo there >&2")
            #expect(result.ending == .exited(0))
            #expect(result.text == "hello\nthere\n")
            #expect(result.outputBytes == 12)
            #expect(result.outputDigest == ContentHash(of: Array("hello\nthere\n".utf8)))
        }
    }

    @Test(arguments: [
        ("exit 3", CommandResult.Ending.exited(3)), ("kill -KILL $$", .signalled(9)), ("exec /bin/false", .exited(1)),
        ("no-such-program", .exited(127)),
    ])
    func `the ending is told`(_ line: String, _ ending: CommandResult.Ending) async throws {
        try await withScratch { scratch async throws in #expect(try await scratch.shell(line).ending == ending) }
    }

    @Test func `a program that is not there ends like in a shell, and says so`() async throws {
        try await withScratch { scratch async throws in
            let result = try await Scratch.runner.run(SandboxCommand(["no-such-program"]), under: scratch.policy)
            #expect(result.ending == .exited(127))
            #expect(result.text.contains("no-such-program"))
        }
    }

    @Test func `the input is given whole and then ends`() async throws {
        try await withScratch { scratch async throws in
            #expect(try await scratch.shell("wc -c", input: String(repeating: "x", count: 300_000)).text == "300000\n")
            #expect(try await scratch.shell("wc -c").text == "0\n")
        }
    }

    @Test func `the environment is exactly what the policy and the command say`() async throws {
        try await withScratch { scratch async throws in
            setenv("FERRY_TEST_SECRET", "do not tell", 1)
            scratch.policy.environment = ["FROM_POLICY": "1"]
            let command = SandboxCommand(["/usr/bin/env"], environment: ["FROM_COMMAND": "two words"])
            let lines = Set(try await Scratch.runner.run(command, under: scratch.policy).text.split(separator: "\n"))
            #expect(
                lines == [
                    "CI=1", "FROM_COMMAND=two words", "FROM_POLICY=1", "HOME=/home/agent", "LANG=C.UTF-8", "LOGNAME=agent",
                    "PATH=/usr/local/bin:/usr/bin:/bin", "PWD=/work", "TERM=dumb", "TMPDIR=/tmp", "USER=agent",
                ])
        }
    }

    @Test func `tmp and home are kept between the commands of a run and are in no other`() async throws {
        try await withScratch { scratch async throws in
            #expect(try await scratch.shell("echo a > /tmp/kept; echo b > ~/kept; mkdir -p sub").succeeded)
            #expect(try await scratch.shell("cat /tmp/kept ~/kept").text == "a\nb\n")
            let command = SandboxCommand(["/bin/pwd"], directory: "sub")
            #expect(try await Scratch.runner.run(command, under: scratch.policy).text == "/work/sub\n")
        }
        try await withScratch { other async throws in
            #expect(try await other.shell("ls -A /tmp ~").text == "/home/agent:\n\n/tmp:\n")
        }
    }

    @Test func `files of Ferry's can be read and not written`() async throws {
        try await withScratch { scratch async throws in
            scratch.policy.files = ["/ferry/rules/check.sh": Array("echo checked\n".utf8)]
            #expect(try await scratch.shell("sh /ferry/rules/check.sh").text == "checked\n")
            #expect(try await scratch.shell("echo x > /ferry/rules/check.sh || rm -f /ferry/rules/check.sh").ending != .exited(0))
        }
    }

    @Test func `a flood of output is counted, cut in the middle, and kept in the log up to its cap`() async throws {
        try await withScratch { scratch async throws in
            let log = scratch.root.appending("log")
            let runner = BubblewrapRunner(keep: 1000, logLimit: 1 << 20)
            let line = "echo first; yes 0123456 | head -c 20000000; echo last"
            let result = try await runner.run(SandboxCommand(["/bin/sh", "-c", line], log: log), under: scratch.policy)
            #expect(result.ending == .exited(0))
            #expect(result.outputBytes == 20_000_011)
            #expect(result.head.count == 1000 && result.tail.count == 1000)
            #expect(result.text.hasPrefix("first\n") && result.text.hasSuffix("last\n"))
            #expect(result.loggedBytes == 1 << 20)
            let status = try FileStatus(of: log)
            #expect(status.size == 1 << 20 && status.mode == 0o600)
        }
    }

    @Test func `a command whose output was closed early runs on to its end`() async throws {
        try await withScratch { scratch async throws in
            let result = try await scratch.shell("echo seen; exec >&- 2>&-; sleep 0.3; echo done > file")
            #expect(result.ending == .exited(0))
            #expect(result.text == "seen\n")
            #expect(try scratch.text("worktree/file") == "done\n")
        }
    }

    @Test(arguments: ["000", "555", "300"])
    func `a command that closes its folders off closes them off for nobody after it`(mode: String) async throws {
        try await withScratch { scratch async throws in
            try Directory.create(scratch.root.appending("git"))
            scratch.policy.agentGit = scratch.root.appending("git")
            let line = "echo x > f; chmod \(mode) /tmp ~ /ferry/git ."
            try await scratch.shell(line).expectSuccess()
            try await scratch.shell("cat f; touch /tmp/a ~/b /ferry/git/c d").expectSuccess()
            #expect(try scratch.text("worktree/f") == "x\n")
            #expect(try Directory.entries(of: scratch.worktree).map(\.name.string).sorted() == [".git", "d", "f"])
            #expect(
                try await hostShell("mkdir c; cd c; echo x > f; chmod \(mode) .; cat f && touch d && ls || echo closed", in: scratch.root)
                    .contains("closed"), "control")
        }
    }

    @Test func `a folder that is missing or a link is an error of the policy`() async throws {
        try await withScratch { scratch async throws in
            try #require(symlink("worktree", scratch.root.appending("link").string) == 0)
            for name in ["none", "link"] {
                scratch.policy.worktree = scratch.root.appending(name)
                let error = await #expect(throws: SandboxError.self) { try await scratch.shell("true") }
                #expect(error?.code == .policy)
                #expect(error?.message.contains(scratch.policy.worktree.string) == true)
            }
        }
    }

    @Test func `a log that cannot be written is an error`() async throws {
        try await withScratch { scratch async throws in
            let error = await #expect(throws: SandboxError.self) { try await scratch.shell("true", log: scratch.root.appending("none/log")) }
            #expect(error?.code == .policy)
        }
    }

    @Test func `a missing helper is an error`() async throws {
        try await withScratch { scratch async throws in
            let runner = BubblewrapRunner(step: "/nonexistent/ferry-step")
            let error = await #expect(throws: SandboxError.self) { try await runner.run(SandboxCommand(["true"]), under: scratch.policy) }
            #expect(error?.code == .helper)
        }
    }

    @Test func `something else in the helper's place is an error`() async throws {
        try await withScratch { scratch async throws in
            let runner = BubblewrapRunner(step: "/bin/true")
            let error = await #expect(throws: SandboxError.self) { try await runner.run(SandboxCommand(["true"]), under: scratch.policy) }
            #expect(error?.code == .helper)
        }
    }
}
