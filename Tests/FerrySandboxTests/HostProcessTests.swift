internal import FerrySystem
internal import SystemPackage
internal import Testing

@testable internal import FerrySandbox

@Suite(.timeLimit(.minutes(1)))
struct HostProcessTests {
    private func shell(
        _ line: String, environment: [String: String] = [:], input: String = "", outputLimit: Int = 1 << 20, deadline: Duration = .seconds(20)
    ) -> HostProcess {
        HostProcess(
            "/bin/sh", [Array("-c".utf8), Array(line.utf8), Array("name".utf8), [0xFF, 0x20]], environment: environment, directory: "/usr",
            input: Array(input.utf8), outputLimit: outputLimit, deadline: deadline)
    }

    @Test func `output, error, status, folder and bytes of arguments are passed on`() async throws {
        let result = try await shell("pwd; printf '%s' \"$1\"; echo wrong >&2; exit 3").runUnsandboxed()
        #expect(result.ending == .exited(3))
        #expect(result.output == Array("/usr\n".utf8) + [0xFF, 0x20])
        #expect(result.error == Array("wrong\n".utf8))
    }

    @Test func `the environment is exact`() async throws {
        let process = HostProcess("/usr/bin/env", [], environment: ["ONLY": "this one"], directory: "/")
        let lines = String(decoding: try await process.runUnsandboxed().output, as: UTF8.self).split(separator: "\n")
        #expect(lines.sorted() == ["FERRY_RUN=\(ProcessIdentity.current)", "ONLY=this one"])
    }

    @Test func `input is given, and a program that does not read it is no error`() async throws {
        let much = String(repeating: "x", count: 1_000_000)
        #expect(try await shell("wc -c", environment: ["PATH": "/usr/bin:/bin"], input: much).runUnsandboxed().output == Array("1000000\n".utf8))
        #expect(try await shell("exit 4", input: much).runUnsandboxed().ending == .exited(4))
        #expect(try await shell("cat", environment: ["PATH": "/bin:/usr/bin"]).runUnsandboxed().output == [])
    }

    @Test func `a signal is told`() async throws {
        #expect(try await shell("kill -TERM $$").runUnsandboxed().ending == .signalled(15))
    }

    @Test func `too much output ends the program and is said`() async throws {
        let result = try await shell("yes", environment: ["PATH": "/usr/bin:/bin"], outputLimit: 100_000).runUnsandboxed()
        #expect(result.ending == .outputLimit)
    }

    @Test func `the deadline ends a program that ignores SIGTERM, with its children`() async throws {
        let marker = "marker-\(UInt64.random(in: .min ... .max))"
        let line = "trap '' TERM; sh -c 'trap \"\" TERM; while :; do sleep 100; done' \(marker) & while :; do sleep 100; done"
        let result = try await shell(line, environment: ["PATH": "/usr/bin:/bin"], deadline: .milliseconds(300)).runUnsandboxed()
        #expect(result.ending == .deadline)
        #expect(try await eventually(within: .seconds(1)) { try !isRunning(marker) })
    }

    @Test func `children left behind are ended`() async throws {
        let marker = "marker-\(UInt64.random(in: .min ... .max))"
        let result = try await shell("sh -c 'while :; do sleep 100; done' \(marker) & echo left", environment: ["PATH": "/usr/bin:/bin"])
            .runUnsandboxed()
        #expect(result.output == Array("left\n".utf8))
        #expect(try await eventually(within: .seconds(1)) { try !isRunning(marker) })
    }

    @Test func `cancelling ends the program`() async throws {
        let process = shell("sleep 100", environment: ["PATH": "/usr/bin:/bin"])
        let task = Task { try await process.runUnsandboxed() }
        try await Task.sleep(for: .milliseconds(50))
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
    }

    @Test(arguments: ["/nonexistent/program", "relative"] as [FilePath])
    func `a program that cannot be started is said`(_ path: FilePath) async throws {
        let error = await #expect(throws: HostProcess.StartFailure.self) {
            try await HostProcess(path, [], environment: [:], directory: "/").runUnsandboxed()
        }
        #expect(error?.description.contains(path.string) == true)
    }
}
