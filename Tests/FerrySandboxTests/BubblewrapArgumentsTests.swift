internal import SystemPackage
internal import Testing

@testable internal import FerrySandbox

struct BubblewrapArgumentsTests {
    private static let policy = SandboxPolicy(worktree: "/w", temporary: "/t", home: "/h")
    private static let command = SandboxCommand(["/bin/true", "--size"])

    /// The list in one line, with descriptors as what they are of.
    private static func line(_ command: SandboxCommand = command, _ policy: SandboxPolicy = policy, on host: SandboxHost = SandboxHost()) -> String {
        BubblewrapArguments(command, under: policy, on: host).list.map { argument in
            switch argument {
            case .text(let text): text
            case .path(let path): path.string
            case .data(let bytes): "{" + String(decoding: bytes, as: UTF8.self).replacing("\n", with: "|") + "}"
            case .folder(let path): "<\(path)>"
            case .end: "--"
            case .socket(let path): "<socket \(path)>"
            case .helper: "<helper>"
            case .seccomp: "<seccomp>"
            case .status: "<status>"
            case .gate: "<gate>"
            }
        }.joined(separator: " ")
    }

    @Test(arguments: [
        "--unshare-user", "--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup", "--disable-userns",
        "--uid 1000 --gid 1000", "--cap-drop ALL", "--die-with-parent", "--new-session", "--clearenv", "--size 1048576 --tmpfs /",
        "--ro-bind /usr /usr", "--proc /proc --dev /dev", "--tmpfs /dev/shm --remount-ro /dev", "--bind-fd </t> /tmp", "--bind-fd </h> /home/agent",
        "--bind-fd </w> /work", "--remount-ro / --chdir /work", "--seccomp <seccomp>", "--json-status-fd <status>", "--block-fd <gate>",
        "--setenv HOME /home/agent", "--setenv TMPDIR /tmp", "--setenv LANG C.UTF-8", "--setenv TERM dumb", "--setenv CI 1",
        "--setenv PATH /usr/local/bin:/usr/bin:/bin",
    ])
    func `every sandbox has`(_ part: String) {
        #expect(Self.line().contains(part))
    }

    @Test(arguments: ["--share-net", "--dev-bind", "--ro-bind / ", "--bind / ", "/home/user", "/run", "/sys", "/root "])
    func `no sandbox has`(_ part: String) {
        #expect(!Self.line().replacing("/root:", with: "").contains(part))
    }

    @Test func `the command comes last and cannot be taken for options`() {
        #expect(Self.line().hasSuffix("-- /bin/true --size"))
    }

    @Test func `a read-only worktree is bound read-only`() {
        var policy = Self.policy
        policy.worktreeAccess = .readOnly
        #expect(Self.line(Self.command, policy).contains("--ro-bind-fd </w> /work"))
    }

    @Test func `the working directory lies below the worktree`() {
        #expect(Self.line(SandboxCommand(["x"], directory: "a/b")).contains("--chdir /work/a/b"))
    }

    @Test func `the agent's git covers the worktree's link to the host`() {
        var policy = Self.policy
        policy.agentGit = "/g"
        policy.objects = ["/o", "/p"]
        let line = Self.line(Self.command, policy, on: SandboxHost(storesWithAlternates: ["/o"]))
        #expect(line.contains("--bind-fd </g> /ferry/git --perms 0444 --ro-bind-data {gitdir: /ferry/git|} /work/.git"))
        #expect(line.contains("--ro-bind-fd </o> /ferry/objects --perms 0444 --ro-bind-data {} /ferry/objects/info/alternates"))
        #expect(line.contains("--ro-bind-fd </p> /ferry/objects-1"))
        #expect(!line.contains("/ferry/objects-1/info"))
    }

    @Test func `without the agent's git the worktree's link to the host is empty`() {
        #expect(Self.line(on: SandboxHost(worktreeHasGitFile: true)).contains("--ro-bind-data {} /work/.git"))
        #expect(!Self.line().contains(".git"))
    }

    @Test func `without a proxy there is no way out, and no word of one`() {
        #expect(!Self.line().contains("proxy"))
        #expect(!Self.line().contains("/ferry"))
    }

    @Test func `the proxy's socket is put in, the helper offers it, and programs are told of it`() {
        var policy = Self.policy
        policy.proxy = "/p/socket"
        let line = Self.line(Self.command, policy)
        #expect(line.contains("--unshare-net"))
        #expect(line.contains("--ro-bind-fd <socket /p/socket> /ferry/proxy.sock --ro-bind-fd <helper> /ferry/step"))
        #expect(line.hasSuffix("-- /ferry/step --inside --proxy 13128 /ferry/proxy.sock -- /bin/true --size"))
        for name in ["HTTP_PROXY", "https_proxy"] { #expect(line.contains("--setenv \(name) http://127.0.0.1:13128")) }
        #expect(line.contains("--setenv NO_PROXY localhost,127.0.0.1,::1"))
    }

    @Test func `a socket can be the command's standard input and output`() {
        var policy = Self.policy
        policy.streams = "/p/streams"
        let line = Self.line(Self.command, policy)
        #expect(line.hasSuffix("-- /ferry/step --inside --streams /ferry/streams.sock -- /bin/true --size"))
        #expect(!line.contains("_proxy"))
    }

    @Test func `files of Ferry's are read-only`() {
        var policy = Self.policy
        policy.files = ["/ferry/rules/a": Array("text".utf8)]
        #expect(Self.line(Self.command, policy).contains("--perms 0444 --ro-bind-data {text} /ferry/rules/a"))
    }

    @Test func `toolchains lie at both their names with the outer first and lead PATH`() {
        let outer = Toolchain(path: "/opt/a", folder: "/opt/a", programs: ["/opt/a/bin", "/opt/a"])
        let inner = Toolchain(path: "/opt/a/b", folder: "/opt/b-2", programs: ["/opt/a/b"], secrets: ["credentials"])
        let line = Self.line(on: SandboxHost(toolchains: [inner, outer]))
        #expect(
            line.contains(
                "--ro-bind-fd </opt/a> /opt/a --ro-bind-fd </opt/b-2> /opt/a/b --perms 0444 --ro-bind-data {} /opt/a/b/credentials "
                    + "--ro-bind-fd </opt/b-2> /opt/b-2 --perms 0444 --ro-bind-data {} /opt/b-2/credentials"))
        #expect(line.contains("--setenv PATH /opt/a/b:/opt/a/bin:/opt/a:/usr/local/bin:/usr/bin:/bin"))
    }

    @Test func `the command's environment goes before the policy's, and that before the usual`() {
        var policy = Self.policy
        policy.environment = ["LANG": "de", "A": "policy"]
        let line = Self.line(SandboxCommand(["x"], environment: ["A": "command"]), policy)
        #expect(line.contains("--setenv A command"))
        #expect(line.contains("--setenv LANG de"))
        #expect(!line.contains("policy"))
    }

    @Test func `links of the root are made and folders of the root are bound`() {
        let line = Self.line(on: SandboxHost(rootEntries: ["bin": .link("usr/bin"), "lib64": .folder]))
        #expect(line.contains("--symlink usr/bin /bin --ro-bind /lib64 /lib64"))
    }

    @Test func `settings of the system that are links into usr are links inside, and Ferry's own are copies in the root`() {
        let line = Self.line(on: SandboxHost(systemLinks: ["/etc/os-release": "../usr/lib/os-release"]))
        #expect(line.contains("--symlink ../usr/lib/os-release /etc/os-release --ro-bind-try"))
        #expect(!line.contains("--ro-bind-try /etc/os-release"))
        #expect(line.contains("--perms 0444 --file {127.0.0.1 localhost agent|::1 localhost|} /etc/hosts"))
    }

    @Test func `what tells of the person's keyrings is empty`() {
        #expect(Self.line(on: SandboxHost(keyListings: ["keys"])).contains("--proc /proc --dev /dev --perms 0444 --ro-bind-data {} /proc/keys"))
    }
}
