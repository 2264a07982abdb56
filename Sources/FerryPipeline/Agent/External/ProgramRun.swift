internal import FerryHTTP
internal import FerryLLM
internal import FerryModel
internal import FerrySandbox
internal import FerrySystem
internal import FerryVault
internal import Synchronization
internal import SystemPackage

/// One process of an agent program: started, talked to, watched, ended.
struct ProgramRun: Sendable {
    let agent: ExternalAgent
    let task: AgentTask
    let prompt: String
    let endpoint: ModelEndpoint?
    let activity: Activity
    /// Told of the session by which the program could go on.
    let noteSession: @Sendable (String) async throws -> Void
    /// The name of the session that begins, or of the one that goes on.
    var session: String?
    var resumes: String?

    /// After its work is over a program has so long to end by itself.
    private static let patience = Duration.seconds(5)

    /// What came first.
    private enum Stop: Sendable {
        case ended(CommandResult)
        case over
        case endpoint
        case silent
        /// It said too much.
        case talk
        case circles
    }

    /// Throws `SandboxError`, `CancellationError`, and `Errno` where the record cannot be kept.
    func perform() async throws -> ProgramEnd {
        let left = task.limits.time - activity.elapsed
        guard left > .zero else { return ProgramEnd(ending: .deadline, output: "", lastWords: "") }
        let program = self.program
        var policy = task.workspace.policy
        policy.toolchains += agent.toolchains
        policy.limits.time = left
        policy.environment.merge(program.environment) { $1 }
        policy.files.merge(program.files) { $1 }
        if let login = agent.login { try login.lend(to: &policy) }
        let command = SandboxCommand(["/bin/sh", "-c", "exec \(agent.command) \"$@\"", "sh"] + program.arguments)
        var answer: LocalEndpoint?
        if let endpoint { answer = { try await endpoint.answer($0, $1) } }
        let talk = ProgramTalk(program, task, most: agent.mostTalk, isHeard: agent.login == nil)
        let end: ProgramEnd
        if let network = task.network {
            end = try await network.with(.agents, policy, endpoint: answer, alsoReaching: agent.login?.hosts ?? []) {
                try await converse(command, $0, program, talk)
            }
        } else {
            end = try await converse(command, policy, program, talk)
        }
        switch endpoint?.endReason {
        case .woundDown?: throw CancellationError()
        case .failed(let error)?: throw error
        case .parked?, .turns?, .unavailable?, nil: return end
        }
    }

    private var program: any AgentProgram {
        let told = ProgramTask(
            system: task.system, prompt: prompt, schema: task.report.schema, mayWrite: task.workspace.mayWrite, turns: task.limits.turns,
            model: endpoint?.upstream.model ?? agent.login?.model, token: endpoint?.token, session: session, resumes: resumes)
        return switch agent.kind {
        case .claude: ClaudeProgram(told)
        case .codex: CodexProgram(told)
        case .acp: ACPProgram(told)
        case .command, .builtin: CommandProgram(told)
        }
    }

    private func converse(
        _ command: SandboxCommand, _ policy: SandboxPolicy, _ program: any AgentProgram, _ talk: ProgramTalk
    ) async throws -> ProgramEnd {
        let stop: Stop
        // What ended the conversation has ended the program.
        do { stop = try await firstStop(command, policy, program, talk) } catch is TooMuchTalk { stop = .talk }
        try Task.checkCancellation()
        let said = talk.said
        var end = ProgramEnd(
            ending: .exited(0), output: "", lastWords: said.lastWords, report: said.report, refusal: said.refusal, complaint: said.complaint,
            didWork: said.didWork || endpoint.map { $0.turn > $0.firstTurn } ?? false)
        switch stop {
        case .ended(let result):
            end.ending = result.ending
            end.output = SafeText.make(String(decoding: (result.head + result.tail).suffix(4000), as: UTF8.self)).trimmingWhiteSpace
        case .silent: end.silence = task.timing.progress
        case .talk: end.tooMuchTalk = agent.mostTalk
        case .circles: end.circles = said.circles
        case .over, .endpoint: break
        }
        return end
    }

    private func firstStop(
        _ command: SandboxCommand, _ policy: SandboxPolicy, _ program: any AgentProgram, _ talk: ProgramTalk
    ) async throws -> Stop {
        // Beside the other sockets of the run.
        let folder = policy.temporary.removingLastComponent()
        let (runner, endpoint, activity, timing, noteSession) = (task.workspace.runner, endpoint, activity, task.timing, noteSession)
        return try await withThrowingTaskGroup(of: Stop.self) { group in
            group.addTask {
                let result = try await CommandStreams.serve(
                    in: folder, name: "streams-\(UInt32.random(in: .min ... .max))",
                    begin: { input in
                        await input.write(program.opening)
                        if program.endsInput { await input.end() }
                    },
                    line: { line, input in
                        let (replies, session, isOver, isSign) = try talk.take(line)
                        if isSign { activity.note() }
                        if let session { try await noteSession(session) }
                        for reply in replies { await input.write(reply) }
                        if isOver { await input.end() }
                    }
                ) { socket in
                    var policy = policy
                    policy.streams = socket
                    return try await runner.run(command, under: policy)
                }
                return .ended(result)
            }
            group.addTask {
                await talk.untilOver()
                try await Task.sleep(for: Self.patience)
                return .over
            }
            group.addTask {
                await talk.untilCircling()
                try Task.checkCancellation()
                return .circles
            }
            if let endpoint {
                group.addTask {
                    await endpoint.untilEnded()
                    try Task.checkCancellation()
                    return .endpoint
                }
            }
            group.addTask {
                try await activity.untilSilent(for: timing.progress, looking: timing.clockInterval)
                return .silent
            }
            // Only when the group has ended is no process left.
            defer { group.cancelAll() }
            guard let first = try await group.next() else { throw CancellationError() }
            return first
        }
    }
}

extension String {
    fileprivate var trimmingWhiteSpace: String {
        String(drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
    }
}
