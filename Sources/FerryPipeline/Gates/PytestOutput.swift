/// pytest's last line (`2 failed, 2 passed, 1 skipped in 0.83s`, with or without `=` around) and its short summary.
struct PytestOutput: TestOutputParser {
    let runner = TestSummary.Runner.pytest
    let commands = ["pytest", "py.test"]

    func summary(of lines: [String]) -> TestSummary? {
        guard let last = lines.lastIndex(where: Self.isSummary) else { return nil }
        let counts = lines[last].countedWords
        let passed = counts["passed", default: 0] + counts["xpassed", default: 0]
        let errors = counts["error", default: 0] + counts["errors", default: 0]
        let skipped = counts["skipped", default: 0] + counts["xfailed", default: 0]
        let names = lines[..<last].compactMap { line -> String? in
            guard let mark = ["FAILED ", "ERROR "].first(where: line.hasPrefix) else { return nil }
            let rest = line.dropFirst(mark.count)
            let name = rest[..<Self.endOfName(rest)]
            return name.contains(".py") || name.contains("::") ? String(name) : nil
        }
        return TestSummary(runner, passed: passed, failed: counts["failed", default: 0] + errors, skipped: skipped, failures: names)
    }

    /// The reason begins after ` - `, which parameters in `[…]` may hold as well.
    private static func endOfName(_ line: Substring) -> Substring.Index {
        guard let dash = line.firstRange(of: " - ") else { return line.endIndex }
        guard line[..<dash.lowerBound].contains("["), !line[..<dash.lowerBound].hasSuffix("]") else { return dash.lowerBound }
        return line.firstRange(of: "] - ").map { line.index(after: $0.lowerBound) } ?? (line.hasSuffix("]") ? line.endIndex : dash.lowerBound)
    }

    /// Ends in `in 0.83s` (`in 65.00s (0:01:05)` when long), and counts something or says that nothing ran.
    private static func isSummary(_ line: String) -> Bool {
        let words = line.split { $0 == " " || $0 == "=" }
        guard let position = words.lastIndex(of: "in"), position + 1 < words.count, words[position + 1].hasSuffix("s"),
            Double(words[position + 1].dropLast()) != nil
        else { return false }
        let what = words[..<position]
        if what.elementsEqual(["no", "tests", "ran"]) { return true }
        let known: Set<String> = [
            "passed", "failed", "error", "errors", "skipped", "xfailed", "xpassed", "deselected", "warning", "warnings", "rerun", "subtests",
        ]
        return what.count >= 2 && what[what.startIndex].testCount != nil && known.contains(what[what.startIndex + 1].filter { $0 != "," })
    }
}
