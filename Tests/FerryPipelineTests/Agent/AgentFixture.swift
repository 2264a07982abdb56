internal import FerryLLM
internal import FerryModel
internal import FerryStore
internal import FerrySandbox
internal import FerrySystem
internal import FerryTestSupport
internal import Synchronization
internal import SystemPackage
internal import Testing

@testable internal import FerryPipeline

/// A worktree, and everything else that an agent is given, in a scratch folder. Commands really run in the sandbox.
struct AgentFixture {
    let root: FilePath
    var workspace: AgentWorkspace
    var book = SpendingBook()
    let transcript: Transcript
    let seen = ProgressLog()

    var worktree: FilePath { root.appending("worktree") }

    static func with(_ files: [String: String] = [:], _ body: (inout AgentFixture) async throws -> Void) async throws {
        try await withScratch { root in
            for name in ["worktree", "tmp", "home"] { try Directory.create(root.appending(name)) }
            try write(files, below: root.appending("worktree"))
            var fixture = try AgentFixture(root)
            try await body(&fixture)
        }
    }

    private init(_ root: FilePath) throws {
        self.root = root
        var policy = SandboxPolicy(worktree: root.appending("worktree"), temporary: root.appending("tmp"), home: root.appending("home"))
        policy.limits.time = .seconds(30)
        workspace = AgentWorkspace(runner: BubblewrapRunner(allowRoot: true), policy: policy, outputs: root.appending("outputs"))
        let redactor = Redactor(values: ["known-secret-value"])
        transcript = try Transcript(at: root.appending("run/coder.jsonl"), redactor: redactor, now: { "2026-01-02T03:04:05Z" })
    }

    /// A report with a text and a list.
    static let report = ReportSchema(
        name: "work", summary: "Say what was done.",
        schema: [
            "type": "object",
            "properties": [
                "summary": ["type": "string"],
                "state": ["type": "string", "enum": ["done", "open"]],
                "files": ["type": "array", "items": ["type": "string"]],
            ],
            "required": ["summary"],
            "additionalProperties": false,
        ],
        further: { $0["summary"]?.string == "" ? ["`summary`: it is empty"] : [] })

    func toolBox() -> ToolBox { ToolBox(workspace, report: Self.report, redactor: transcript.redactor) }

    func task(limits: AgentLimits = AgentLimits()) -> AgentTask {
        AgentTask(
            role: "coder", system: "You are the coder.", prompt: "Do the work.", report: Self.report, limits: limits, workspace: workspace,
            spending: book,
            transcript: transcript, progress: seen.note)
    }

    func run(_ model: FakeModel, limits: AgentLimits = AgentLimits(), window: Int? = nil) async throws -> AgentOutcome {
        let price: @Sendable (ModelUsage, String) -> Money? = { usage, _ in Money(microdollars: Int64(usage.input + 10 * usage.output)) }
        return try await AgentLoop(AgentModel(model, window: window, cost: price)).run(task(limits: limits))
    }

    var entries: [TranscriptEntry] { get throws { try Transcript.read(transcript.path) } }

    func file(_ name: String) throws -> String { try text(worktree.appending(name)) }
}

/// Reserves up to a limit and remembers what was settled.
final class SpendingBook: Spending {
    private struct State {
        var open: Set<SpendingReservation> = []
        var reserved: [Money?] = []
        var models: [String] = []
        var settled: [(usage: ModelUsage, cost: Money?)] = []
        var limit: Money?
    }
    private let state = Mutex(State())

    init(limit: Money? = nil) { state.withLock { $0.limit = limit } }

    func reserve(_ estimate: Money?, model: String, call: String, _ durability: Durability) async throws -> SpendingReservation {
        try state.withLock { state in
            let spent = state.settled.reduce(Money.zero) { $0 + ($1.cost ?? .zero) }
            if let limit = state.limit, spent + (estimate ?? .zero) > limit { throw BudgetReached(limit: .run, spent: spent, allowed: limit) }
            let reservation = SpendingReservation(key: "\(state.reserved.count)", amount: estimate)
            state.reserved.append(estimate)
            state.models.append(model)
            state.open.insert(reservation)
            return reservation
        }
    }

    func settle(_ reservation: SpendingReservation, usage: ModelUsage, cost: Money?) async {
        state.withLock { state in
            #expect(state.open.remove(reservation) != nil, "settled twice, or never reserved")
            state.settled.append((usage, cost))
        }
    }

    var settled: [(usage: ModelUsage, cost: Money?)] { state.withLock { $0.settled } }
    var reserved: [Money?] { state.withLock { $0.reserved } }
    /// Of each reservation.
    var models: [String] { state.withLock { $0.models } }
    /// Whether each reservation was settled.
    var isBalanced: Bool { state.withLock { $0.open.isEmpty && $0.reserved.count == $0.settled.count } }
}

final class ProgressLog: Sendable {
    private let all = Mutex<[AgentProgress]>([])
    var note: @Sendable (AgentProgress) -> Void { { progress in self.all.withLock { $0.append(progress) } } }
    var progress: [AgentProgress] { all.withLock { $0 } }
}
