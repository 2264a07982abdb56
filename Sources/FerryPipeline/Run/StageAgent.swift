internal import FerryGit
internal import FerryLLM
internal import FerryModel
internal import FerrySandbox
internal import FerryVault
internal import SystemPackage

/// An agent's part in a run: who does it, under which name it is recorded, and what it may do.
struct StageAgent: Sendable {
    let role: StageRole
    let note: AgentNote
    /// The step, under which the journal keeps what is done.
    let key: String
    /// For people.
    let label: String
    let schema: ReportSchema
    let access: SandboxPolicy.Access

    /// Of its files in the run's folder.
    var name: String { label.replacing(" ", with: "-") }

    /// The label of the stage whose files have that name.
    static func label(named name: String) -> String { name.replacing("-", with: " ") }

    /// The same work, tried once more in another way.
    var again: StageAgent { StageAgent(role: role, note: note, key: "\(key)/again", label: "\(label) again", schema: schema, access: access) }
}

extension FeatureRun {
    /// Lets the agent work. One that is stuck is stopped, what it did is put back to its best state, and the work is tried once in another way: with
    /// another model of the chain if there is one, in a fresh conversation that is told of the first. `prompt` is asked for only where the stage was not
    /// begun before.
    func outcome(of stage: StageAgent, prompt: () async throws -> String) async throws -> AgentOutcome {
        let journal = try await self.journal(of: stage)
        if journal.stop == nil {
            let task: String
            if let known = journal.prompt { task = known } else { task = try await prompt() }
            let outcome = try await work(stage, journal, task, avoiding: nil)
            guard case .stopped(.stuck) = outcome else { return outcome }
        }
        guard let first = journal.stop, let task = journal.prompt else { return .stopped(.stuck("it left no word of why")) }
        let again = try await self.journal(of: stage.again)
        if !again.isBegun {
            if let best = journal.stopCheckpoint { try await worktree.putBack(to: best, isBetweenChanges: true) }
            try await parts.report(.event("The \(stage.role.rawValue) was stuck: \(first.reason). It is tried once in another way."))
        }
        let prompt = again.prompt ?? HandoverNote.message(task: task, stopped: first)
        let outcome = try await work(stage.again, again, prompt, avoiding: first.model)
        guard case .stopped(let stop) = outcome else { return outcome }
        return .stopped(.stuck("\(first.story). It was tried once in another way: \(again.stop.map(\.story) ?? stop.description)"))
    }

    private func journal(of stage: StageAgent) async throws -> AgentJournal {
        let record = StageRecord(at: workspace.record.appending("\(stage.name).\(StageRecord.fileExtension)"), redactor: parts.redactor)
        return try await AgentJournal(store: parts.store, feature: request.feature, run: request.run, stage: stage.key, record: record)
    }

    private func work(_ stage: StageAgent, _ journal: AgentJournal, _ prompt: String, avoiding model: String?) async throws -> AgentOutcome {
        let backend: any AgentBackend
        do { backend = try await parts.backend(stage.note, request.route.tier, request.note.model, model) } catch let error as ModelError {
            throw Self.withoutModel(stage.role, error)
        }
        let name = stage.name
        let transcript = try Transcript(at: workspace.record.appending("\(name).\(Transcript.fileExtension)"), redactor: parts.redactor)
        var policy = SandboxPolicy(
            worktree: workspace.worktree, worktreeAccess: stage.access, agentGit: workspace.agentGit, objects: try parts.git.objectStores(),
            temporary: workspace.temporary, home: workspace.home)
        request.repository.apply(to: &policy, forbidden: parts.forbidden)
        if let setup = request.repository.setup {
            let preparation = WorktreePreparation(
                command: setup, workspace: self.workspace, runner: parts.runner, cache: cache, network: network
            ) { [parts] in try await parts.report(.event($0)) }
            // Also for a role that only reads: it is the same worktree.
            var writing = policy
            writing.worktreeAccess = .readWrite
            try await preparation.perform(under: writing)
        }
        let workspace = AgentWorkspace(
            runner: parts.runner, policy: policy, outputs: self.workspace.outputs.appending(name), tools: Set(stage.note.tools))
        let (note, role) = (stage.note, stage.role.rawValue)
        var task = AgentTask(
            role: role,
            system: note.prompt(filling: [
                "repository": request.repository.name.rawValue, "base": request.repository.base ?? "the base branch",
                "test_command": request.repository.testCommand, "role": role,
            ]), prompt: prompt, report: stage.schema,
            limits: AgentLimits(turns: min(note.maxTurns, parts.maxIterations ?? .max), time: .seconds(note.maxMinutes * 60), budget: note.budget),
            workspace: workspace, spending: parts.spending(stage.role, request), transcript: transcript, journal: journal,
            checkpoint: { [worktree] in stage.access == .readWrite ? try await worktree.keep()?.hex : nil }, timing: parts.timing,
            progress: { parts.progress(request.feature, stage.label, $0) })
        task.windDown = parts.windDown
        task.clock = parts.clock
        if !journal.isBegun { task.start = StageStart(commit: request.start.hex, tree: try await worktree.keep()?.hex) }
        task.network = network
        task.isWorktreeAsLeft = await worktree.isAsLeft
        task.putBack = { [worktree] in try await worktree.putBack(to: $0, isBetweenChanges: true) }
        let outcome = try await backend.run(task)
        try await parts.report(.transcript(stage.label, transcript))
        switch outcome {
        case .unavailable, .sandboxFailed: break
        case .finished, .stopped, .parked: try await parts.report(.wentWell(model: backend.modelName))
        }
        return outcome
    }
}
