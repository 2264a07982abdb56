/// Reads the summary that a test runner prints. A parser looks for the last summary of its runner, since tests may print others' output.
protocol TestOutputParser: Sendable {
    var runner: TestSummary.Runner { get }
    /// Words of a command line that name the runner.
    var commands: [String] { get }
    /// `nil` where the output holds no summary of this runner.
    func summary(of lines: [String]) -> TestSummary?
}

/// Finds the parser for a command's output.
package enum TestOutput {
    /// In the order they are tried where the command does not name its runner (`make test`, `npm test`).
    static let parsers: [any TestOutputParser] = [
        SwiftTestOutput(), CargoOutput(), PytestOutput(), UnittestOutput(), VitestOutput(), JestOutput(), TAPOutput(), MochaOutput(), GoTestOutput(),
    ]

    /// The summary of a test run; `nil` where no known runner printed one.
    package static func summary(of output: PlainOutput, command: String) -> TestSummary? {
        let (named, others) = (parsers.filter { isNamed($0, in: command) }, parsers.filter { !isNamed($0, in: command) })
        let summaries = (named + others).compactMap { $0.summary(of: output.lines) }
        guard var summary = summaries.first else { return nil }
        let failed = summaries.dropFirst().reduce(0) { $0 + $1.failed }
        if failed > 0 { summary.failedElsewhere = failed }
        return summary
    }

    private static func isNamed(_ parser: any TestOutputParser, in command: String) -> Bool { parser.commands.contains(where: command.contains) }
}

extension StringProtocol {
    /// A number of tests, if it can be one. What prints it is the repository's code: it may be longer than any number, and two of them than their sum.
    var testCount: Int? { utf8.count <= 9 && utf8.allSatisfy { (0x30...0x39).contains($0) } ? Int(self) : nil }

    /// Every number of the text that is followed by a space and a word: `2 failed, 1 passed` is `["failed": 2, "passed": 1]`.
    var countedWords: [String: Int] {
        let parts = split { " ,;()|=".contains($0) }
        return Dictionary(
            zip(parts, parts.dropFirst()).compactMap { number, word in number.testCount.map { (String(word), $0) } }, uniquingKeysWith: +)
    }

    /// The number that directly follows a label: `tests 7`.
    func number(after label: String) -> Int? {
        hasPrefix(label) ? dropFirst(label.count).prefix { $0.isNumber }.testCount : nil
    }

    var withoutIndent: Self.SubSequence { drop { $0 == " " || $0 == "\t" } }
}
