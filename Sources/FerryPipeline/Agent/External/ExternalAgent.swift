internal import FerryHTTP
internal import FerryLLM
internal import FerryModel
internal import FerrySandbox
internal import FerrySystem
internal import FerryVault
internal import Synchronization
internal import SystemPackage

/// An agent program of somebody else's, under the same contract as the built-in loop (docs/decisions/0034): it works in Ferry's sandbox, reaches its model
/// through Ferry alone, and what it says moves nothing: the difference that it leaves, and the checks, decide.
package struct ExternalAgent: AgentBackend {
    let kind: AgentNote.Backend
    /// A shell's words: the program and what always goes with it.
    let command: String
    let toolchains: [FilePath]
    /// `nil`: it reaches no model through Ferry.
    let upstream: ModelUpstream?
    let client: StreamingHTTPClient
    let price: @Sendable (ModelUsage) -> Money?
    let maxOutput: Int
    /// Bytes that a program may say in its conversation with Ferry: what it says is kept, and the disk and memory are the person's.
    var mostTalk = 128 << 20

    package var modelName: String? { upstream?.name }

    /// How often it is asked again for a report that does not fit.
    private static let reminders = 2

    package func run(_ task: AgentTask) async throws -> AgentOutcome {
        let name = modelName ?? kind.rawValue
        try task.transcript.append(.began(role: task.role, model: name, conversation: 1, system: task.system, tools: []))
        _ = try await task.journal.conversation(1, begunAs: ConversationRecord(prompt: task.prompt, system: task.system, tools: []))
        let activity = Activity(task.clock)
        let endpoint = upstream.map { ModelEndpoint($0, client: client, price: price, maxOutput: maxOutput, task: task, activity: activity) }
        do {
            let outcome = try await work(task, endpoint, activity)
            if case .stopped(.stuck(let reason)) = outcome {
                let book = endpoint?.book.withLock { $0 } ?? ModelEndpoint.Book()
                let known = "It was an agent program (\(kind.rawValue)). What it did is in the worktree; Ferry knows no more of it."
                try await task.journal.stopped(
                    StopRecord(reason: reason, handover: known, model: name, turns: book.turn, cost: book.spent), checkpoint: nil)
            }
            try task.transcript.append(.ended(outcome.summary))
            return outcome
        } catch let error as SandboxError {
            let outcome = AgentOutcome.sandboxFailed(error)
            try task.transcript.append(.ended(outcome.summary))
            return outcome
        } catch is CancellationError {
            try task.transcript.append(.ended("cancelled"))
            throw CancellationError()
        }
    }

    private func work(_ task: AgentTask, _ endpoint: ModelEndpoint?, _ activity: Activity) async throws -> AgentOutcome {
        let before = try await task.checkpoint()
        var problems: [String] = []
        for attempt in 0...Self.reminders {
            try Task.checkCancellation()
            try task.windDown.check()
            let prompt = ReportRequest.prompt(task, problems: attempt == 0 ? nil : problems)
            try task.transcript.append(.said(prompt))
            let end = try await once(prompt, attempt: attempt + 1, task, endpoint, activity)
            let changed = try await task.checkpoint() != before
            switch verdict(end, task, endpoint, changed: changed) {
            case .outcome(let outcome): return outcome
            case .askAgain(let why): problems = why
            }
        }
        return .stopped(problems.isEmpty ? .noReport : .invalidReport(problems))
    }

    /// The program, once, from its start to its end. In the journal it is one call that may change files: after a crash the worktree is put back to before it.
    private func once(
        _ prompt: String, attempt: Int, _ task: AgentTask, _ endpoint: ModelEndpoint?, _ activity: Activity
    ) async throws -> ProgramEnd {
        let call = "program-\(attempt)"
        let journal = task.journal
        try await journal.begin([attempt: call], turn: 0, mayWrite: task.workspace.mayWrite)
        do {
            let end = try await ProgramRun(agent: self, task: task, prompt: prompt, endpoint: endpoint, activity: activity).perform()
            let output = ToolOutput(String(end.lastWords.prefix(4000)))
            try await journal.finish([attempt: ToolCallRecord(output: output, checkpoint: try await task.checkpoint())], turn: 0)
            return end
        } catch let error as SandboxError {
            try await journal.withdraw([attempt], turn: 0)
            throw error
        }
    }

    // MARK: The end

    private enum Verdict {
        case outcome(AgentOutcome)
        case askAgain([String])
    }

    private func verdict(_ end: ProgramEnd, _ task: AgentTask, _ endpoint: ModelEndpoint?, changed: Bool) -> Verdict {
        switch endpoint?.endReason {
        case .parked(let limit)?: return .outcome(.parked(limit))
        case .turns(let limit)?: return .outcome(.stopped(.turns(limit)))
        case .unavailable(let error)?: return .outcome(.unavailable(error))
        case .woundDown?, .failed?, nil: break
        }
        if let most = end.tooMuchTalk { return .outcome(.stopped(.program("it said more than \(most >> 20) MiB"))) }
        if let silence = end.silence { return .outcome(.stopped(.stuck("it gave no sign of work for \(silence.components.seconds) s"))) }
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
        // No report, and yet something that can be judged by itself.
        if !end.isFailure || changed, let substitute = task.report.substitute?(end.lastWords) { return .outcome(.finished(substitute)) }
        if end.isFailure { return .outcome(.stopped(.program(end.failure))) }
        return .askAgain(problems)
    }
}
