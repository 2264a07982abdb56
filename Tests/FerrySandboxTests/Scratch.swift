internal import FerrySystem
internal import Glibc
internal import SystemPackage
internal import Testing

@testable internal import FerrySandbox

/// Folders for one test's sandbox, removed with it unless `FERRY_KEEP_SCRATCH=1`.
struct Scratch {
    let root: FilePath
    var policy: SandboxPolicy

    var worktree: FilePath { policy.worktree }

    func text(_ path: String) throws -> String { String(decoding: try FileContents.read(root.appending(path)), as: UTF8.self) }

    func write(_ text: String, to path: String, mode: UInt16 = 0o644) throws {
        try FileContents.write(Array(text.utf8), to: root.appending(path), mode: mode)
    }

    func exists(_ path: String) throws -> Bool { try FileStatus.ifPresent(root.appending(path)) != nil }

    /// Runs a shell line in the sandbox.
    func shell(_ line: String, input: String = "", log: FilePath? = nil) async throws -> CommandResult {
        try await Self.runner.run(SandboxCommand(["/bin/sh", "-c", line], input: Array(input.utf8), log: log), under: policy)
    }

    /// Runs perl, which every Debian has and which can make any system call.
    func perl(_ program: String) async throws -> CommandResult {
        try await Self.runner.run(SandboxCommand(["/usr/bin/perl", "-e", program]), under: policy)
    }

    static let runner = BubblewrapRunner()

    /// Runs a shell line in the sandbox with perl in Ferry's place. The program finds the helper's path in `$ARGV[0]` and its
    /// specification on standard input; further arguments follow.
    func shell(_ line: String, startedBy program: String, _ arguments: [String] = []) async throws -> HostProcess.Result {
        let command = SandboxCommand(["/bin/sh", "-c", line])
        let list = BubblewrapArguments(command, under: policy, on: try SandboxHost(for: policy, home: "/nonexistent"))
        let specification = StepSpecification(
            list, input: [], limits: policy.limits, bubblewrap: BubblewrapRunner.usualBubblewrap, cgroup: nil)
        let words = ["-MIO::Handle", "-e", program, Self.runner.step.string] + arguments
        let parent = HostProcess(
            "/usr/bin/perl", words.map { Array($0.utf8) }, environment: [:], directory: "/", input: specification.message, deadline: .seconds(20))
        return try await parent.runUnsandboxed()
    }
}

extension CommandResult {
    var text: String {
        String(decoding: outputBytes <= head.count + tail.count ? head + tail : head + Array("…".utf8) + tail, as: UTF8.self)
    }
}

/// Waits until something is so, looking again and again; `false` where it is not so in time.
func eventually(within limit: Duration = .seconds(10), _ condition: () throws -> Bool) async throws -> Bool {
    let end = ContinuousClock.now + limit
    while ContinuousClock.now < end {
        if try condition() { return true }
        try await Task.sleep(for: .milliseconds(5))
    }
    return try condition()
}

/// Whether a process of this machine has the text among its arguments. Zombies have none.
func isRunning(_ marker: String) throws -> Bool {
    for entry in try Directory.entries(of: "/proc") where entry.name.string.allSatisfy(\.isNumber) {
        guard let file = try? FileDescriptor.open(FilePath("/proc").appending(entry.name).appending("cmdline"), .readOnly) else { continue }
        defer { try? file.close() }
        var bytes = [UInt8](repeating: 0, count: 8192)
        let count = (try? bytes.withUnsafeMutableBytes { try file.read(into: $0) }) ?? 0
        if String(decoding: bytes[..<count], as: UTF8.self).contains(marker) { return true }
    }
    return false
}

/// Runs a shell line on the host: the control of an attack.
func hostShell(_ line: String, in directory: FilePath = "/tmp") async throws -> String {
    let process = HostProcess(
        "/bin/sh", [Array("-c".utf8), Array(line.utf8)], environment: ["PATH": "/usr/bin:/bin"], directory: directory, deadline: .seconds(20))
    let result = try await process.runUnsandboxed()
    return String(decoding: result.output + result.error, as: UTF8.self)
}

private let turnstile = Turnstile(places: 4)

/// Makes a policy with its own worktree, tmp and home, each test's own, and runs the body with it.
func withScratch(alone: Bool = false, _ body: (inout Scratch) async throws -> Void) async throws {
    try #require(geteuid() != 0, "run these tests as an ordinary user: as root limits are not enforced and Ferry refuses")
    try await turnstile.pass(alone: alone) {
        var template = Array("/tmp/ferry-test-XXXXXX\0".utf8.map { CChar(bitPattern: $0) })
        try #require(mkdtemp(&template) != nil)
        let root = FilePath(platformString: template)
        defer { if getenv("FERRY_KEEP_SCRATCH") == nil { try? Directory.removeTree(root) } }
        for name in ["worktree", "tmp", "home"] { try Directory.create(root.appending(name), mode: 0o700) }
        var policy = SandboxPolicy(worktree: root.appending("worktree"), temporary: root.appending("tmp"), home: root.appending("home"))
        policy.limits.time = .seconds(30)
        var scratch = Scratch(root: root, policy: policy)
        try await body(&scratch)
    }
}
