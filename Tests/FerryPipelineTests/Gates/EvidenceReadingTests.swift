internal import FerryGit
internal import FerryModel
internal import FerrySandbox
internal import FerrySystem
internal import FerryTestSupport
internal import FerryVault
internal import Synchronization
internal import SystemPackage
internal import Testing

@testable internal import FerryPipeline

@Suite(.timeLimit(.minutes(1))) struct EvidenceReadingTests {
    private static let nothing = ProposedChange([])

    private func evidence(_ passed: Int, _ failures: [String] = [], skipped: Int = 0, counts: Bool = true, command: String = "make test") -> Evidence
    {
        let isPass = failures.isEmpty
        return Evidence(
            label: "check-1", command: command, directory: "", commit: "c", environment: "e", preset: "build", ending: .exited(isPass ? 0 : 1),
            milliseconds: 10, outputDigest: "d", outputBytes: 1, log: "/logs/check-1.log", excerpt: "",
            tests: counts ? TestSummary(.pytest, passed: passed, failed: failures.count, skipped: skipped, failures: failures) : nil,
            verdict: isPass ? .passed : .failed, cause: isPass ? nil : .exitStatus, reason: isPass ? nil : "It ended with 1.")
    }

    private func reading(_ base: Evidence?, _ head: Evidence, _ change: ProposedChange = nothing) -> EvidenceReading {
        EvidenceReading([head], base: base, change: change)
    }

    @Test func `a suite that is as red as before holds nobody up, and is said`() throws {
        let reading = reading(evidence(3, ["a", "b"]), evidence(4, ["a"]))
        #expect(reading.alreadyRed == ["check-1"])
        #expect(reading.findings.map(\.severity) == [.note])
        #expect(try #require(reading.findings.first).message.hasSuffix("fails as it did before any change, in nothing new: a."))
    }

    @Test func `a regression beside failures of before names only what is new`() throws {
        let reading = reading(evidence(3, ["old"]), evidence(3, ["old", "new"]))
        let finding = try #require(reading.findings.first)
        #expect(reading.alreadyRed.isEmpty)
        #expect(finding.severity == .error)
        #expect(finding.message.contains("Failed: new\n"))
        #expect(finding.message.contains("(Besides these, 1 tests fail that failed before any change too.)"))
    }

    @Test func `failures that no runner names cannot be told from those of before`() throws {
        let reading = reading(evidence(0, ["x"], counts: false), evidence(0, ["x"], counts: false))
        #expect(reading.alreadyRed.isEmpty)
        #expect(try #require(reading.findings.first).message.contains("the failures cannot be compared"))
        #expect(reading.findings.first?.severity == .error)
    }

    @Test func `a suite that was red is not held to be as red as before where that is not known`() throws {
        let many = (0..<TestSummary.mostNames + 1).map { "t\($0)" }
        #expect(reading(evidence(3, many), evidence(3, many)).alreadyRed.isEmpty, "later failures are not named")
        var twice = evidence(3, ["a"])
        twice.tests?.failed = 2
        #expect(reading(evidence(3, ["a"]), twice).alreadyRed.isEmpty, "one more fails, by a name that is known")
        var beside = evidence(3, ["a"])
        beside.tests?.failedElsewhere = 1
        #expect(reading(evidence(3, ["a"]), beside).alreadyRed.isEmpty, "another runner of the same command fails")
        var hung = evidence(3, ["a"])
        hung.cause = .deadline
        #expect(reading(evidence(3, ["a"]), hung).findings.first?.message.contains("It ended in another way than at the base.") == true)
    }

    @Test func `tests of a red suite that do not run any more are a finding`() {
        let reading = reading(evidence(40, ["a"]), evidence(0, ["a"]))
        #expect(reading.alreadyRed == ["check-1"])
        #expect(reading.findings.map { "\($0.rule) \($0.severity)" } == ["tests note", "fewer-tests warning"])
    }

    @Test func `another command has nothing to be compared with`() {
        #expect(reading(evidence(3, ["a"]), evidence(3, ["a"], command: "make lint")).findings.map(\.severity) == [.error])
    }

    @Test func `tests that ran before and do not run now are a finding`() {
        #expect(reading(evidence(40), evidence(40)).findings.isEmpty)
        #expect(reading(evidence(40), evidence(41)).findings.isEmpty)
        let fewer = reading(evidence(40), evidence(37, skipped: 3)).findings
        #expect(fewer.map(\.message) == ["3 fewer tests run than before the change, and 3 more are skipped (`make test`)."])
        #expect(fewer.map(\.severity) == [.warning])
        let none = reading(evidence(40), evidence(0, counts: false)).findings
        #expect(none.map { "\($0.rule) \($0.severity)" } == ["fewer-tests error"])
        #expect(none.first?.evidence == "before: 40 tests passed; now: no count")
    }

    @Test func `a flaky test is named, and is the coder's where the change touches it`() {
        var head = evidence(5)
        head.flaky = ["tests/test_a.py::test_waits", "tests/test_b.py::test_old"]
        head.firstLog = "/logs/first.log"
        let change = ProposedChange(["tests/test_a.py": (nil, "def test_waits():\n    assert f()\n")])
        let findings = reading(evidence(5), head, change).findings
        #expect(findings.map { "\($0.rule) \($0.severity)" } == ["flaky-tests warning", "flaky-tests note"])
        #expect(findings.map { $0.message.contains("test_waits") } == [true, false])
        #expect(head.summary.hasSuffix("5 tests passed Flaky, run twice: tests/test_a.py::test_waits, tests/test_b.py::test_old."))
    }
}

/// The second run of tests that failed, on an export that the first has not touched.
@Suite(.timeLimit(.minutes(1))) struct FlakyTestTests {
    private static let failing = "FAILED t.py::test_x - boom\n1 failed, 4 passed in 0.10s"
    private static let passing = "5 passed in 0.10s"

    /// What comes of it when the test command answers like this, one answer a run.
    private func evidence(_ answers: [String], commands: [String] = ["pytest"], base: Evidence? = nil) async throws -> (runs: Int, [Evidence]) {
        try await withScratch(["repo/a.txt": "a\n"]) { root in
            let repository = root.appending("repo")
            try await GitRepository.create(at: repository, branch: try #require(BranchName("main")), author: "You", message: "first")
            let git = try await GitRepository.open(path: repository, privateDirectory: root.appending("private"))
            let commit = try await git.baseTip(try #require(BranchName("main")))
            let workspace = RunWorkspace(folder: root.appending("work"), record: root.appending("record"))
            try workspace.prepare()
            let note = RepositoryNote(
                NoteBytes(Array("---\npath: \(repository)\ntest: pytest\n---\n".utf8)), path: "80_repositories/r.md",
                offLimits: OffLimits(home: root.appending("home"), vault: root.appending("vault"), ferry: []))
            let count = Mutex(0)
            let runner = ScriptedRunner { command, policy in
                let run = count.withLock {
                    $0 += 1
                    return $0
                }
                let left = policy.worktree.appending("left-behind")
                #expect(try FileStatus.ifPresent(left) == nil || command.arguments.last != "pytest")
                try FileContents.write([], to: left)
                let answer = answers[min(run, answers.count) - 1]
                return CommandResult(.exited(answer.contains("failed") ? 1 : 0), answer)
            }
            let export = CleanExport(
                workspace: workspace, git: git, runner: runner, repository: note, base: { commit }, forbidden: [],
                network: RepositoryNetwork(of: note, notePath: "80_repositories/r.md", folder: root) { _ in },
                cache: RepositoryCache(folder: root.appending("cache"), runner: runner))
            let result = try await export.run(commands, on: commit, label: "check", before: base)
            return (count.withLock { $0 }, result)
        }
    }

    @Test func `a test that fails and then passes on a fresh export is flaky, and passes`() async throws {
        let (runs, result) = try await evidence([Self.failing, Self.passing])
        #expect(runs == 2)
        #expect(result.map(\.verdict) == [.passed])
        #expect(result.first?.flaky == ["t.py::test_x"])
        #expect(result.first?.firstLog?.hasSuffix("check-1.log") == true)
        #expect(result.first?.log?.hasSuffix("check-again-1.log") == true)
    }

    @Test func `what follows the flaky command is run as well`() async throws {
        let (runs, result) = try await evidence([Self.failing, Self.passing, "ok"], commands: ["pytest", "make lint"])
        #expect(runs == 3)
        #expect(result.map(\.command) == ["pytest", "make lint"])
        #expect(result.map(\.verdict) == [.passed, .passed])
    }

    @Test func `a test that fails twice is broken`() async throws {
        let other = "FAILED t.py::test_x - boom\nFAILED t.py::test_y - boom\n2 failed, 3 passed in 0.10s"
        let (runs, result) = try await evidence([Self.failing, other])
        #expect(runs == 2)
        #expect(result.map(\.verdict) == [.failed])
        #expect(result.first?.tests?.failures == ["t.py::test_x"])
        #expect(result.first?.flaky == ["t.py::test_y"])
    }

    @Test func `what fails wholesale, or as it did before, is not run twice`() async throws {
        #expect(try await evidence(["11 failed, 1 passed in 0.10s"]).runs == 1)
        #expect(try await evidence(["error: does not compile, the build failed"]).runs == 1)
        let base = try #require(try await evidence([Self.failing]).1.first)
        let (runs, result) = try await evidence([Self.failing, "ok"], commands: ["pytest", "make lint"], base: base)
        #expect(runs == 2)
        #expect(result.map(\.verdict) == [.failed, .passed])
    }

    @Test func `a report that was committed and not written anew says nothing`() async throws {
        let report = "<testsuite><testcase name=\"a\"/></testsuite>"
        try await Export.with(["junit.xml": report]) { export in
            let runner = EvidenceRunner(runner: BubblewrapRunner(), policy: export.policy, logs: export.logs)
            let stale = try await runner.run("true", commit: "c", label: "stale", report: "junit.xml")
            #expect(stale.tests == nil)
            let fresh = try await runner.run("echo '\(report)<!-- -->' > junit.xml", commit: "c", label: "fresh", report: "junit.xml")
            #expect(fresh.tests?.runner == .junit)
            #expect(fresh.policy?.hasPrefix("worktree read-write, ") == true)
        }
    }
}
