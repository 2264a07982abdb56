internal import FerryModel
internal import FerrySandbox
internal import FerrySystem
internal import Foundation
internal import Testing

@testable internal import FerryPipeline

/// What a finished command proves, decided without running one.
@Suite(.timeLimit(.minutes(1))) struct EvidenceVerdictTests {
    private func verdict(_ ending: CommandResult.Ending, _ text: String = "", command: String = "make test") -> EvidenceVerdict {
        let output = PlainOutput(Array(text.utf8))
        return EvidenceVerdict(ending, output: output, tests: TestOutput.summary(of: output, command: command), limit: .seconds(90))
    }

    @Test func `zero is a pass, and so are tests that ran and passed`() {
        #expect(verdict(.exited(0)).verdict == .passed)
        #expect(verdict(.exited(0), "3 passed in 0.1s").verdict == .passed)
    }

    @Test(arguments: [
        "no tests ran in 0.74s", "2 skipped in 0.1s", "Ran 0 tests in 0.000s\n\nOK",
        "test result: ok. 0 passed; 0 failed; 0 ignored; 0 measured; 3 filtered out",
    ]) func `a suite that ran nothing is no pass`(text: String) {
        #expect(verdict(.exited(0), text).verdict == .couldNotBeChecked)
        #expect(verdict(.exited(0), text).cause == .nothingRan)
    }

    @Test func `a run that hides its failures behind zero has failed`() {
        #expect(verdict(.exited(0), "1 failed, 2 passed in 0.1s").verdict == .failed)
        #expect(verdict(.exited(0), "1 failed, 2 passed in 0.1s").cause == .contradiction)
    }

    @Test(arguments: [
        (127, "sh: 1: jest: not found"), (126, "sh: 1: ./test: Permission denied"), (1, "/usr/bin/python3: No module named pytest"),
        (2, "make: nope: No such file or directory\nmake: *** [Makefile:2: test] Error 127"), (2, "make: *** No rule to make target 'test'.  Stop."),
        (2, "sh: 0: cannot open check.sh: No such file"), (2, "make[1]: *** [Makefile:2: test] Error 127\nmake: *** [all] Error 2"),
        (1, "npm error Missing script: \"test\"\nnpm error"),
        (101, "error: no such command: `nextest`"),
    ]) func `a program that is missing could not be checked`(status: Int32, text: String) {
        #expect(verdict(.exited(status), text).verdict == .couldNotBeChecked)
        #expect(verdict(.exited(status), text).cause == .missingProgram)
    }

    @Test(arguments: [
        "make: 'test' is up to date.", "make: Nothing to be done for 'test'.", "make[1]: Entering directory '/work'\nmake[1]: 'test' is up to date.",
        "No tests found, exiting with code 0",
    ]) func `a success in which nothing ran could not be checked`(text: String) {
        #expect(verdict(.exited(0), text).verdict == .couldNotBeChecked)
        #expect(verdict(.exited(0), text).cause == .nothingRan)
    }

    @Test func `a make that had something to do is no empty one`() {
        #expect(verdict(.exited(0), "cc -o test test.c\nmake: Nothing to be done for 'all'.").verdict == .passed)
    }

    @Test func `failed tests, a hang, a kill and too much memory are failures that say so`() {
        #expect(verdict(.exited(1), "1 failed, 2 passed in 0.1s").reason == "It ended with 1: 1 of 3 tests failed.")
        #expect(verdict(.exited(2), "Ran 3 tests in 0.1s\n\nOK").reason == "It ended with 2; 3 tests passed.")
        #expect(verdict(.deadline).reason == "It did not end within 90 s.")
        #expect(verdict(.signalled(9)).reason == "It was killed by signal 9, perhaps because memory ran out.")
        #expect(verdict(.memoryLimit).verdict == .failed)
        #expect(verdict(.diskLimit).verdict == .failed)
    }

    @Test func `an ending without a status of its own never passes`() {
        for ending in [CommandResult.Ending.deadline, .diskLimit, .memoryLimit, .signalled(15), .exited(1), .exited(255)] {
            #expect(verdict(ending, "8 passed in 0.1s").verdict != .passed)
        }
    }
}

@Suite(.timeLimit(.minutes(1))) struct EvidenceTests {
    private func evidence(_ verdict: Evidence.Verdict, _ tests: TestSummary? = nil, ending: EvidenceEnding = .exited(1), excerpt: String = "")
        -> Evidence
    {
        Evidence(
            label: "check-1", command: "make test", directory: "", commit: "c", environment: "e", preset: "build", ending: ending,
            milliseconds: 12_340,
            outputDigest: "d", outputBytes: 1, log: nil, excerpt: excerpt, tests: tests, verdict: verdict,
            cause: verdict == .passed ? nil : .exitStatus,
            reason: verdict == .passed ? nil : "It ended with 1.")
    }

    private func failing(_ names: String...) -> TestSummary { TestSummary(.pytest, passed: 3, failed: names.count, failures: names) }

    @Test func `the coder is told the command, the failed tests and the end of the output`() throws {
        let finding = try #require(evidence(.failed, failing("a::b", "a::c"), excerpt: "E  assert").findings.first)
        #expect(finding.rule == "tests")
        #expect(finding.severity == .error)
        #expect(finding.message == "`make test` failed (exit 1, 12.3 s). It ended with 1.\nFailed: a::b, a::c\nThe end of its output:\nE  assert")
        #expect(evidence(.passed).findings.isEmpty)
    }

    @Test func `one line says it all`() {
        #expect(TestSummary(.cargo, passed: 1, failed: 0, skipped: 2).sentence == "1 test passed, 2 skipped")
        #expect(evidence(.passed, failing(), ending: .exited(0)).summary == "passed: make test (exit 0, 12.3 s): 3 tests passed")
        #expect(evidence(.couldNotBeChecked).summary == "could not be checked: make test (exit 1, 12.3 s): It ended with 1.")
    }

    @Test func `evidence survives being stored`() throws {
        for ending in [EvidenceEnding.exited(3), .signalled(9), .deadline, .diskLimit, .memoryLimit] {
            let value = evidence(.failed, failing("a"), ending: ending)
            #expect(try JSONDecoder().decode(Evidence.self, from: JSONEncoder().encode(value)) == value)
        }
    }

    @Test func `a suite that was red before is told from a regression`() {
        let outcome = { (base: Evidence, head: Evidence) in EvidenceComparison(base: base, head: head).outcome }
        #expect(outcome(evidence(.failed, failing("a")), evidence(.passed)) == .passes)
        #expect(outcome(evidence(.passed), evidence(.failed, failing("a"))) == .regression(["a"]))
        #expect(outcome(evidence(.failed, failing("a", "b")), evidence(.failed, failing("b"))) == .alreadyRed)
        #expect(outcome(evidence(.failed, failing("a")), evidence(.failed, failing("a", "c"))) == .regression(["c"]))
        #expect(outcome(evidence(.failed), evidence(.failed)) == .unknown("It failed at the base too, and the failures cannot be compared."))
        #expect(
            outcome(evidence(.failed, failing("a")), evidence(.failed)) == .unknown("It failed at the base too, and the failures cannot be compared.")
        )
        #expect(outcome(evidence(.passed), evidence(.couldNotBeChecked)) == .unknown("It ended with 1."))
    }
}
