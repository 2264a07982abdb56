/// Jest's `Tests:       1 failed, 2 passed, 3 total`; failures are `● suite › name`.
struct JestOutput: TestOutputParser {
    let runner = TestSummary.Runner.jest
    let commands = ["jest"]

    func summary(of lines: [String]) -> TestSummary? {
        guard let line = lines.last(where: { $0.hasPrefix("Tests:") && $0.hasSuffix(" total") }) else {
            // With `--passWithNoTests`.
            return lines.contains { $0.hasPrefix("No tests found, exiting with code 0") } ? TestSummary(runner, passed: 0, failed: 0) : nil
        }
        let counts = line.countedWords
        // A suite that does not load has no tests to count.
        let suites = lines.last { $0.hasPrefix("Test Suites:") }?.countedWords["failed"] ?? 0
        let failed = counts["failed"] ?? suites
        let names = lines.compactMap { line in
            line.withoutIndent.hasPrefix("● ") && !line.hasSuffix("Console") ? String(line.withoutIndent.dropFirst(2)) : nil
        }
        return TestSummary(
            runner, passed: counts["passed", default: 0], failed: failed, skipped: counts["skipped", default: 0] + counts["todo", default: 0],
            failures: names)
    }
}

/// Vitest's `Tests  1 failed | 2 passed (3)`; failures are ` FAIL  file > suite > name`.
struct VitestOutput: TestOutputParser {
    let runner = TestSummary.Runner.vitest
    let commands = ["vitest"]

    func summary(of lines: [String]) -> TestSummary? {
        guard let files = lines.last(where: { $0.withoutIndent.hasPrefix("Test Files  ") || $0.hasPrefix("No test files found") }) else { return nil }
        let counts = lines.last { $0.withoutIndent.hasPrefix("Tests  ") }?.countedWords ?? [:]
        let failed = counts["failed"] ?? files.countedWords["failed"] ?? 0
        let names = lines.compactMap { $0.hasPrefix(" FAIL  ") ? String($0.dropFirst(7).withoutIndent) : nil }
        return TestSummary(
            runner, passed: counts["passed", default: 0], failed: failed, skipped: counts["skipped", default: 0] + counts["todo", default: 0],
            failures: names)
    }
}

/// Mocha's `2 passing (5ms)`, `1 failing`, `1 pending`; failures are numbered below.
struct MochaOutput: TestOutputParser {
    let runner = TestSummary.Runner.mocha
    let commands = ["mocha"]

    func summary(of lines: [String]) -> TestSummary? {
        guard let last = lines.lastIndex(where: { $0.hasPrefix("  ") && Self.count($0, "passing") != nil }) else { return nil }
        let after = lines[last...]
        let failed = after.lazy.compactMap { Self.count($0, "failing") }.first ?? 0
        let names = after.compactMap { line -> String? in
            let parts = line.withoutIndent.split(separator: ")", maxSplits: 1)
            return line.hasPrefix("  ") && parts.count == 2 && Int(parts[0]) != nil ? String(parts[1].withoutIndent) : nil
        }
        return TestSummary(
            runner, passed: Self.count(lines[last], "passing") ?? 0, failed: failed,
            skipped: after.lazy.compactMap { Self.count($0, "pending") }.first ?? 0, failures: names)
    }

    private static func count(_ line: String, _ word: String) -> Int? {
        let parts = line.split(separator: " ")
        return parts.count >= 2 && parts[1] == word ? parts[0].testCount : nil
    }
}
