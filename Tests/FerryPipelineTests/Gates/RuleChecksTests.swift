internal import FerryModel
internal import FerrySandbox
internal import Testing

@testable internal import FerryPipeline

@Suite(.timeLimit(.minutes(1))) struct RuleChecksTests {
    private static let change = ProposedChange([
        "src/a.py": ("a\n", "print('x')\n"), "src/new name.py": (nil, "ok\n"), "docs/b.md": ("a\n", "b\n"), "src/gone.py": ("a\n", nil),
    ])

    private func outcome(
        _ script: String, change: ProposedChange = change, severity: Finding.Severity = .error, appliesTo: [PathPattern] = [],
        timeout: Duration = .seconds(20)
    ) async throws -> RuleOutcome {
        try await Export.with(["src/a.py": "print('x')\n", "src/new name.py": "ok\n", "docs/b.md": "b\n"]) { export in
            let rule = ExecutableRule(name: "no-print", script: script, line: 7, timeout: timeout, severity: severity, appliesTo: appliesTo)
            return try await RuleChecks(runner: BubblewrapRunner(), policy: export.policy).run(rule, base: "b4se", head: "he4d", change: change)
        }
    }

    @Test func `a check gets base, head and the changed files that are still there`() async throws {
        let script = "[ $FERRY_BASE-$FERRY_HEAD = b4se-he4d ] || exit 2; sed 's/$/:1: note: listed/' \"$FERRY_CHANGED\"; exit 1"
        let outcome = try await outcome(script)
        #expect(outcome.verdict == .found)
        #expect(outcome.findings.map(\.location) == ["src/a.py:1", "src/new name.py:1", "docs/b.md:1"])
        #expect(outcome.findings.allSatisfy { $0.rule == "no-print" && $0.severity == .note && $0.message == "listed" })
    }

    @Test func `a rule sees only the paths that it applies to, and rests where there are none`() async throws {
        let script = "sed 's/$/:1: note: x/' \"$FERRY_CHANGED\"; exit 1"
        #expect(try await outcome(script, appliesTo: patterns("docs/")).findings.map(\.path) == ["docs/b.md"])
        #expect(try await outcome(script, appliesTo: patterns("tests/")).verdict == .notApplicable)
    }

    @Test func `a real check finds what it looks for, and passes without it`() async throws {
        let script =
            "if grep -nE '^print' $(grep '\\.py$' \"$FERRY_CHANGED\" | head -1) /dev/null | sed 's/:[^:]*$/: error: print is not allowed/'; then exit 1; fi"
        #expect(try await outcome(script).findings.map { "\($0.location) \($0.severity) \($0.message)" } == ["src/a.py:1 error print is not allowed"])
        #expect(try await outcome("grep -q nothing docs/b.md || exit 0").verdict == .passed)
    }

    @Test func `a check cannot change the export`() async throws {
        let outcome = try await outcome("echo x > src/a.py && exit 0; exit 3")
        #expect(outcome.couldNotBeChecked?.hasPrefix("it ended with 3") == true)
    }

    @Test(arguments: [
        ("exit 1", "it ended with 1, which means findings, but printed none."), ("echo oh; exit 2", "it ended with 2. It said: oh"),
        ("no-such-program", "it ended with 127. It said: /bin/sh: 1: no-such-program: not found"), ("kill -9 $$", "it was killed by signal 9."),
        ("sleep 100", "it did not end within 1 s."),
    ]) func `what is neither a pass nor a finding could not be checked, and says why`(script: String, reason: String) async throws {
        let outcome = try await outcome(script, timeout: .seconds(script == "sleep 100" ? 1 : 20))
        #expect(outcome.couldNotBeChecked == reason)
        #expect(outcome.findings.count == 1)
        #expect(outcome.findings.first?.remedy.contains("line 7") == true)
    }

    @Test func `a path that would forge a line of the list stops the rule`() async throws {
        let change = ProposedChange(["a\nb.py": (nil, "x\n")])
        #expect(try await outcome("exit 0", change: change).couldNotBeChecked == "the path `a\\nb.py` holds a line break and cannot be listed.")
    }
}

@Suite(.timeLimit(.minutes(1))) struct RuleOutputTests {
    private func findings(_ text: String, severity: Finding.Severity = .error) -> [Finding] {
        RuleOutput(PlainOutput(Array(text.utf8)), rule: ExecutableRule(name: "r", script: "", severity: severity)).findings
    }

    @Test(arguments: [
        ("a.py:3: error: bad: very", "a.py:3 error bad: very"), ("a.py:3:14: warning: bad", "a.py:3 warning bad"),
        ("a.py: note: bad", "a.py note bad"),
        ("a.py:3: bad", "a.py:3 error bad"), ("./a.py:3: ERROR: bad", "a.py:3 error bad"), ("/work/src/a.py:3: error: bad", "src/a.py:3 error bad"),
        ("with space/a.py:3: error:bad", "with space/a.py:3 error bad"), ("a.py:3: error:", "a.py:3 error The rule is broken here."),
    ]) func `a line is a finding`(line: String, expected: String) {
        #expect(findings(line).map { "\($0.location) \($0.severity) \($0.message)" } == [expected])
    }

    @Test func `lines that are no findings are passed over where there are findings`() {
        #expect(findings("Looking at 3 files\nhttp://x.org: see there\na.py:1: error: x\nDone: 1 problem\n").map(\.location) == ["a.py:1"])
    }

    @Test func `output of another form becomes one finding`() {
        #expect(findings("It is wrong.\nAll of it.\n").map(\.message) == ["It is wrong.\nAll of it."])
    }

    @Test func `a path outside the repository is none`() {
        #expect(findings("../x.py:1: error: a\n/etc/passwd:1: error: b\nok.py:1: error: c\n").map(\.path) == ["ok.py"])
    }

    @Test func `the rule's severity is the most that a line may have`() {
        #expect(findings("a:1: error: x\na:2: note: x\na:3: x\n", severity: .warning).map(\.severity) == [.warning, .note, .warning])
    }

    @Test func `a flood is cut and counted, a long message cut`() {
        let many = findings((1...150).map { "a.py:\($0): error: " + String(repeating: "x", count: 900) }.joined(separator: "\n"))
        #expect(many.count == 101)
        #expect(many.last?.message == "50 more findings of this rule are not listed.")
        #expect(many.first?.message.count == 500)
    }

    @Test func `escape sequences do not reach a note`() {
        #expect(findings("a.py:1: error: \u{1B}[31mred\u{1B}[0m\u{07}\n").map(\.message) == ["red"])
    }
}
