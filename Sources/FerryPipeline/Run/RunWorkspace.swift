internal import FerryGit
internal import FerrySandbox
internal import FerrySystem
package import SystemPackage

/// The folders of one run.
package struct RunWorkspace: Hashable, Sendable {
    /// Can be made again: worktree, the agent's git, tmp and home.
    package let folder: FilePath
    /// Must not be lost: transcripts in full, logs, long outputs.
    package let record: FilePath

    package var worktree: FilePath { folder.appending("worktree") }
    package var agentGit: FilePath { folder.appending("git") }
    package var temporary: FilePath { folder.appending("tmp") }
    package var home: FilePath { folder.appending("home") }
    /// A clean export of the commit under check, and the tmp and home of its commands.
    package var export: FilePath { folder.appending("export") }
    package var exportTemporary: FilePath { folder.appending("export-tmp") }
    package var exportHome: FilePath { folder.appending("export-home") }
    package var logs: FilePath { record.appending("logs") }
    package var outputs: FilePath { record.appending("outputs") }

    /// Makes the folders that commands need. Throws `Errno`.
    package func prepare() throws {
        for path in [folder, temporary, home, exportTemporary, exportHome, logs, outputs] { try Directory.create(path, mode: 0o700) }
    }

    /// The file that the sandbox mounts the agent's `.git` over: bubblewrap cannot make it in a read-only worktree. Host git passes it by.
    func makeGitMountPoint() throws { try FileContents.write([], to: worktree.appending(".git")) }

    private var preparedMark: FilePath { folder.appending("prepared") }

    /// Whether the repository's `setup` was run in this worktree. Throws `Errno`.
    var isPrepared: Bool { get throws { try FileStatus.ifPresent(preparedMark) != nil } }

    func setPrepared() throws { try FileContents.write([], to: preparedMark) }

    /// A worktree that was made anew is not prepared. Throws `Errno`.
    func setUnprepared() throws { try Directory.removeTree(preparedMark) }

    /// Removes what can be made again. Throws `Errno`.
    package func release() throws { try Directory.removeTree(folder) }

    /// Where worktree and object stores appear inside the sandbox.
    func guest(_ git: GitRepository) throws -> AgentGit.Guest {
        AgentGit.Guest(worktree: SandboxPolicy.guestWorktree, objects: try git.objectStores().indices.map(SandboxPolicy.guestObjects))
    }
}
