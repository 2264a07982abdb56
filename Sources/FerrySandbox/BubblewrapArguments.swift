internal import SystemPackage

/// One argument for bubblewrap. Descriptors are opened by `ferry-step`, which puts their numbers in.
enum BubblewrapArgument: Hashable, Sendable {
    case text(String)
    /// A path of the host, in its own bytes.
    case path(FilePath)
    /// A descriptor from which these bytes can be read.
    case data([UInt8])
    /// A descriptor of this folder, which may not be a link.
    case folder(FilePath)
    /// The end of the options: those before it are handed over in a file, since arguments can be read by everybody on the machine.
    case end
    /// A descriptor of this socket, which may not be a link.
    case socket(FilePath)
    /// A descriptor of `ferry-step` itself.
    case helper
    /// Descriptors of the seccomp program, of the pipe for bubblewrap's status, and of the one that it waits at before it executes the command.
    case seccomp
    case status
    case gate
}

/// Compiles a policy and a command into the argument list of `bwrap`. Pure: what the host has comes in as `SandboxHost`.
/// The list follows one rule: an empty root, and only what is named is put into it.
struct BubblewrapArguments: Sendable {
    private(set) var list: [BubblewrapArgument] = []

    init(_ command: SandboxCommand, under policy: SandboxPolicy, on host: SandboxHost) {
        separate()
        add("--size", "1048576", "--tmpfs", "/")
        addSystem(host)
        addDevices(host)
        addBind(policy.temporary, at: "/tmp")
        addBind(policy.home, at: SandboxPolicy.guestHome)
        // The mount point of `.git` is made in it; see `addGit`.
        addBind(policy.worktree, at: SandboxPolicy.guestWorktree, policy.agentGit == nil ? policy.worktreeAccess : .readWrite)
        addGit(policy, host)
        addToolchains(host.toolchains)
        for (path, content) in policy.files.sorted(by: { $0.key < $1.key }) { addFile(content, at: path) }
        for (path, content) in policy.homeFiles.sorted(by: { $0.key < $1.key }) { addFile(content, at: SandboxPolicy.guestHome + "/" + path) }
        let inside = addSockets(policy)
        addEnvironment(command, policy, host)
        add("--remount-ro", "/")
        add("--chdir", Self.directory(of: command))
        add("--seccomp")
        list.append(.seccomp)
        add("--json-status-fd")
        list.append(.status)
        add("--block-fd")
        list.append(.gate)
        list.append(.end)
        for argument in inside + command.arguments { add(argument) }
    }

    private mutating func add(_ texts: String...) { list += texts.map(BubblewrapArgument.text) }

    private mutating func separate() {
        // `--unshare-user` is explicit because bubblewrap leaves it out for root; `--disable-userns` needs it.
        add("--unshare-user", "--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup")
        add("--disable-userns", "--uid", "1000", "--gid", "1000", "--hostname", "agent", "--cap-drop", "ALL")
        add("--die-with-parent", "--new-session", "--clearenv")
    }

    private mutating func addSystem(_ host: SandboxHost) {
        add("--ro-bind", "/usr", "/usr")
        for (name, entry) in host.rootEntries.sorted(by: { $0.key < $1.key }) {
            switch entry {
            case .link(let target): add("--symlink", target, "/" + name)
            case .folder: add("--ro-bind", "/" + name, "/" + name)
            }
        }
        // A mount costs a fifth of a millisecond, a link or a copy next to nothing; the root is read-only in the end.
        for path in Self.systemFiles {
            if let target = host.systemLinks[path] { add("--symlink", target, path) } else { add("--ro-bind-try", path, path) }
        }
        for (path, text) in Self.generatedFiles {
            add("--perms", "0444", "--file")
            list += [.data(Array(text.utf8)), .text(path)]
        }
    }

    private mutating func addDevices(_ host: SandboxHost) {
        add("--proc", "/proc", "--dev", "/dev")
        for name in host.keyListings { addFile([], at: "/proc/" + name) }
        // `--dev` is a writable tmpfs of half the memory, with /dev/shm in it.
        add("--size", "268435456", "--tmpfs", "/dev/shm", "--remount-ro", "/dev")
    }

    private mutating func addBind(_ folder: FilePath, at guest: String, _ access: SandboxPolicy.Access = .readWrite) {
        add(access == .readWrite ? "--bind-fd" : "--ro-bind-fd")
        list += [.folder(folder), .text(guest)]
    }

    private mutating func addFile(_ content: [UInt8], at path: String) {
        add("--perms", "0444", "--ro-bind-data")
        list += [.data(content), .text(path)]
    }

    private mutating func addGit(_ policy: SandboxPolicy, _ host: SandboxHost) {
        let link = SandboxPolicy.guestWorktree + "/.git"
        if let agentGit = policy.agentGit {
            addBind(agentGit, at: SandboxPolicy.guestGit)
            // As a mount point it cannot be removed, renamed or replaced from inside.
            addFile(Array("gitdir: \(SandboxPolicy.guestGit)\n".utf8), at: link)
            if policy.worktreeAccess == .readOnly { add("--remount-ro", SandboxPolicy.guestWorktree) }
        } else if host.worktreeHasGitFile {
            // It names a folder of the host, and is not the command's to write.
            addFile([], at: link)
        }
        for (index, store) in policy.objects.enumerated() {
            let guest = SandboxPolicy.guestObjects(index)
            addBind(store, at: guest, .readOnly)
            // Its own alternates are paths of the host; the policy lists them all.
            if host.storesWithAlternates.contains(store) { addFile([], at: guest + "/info/alternates") }
        }
    }

    private mutating func addToolchains(_ toolchains: [Toolchain]) {
        // Shorter first: one inside another then lies on top of it.
        for toolchain in toolchains.sorted(by: { $0.path.length < $1.path.length }) {
            for place in toolchain.places {
                add("--ro-bind-fd")
                list += [.folder(toolchain.folder), .path(place)]
                for name in toolchain.secrets {
                    add("--perms", "0444", "--ro-bind-data")
                    list += [.data([]), .path(place.appending(name))]
                }
            }
        }
    }

    /// Puts the sockets into the sandbox, and returns what is run in front of the command: the helper, which connects them (Sources/ferry-step/inside.c).
    private mutating func addSockets(_ policy: SandboxPolicy) -> [String] {
        var options: [String] = []
        if let proxy = policy.proxy {
            add("--ro-bind-fd")
            list += [.socket(proxy), .text(Self.guestProxy)]
            options += ["--proxy", "\(SandboxPolicy.guestProxyPort)", Self.guestProxy]
        }
        if let streams = policy.streams {
            add("--ro-bind-fd")
            list += [.socket(streams), .text(Self.guestStreams)]
            options += ["--streams", Self.guestStreams]
        }
        guard !options.isEmpty else { return [] }
        add("--ro-bind-fd")
        list += [.helper, .text(Self.guestHelper)]
        return [Self.guestHelper, "--inside"] + options + ["--"]
    }

    private static let guestHelper = "/ferry/step"
    private static let guestProxy = "/ferry/proxy.sock"
    private static let guestStreams = "/ferry/streams.sock"

    /// What programs look at; both cases, since each is somebody's only one. Node looks at none of it unless told to.
    private static let proxyEnvironment: [String: String] = {
        let url = "http://127.0.0.1:\(SandboxPolicy.guestProxyPort)"
        let names = ["http_proxy", "https_proxy", "all_proxy"]
        var environment = ["no_proxy": "localhost,127.0.0.1,::1", "NODE_USE_ENV_PROXY": "1"]
        for name in names { environment[name] = url }
        for name in names + ["no_proxy"] { environment[name.uppercased()] = environment[name] }
        return environment
    }()

    private mutating func addEnvironment(_ command: SandboxCommand, _ policy: SandboxPolicy, _ host: SandboxHost) {
        let programs = host.toolchains.flatMap(\.programs).map(\.string)
        var environment = [
            "PATH": (programs + ["/usr/local/bin", "/usr/bin", "/bin"]).joined(separator: ":"),
            "HOME": SandboxPolicy.guestHome, "TMPDIR": "/tmp", "LANG": "C.UTF-8", "TERM": "dumb", "CI": "1",
            "USER": "agent", "LOGNAME": "agent",
        ]
        if policy.proxy != nil { environment.merge(Self.proxyEnvironment) { $1 } }
        environment.merge(policy.environment) { $1 }
        environment.merge(command.environment) { $1 }
        for (name, value) in environment.sorted(by: { $0.key < $1.key }) { add("--setenv", name, value) }
    }

    private static func directory(of command: SandboxCommand) -> String {
        command.directory.isEmpty ? SandboxPolicy.guestWorktree : SandboxPolicy.guestWorktree + "/" + command.directory
    }

    /// World-readable settings of the system that programs do not work well without. Neither accounts nor keys.
    static let systemFiles = [
        "alternatives", "crypto-policies", "debian_version", "fonts", "java-11-openjdk", "java-17-openjdk", "java-21-openjdk", "java-25-openjdk",
        "java-8-openjdk", "ld.so.cache", "localtime", "magic", "maven", "mime.types", "os-release",
        "perl", "pki/ca-trust/extracted", "pki/tls/cert.pem", "pki/tls/certs", "pki/tls/openssl.cnf", "protocols", "python3", "services",
        "ssl/certs", "ssl/openssl.cnf", "timezone",
    ].map { "/etc/" + $0 }

    static let generatedFiles: [(path: String, text: String)] = [
        ("/etc/group", "root:x:0:\nagent:x:1000:\nnogroup:x:65534:\n"),
        ("/etc/hosts", "127.0.0.1 localhost agent\n::1 localhost\n"),
        ("/etc/nsswitch.conf", "passwd: files\ngroup: files\nhosts: files\n"),
        (
            "/etc/passwd",
            "root:x:0:0:root:/root:/usr/sbin/nologin\nagent:x:1000:1000:agent:/home/agent:/bin/sh\n"
                + "nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n"
        ),
    ]
}
