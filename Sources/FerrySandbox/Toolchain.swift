internal import FerrySystem
internal import SystemPackage

/// A folder with programs of the host that commands may read: checked, and resolved where links lead to it.
struct Toolchain: Hashable, Sendable {
    /// As the policy names it.
    var path: FilePath
    /// Where it really is.
    var folder: FilePath
    /// Folders of programs in it, in the order of `PATH`.
    var programs: [FilePath]
    /// Names of files right in it that hold credentials (cargo's, npm's); they are empty inside.
    var secrets: [String]

    init(path: FilePath, folder: FilePath, programs: [FilePath], secrets: [String] = []) {
        self.path = path
        self.folder = folder
        self.programs = programs
        self.secrets = secrets
    }

    /// Where it is put inside: under both names, since programs find their own files by the resolved one.
    var places: [FilePath] {
        path == folder || Self.reserved.contains(where: { folder.starts(with: $0) }) ? [path] : [path, folder]
    }

    /// Paths that mean something else inside.
    static let reserved: [FilePath] = [FilePath(SandboxPolicy.guestWorktree), "/ferry", "/proc", "/sys", "/dev", "/run"]
    private static let credentialFiles = ["credentials", "credentials.toml", ".git-credentials", ".netrc", ".npmrc", ".pypirc"]

    init(at path: FilePath, under policy: SandboxPolicy, home: FilePath) throws {
        let path = path.lexicallyNormalized()
        do { folder = try SymbolicLink.resolved(path) } catch {
            throw SandboxError(
                .policy, "The toolchain \(path) cannot be read: \(error).",
                remedy: "Correct `toolchains` in the repository's note, or install it.")
        }
        let own = [policy.worktree, policy.temporary, policy.home] + (policy.agentGit.map { [$0] } ?? []) + policy.forbidden
        if let reason = Self.refusal(of: path, resolved: folder, home: home, forbidden: own) {
            throw SandboxError(
                .policy, "The toolchain \(path) may not be shared with commands: \(reason).",
                remedy: "Name the folder of the toolchain itself, such as ~/.cargo or ~/.pyenv, under `toolchains` in the repository's note.")
        }
        guard try FileStatus(of: folder).kind == .directory else {
            throw SandboxError(.policy, "The toolchain \(path) is not a folder.", remedy: "Name the folder that holds it.")
        }
        self.path = path
        let folder = folder
        let subfolders = ["shims", "bin", "usr/bin"].filter { (try? FileStatus(of: folder.appending($0)))?.kind == .directory }
        programs = subfolders.map { path.appending($0) } + [path]
        secrets = Self.credentialFiles.filter { (try? FileStatus(of: folder.appending($0)))?.kind == .regular }
    }
}

extension Toolchain {
    /// Why a folder may not be shared, or `nil` if it may. Both names of it are judged, by the parts of their paths alone.
    /// - Parameters:
    ///   - home: the home of the person who runs Ferry.
    ///   - forbidden: folders of which no part may be seen: the vault, Ferry's own, the run's own.
    static func refusal(of path: FilePath, resolved: FilePath, home: FilePath, forbidden: [FilePath]) -> String? {
        guard path.isAbsolute, resolved.isAbsolute else { return "its path is not absolute" }
        for name in Set([path.lexicallyNormalized(), resolved.lexicallyNormalized()]) {
            if let reason = refusal(of: name, home: home, forbidden: forbidden) { return reason }
        }
        if reserved.contains(where: { path.starts(with: $0) }) { return "that path means something else inside the sandbox; name it by a link" }
        return nil
    }

    private static func refusal(of path: FilePath, home: FilePath, forbidden: [FilePath]) -> String? {
        if path.components.isEmpty { return "it is the root of the file system" }
        if home.starts(with: path) { return "it is a home folder, or holds yours" }
        if wholes.contains(path) { return "it holds far more than a toolchain" }
        if path.components.count == 2, path.starts(with: "/home") { return "it is a home folder" }
        if let tree = trees.first(where: { path.starts(with: $0) }) { return "nothing in \(tree) is a toolchain" }
        let secrets = privateFolders.map { home.appending($0) }
        if let folder = secrets.first(where: { path.starts(with: $0) || $0.starts(with: path) }), path != home {
            return "\(folder) is private"
        }
        if let folder = forbidden.first(where: { path.starts(with: $0) || $0.starts(with: path) }) { return "\(folder) may not be seen by commands" }
        return nil
    }

    private static let wholes: Set<FilePath> = ["/home", "/var", "/tmp", "/mnt", "/media", "/srv", "/root"]
    private static let trees: [FilePath] = ["/proc", "/sys", "/dev", "/run", "/etc", "/boot", "/var/run", "/var/lib/docker"]
    private static let privateFolders = [
        ".ssh", ".gnupg", ".aws", ".azure", ".config", ".docker", ".kube", ".mozilla", ".password-store", ".thunderbird", ".local/state",
        ".local/share/keyrings",
    ]
}
