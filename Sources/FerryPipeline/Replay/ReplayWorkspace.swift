package import FerryGit
package import FerrySandbox
internal import FerrySystem
package import FerryVault
package import SystemPackage

/// Fresh files, as a stage found them, for running its tools again: nothing of the run's own is touched.
package struct ReplayWorkspace: Sendable {
    private let folder: FilePath
    private let git: GitRepository
    private let repository: RepositoryNote
    private let runner: any CommandRunner
    private let forbidden: [FilePath]

    /// `folder` is Ferry's own, made and removed for each stage. `forbidden` as in `RunParts`.
    package init(folder: FilePath, git: GitRepository, repository: RepositoryNote, runner: any CommandRunner, forbidden: [FilePath]) {
        self.folder = folder
        self.git = git
        self.repository = repository
        self.runner = runner
        self.forbidden = forbidden
    }

    /// `nil` where the files as they were are not known, or gone from the repository. Throws `GitError`, and what `body` throws.
    package func with<Result: Sendable>(_ start: StageStart?, _ body: (AgentWorkspace) async throws -> Result) async throws -> Result? {
        guard let start, let commit = CommitID(start.commit), let state = start.tree, try await git.commitExists(commit),
            let tree = try await git.tree(at: state)
        else { return nil }
        let place = RunWorkspace(folder: folder, record: folder.appending("record"))
        try Directory.removeTree(folder)
        defer { try? Directory.removeTree(folder) }
        try place.prepare()
        _ = try await git.createWorktree(at: place.worktree, from: commit, holding: tree)
        try place.makeGitMountPoint()
        try await git.createAgentGit(at: place.agentGit, base: commit, guest: try place.guest(git))
        var policy = SandboxPolicy(
            worktree: place.worktree, agentGit: place.agentGit, objects: try git.objectStores(), temporary: place.temporary, home: place.home)
        repository.apply(to: &policy, forbidden: forbidden)
        return try await body(AgentWorkspace(runner: runner, policy: policy, outputs: place.outputs))
    }
}
