internal import FerryGit
internal import FerryLLM
internal import FerryModel
internal import FerryPipeline
internal import FerrySandbox
internal import FerryStore
internal import FerrySystem
internal import Glibc
internal import SystemPackage

/// A worktree with a git of the agent's, as a run has them, and a database.
struct BenchGround {
    let folder: FilePath
    let runner: BubblewrapRunner
    private(set) var policy: SandboxPolicy
    private let git: GitRepository
    private let worktree: Worktree
    private let tree: TreeID

    init(folder: FilePath, repository: FilePath) async throws {
        self.folder = folder
        let bubblewrap = getenv("FERRY_BENCH_BWRAP").map { FilePath(platformString: $0) } ?? BubblewrapRunner.usualBubblewrap
        runner = BubblewrapRunner(bubblewrap: bubblewrap)
        for name in ["tmp", "home"] { try Directory.create(folder.appending(name), mode: 0o700) }
        git = try await GitRepository.open(path: repository, privateDirectory: folder.appending("git"))
        guard let main = BranchName("main"), let base = try await git.tip(of: main) else { throw Errno.noSuchFileOrDirectory }
        worktree = try await git.createWorktree(at: folder.appending("worktree"), from: base)
        tree = try await git.tree(of: base)
        let stores = try git.objectStores()
        let agentGit = folder.appending("agent-git")
        try await git.createAgentGit(
            at: agentGit, base: base,
            guest: AgentGit.Guest(worktree: SandboxPolicy.guestWorktree, objects: stores.indices.map(SandboxPolicy.guestObjects)))
        policy = SandboxPolicy(
            worktree: worktree.folder, agentGit: agentGit, objects: stores, temporary: folder.appending("tmp"), home: folder.appending("home"))
    }

    func task(turns: Int, keepsWorktree: Bool) async throws -> AgentTask {
        let (feature, run) = (FeatureID(number: 1), RunNumber(1))
        let store = try Store(at: folder.appending("ferry.sqlite"))
        let report = ReportSchema(name: "work", summary: "", schema: ["type": "object", "properties": [:], "additionalProperties": false])
        let workspace = AgentWorkspace(
            runner: RedactingRunner(runner) { Redactor() }, policy: policy, outputs: folder.appending("outputs"))
        var task = AgentTask(
            role: "coder", system: "", prompt: "", report: report, limits: AgentLimits(turns: turns), workspace: workspace, spending: Free(),
            transcript: try Transcript(at: folder.appending("coder.jsonl")),
            journal: try await AgentJournal(store: store, feature: feature, run: run, stage: "phase-1/code/0"))
        guard keepsWorktree else { return task }
        let checkpoints = WorktreeCheckpoints(of: worktree, in: git, feature: feature, run: run)
        try await checkpoints.adopt(tree)
        task.checkpoint = {
            guard case .tree(let tree) = try await checkpoints.take() else { return nil }
            return tree.hex
        }
        return task
    }

    private struct Free: Spending {
        func reserve(_ estimate: Money?, model: String, call: String, _ durability: Durability) async throws -> SpendingReservation {
            SpendingReservation(key: call)
        }
        func settle(_ reservation: SpendingReservation, usage: ModelUsage, cost: Money?) async {}
    }
}
