internal import FerrySystem
internal import SystemPackage

/// What `BubblewrapArguments` must know of the host: read once for each command, so that compiling itself stays pure.
struct SandboxHost: Hashable, Sendable {
    enum RootEntry: Hashable, Sendable {
        case folder
        case link(String)
    }

    /// Which of `/bin`, `/lib` and their like there are: links where the system has its programs in `/usr` alone.
    var rootEntries: [String: RootEntry]
    /// Which of `BubblewrapArguments.systemFiles` are links into `/usr`, and where they lead.
    var systemLinks: [String: String]
    /// Files of `/proc` that tell of the person's keyrings, which no namespace divides; they are empty inside.
    var keyListings: [String]
    var worktreeHasGitFile: Bool
    var storesWithAlternates: Set<FilePath>
    var toolchains: [Toolchain]

    init(
        rootEntries: [String: RootEntry] = [:], systemLinks: [String: String] = [:], keyListings: [String] = [], worktreeHasGitFile: Bool = false,
        storesWithAlternates: Set<FilePath> = [], toolchains: [Toolchain] = []
    ) {
        self.rootEntries = rootEntries
        self.systemLinks = systemLinks
        self.keyListings = keyListings
        self.worktreeHasGitFile = worktreeHasGitFile
        self.storesWithAlternates = storesWithAlternates
        self.toolchains = toolchains
    }

    /// Looks at this machine. Throws `SandboxError` with code `policy` where the policy names something that may not be shared or is not there.
    init(for policy: SandboxPolicy, home: FilePath) throws {
        rootEntries = try Self.readRoot()
        systemLinks = try Self.readSystemLinks()
        keyListings = try ["key-users", "keys"].filter { try FileStatus.ifPresent(FilePath("/proc").appending($0)) != nil }
        worktreeHasGitFile = try FileStatus.ifPresent(policy.worktree.appending(".git"))?.kind == .regular
        storesWithAlternates = try Set(policy.objects.filter { try FileStatus.ifPresent($0.appending("info/alternates")) != nil })
        toolchains = try policy.toolchains.map { try Toolchain(at: $0, under: policy, home: home) }
    }

    private static func readSystemLinks() throws -> [String: String] {
        var links: [String: String] = [:]
        for path in BubblewrapArguments.systemFiles.map({ FilePath($0) }) where try FileStatus.ifPresent(path)?.kind == .link {
            let target = try SymbolicLink.target(of: path)
            let end = path.removingLastComponent().pushing(target).lexicallyNormalized()
            if end.starts(with: "/usr") { links[path.string] = target.string }
        }
        return links
    }

    private static func readRoot() throws -> [String: RootEntry] {
        var entries: [String: RootEntry] = [:]
        for name in ["bin", "lib", "lib32", "lib64", "libx32", "sbin"] {
            let path = FilePath("/").appending(name)
            switch try FileStatus.ifPresent(path)?.kind {
            case .link: entries[name] = .link(try SymbolicLink.target(of: path).string)
            case .directory: entries[name] = .folder
            default: break
            }
        }
        return entries
    }
}
