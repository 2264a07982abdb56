internal import FerryLLM
internal import FerrySandbox

extension ExternalAgent {
    /// What the end of a program means.
    enum Verdict {
        case outcome(AgentOutcome)
        case askAgain([String])
    }

    func verdict(_ end: ProgramEnd, _ task: AgentTask, _ endpoint: ModelEndpoint?, changed: Bool) -> Verdict {
        switch endpoint?.endReason {
        case .parked(let limit)?: return .outcome(.parked(limit))
        case .turns(let limit)?: return .outcome(.stopped(.turns(limit)))
        case .unavailable(let error)?: return .outcome(.unavailable(error))
        case .woundDown?, .failed?, nil: break
        }
        if let most = end.tooMuchTalk { return .outcome(.stopped(.program("it said more than \(most >> 20) MiB"))) }
        if let silence = end.silence { return .outcome(.stopped(.stuck("it gave no sign of work for \(silence.components.seconds) s"))) }
        if let circles = end.circles { return .outcome(.stopped(.stuck(circles))) }
        switch end.ending {
        case .deadline: return .outcome(.stopped(.time(task.limits.time)))
        case .memoryLimit: return .outcome(.stopped(.program("it used more memory than it may")))
        case .diskLimit: return .outcome(.stopped(.program("it wrote more to disk than it may")))
        case .exited(126), .exited(127):
            return .outcome(
                .unavailable(
                    ModelError(
                        .configuration, "The agent program `\(command)` cannot be started in the sandbox: \(end.output)",
                        remedy: "Set `command` in the agent's note, and name the program's folder under `toolchains` there")))
        case .exited, .signalled: break
        }
        if let refusal = end.refusal { return .outcome(.stopped(.refused(refusal))) }
        let found = end.report ?? task.report.report(in: end.lastWords)
        let problems = found.map { task.report.problems(of: $0) } ?? []
        if let found, problems.isEmpty { return .outcome(.finished(found)) }
        if end.isFailure, let error = endpoint?.lastError { return .outcome(.unavailable(error)) }
        if end.isFailure, let login, !end.didWork { return .outcome(.unavailable(Self.withoutModel(end, login))) }
        // No report, and yet something that can be judged by itself.
        if !end.isFailure || changed, let substitute = task.report.substitute?(end.lastWords) { return .outcome(.finished(substitute)) }
        if end.isFailure { return .outcome(.stopped(.program(end.failure))) }
        return .askAgain(problems)
    }

    /// Nobody but the program knows why it did nothing; most likely its vendor would not have it.
    private static func withoutModel(_ end: ProgramEnd, _ login: ProgramLogin) -> ModelError {
        let isRefused = [" 401", "(401)", "(403)"].contains { end.failure.contains($0) }
        return ModelError(
            isRefused ? .authentication : .server, "With the login at \(login.file) it did nothing: \(end.failure)",
            remedy: isRefused ? "Log in again with the program itself, as the user who runs Ferry" : nil)
    }
}
