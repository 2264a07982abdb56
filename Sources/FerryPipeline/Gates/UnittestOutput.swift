/// Python's unittest: `Ran 6 tests in 0.001s`, then `OK` or `FAILED (failures=2, errors=1, skipped=1)`.
struct UnittestOutput: TestOutputParser {
    let runner = TestSummary.Runner.unittest
    let commands = ["unittest"]

    func summary(of lines: [String]) -> TestSummary? {
        guard let last = lines.lastIndex(where: { $0.hasPrefix("Ran ") && $0.contains(" test") && $0.contains(" in ") }),
            let ran = lines[last].number(after: "Ran "),
            // Python 3.12 says `NO TESTS RAN` where nothing was found.
            let verdict = lines[last...].first(where: { $0.hasPrefix("OK") || $0.hasPrefix("FAILED") || $0.hasPrefix("NO TESTS RAN") })
        else { return nil }
        let counts = Self.counts(verdict)
        let failed = counts["failures", default: 0] + counts["errors", default: 0] + counts["unexpected successes", default: 0]
        let skipped = counts["skipped", default: 0] + counts["expected failures", default: 0]
        let names = lines[..<last].compactMap { line -> String? in
            ["FAIL: ", "ERROR: "].first(where: line.hasPrefix).map { String(line.dropFirst($0.count)) }
        }
        return TestSummary(runner, passed: max(0, ran - failed - skipped), failed: failed, skipped: skipped, failures: names)
    }

    private static func counts(_ verdict: String) -> [String: Int] {
        guard let open = verdict.firstIndex(of: "("), let close = verdict.lastIndex(of: ")") else { return [:] }
        let pairs = verdict[verdict.index(after: open)..<close].split(separator: ",").compactMap { pair -> (String, Int)? in
            let sides = pair.split(separator: "=")
            guard sides.count == 2, let count = sides[1].testCount else { return nil }
            return (String(sides[0].withoutIndent), count)
        }
        return Dictionary(pairs, uniquingKeysWith: +)
    }
}
