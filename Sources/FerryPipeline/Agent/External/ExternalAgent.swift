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
    /// The chain: where one cannot be had, the next is asked. Empty: it reaches no model through Ferry.
    let models: [ProgramModel]
    let client: StreamingHTTPClient
    /// Bytes that a program may say in its conversation with Ferry: what it says is kept, and the disk and memory are the person's.
    var mostTalk = 128 << 20
    /// The program's own login, which it works with in place of a model of Ferry's; `nil`: none is lent.
    var login: ProgramLogin?

    package var modelName: String? { models.first?.upstream.name }

    /// How often it is asked again for a report that does not fit.
    private static let reminders = 2

    package func run(_ task: AgentTask) async throws -> AgentOutcome {
        let name = modelName ?? kind.rawValue
        try task.transcript.append(.began(role: task.role, model: name, conversation: 1, system: task.system, tools: []))
        _ = try await task.journal.conversation(1, begunAs: ConversationRecord(prompt: task.prompt, system: task.system, tools: []))
        do {
            let outcome = try await work(task)
            try task.transcript.append(.ended(outcome.summary))
            return outcome
        } catch let error as SandboxError {
            let outcome = AgentOutcome.sandboxFailed(error)
            try task.transcript.append(.ended(outcome.summary))
            return outcome
        } catch let error as ModelError {
            let outcome = AgentOutcome.unavailable(error)
            try task.transcript.append(.ended(outcome.summary))
            return outcome
        } catch is CancellationError {
            try task.transcript.append(.ended("cancelled"))
            throw CancellationError()
        }
    }

    /// Goes through the chain of models.
    private func work(_ task: AgentTask) async throws -> AgentOutcome {
        var stint = try await ProgramStint(task)
        let activity = Activity(task.clock, worked: stint.worked)
        var left = models[...]
        while true {
            let model = left.popFirst()
            let endpoint = model.map {
                ModelEndpoint($0, client: client, task: task, activity: activity, turn: stint.turn, isLast: left.isEmpty)
            }
            let outcome = try await work(task, &stint, endpoint, activity)
            if case .stopped(.stuck(let reason)) = outcome { try await noteStandstill(reason, task, endpoint, model?.upstream.name) }
            guard let next = left.first, outcome.asksForAnotherModel else { return outcome }
            stint.turn = endpoint?.turn ?? 0
            // A session is the model's that was in it.
            (stint.occasion, stint.resumes) = (.anotherModel, nil)
            try task.transcript.append(
                .began(role: task.role, model: next.upstream.name, conversation: models.count - left.count + 1, system: task.system, tools: []))
        }
    }

    /// For the second try, and for the story.
    private func noteStandstill(_ reason: String, _ task: AgentTask, _ endpoint: ModelEndpoint?, _ model: String?) async throws {
        let book = endpoint?.book.withLock { $0 } ?? ModelEndpoint.Book(turn: 0)
        let known = "It was an agent program (\(kind.rawValue)). What it did is in the worktree; Ferry knows no more of it."
        let record = StopRecord(reason: reason, handover: known, model: model ?? kind.rawValue, turns: book.turn, cost: book.spent)
        try await task.journal.stopped(record, checkpoint: nil)
    }

    /// With one model, up to its report.
    private func work(
        _ task: AgentTask, _ stint: inout ProgramStint, _ endpoint: ModelEndpoint?, _ activity: Activity
    ) async throws -> AgentOutcome {
        var reminders = 0
        while true {
            try Task.checkCancellation()
            try task.windDown.check()
            let prompt = ReportRequest.prompt(task, stint.occasion)
            try task.transcript.append(.said(prompt))
            let end = try await once(prompt, task, stint, endpoint, activity)
            if stint.resumes != nil, end.isFailure, !end.didWork, endpoint?.endReason == nil, endpoint?.lastError == nil {
                try await stint.beginAnew(task)
                continue
            }
            stint.number += 1
            stint.resumes = nil
            let changed = try await task.checkpoint() != stint.before
            switch verdict(end, task, endpoint, changed: changed) {
            case .outcome(let outcome): return outcome
            case .askAgain(let problems):
                guard reminders < Self.reminders else { return .stopped(problems.isEmpty ? .noReport : .invalidReport(problems)) }
                reminders += 1
                stint.occasion = .report(problems)
            }
        }
    }

    /// The program, once, from its start to its end. In the journal it is one call that may change files: after a crash the worktree is put back to before it,
    /// unless the program can go on with its session.
    private func once(
        _ prompt: String, _ task: AgentTask, _ stint: ProgramStint, _ endpoint: ModelEndpoint?, _ activity: Activity
    ) async throws -> ProgramEnd {
        let journal = task.journal
        try await journal.begin([stint.number: "program-\(stint.number)"], turn: 0, mayWrite: task.workspace.mayWrite)
        let note: @Sendable (String) async throws -> Void = { [stint] id in
            try await journal.note(ProgramSession(id: id, before: stint.before), ofProgram: stint.number)
        }
        // It is known before the program can have told it.
        let fresh = kind == .claude && stint.resumes == nil ? ProgramStint.newSession() : nil
        if let session = fresh ?? stint.resumes { try await note(session) }
        do {
            var run = ProgramRun(agent: self, task: task, prompt: prompt, endpoint: endpoint, activity: activity, noteSession: note)
            (run.session, run.resumes) = (fresh, stint.resumes)
            let end = try await run.perform()
            let output = ToolOutput(String(end.lastWords.prefix(4000)))
            try await journal.finish([stint.number: ToolCallRecord(output: output, checkpoint: try await task.checkpoint())], turn: 0)
            return end
        } catch let error as SandboxError {
            try await journal.withdrawProgram(stint.number)
            throw error
        }
    }
}

extension AgentOutcome {
    /// As a chain of the built-in loop (`FallbackModel`): faults that a person must mend go no further down.
    fileprivate var asksForAnotherModel: Bool {
        switch self {
        case .unavailable(let error): error.isTransient
        case .stopped(.refused): true
        case .finished, .stopped, .parked, .sandboxFailed: false
        }
    }
}
