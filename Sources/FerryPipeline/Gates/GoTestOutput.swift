/// `go test`: with `-v` every test, without it only packages and failures.
struct GoTestOutput: TestOutputParser {
    let runner = TestSummary.Runner.go
    let commands = ["go test"]

    func summary(of lines: [String]) -> TestSummary? {
        let packages = lines.compactMap(Self.package)
        guard !packages.isEmpty else { return nil }
        let tests = { (mark: String) in
            lines.compactMap { line -> String? in
                let line = line.withoutIndent
                return line.hasPrefix(mark) ? line.dropFirst(mark.count).split(separator: " ").first.map(String.init) : nil
            }
        }
        let failures = tests("--- FAIL: ")
        let passed = tests("--- PASS: ")
        let skipped = tests("--- SKIP: ").count
        let broken = packages.filter { $0.isBroken }.map(\.name)
        if !passed.isEmpty {
            return TestSummary(runner, passed: passed.count, failed: failures.count + broken.count, skipped: skipped, failures: failures + broken)
        }
        let failed = packages.filter { $0.hasFailed }.map(\.name)
        return TestSummary(
            runner, unit: "packages", passed: packages.count { $0.hasPassed }, failed: failed.count, skipped: skipped,
            failures: failures.isEmpty ? failed : failures + broken)
    }

    private struct Package {
        let name: String
        var hasPassed = false
        var hasFailed = false
        /// Did not compile.
        var isBroken = false
    }

    /// `ok  pkg 0.01s`, `FAIL pkg 0.01s`, `FAIL pkg [build failed]`, `? pkg [no test files]`, all with tabs.
    private static func package(_ line: String) -> Package? {
        let parts = line.split(separator: "\t").map { $0.split(separator: " ").joined(separator: " ") }
        guard let mark = parts.first, ["ok", "FAIL", "?", ""].contains(mark) || mark.hasPrefix("FAIL ") else { return nil }
        if mark.hasPrefix("FAIL "), mark.hasSuffix("]") {
            return Package(name: String(mark.dropFirst(5).prefix { $0 != " " }), hasFailed: true, isBroken: true)
        }
        guard parts.count >= 2 else { return nil }
        let name = parts[1].split(separator: " ").first.map(String.init) ?? ""
        switch mark {
        case "ok": return Package(name: name, hasPassed: !line.contains("[no tests to run]"))
        case "FAIL": return Package(name: name, hasFailed: true, isBroken: line.contains("[build failed]") || line.contains("[setup failed]"))
        case "?" where line.contains("[no test files]"): return Package(name: name)
        default: return nil
        }
    }
}
