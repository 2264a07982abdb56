package import FerryLLM
internal import FerryModel
internal import FerryStore
internal import FerrySandbox
internal import FerrySystem
internal import Synchronization
internal import SystemPackage

/// Runs one stage's loop by its record: no model is asked, and no tool is run unless that is wanted. Every request is made anew and compared with the
/// bytes that were sent (docs/decisions/0039).
package struct StageReplay: Sendable {
    private let stage: RecordedStage
    private let model: any LanguageModel
    private let report: ReportSchema

    /// `model` makes the bodies; it is never asked. `report` is the stage's own.
    package init(_ stage: RecordedStage, model: any LanguageModel, report: ReportSchema) {
        self.stage = stage
        self.model = model
        self.report = report
    }

    /// `workspace`: a fresh one with the files as the stage found them, to run its tools again in; `nil` runs none.
    /// Throws what a machine does that cannot run tools (`Errno`, `SandboxError`), and `CancellationError`.
    package func run(in workspace: AgentWorkspace? = nil) async throws -> ReplayedStage {
        let desk = StageDesk(stage, model, runsTools: workspace != nil)
        var task = AgentTask(
            role: stage.header.role, system: stage.header.system, prompt: "", report: report, limits: stage.header.limits,
            workspace: workspace.map(limited) ?? nowhere, spending: NoSpending(), transcript: try Transcript(at: "/dev/null"),
            journal: AgentJournal(replaying: stage, at: desk))
        guard let prompt = task.journal.prompt else { return desk.result("there is no conversation in it", isWhole: false) }
        task.prompt = prompt
        let agent = AgentModel(model, options: stage.header.options, window: stage.header.window) { _, _ in nil }
        do {
            var run = try await AgentRun(task, agent)
            let end = try await run.outcome().summary
            return desk.result(end, isWhole: stage.end == nil || stage.end == end)
        } catch let difference as RequestDifference {
            return desk.result(stage.end ?? "nobody wrote how", isWhole: false, difference)
        } catch let ends as RecordEnds {
            // What ended it came from outside: money, time, the provider, a person. A report would have been reached.
            return desk.result(stage.end ?? "cut off in turn \(ends.turn)", isWhole: stage.end != AgentOutcome.finished(.null).summary)
        }
    }

    /// For looking at paths only; nothing in it is opened.
    private var nowhere: AgentWorkspace {
        limited(
            AgentWorkspace(
                runner: NoRunner(), policy: SandboxPolicy(worktree: "/dev/null", temporary: "/dev/null", home: "/dev/null"), outputs: "/dev/null"))
    }

    /// With the tools and bounds that the stage had.
    private func limited(_ workspace: AgentWorkspace) -> AgentWorkspace {
        var workspace = workspace
        workspace.tools = Set(stage.header.tools)
        workspace.policy.worktreeAccess = stage.header.mayWrite ? .readWrite : .readOnly
        workspace.policy.limits.time = stage.header.command
        // For what `bash` says of itself; tools that had a network are not run again.
        if stage.header.hasNetwork { workspace.policy.proxy = "/dev/null" }
        return workspace
    }
}

/// Compares requests, and gathers what differs.
private final class StageDesk: ReplayDesk {
    private struct State {
        var bodies: RecordedBodies
        var result: ReplayedStage
    }
    private let state: Mutex<State>
    private let options: ModelOptions
    private let model: any LanguageModel
    let runsTools: Bool

    init(_ stage: RecordedStage, _ model: any LanguageModel, runsTools: Bool) {
        state = Mutex(State(bodies: RecordedBodies(stage.calls), result: ReplayedStage(name: stage.name, model: stage.header.model)))
        options = stage.header.options
        self.model = model
        self.runsTools = runsTools
    }

    func compare(turn: Int, _ conversation: Conversation) throws {
        let call = state.withLock { $0.bodies.call(ofTurn: turn) }
        guard let call, ContentHash(of: call.body) == call.call.kept ?? call.call.sent else {
            state.withLock { $0.result.unrecorded.append(turn) }
            return
        }
        let now = model.body(of: conversation, options: options, model: call.call.model)
        guard now == call.body else { throw RequestDifference(turn: turn, recorded: call.body, now: now) }
        state.withLock { state in
            state.result.requests += 1
            state.result.bytes += now.count
            if call.call.kept != nil { state.result.redacted += 1 }
        }
    }

    func note(turn: Int, _ call: ToolCall, summary: String, now: ToolOutput, then: ToolOutput) {
        state.withLock { state in
            state.result.toolCalls += 1
            // By their marks: times are no difference, and secrets that were taken out of the text count all the same.
            guard RepetitionWatch.mark(of: now.identity) != RepetitionWatch.mark(of: then.identity) || now.isError != then.isError else { return }
            state.result.toolDifferences.append(ToolDifference(turn: turn, call: summary, then: then.text, now: now.text))
        }
    }

    func result(_ end: String, isWhole: Bool, _ difference: RequestDifference? = nil) -> ReplayedStage {
        state.withLock { state in
            state.result.end = end
            state.result.isWhole = isWhole
            state.result.difference = difference
            return state.result
        }
    }
}

/// Nothing is paid.
private struct NoSpending: Spending {
    func reserve(_ estimate: Money?, model: String, call: String, _ durability: Durability) async throws -> SpendingReservation {
        SpendingReservation(key: call)
    }
    func settle(_ reservation: SpendingReservation, usage: ModelUsage, cost: Money?) async {}
}

/// Nothing is run.
private struct NoRunner: CommandRunner {
    func run(_ command: SandboxCommand, under policy: SandboxPolicy) async throws -> CommandResult { throw CancellationError() }
}
