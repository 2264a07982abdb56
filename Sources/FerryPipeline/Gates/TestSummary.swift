/// What a test runner said about its run.
package struct TestSummary: Hashable, Sendable, Codable {
    package enum Runner: String, Hashable, Sendable, Codable, CaseIterable {
        case pytest, unittest, swift, cargo, go, tap, jest, vitest, mocha, junit
    }

    package var runner: Runner
    /// What is counted: `tests`, or `packages` where the runner does not count tests (`go test` without `-v`).
    package var unit: String
    package var passed: Int
    /// Failed and broken ones.
    package var failed: Int
    /// Not run on purpose; expected failures too.
    package var skipped: Int
    /// Names of the failed ones, at most `mostNames`.
    package var failures: [String]

    /// Failed ones that another runner counted in the same output; `nil` where there are none.
    package var failedElsewhere: Int?

    package static let mostNames = 1000

    package init(_ runner: Runner, unit: String = "tests", passed: Int, failed: Int, skipped: Int = 0, failures: [String] = []) {
        self.runner = runner
        self.unit = unit
        self.passed = passed
        self.failed = failed
        self.skipped = skipped
        var seen: Set<String> = []
        self.failures = Array(failures.filter { seen.insert($0).inserted }.prefix(Self.mostNames))
    }

    /// How many gave a result.
    package var ran: Int { passed + failed }

    /// `2 of 40 tests failed, 3 skipped`.
    package var sentence: String {
        let rest = skipped > 0 ? ", \(skipped) skipped" : ""
        if ran == 0 { return "no \(unit) ran" + rest }
        let counted = ran == 1 ? "1 \(unit.dropLast())" : "\(ran) \(unit)"
        return (failed > 0 ? "\(failed) of \(counted) failed" : "\(counted) passed") + rest
    }

    /// The failed ones that did not fail at the base, for telling a regression from a suite that was red before.
    package func newFailures(since base: TestSummary) -> [String] {
        let known = Set(base.failures)
        return failures.filter { !known.contains($0) }
    }
}
