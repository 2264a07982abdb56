package import SystemPackage

/// What a command may see and use. A value; `BubblewrapArguments` compiles it, purely.
package struct SandboxPolicy: Hashable, Sendable {
    package enum Access: Hashable, Sendable { case readOnly, readWrite }

    /// The folder on the host that the command works in. Inside it is always `SandboxPolicy.guestWorktree`.
    package var worktree: FilePath
    package var worktreeAccess: Access
    /// The agent's own throw-away git directory, writable; `nil` gives it no git.
    package var agentGit: FilePath?
    /// Object stores of the repository, read-only (the first is its own, the rest its alternates).
    package var objects: [FilePath]
    /// Folders on the host that are `/tmp` and `/home/agent` inside: private to the run, kept between its commands.
    package var temporary: FilePath
    package var home: FilePath
    /// Toolchain folders, read-only at their own paths; each one's `bin` (and itself) leads `PATH`.
    package var toolchains: [FilePath]
    /// Folders of which no command may see any part: the vault, Ferry's own state. Shared folders that hold one, and toolchains in one, are refused.
    package var forbidden: [FilePath]
    /// Single files of Ferry's that the command may read: guest path below `/ferry/` → content.
    package var files: [String: [UInt8]]
    /// Files over those of the home, read-only and for this command alone, by their path below the home → content. Each must be there as a file already, and its
    /// folders as folders: bubblewrap would follow a link.
    package var homeFiles: [String: [UInt8]] = [:]
    package var environment: [String: String]
    package var limits: SandboxLimits
    /// The Unix socket of Ferry's proxy: commands reach it, and nothing else, at `guestProxyPort` of their own loopback. `nil`: no network at all.
    package var proxy: FilePath?
    /// A Unix socket of Ferry's that is the command's standard input and output; `nil`: input as the command says, output to the log.
    package var streams: FilePath?

    /// The port on 127.0.0.1 inside, of no well-known service.
    package static let guestProxyPort = 13_128
    package static let guestWorktree = "/work"
    package static let guestHome = "/home/agent"
    /// Where `agentGit` is inside.
    package static let guestGit = "/ferry/git"
    /// Where the object store with this index in `objects` is inside: what the agent's git names as its alternates.
    package static func guestObjects(_ index: Int) -> String { index == 0 ? "/ferry/objects" : "/ferry/objects-\(index)" }

    package init(
        worktree: FilePath, worktreeAccess: Access = .readWrite, agentGit: FilePath? = nil, objects: [FilePath] = [],
        temporary: FilePath, home: FilePath, toolchains: [FilePath] = [], forbidden: [FilePath] = [],
        files: [String: [UInt8]] = [:], environment: [String: String] = [:], limits: SandboxLimits = SandboxLimits()
    ) {
        self.worktree = worktree
        self.worktreeAccess = worktreeAccess
        self.agentGit = agentGit
        self.objects = objects
        self.temporary = temporary
        self.home = home
        self.toolchains = toolchains
        self.forbidden = forbidden
        self.files = files
        self.environment = environment
        self.limits = limits
    }
}

/// Bounds of one command.
package struct SandboxLimits: Hashable, Sendable {
    package var memoryBytes: Int64 = 4 << 30
    package var processes = 512
    package var openFiles = 4096
    package var fileBytes: Int64 = 2 << 30
    /// New bytes in worktree, tmp and home together.
    package var diskBytes: Int64 = 8 << 30
    package var time: Duration = .seconds(600)
    package init() {}
}
