internal import FerryLLM
internal import FerryModel
internal import FerrySandbox
internal import FerrySystem

/// One run of the built-in loop: its state, and the order of its turns.
struct AgentRun {
    /// Text-only answers, and reports that do not fit, after which the agent is asked again.
    static let reminders = 2

    let task: AgentTask
    let model: AgentModel
    let toolBox: ToolBox

    var conversation: Conversation
    /// What the next request adds to the conversation; `nil` where nothing is added (a paused turn goes on).
    var next: UserMessage?
    var estimate = ContextEstimate()
    var watch = RepetitionWatch()
    var changes = ChangeWatch()
    var notices = TurnNotices()
    var handover = HandoverNote()
    /// What the stage's record keeps of the conversation; `nil` where there is none.
    var keeper: RequestKeeper?
    var clocks: WorkClocks
    /// What is done now was done before an interruption, and is answered from the journal.
    var isReplaying: Bool
    /// Calls that may have changed files after the newest state of the worktree that could be kept.
    var unkept: [String] = []
    /// Of the newest answer.
    var answeredBy: String
    /// The state of the worktree at which the fewest tests failed, among those at which tests ran.
    var best: (failing: Int, checkpoint: String)?
    /// The newest state that was kept.
    var checkpoint: String?
    var turn = 0
    var conversations = 0
    var calls = 0
    var usage = ModelUsage()
    var spent: Money? = .zero
    /// In a row.
    var textOnlyTurns = 0
    /// In all.
    var misfitReports = 0

    init(_ task: AgentTask, _ model: AgentModel) async throws {
        self.task = task
        self.model = model
        answeredBy = model.model.name
        clocks = WorkClocks(task.timing, deadline: task.limits.time, at: BootClock.now)
        isReplaying = task.journal.isBegun
        toolBox = ToolBox(task.workspace, report: task.report, redactor: task.transcript.redactor, readBytes: model.readBytes)
        conversation = Conversation(system: "", tools: [])
        try task.journal.begin(task, model)
        try await begin(with: task.prompt)
    }

    private static let rule = """
        You work alone: nobody reads along and nobody answers. Work with the tools; end with one call of `finish`. Text without a call ends nothing.
        """

    /// Begins a conversation, the first one or a fresh one.
    mutating func begin(with prompt: String) async throws {
        conversations += 1
        let system = [task.system, Self.rule, PromptFence.rule].joined(separator: "\n\n")
        let record = try await task.journal.conversation(
            conversations, begunAs: ConversationRecord(prompt: prompt, system: system, tools: toolBox.definitions))
        conversation = Conversation(system: record.system, tools: record.tools)
        keeper = task.journal.record.map { RequestKeeper(conversation, $0.redactor) }
        next = UserMessage(text: record.prompt)
        estimate = ContextEstimate()
        watch = RepetitionWatch()
        textOnlyTurns = 0
        toolBox.forgetFiles()
        try tell(
            .began(
                role: task.role, model: model.model.name, conversation: conversations, system: conversation.system,
                tools: conversation.tools.map(\.name)))
    }

    var timeLeft: Duration { clocks.left }

    /// Into the transcript, once.
    func tell(_ event: TranscriptEntry.Event) throws {
        if task.journal.desk != nil { return }
        if isReplaying { try task.transcript.keep(event) } else { try task.transcript.append(event) }
    }

    /// Into the conversation, and into what is kept of it.
    mutating func append(_ message: Conversation.Message) {
        conversation.append(message)
        keeper?.append(message)
    }

    /// From here on things are really done. Throws `RecordEnds` where they never are.
    mutating func goOn() throws {
        if task.journal.desk != nil { throw RecordEnds(turn: turn) }
        guard isReplaying else { return }
        isReplaying = false
        try task.transcript.append(.resumed(turn: turn))
    }

    /// Turn after turn.
    mutating func outcome() async throws -> AgentOutcome {
        while true {
            if let outcome = try await takeTurn() { return outcome }
        }
    }

    /// `nil` while the work goes on.
    private mutating func takeTurn() async throws -> AgentOutcome? {
        try Task.checkCancellation()
        try task.windDown.check()
        guard turn < task.limits.turns else { return .stopped(.turns(task.limits.turns)) }
        guard timeLeft > .zero else { return .stopped(.time(task.limits.time)) }
        if isFull { return try await handOver() }
        switch try await ask() {
        case .answered(let response): return try await take(response)
        case .overflowed(let error): return try await recover(from: error)
        case .ended(let outcome): return outcome
        }
    }

    private mutating func take(_ response: ModelResponse) async throws -> AgentOutcome? {
        switch response.stop {
        case .refused: return .stopped(.refused(response.stopDetail))
        case .context: return try await recover(from: ModelError(.contextOverflow, "the conversation filled the model's window"))
        case .done, .tools, .length, .paused: break
        }
        let message = response.message.replayable(in: conversation, turn: turn)
        append(.assistant(message))
        estimate.note(response.usage, messageCount: conversation.messages.count)
        handover.note(text: message.text)
        if !message.toolCalls.isEmpty { return try await carryOut(message.toolCalls, isCut: response.stop == .length) }
        if response.stop == .paused {
            next = nil
            return nil
        }
        return takeText(message.text, isCut: response.stop == .length)
    }

    /// An answer without a call: the report as text, or words that need a reminder.
    private mutating func takeText(_ text: String, isCut: Bool) -> AgentOutcome? {
        var problems: [String] = []
        if let report = task.report.report(in: text) {
            problems = task.report.problems(of: report)
            if problems.isEmpty { return .finished(report) }
        }
        textOnlyTurns += 1
        guard textOnlyTurns <= Self.reminders else { return .stopped(problems.isEmpty ? .noReport : .invalidReport(problems)) }
        if isCut {
            next = UserMessage(text: "Your answer was cut off at the output limit. Go on in smaller steps, with the tools.")
        } else if problems.isEmpty {
            next = UserMessage(text: "You called no tool. Go on with the work, or, if it is done, call `finish` with your report.")
        } else {
            next = UserMessage(text: "The report in your text does not fit:\n\(Self.list(problems))\nCall `finish` with the whole report, mended.")
        }
        return nil
    }

    static func list(_ problems: [String]) -> String { problems.map { "- \($0)" }.joined(separator: "\n") }

    func report(_ phase: AgentProgress.Phase) {
        task.progress(
            AgentProgress(
                role: task.role, phase: phase, turn: turn, turns: task.limits.turns, input: usage.input, output: usage.output, cost: spent,
                elapsed: clocks.used))
    }

    func end(_ outcome: String) throws {
        report(.ended)
        try tell(.ended(outcome))
        try task.journal.record?.end(outcome)
    }
}
