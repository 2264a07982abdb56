package import FerrySandbox
internal import FerrySystem
package import SystemPackage

/// What preparing a repository fetched (package caches, virtual environments in the home folder), for the runs to come: a read-only seed, of which each run
/// gets a private copy. Only a successful preparation of the base branch makes a new seed, so no feature hands anything on to another.
///
/// All copying is done by a command in the sandbox; the host itself reads nothing of it.
package struct RepositoryCache: Sendable {
    /// `home-1`, `home-2`, …; the highest counts. The one before stays, since a run may be copying it.
    private let folder: FilePath
    /// What a seed is called that is being copied.
    static let incoming = "incoming-"
    private let runner: any CommandRunner

    package init(folder: FilePath, runner: any CommandRunner) {
        self.folder = folder
        self.runner = runner
    }

    /// Fills a home folder from the seed, if there is one. Where that fails the home is emptied: what is missing is fetched again.
    func fill(_ home: FilePath, under policy: SandboxPolicy) async throws {
        guard let seed = try generations().last?.path else { return }
        var policy = Self.copying(policy)
        policy.worktree = seed
        policy.worktreeAccess = .readOnly
        policy.home = home
        guard try await !copy(from: SandboxPolicy.guestWorktree, to: SandboxPolicy.guestHome, under: policy) else { return }
        try Directory.removeTree(home)
        try Directory.create(home, mode: 0o700)
    }

    /// Makes the home folder the new seed. Where it cannot be copied (the disk is full) the old one stays.
    func keep(_ home: FilePath, under policy: SandboxPolicy) async throws {
        let known = try generations()
        let number = (known.last?.number ?? 0) + 1
        let incoming = folder.appending("\(Self.incoming)\(UInt32.random(in: .min ... .max))")
        try Directory.create(incoming, mode: 0o700)
        defer { try? Directory.removeTree(incoming) }
        var policy = Self.copying(policy)
        policy.worktree = incoming
        policy.home = home
        guard try await copy(from: SandboxPolicy.guestHome, to: SandboxPolicy.guestWorktree, under: policy) else { return }
        // Taken: another run of the same repository was first, with the same base.
        do { try Renaming.move(incoming, to: folder.appending("home-\(number)")) } catch Errno.fileExists { return } catch Errno.noSuchFileOrDirectory
        {
            // Pruned meanwhile: it is fetched again.
            return
        }
        for old in known.dropLast() { try Directory.removeTree(old.path) }
    }

    private func generations() throws -> [(number: Int, path: FilePath)] {
        guard try FileStatus.ifPresent(folder) != nil else { return [] }
        return try Directory.entries(of: folder).compactMap { entry in
            guard entry.name.string.hasPrefix("home-"), let number = Int(entry.name.string.dropFirst("home-".count)) else { return nil }
            return (number, folder.appending(entry.name))
        }.sorted { $0.number < $1.number }
    }

    private static func copying(_ policy: SandboxPolicy) -> SandboxPolicy {
        var policy = policy
        policy.worktreeAccess = .readWrite
        policy.agentGit = nil
        policy.objects = []
        policy.proxy = nil
        return policy
    }

    private func copy(from source: String, to destination: String, under policy: SandboxPolicy) async throws -> Bool {
        try await runner.run(SandboxCommand(["/bin/cp", "-a", "--reflink=auto", source + "/.", destination + "/"]), under: policy).succeeded
    }
}
