internal import FerryGit
internal import FerrySystem
internal import SystemPackage

/// The worktree of one run: made, kept after each change, and put back to a state that was kept.
actor RunWorktree {
    private let request: RunRequest
    private let workspace: RunWorkspace
    private let git: GitRepository
    private var checkpoints: WorktreeCheckpoints?
    /// It was taken as it was found after an interruption, and nothing was put back since.
    private(set) var isAsLeft = false

    init(_ request: RunRequest, _ workspace: RunWorkspace, _ git: GitRepository) {
        self.request = request
        self.workspace = workspace
        self.git = git
    }

    /// Puts the worktree to the state that an object of git holds; `nil`: to where the run began. One that is in this state already, after work that was
    /// not in the middle of a change, is left as it is, with the files that `.gitignore` excludes. Throws `GitError`.
    func putBack(to object: String?, isBetweenChanges: Bool) async throws {
        let state = object ?? request.start.hex
        guard let tree = try await git.tree(at: state) else {
            throw GitError(
                .failed, "The state \(state.prefix(12)) that \(request.feature) goes on from is gone from the repository.",
                remedy: "Move the note to planned; Ferry begins again from its branch.")
        }
        if isBetweenChanges, try await isAlready(tree) { return }
        isAsLeft = false
        await settle()
        try workspace.setUnprepared()
        let worktree = try await git.createWorktree(at: workspace.worktree, from: request.start, holding: tree)
        try workspace.makeGitMountPoint()
        try await git.createAgentGit(at: workspace.agentGit, base: request.start, guest: try workspace.guest(git))
        let checkpoints = WorktreeCheckpoints(of: worktree, in: git, feature: request.feature, run: request.run)
        try await checkpoints.adopt(tree)
        self.checkpoints = checkpoints
        try await failpoint(.worktreeAfterDone)
    }

    /// Takes the worktree as a program left it in the middle of its work. Returns whether it can be used so. Throws `GitError`.
    func takeAsLeft() async throws -> Bool {
        guard let worktree = Worktree.open(at: workspace.worktree), worktree.base == request.start, try hasAgentGit else { return false }
        let checkpoints = WorktreeCheckpoints(of: worktree, in: git, feature: request.feature, run: request.run)
        guard case .tree = try await checkpoints.take(anew: true) else { return false }
        self.checkpoints = checkpoints
        isAsLeft = true
        return true
    }

    private func isAlready(_ tree: TreeID) async throws -> Bool {
        guard let worktree = Worktree.open(at: workspace.worktree), worktree.base == request.start, try hasAgentGit else { return false }
        let checkpoints = WorktreeCheckpoints(of: worktree, in: git, feature: request.feature, run: request.run)
        guard try await checkpoints.take(anew: true) == .tree(tree) else { return false }
        self.checkpoints = checkpoints
        return true
    }

    /// Its index is made last.
    private var hasAgentGit: Bool {
        get throws {
            let index = workspace.agentGit.appending("index")
            return try FileStatus.ifPresent(index) != nil && FileStatus.ifPresent(FilePath(index.string + ".lock")) == nil
        }
    }

    /// Waits for what still keeps the newest state from garbage collection. That it could not be kept from it is no reason to stop: the state is there.
    func settle() async { try? await checkpoints?.settle() }

    /// Keeps the worktree as it is now; `nil` where it cannot be taken over. No command may be at work in it. Throws `GitError`.
    func keep() async throws -> TreeID? {
        if checkpoints == nil, let worktree = Worktree.open(at: workspace.worktree) {
            checkpoints = WorktreeCheckpoints(of: worktree, in: git, feature: request.feature, run: request.run)
        }
        guard case .tree(let tree)? = try await checkpoints?.take() else { return nil }
        return tree
    }
}
