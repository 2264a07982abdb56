package import FerryModel
package import FerrySandbox
package import FerrySystem
package import SystemPackage

/// Carries out one agent's part of a run: the built-in loop, or an external agent program.
package protocol AgentBackend: Sendable {
    /// Works until there is a report or a reason to stop. Throws `CancellationError` when the task was cancelled (no process of the agent is left
    /// by then), and `Errno` where this machine can no longer keep files (no space, an unwritable folder).
    func run(_ task: AgentTask) async throws -> AgentOutcome
    /// The model that is asked first, as `provider/model`; `nil` where there is none.
    var modelName: String? { get }
}

extension AgentBackend {
    package var modelName: String? { nil }
}

/// Everything that one agent is given.
package struct AgentTask: Sendable {
    /// `planner`, `coder`, `tester`, `reviewer` or a specialist's name.
    package var role: String
    /// The body of the agent's note.
    package var system: String
    /// The first message. What others wrote in it stands between the marks of a `PromptFence`.
    package var prompt: String
    package var report: ReportSchema
    package var limits: AgentLimits
    package var workspace: AgentWorkspace
    package var spending: any Spending
    package var transcript: Transcript
    /// What was done of this work before, and what is done now.
    package var journal: AgentJournal
    /// Keeps the worktree as it is now, after a call that may have changed it; names the object that holds it, `nil` where it cannot be taken over.
    package var checkpoint: @Sendable () async throws -> String?
    /// Waits and clocks.
    package var timing: Timing
    /// Told of every step for the live display; called from any thread and never waited for.
    package var progress: @Sendable (AgentProgress) -> Void
    /// Looked at before each turn.
    package var windDown = WindDown()
    /// The network of its commands; `nil`: none.
    package var network: RepositoryNetwork?
    /// What `limits.time` is told by.
    package var clock = AwakeClock()
    /// The files as the work finds them, for its record.
    package var start: StageStart?
    /// After an interruption: the worktree still is as a program left it that can go on with its session.
    package var isWorktreeAsLeft = false
    /// Puts the worktree back to what `checkpoint` named; `nil`: to where the run began.
    package var putBack: @Sendable (String?) async throws -> Void = { _ in }

    package init(
        role: String, system: String, prompt: String, report: ReportSchema, limits: AgentLimits = AgentLimits(), workspace: AgentWorkspace,
        spending: any Spending, transcript: Transcript, journal: AgentJournal = AgentJournal(),
        checkpoint: @escaping @Sendable () async throws -> String? = { nil }, timing: Timing = Timing(),
        progress: @escaping @Sendable (AgentProgress) -> Void = { _ in }
    ) {
        self.role = role
        self.system = system
        self.prompt = prompt
        self.report = report
        self.limits = limits
        self.workspace = workspace
        self.spending = spending
        self.transcript = transcript
        self.journal = journal
        self.checkpoint = checkpoint
        self.timing = timing
        self.progress = progress
    }
}

/// Bounds of one agent's work. Money is bounded by `Spending`; `budget` only tells the agent how much there is.
package struct AgentLimits: Hashable, Sendable {
    /// Model calls, hand-overs included (`max_turns`).
    package var turns: Int
    /// Of the agent's own work (`max_minutes`): model calls without the provider's pauses, and tools.
    package var time: Duration
    package var budget: Money?
    package init(turns: Int = 50, time: Duration = .seconds(3600), budget: Money? = nil) {
        self.turns = turns
        self.time = time
        self.budget = budget
    }
}

/// Where an agent works and what its tools may do there.
package struct AgentWorkspace: Sendable {
    package var runner: any CommandRunner
    /// For each command; its worktree is the one that the file tools open. A read-only role gets it with `worktreeAccess` read-only.
    package var policy: SandboxPolicy
    /// The folder on the host for outputs that were too long for the conversation, outside the worktree; made when it is needed.
    package var outputs: FilePath
    /// The tools that the agent may use, of `ToolBox.names`; `finish` is always there. A role that may not write has no `edit` and `write`.
    package var tools: Set<String>

    package init(runner: any CommandRunner, policy: SandboxPolicy, outputs: FilePath, tools: Set<String> = Set(ToolBox.names)) {
        self.runner = runner
        self.policy = policy
        self.outputs = outputs
        self.tools = tools
    }

    package var mayWrite: Bool { policy.worktreeAccess == .readWrite }
}

/// Where an agent stands.
package struct AgentProgress: Hashable, Sendable {
    package enum Phase: Hashable, Sendable {
        /// The model is asked; `characters` of its answer have arrived.
        case asking(characters: Int)
        /// Nothing is sent for so long, because of this.
        case waiting(Duration, because: String)
        /// A tool runs; one line, safe for a terminal.
        case running(String)
        case ended
    }
    package var role: String
    package var phase: Phase
    package var turn: Int
    package var turns: Int
    /// Tokens in and out so far.
    package var input: Int
    package var output: Int
    /// `nil` where the model's price is unknown.
    package var cost: Money?
    package var elapsed: Duration
}
