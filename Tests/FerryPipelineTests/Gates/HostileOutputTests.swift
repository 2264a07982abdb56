internal import FerryLLM
internal import FerryModel
internal import FerryTestSupport
internal import FerryVault
internal import Glibc
internal import Testing

@testable internal import FerryPipeline

/// Everything that reads what commands, agents and models write, given texts at random that are made of what the readers look for. A trap would end the
/// whole service, so that none happens is all that is asked for. With FERRY_LONG=1 there are a hundred times as many.
@Suite(.timeLimit(.minutes(5)))
struct HostileOutputTests {
    private static let words = [
        "passed", "failed", " failed, ", "in 1.0s", "=====", "FAILED ", "ERROR ", "::", ".py", "[", "]", " - ", "Ran ", " tests in ",
        "FAILED (failures=", "errors=",
        "OK", "Test run with ", " tests ", "Executed ", ", with ", " failures", "Test Case '", "' failed (", "✘ Test ", " failed after ",
        "test result: ", "; ", "running ",
        "test a ... ", "---- ", " stdout ----", "--- FAIL: ", "ok  \t", "FAIL\t", "1..", "ok ", "not ok ", "# tests ", "# pass ", "# fail ",
        "TAP version 13", "# skip", "✖ ", "(1ms)",
        "Tests:", " total", "● ", " › ", " passing", " failing", "1) ", " Tests  ", "|", "<testsuite ", "<testcase name=\"", "classname='",
        "<failure", "/>", "&lt;", "\"", "'", "<skipped",
        "src/a.py:", ":", ": error: ", "warning", "-----BEGIN PRIVATE KEY-----", "eyJ", "password = ", "https://a:b@", "AKIA", "def test_",
        "func Test", "#[test]", "it(\"", "@Test ", "{", "}", "(",
        ")", "=>", "import ", "from ", "{\"type\":\"assistant\",\"message\":{\"content\":[", "{\"type\":\"tool_use\",\"id\":\"1\",\"input\":",
        "{\"type\":\"result\",", "\"is_error\":true",
        "{\"jsonrpc\":\"2.0\",\"id\":", "\"method\":\"session/update\",\"params\":{\"update\":{\"sessionUpdate\":\"", "tool_call",
        "{\"type\":\"item.completed\",\"item\":{", "}]}}", "```json", "```",
        "<!-- ferry:begin -->", "---", "- [x] ", "{{", "<%", "$(", "&", ";", "|", "nohup ", "\\",
    ]
    private static let characters: [String] = [
        "\n", "\r\n", "\r", "\t", " ", "  ", "\0", "\u{1B}[31m", "\u{1B}]0;x\u{7}", "\u{202E}", "\u{200D}", "e\u{301}", "👩‍👩‍👧", "\u{FEFF}", "٣", "0",
        "1", "-1", "+", "9223372036854775807", "-9223372036854775808",
        "18446744073709551616", "1e400", "0x10", "999999999", ".", "/", "../", "%",
    ]

    private static func text(_ random: inout SeededRandom) -> [UInt8] {
        var bytes: [UInt8] = []
        for _ in 0..<(1 + random.number(60)) {
            switch random.number(10) {
            case 0: bytes.append(UInt8(random.number(256)))
            case 1...4: bytes += Array(random.pick(characters).utf8)
            default: bytes += Array(random.pick(words).utf8)
            }
        }
        return bytes
    }

    @Test func `no text that is printed, named or answered ends the service`() throws {
        let redactor = Redactor(values: ["known-secret-value"])
        let rule = ExecutableRule(name: "r", script: "", severity: .error)
        let task = ProgramTask(system: "", prompt: "", schema: [:], mayWrite: true, turns: 1, model: nil, token: nil)
        let commands = ["make test", "python3 -m pytest", "cargo test", "go test ./...", "npm test", "swift test", "node --test"]
        let names = ["tests/test_a.py", "a_test.go", "ATests.swift", "src/lib.rs", "a.test.ts", "b.js"]
        for seed in 0..<UInt64(getenv("FERRY_LONG") == nil ? 400 : 40_000) {
            var random = SeededRandom(seed: seed)
            let (bytes, other) = (Self.text(&random), Self.text(&random))
            let (text, old) = (String(decoding: bytes, as: UTF8.self), String(decoding: other.prefix(20), as: UTF8.self))
            let output = PlainOutput(bytes)
            if let summary = TestOutput.summary(of: output, command: random.pick(commands)) { _ = summary.sentence }
            if let summary = JUnitReport.summary(of: bytes) { _ = summary.sentence }
            let change = ProposedChange([ChangedFile(random.pick(names), other, bytes), ChangedFile(text, nil, other)])
            let findings = RuleOutput(output, rule: rule).findings + GateSet().check(change, GateContext())
            _ = change.quoting(findings)
            _ = EditMatch(content: bytes, old: old, new: text).apply(all: random.chance(2))
            _ = NumberedLines(bytes).show(1...(1 + random.number(100)))
            _ = ShellLine.backgroundProcess(in: text)
            _ = redactor.redact(text)
            _ = AgentFixture.report.report(in: text).map(AgentFixture.report.problems)
            for var program in [ClaudeProgram(task), CodexProgram(task), ACPProgram(task), CommandProgram(task)] as [any AgentProgram] {
                for line in text.split(whereSeparator: \.isNewline) { _ = program.receive(String(line)) }
            }
            _ = InertText.inline(text) + InertText.code(text) + InertText.block(text) + InertText.excerpt(text)
            if let pattern = PathPattern(old) { _ = pattern.matches(text) }
        }
    }
}
