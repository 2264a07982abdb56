/// node's test runner and other TAP producers: node's own counts (`# tests 7`, or `ℹ tests 7`), else the numbered lines (TAP 12 to 14).
struct TAPOutput: TestOutputParser {
    let runner = TestSummary.Runner.tap
    let commands = ["node --test", "node:test", "prove ", "bats "]

    func summary(of lines: [String]) -> TestSummary? {
        let names = failures(lines)
        if let counts = nodeCounts(lines) {
            let failed = counts["fail", default: 0] + counts["cancelled", default: 0]
            let skipped = counts["skipped", default: 0] + counts["todo", default: 0]
            return TestSummary(runner, passed: counts["pass", default: 0], failed: failed, skipped: skipped, failures: names)
        }
        guard lines.contains(where: { $0.hasPrefix("TAP version") || Self.isPlan($0) }) else { return nil }
        let results = lines.filter { $0.hasPrefix("ok ") || $0.hasPrefix("not ok ") }
        let excused = { (line: String) in line.lowercased().contains("# skip") || line.lowercased().contains("# todo") }
        let failed = results.count { $0.hasPrefix("not ok ") && !excused($0) }
        let skipped = results.count(where: excused)
        return TestSummary(runner, passed: results.count - failed - skipped, failed: failed, skipped: skipped, failures: names)
    }

    /// Node prints its seven counts on lines of their own at the end.
    private func nodeCounts(_ lines: [String]) -> [String: Int]? {
        guard let start = lines.lastIndex(where: { Self.nodeCount($0)?.0 == "tests" }) else { return nil }
        let counts = lines[start...].prefix(8).compactMap(Self.nodeCount)
        return counts.contains { $0.0 == "pass" } ? Dictionary(counts, uniquingKeysWith: { $1 }) : nil
    }

    private static func nodeCount(_ line: String) -> (String, Int)? {
        let parts = line.split(separator: " ")
        guard parts.count == 3, parts[0] == "#" || parts[0] == "ℹ", let count = parts[2].testCount else { return nil }
        return (String(parts[1]), count)
    }

    private func failures(_ lines: [String]) -> [String] {
        lines.compactMap { line in
            let line = line.withoutIndent
            if line.hasPrefix("✖ "), line.hasSuffix("ms)"), let open = line.lastIndex(of: "(") {
                return String(line[..<open].dropFirst(2).dropLast())
            }
            guard line.hasPrefix("not ok "), !line.lowercased().contains("# todo") else { return nil }
            let name = line.dropFirst(7).drop { $0.isNumber }.withoutIndent
            return String(name.hasPrefix("- ") ? name.dropFirst(2) : name).replacing("\\#", with: "#")
        }
    }

    private static func isPlan(_ line: String) -> Bool {
        line.hasPrefix("1..") && Int(line.dropFirst(3).prefix { $0.isNumber }) != nil
    }
}
