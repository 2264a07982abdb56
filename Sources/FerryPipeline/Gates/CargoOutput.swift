/// `cargo test`: one `test result:` line for each test binary, added up.
struct CargoOutput: TestOutputParser {
    let runner = TestSummary.Runner.cargo
    let commands = ["cargo test", "cargo t "]

    func summary(of lines: [String]) -> TestSummary? {
        let results = lines.filter { $0.hasPrefix("test result: ") }.map(\.countedWords)
        guard !results.isEmpty else { return nil }
        let sum = { (word: String) in results.reduce(0) { $0 + $1[word, default: 0] } }
        let names = lines.compactMap { line -> String? in
            line.hasPrefix("test ") && line.hasSuffix(" ... FAILED") ? String(line.dropFirst(5).dropLast(11)) : nil
        }
        return TestSummary(runner, passed: sum("passed"), failed: sum("failed"), skipped: sum("ignored"), failures: names)
    }
}
