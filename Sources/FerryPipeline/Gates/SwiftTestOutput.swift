/// `swift test`: XCTest (`Executed 3 tests, with 1 test skipped and 1 failure`) and Swift Testing (`Test run with 5 tests … failed`), added up.
struct SwiftTestOutput: TestOutputParser {
    let runner = TestSummary.Runner.swift
    let commands = ["swift test", "swift-test"]

    func summary(of lines: [String]) -> TestSummary? {
        let parts = [xcTest(lines), swiftTesting(lines)].compactMap { $0 }
        guard !parts.isEmpty else { return nil }
        return TestSummary(
            runner, passed: parts.reduce(0) { $0 + $1.passed }, failed: parts.reduce(0) { $0 + $1.failed },
            skipped: parts.reduce(0) { $0 + $1.skipped }, failures: parts.flatMap(\.failures))
    }

    /// Failures are counted by test, not by assertion as in the summary line.
    private func xcTest(_ lines: [String]) -> TestSummary? {
        guard let line = lines.last(where: { $0.withoutIndent.hasPrefix("Executed ") && $0.contains(" test") }),
            let executed = line.withoutIndent.number(after: "Executed ")
        else { return nil }
        let skipped = Self.words(line).first { $0.2.hasPrefix("skipped") }?.0 ?? 0
        let failures = lines.compactMap { line -> String? in
            guard line.hasPrefix("Test Case '"), line.contains("' failed (") else { return nil }
            return line.split(separator: "'").dropFirst().first.map(String.init)
        }
        let failed = Set(failures).count
        return TestSummary(runner, passed: max(0, executed - skipped - failed), failed: failed, skipped: skipped, failures: failures)
    }

    /// The line's marks differ by terminal (`✘`, `✔`, or SF symbols on macOS), so they are not looked at.
    private func swiftTesting(_ lines: [String]) -> TestSummary? {
        guard let line = lines.last(where: { $0.contains("Test run with ") && ($0.contains(" passed after ") || $0.contains(" failed after ")) }),
            let start = line.firstRange(of: "Test run with "), let total = line[start.lowerBound...].number(after: "Test run with ")
        else { return nil }
        let failures = lines.compactMap { line -> String? in Self.testName(line, ending: " failed after ") }
        let skipped = lines.count { Self.testName($0, ending: " skipped") != nil }
        let failed = max(Set(failures).count, line.contains(" failed after ") && failures.isEmpty ? 1 : 0)
        return TestSummary(runner, passed: max(0, total - failed - skipped), failed: failed, skipped: skipped, failures: failures)
    }

    /// `✘ Test "a sentence" failed after …` and `✘ Test arg(_:) with 2 test cases failed after …`.
    private static func testName(_ line: String, ending: String) -> String? {
        let parts = line.split(separator: " ", maxSplits: 2)
        guard parts.count == 3, parts[1] == "Test", let end = parts[2].firstRange(of: ending) else { return nil }
        let name = parts[2][..<end.lowerBound]
        guard !name.hasPrefix("case passing"), !name.hasPrefix("run ") else { return nil }
        let plain =
            name.firstRange(of: " with ").flatMap { name.hasSuffix("test cases") || name.hasSuffix("test case") ? name[..<$0.lowerBound] : nil }
            ?? name
        return plain.filter { $0 != "\"" }
    }

    /// Each number with the two words after it: `1 test skipped`.
    private static func words(_ line: String) -> [(Int, Substring, Substring)] {
        let parts = line.split { " ,()".contains($0) }
        return zip(parts, zip(parts.dropFirst(), parts.dropFirst(2))).compactMap { number, rest in number.testCount.map { ($0, rest.0, rest.1) } }
    }
}
