internal import FerrySandbox

/// Decides what a finished command proves. Pure.
struct EvidenceVerdict: Hashable, Sendable {
    let verdict: Evidence.Verdict
    let cause: Evidence.Cause?
    let reason: String?

    /// `limit` is the time that the policy allowed.
    init(_ ending: CommandResult.Ending, output: PlainOutput, tests: TestSummary?, limit: Duration) {
        switch ending {
        case .deadline: self.init(.failed, .deadline, "It did not end within \(limit.components.seconds) s.")
        case .diskLimit: self.init(.failed, .diskLimit, "It wrote more to disk than it may.")
        case .memoryLimit: self.init(.failed, .memoryLimit, "It held more memory than it may.")
        case .signalled(let signal): self.init(.failed, .signal, "It was killed by signal \(signal)" + Self.likelyReason(signal) + ".")
        case .exited(0): self.init(success: tests, output)
        case .exited(let status): self.init(status: status, output: output, tests: tests)
        }
    }

    private init(_ verdict: Evidence.Verdict, _ cause: Evidence.Cause?, _ reason: String?) {
        self.verdict = verdict
        self.cause = cause
        self.reason = reason
    }

    private init(success tests: TestSummary?, _ output: PlainOutput) {
        guard let tests else {
            if let line = Self.nothingToMake(output) {
                self.init(.couldNotBeChecked, .nothingRan, "It ended with 0, but ran nothing: " + line.prefix(200))
            } else {
                self.init(.passed, nil, nil)
            }
            return
        }
        if tests.failed > 0 {
            self.init(.failed, .contradiction, "It ended with 0, but its output says that \(tests.sentence).")
        } else if tests.ran == 0 {
            self.init(.couldNotBeChecked, .nothingRan, "It ended with 0, but \(tests.sentence).")
        } else {
            self.init(.passed, nil, nil)
        }
    }

    private init(status: Int32, output: PlainOutput, tests: TestSummary?) {
        if let missing = Self.missingProgram(status, output) {
            self.init(.couldNotBeChecked, .missingProgram, missing)
        } else if let tests, tests.ran == 0 {
            self.init(.couldNotBeChecked, .nothingRan, "It ended with \(status): \(tests.sentence).")
        } else if let tests, tests.failed > 0 {
            self.init(.failed, .exitStatus, "It ended with \(status): " + tests.sentence + ".")
        } else {
            self.init(.failed, .exitStatus, "It ended with \(status)" + (tests.map { "; " + $0.sentence } ?? "") + ".")
        }
    }

    /// make's only word of a target that is a file by the same name, or that has no commands.
    private static func nothingToMake(_ output: PlainOutput) -> String? {
        let lines = output.lines.filter { !$0.isEmpty && !$0.contains("Entering directory") && !$0.contains("Leaving directory") }
        guard lines.count == 1, let line = lines.first, line.hasPrefix("make") else { return nil }
        return line.hasSuffix(" is up to date.") || line.contains("Nothing to be done for ") ? line : nil
    }

    private static func likelyReason(_ signal: Int32) -> String {
        switch signal {
        case 9: ", perhaps because memory ran out"
        case 11: " (it crashed)"
        case 24: " (it used up its processor time)"
        case 25: " (a file grew too large)"
        default: ""
        }
    }

    /// The shell's own statuses (POSIX: 127 not found, 126 not executable), make's and npm's word of them, and runners that are not installed.
    private static func missingProgram(_ status: Int32, _ output: PlainOutput) -> String? {
        let last = output.lines.last { !$0.isEmpty }.map { " It said: " + $0.prefix(200) } ?? ""
        if status == 127 { return "A command was not found." + last }
        if status == 126 { return "A command may not be run." + last }
        let signs = [
            ": No module named pytest", "npm error Missing script:", "npm ERR! Missing script:", "error: no such command:",
            "No module named unittest",
        ]
        let line = output.lines.suffix(40).first { line in
            signs.contains(where: line.contains)
                // dash, Debian's sh: the script itself is not there.
                || status == 2 && line.hasPrefix("sh: 0: cannot open ") && line.hasSuffix(": No such file")
                || line.hasPrefix("make") && line.contains(": *** ") && (line.hasSuffix("Error 127") || line.contains("No rule to make target"))
        }
        return line.map { "A program or target that it needs is not there: " + $0.prefix(200) }
    }
}
