internal import Testing

@testable internal import FerryPipeline

/// Outputs as the real runners printed them (pytest 9.0, Python 3.11 and 3.12, Swift 6.3, cargo 1.95, Node 20), shortened.
/// Those of go 1.22, Jest 29, Vitest 1, Mocha 10 and plain TAP were written from their documentation; no such runner was at hand.
@Suite(.timeLimit(.minutes(1))) struct TestOutputTests {
    struct Output: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let command: String
        let text: String
        let summary: TestSummary?

        init(_ name: String, _ command: String, _ summary: TestSummary?, _ text: String) {
            testDescription = name
            self.command = command
            self.text = text
            self.summary = summary
        }
    }

    /// What code under test prints to bring down who reads it: numbers whose sum or difference is none.
    @Test(
        arguments: [
            "M passed, M failed in 1s", "M passed, 1 xpassed, 2 skipped, M xfailed in 1s", "Ran 1 test in 0.1s\n\nFAILED (failures=M, errors=M)",
            "Ran M tests in 0.1s\n\nFAILED (failures=M, errors=M, skipped=M)", "Tests: M failed, M passed, M total",
            "  M passing\n  M failing\n  M pending",
            "# tests M\n# pass M\n# fail M\n# cancelled M\n# skipped M\n# todo M",
            "test result: FAILED. M passed; M failed; M ignored; 0 measured; M filtered out",
            "Test run with M tests passed after 1 seconds.",
            "Executed M tests, with M tests skipped and M failures (0 unexpected) in 0.1 (0.1) seconds",
            "1..M\nok M - x\nnot ok M", " Tests  M failed | M passed | M skipped (M)", "M failed, M failed, M failed, M failed in 1s",
        ], ["9223372036854775807", "-9223372036854775808", "99999999999999999999999", "999999999", "+5", "٣"])
    func `numbers that code under test prints are no danger to who adds them`(text: String, number: String) {
        let text = text.replacing("M", with: number)
        for command in ["make test", "pytest", "npm test", "swift test", "cargo test"] {
            guard let summary = TestOutput.summary(of: PlainOutput(text.utf8), command: command) else { continue }
            #expect(summary.ran >= 0 && summary.skipped >= 0 && summary.ran < 1 << 40, "\(summary)")
            #expect(!summary.sentence.isEmpty)
        }
    }

    static let outputs: [Output] = python + swift + others + javaScript

    static let python: [Output] = [
        Output(
            "pytest with failures", "python3 -m pytest -q",
            TestSummary(
                .pytest, passed: 2, failed: 3, skipped: 2,
                failures: ["test_a.py::test_bad", "test_a.py::test_p[2 - x]", "test_a.py::TestC::test_err"]),
            """
            .Fs.FxE                                                                  [100%]
            =================================== FAILURES ===================================
            E       assert 1 == 2
            =========================== short test summary info ============================
            FAILED test_a.py::test_bad - assert 1 == 2
            FAILED test_a.py::test_p[2 - x] - assert 2 == 1
            ERROR test_a.py::TestC::test_err
            2 failed, 2 passed, 1 skipped, 1 xfailed, 1 error in 0.83s
            """),
        Output(
            "pytest, all well", "pytest", TestSummary(.pytest, passed: 40, failed: 0),
            "....\n============================= 40 passed, 2 warnings in 65.12s (0:01:05) ======"),
        Output("pytest that found nothing", "python3 -m pytest -q", TestSummary(.pytest, passed: 0, failed: 0), "\nno tests ran in 0.74s\n"),
        Output("pytest that deselected all", "pytest -k no", TestSummary(.pytest, passed: 0, failed: 0), "3 deselected in 0.01s\n"),
        Output(
            "pytest that could not collect", "make test", TestSummary(.pytest, passed: 0, failed: 1, failures: ["test_i.py"]),
            "E   ModuleNotFoundError: No module named 'nope'\nERROR test_i.py\n!!!!! Interrupted: 1 error during collection !!!!!\n1 error in 0.84s\n"
        ),
        Output(
            "unittest with failures", "python3 -m unittest",
            TestSummary(
                .unittest, passed: 1, failed: 3, skipped: 2,
                failures: ["test_c (test_u.T.test_c)", "test_b (test_u.T.test_b)", "test_sub (test_u.T.test_sub) (i=1)"]),
            """
            .FEsxF
            ======================================================================
            ERROR: test_c (test_u.T.test_c)
            ----------------------------------------------------------------------
            ValueError: x
            FAIL: test_b (test_u.T.test_b)
            FAIL: test_sub (test_u.T.test_sub) (i=1)
            ----------------------------------------------------------------------
            Ran 6 tests in 0.001s

            FAILED (failures=2, errors=1, skipped=1, expected failures=1)
            """),
        Output(
            "unittest, all well", "python3 -m unittest", TestSummary(.unittest, passed: 1, failed: 0, skipped: 2),
            "Ran 3 tests in 0.000s\n\nOK (skipped=1, expected failures=1)\n"),
        Output("unittest that found nothing", "python3 -m unittest", TestSummary(.unittest, passed: 0, failed: 0), "Ran 0 tests in 0.000s\n\nOK\n"),
        Output(
            "the same since Python 3.12", "python3 -m unittest", TestSummary(.unittest, passed: 0, failed: 0),
            "Ran 0 tests in 0.000s\n\nNO TESTS RAN\n"),
    ]

    static let swift: [Output] = [
        Output(
            "swift test with both libraries", "swift test",
            TestSummary(.swift, passed: 2, failed: 4, skipped: 2, failures: ["ATests.testBad", "a sentence that fails", "arg(_:)", "named one"]),
            """
            Test Case 'ATests.testBad' started at 2026-11-21 07:27:39.192
            a.swift:6: error: ATests.testBad : XCTAssertEqual failed: ("1") is not equal to ("2") -
            Test Case 'ATests.testBad' failed (0.001 seconds)
            Test Case 'ATests.testOk' passed (0.101 seconds)
            Test Case 'ATests.testSkip' skipped (0.0 seconds)
            \t Executed 3 tests, with 1 test skipped and 1 failure (0 unexpected) in 0.102 (0.102) seconds
            Test Suite 'All tests' failed at 2026-11-21 07:27:39.294
            \t Executed 3 tests, with 1 test skipped and 1 failure (0 unexpected) in 0.102 (0.102) seconds
            ◇ Test run started.
            ➜ Test off() skipped: "later"
            ✘ Test arg(_:) recorded an issue with 1 argument x → 2 at a.swift:14:49: Expectation failed: (f() → 1) == (x → 2)
            ✘ Test "a sentence that fails" failed after 0.001 seconds with 1 issue.
            ✘ Test arg(_:) with 2 test cases failed after 0.001 seconds with 1 issue.
            ✔ Test good() passed after 0.001 seconds.
            ✘ Test "named one" failed after 0.001 seconds with 1 issue.
            ✘ Suite S failed after 0.001 seconds with 3 issues.
            ✘ Test run with 5 tests in 1 suite failed after 0.002 seconds with 3 issues.
            """),
        Output(
            "swift test, all well", "swift test --parallel", TestSummary(.swift, passed: 23, failed: 0),
            "\t Executed 0 tests, with 0 failures (0 unexpected) in 0.000 (0.000) seconds\n✔ Test run with 23 tests in 4 suites passed after 0.229 seconds.\n"
        ),
        Output(
            "swift test that found nothing", "swift test", TestSummary(.swift, passed: 0, failed: 0),
            "\t Executed 0 tests, with 0 failures (0 unexpected) in 0.000 (0.000) seconds\n✔ Test run with 0 tests in 0 suites passed after 0.001 seconds.\n"
        ),
        Output("swift that does not compile", "swift test", nil, "a.swift:1:1: error: cannot find 'x' in scope\nerror: fatalError\n"),
    ]

    static let others: [Output] = [
        Output(
            "cargo with a failure", "cargo test", TestSummary(.cargo, passed: 2, failed: 1, skipped: 1, failures: ["tests::bad"]),
            """
            running 3 tests
            test tests::ign ... ignored
            test tests::ok ... ok
            test tests::bad ... FAILED
            failures:
                tests::bad
            test result: FAILED. 1 passed; 1 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.19s
               Doc-tests ca
            test result: ok. 1 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s
            """),
        Output(
            "cargo that found nothing", "cargo test", TestSummary(.cargo, passed: 0, failed: 0),
            "running 0 tests\n\ntest result: ok. 0 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s\n"),
        Output(
            "go by packages", "go test ./...",
            TestSummary(.go, unit: "packages", passed: 1, failed: 2, failures: ["TestBad", "TestBad/sub", "example.com/broken"]),
            """
            ok  \texample.com/a\t0.005s
            --- FAIL: TestBad (0.00s)
                --- FAIL: TestBad/sub (0.00s)
                    a_test.go:9: no
            FAIL
            FAIL\texample.com/b\t0.004s
            ?   \texample.com/c\t[no test files]
            # example.com/broken
            broken.go:3:2: undefined: x
            FAIL\texample.com/broken [build failed]
            FAIL
            """),
        Output(
            "go by tests", "go test -v ./...", TestSummary(.go, passed: 2, failed: 1, skipped: 1, failures: ["TestC"]),
            "=== RUN   TestA\n--- PASS: TestA (0.00s)\n--- PASS: TestB (0.00s)\n--- SKIP: TestD (0.00s)\n--- FAIL: TestC (0.00s)\nFAIL\nFAIL\texample.com/b\t0.004s\n"
        ),
        Output(
            "go that found nothing", "go test ./...", TestSummary(.go, unit: "packages", passed: 0, failed: 0),
            "?   \texample.com/c\t[no test files]\nok  \texample.com/a\t0.005s [no tests to run]\n"),
        Output(
            "TAP of another producer", "prove -v", TestSummary(.tap, passed: 1, failed: 1, skipped: 2, failures: ["b"]),
            "1..4\nok 1 - a\nnot ok 2 - b\nok 3 - c # SKIP no network\nnot ok 4 - d # TODO later\n"),
        Output("no runner at all", "./check.sh", nil, "everything is fine\n3 files in 2 folders\n"),
    ]

    static let javaScript: [Output] = [
        Output(
            "node as TAP", "node --test",
            TestSummary(.tap, passed: 2, failed: 3, skipped: 2, failures: ["fails # here", "inner bad", "outer"]),
            """
            TAP version 13
            # Subtest: adds
            ok 1 - adds
            not ok 2 - fails \\# here
            ok 3 - later # SKIP
            ok 4 - todo # TODO
                ok 1 - inner ok
                not ok 2 - inner bad
                1..2
            not ok 5 - outer
            1..5
            # tests 7
            # suites 0
            # pass 2
            # fail 3
            # cancelled 0
            # skipped 1
            # todo 1
            # duration_ms 155.892011
            """),
        Output(
            "node for a terminal, by npm", "npm test", TestSummary(.tap, passed: 2, failed: 1, failures: ["fails # here"]),
            "✔ adds (1.63ms)\n✖ fails # here (1.588148ms)\n  AssertionError\nℹ tests 3\nℹ suites 0\nℹ pass 2\nℹ fail 1\nℹ cancelled 0\nℹ skipped 0\nℹ todo 0\nℹ duration_ms 135.7\n\n✖ failing tests:\n\n✖ fails # here (1.588148ms)\n"
        ),
        Output(
            "node that found nothing", "node --test", TestSummary(.tap, passed: 0, failed: 0),
            "TAP version 13\n1..0\n# tests 0\n# suites 0\n# pass 0\n# fail 0\n# cancelled 0\n# skipped 0\n# todo 0\n# duration_ms 5.9\n"),
        Output(
            "Jest", "npm test", TestSummary(.jest, passed: 2, failed: 1, skipped: 1, failures: ["sum › adds"]),
            "FAIL ./sum.test.js\n  ● sum › adds\n\n    expect(received).toBe(expected)\n\nTest Suites: 1 failed, 1 total\nTests:       1 failed, 1 skipped, 2 passed, 4 total\nSnapshots:   0 total\nTime:        0.5 s\n"
        ),
        Output(
            "Vitest", "npx vitest run", TestSummary(.vitest, passed: 2, failed: 1, failures: ["src/a.test.ts > sum > adds"]),
            " ❯ src/a.test.ts (3)\n FAIL  src/a.test.ts > sum > adds\nAssertionError: expected 1 to be 2\n\n Test Files  1 failed (1)\n      Tests  1 failed | 2 passed (3)\n   Start at  10:00:00\n"
        ),
        Output(
            "Mocha", "npm test", TestSummary(.mocha, passed: 2, failed: 1, skipped: 1, failures: ["sum adds:"]),
            "  sum\n    ✓ zero\n    1) adds\n\n  2 passing (5ms)\n  1 pending\n  1 failing\n\n  1) sum adds:\n     AssertionError\n"),
    ]

    @Test(arguments: outputs) func `a runner's summary is read`(_ output: Output) {
        #expect(TestOutput.summary(of: PlainOutput(Array(output.text.utf8)), command: output.command) == output.summary)
    }

    @Test(arguments: outputs) func `colours and carriage returns make no difference`(_ output: Output) {
        let coloured = output.text.split(separator: "\n", omittingEmptySubsequences: false).map { "\u{1B}[31m\($0)\u{1B}[0m" }.joined(
            separator: "\r\n")
        #expect(TestOutput.summary(of: PlainOutput(Array(coloured.utf8)), command: output.command) == output.summary)
    }

    @Test func `the last summary counts, since tests print what other runs printed`() {
        let text = "captured: \n2 failed, 1 passed in 0.10s\n........\n8 passed in 1.20s\n"
        #expect(TestOutput.summary(of: PlainOutput(Array(text.utf8)), command: "pytest")?.sentence == "8 tests passed")
    }

    @Test func `what another runner failed in the same output is counted beside`() {
        let text = "1 failed, 2 passed in 0.1s\n\nTest Suites: 1 failed, 1 total\nTests:       2 failed, 3 passed, 5 total\n"
        let summary = TestOutput.summary(of: PlainOutput(Array(text.utf8)), command: "make test")
        #expect(summary?.runner == .pytest)
        #expect(summary?.failedElsewhere == 2)
    }

    @Test func `a JUnit report is read without its entities being followed`() {
        let xml = """
            <?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>
            <testsuites><testsuite name="a" tests="4">
            <testcase classname="A" name="one"/><testcase classname="A" name="two &lt;x&gt;"><failure message="no">&e;</failure></testcase>
            <testcase name="three"><error/></testcase><testcase name="four"><skipped/></testcase>
            </testsuite></testsuites>
            """
        #expect(JUnitReport.summary(of: Array(xml.utf8)) == TestSummary(.junit, passed: 1, failed: 2, skipped: 1, failures: ["A.two <x>", "three"]))
        #expect(JUnitReport.summary(of: Array("<html></html>".utf8)) == nil)
    }

    @Test func `the excerpt is the end of the output in whole lines`() {
        let output = PlainOutput(Array("first\nsecond\nthird\n".utf8))
        #expect(output.tail(bytes: 13) == "second\nthird")
        #expect(output.tail(bytes: 12) == "third")
        #expect(PlainOutput(Array(String(repeating: "x", count: 100).utf8)).tail(bytes: 10) == "…xxxxxxx")
    }
}
