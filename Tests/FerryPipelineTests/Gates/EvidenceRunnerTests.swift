internal import FerryModel
internal import FerrySandbox
internal import FerrySystem
internal import FerryTestSupport
internal import SystemPackage
internal import Testing

@testable internal import FerryPipeline

/// Commands really run, in the real sandbox.
@Suite(.timeLimit(.minutes(1))) struct EvidenceRunnerTests {
    private func run(_ line: String, in export: Export, directory: String = "", report: String? = nil, time: Duration = .seconds(30)) async throws
        -> Evidence
    {
        var policy = export.policy
        policy.limits.time = time
        let runner = EvidenceRunner(runner: BubblewrapRunner(), policy: policy, logs: export.logs)
        return try await runner.run(line, commit: "0123", label: "check-1", directory: directory, report: report)
    }

    @Test func `python's tests are run, counted and named`() async throws {
        let files = [
            "test_it.py": "import unittest\nclass T(unittest.TestCase):\n    def test_a(self): pass\n    def test_b(self): self.fail('no')\n"
        ]
        try await Export.with(files) { export in
            let evidence = try await run("python3 -m unittest", in: export)
            #expect(evidence.verdict == .failed)
            #expect(evidence.ending == .exited(1))
            #expect(evidence.tests?.sentence == "1 of 2 tests failed")
            #expect(evidence.tests?.failures.count == 1)
            #expect(evidence.findings.first?.message.contains("AssertionError: no") == true)
        }
    }

    @Test func `the record says what was run, where, how long, and what it printed`() async throws {
        try await Export.with(["sub/x": ""]) { export in
            let evidence = try await run("pwd; ls", in: export, directory: "sub")
            #expect(evidence.verdict == .passed)
            #expect(evidence.excerpt == "\(SandboxPolicy.guestWorktree)/sub\nx")
            #expect(evidence.outputDigest == ContentHash(of: "\(SandboxPolicy.guestWorktree)/sub\nx\n".utf8).description)
            #expect(try text(export.logs.appending("check-1.log")) == "\(SandboxPolicy.guestWorktree)/sub\nx\n")
            #expect(evidence.log == export.logs.appending("check-1.log").string)
            #expect(evidence.milliseconds > 0)
            #expect(evidence.commit == "0123")
        }
    }

    @Test func `later commands see what earlier ones wrote`() async throws {
        try await Export.with { export in
            let first = try await run("touch built", in: export)
            let second = try await run("test -f built", in: export)
            #expect([first.verdict, second.verdict] == [.passed, .passed])
        }
    }

    @Test func `a command that is not there could not be checked`() async throws {
        try await Export.with { export in
            let evidence = try await run("no-such-program --all", in: export)
            #expect(evidence.verdict == .couldNotBeChecked)
            #expect(evidence.cause == .missingProgram)
            #expect(!evidence.isForCoder)
            #expect(evidence.reason?.contains("no-such-program") == true)
        }
    }

    @Test func `a command that hangs has failed in its time`() async throws {
        try await Export.with { export in
            let evidence = try await run("echo begun; sleep 1000", in: export, time: .seconds(1))
            #expect(evidence.verdict == .failed)
            #expect(evidence.isDeadline)
            #expect(evidence.reason == "It did not end within 1 s.")
            #expect(evidence.excerpt == "begun")
        }
    }

    @Test func `a summary after a flood of output is still read`() async throws {
        try await Export.with { export in
            let evidence = try await run("seq 1 200000; echo '2 failed, 3 passed in 1.0s'; seq 1 50000; exit 1", in: export)
            #expect(evidence.tests?.sentence == "2 of 5 tests failed")
            #expect(evidence.excerpt.utf8.count <= Evidence.excerptBytes)
            #expect(evidence.excerpt.hasSuffix("\n50000"))
        }
    }

    @Test func `a report is read below the export, and not through a link`() async throws {
        try await Export.with { export in
            try write(["outside.xml": "<testsuite><testcase name='x'/></testsuite>"], below: export.root)
            let inside = try await run(
                "mkdir out; echo \"<testsuite><testcase name='a'/><testcase name='b'/></testsuite>\" > out/j.xml", in: export, report: "out/j.xml")
            #expect(inside.tests?.sentence == "2 tests passed")
            let link = try await run("ln -s ../outside.xml j.xml", in: export, report: "j.xml")
            #expect(link.tests == nil)
            let above = try await run("true", in: export, report: "../outside.xml")
            #expect(above.tests == nil)
        }
    }

    @Test func `where nothing can be run it throws, and says no verdict`() async throws {
        try await Export.with { export in
            let broken = ScriptedRunner { _, _ in throw SandboxError(.unavailable, "No bubblewrap.", remedy: "Install it.") }
            await #expect(throws: SandboxError.self) {
                try await EvidenceRunner(runner: broken, policy: export.policy, logs: export.logs).run("true", commit: "0", label: "a")
            }
        }
    }

    @Test func `the environment's digest changes with what can change a result`() async throws {
        try await Export.with { export in
            var other = export.policy
            #expect(other.environmentDigest == export.policy.environmentDigest)
            other.worktree = "/elsewhere"
            #expect(other.environmentDigest == export.policy.environmentDigest)
            other.environment["CI"] = "0"
            #expect(other.environmentDigest != export.policy.environmentDigest)
            var third = export.policy
            third.toolchains = ["/opt/x"]
            #expect(third.environmentDigest != export.policy.environmentDigest)
        }
    }
}
