internal import FerryTestSupport
internal import Glibc
internal import SystemPackage
internal import Testing

/// A shell in namespaces of its own (unshare(1)), where an ordinary user may mount and may lower limits. What it, and the programs that it starts, print goes to
/// a file. All of them are gone when it is.
final class NamespaceShell: Sendable {
    private let pid: pid_t
    private let input: FileDescriptor
    private let log: FilePath

    /// Where the machine allows no user namespaces (some containers) that is said as a known issue, and `body` is not run.
    static func with(_ body: (NamespaceShell, FilePath) async throws -> Void) async throws {
        try await withScratch { folder in
            let shell = try NamespaceShell(in: folder)
            defer { shell.end() }
            try shell.send("mount -t tmpfs none /mnt && echo in the namespace || echo no namespace")
            if await shell.says("in the namespace") { return try await body(shell, folder) }
            withKnownIssue("NOT TESTED: this machine allows an ordinary user no user and mount namespaces") { Issue.record("\(shell.output)") }
        }
    }

    private init(in folder: FilePath) throws {
        log = folder.appending("log")
        let (inputEnd, input) = try FileDescriptor.pipe()
        _ = fcntl(input.rawValue, F_SETFD, FD_CLOEXEC)
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, inputEnd.rawValue, 0)
        posix_spawn_file_actions_addopen(&actions, 1, log.string, O_WRONLY | O_CREAT | O_APPEND, 0o600)
        posix_spawn_file_actions_adddup2(&actions, 1, 2)
        posix_spawn_file_actions_addclose(&actions, inputEnd.rawValue)
        let arguments: [String] = ["unshare", "--user", "--map-root-user", "--mount", "--pid", "--fork", "--kill-child", "sh"]
        let words = arguments.map { strdup($0) }
        defer { words.forEach { free($0) } }
        var pid: pid_t = 0
        let failure = posix_spawnp(&pid, "unshare", &actions, nil, words + [nil], environ)
        try inputEnd.close()
        guard failure == 0 else { throw Errno(rawValue: failure) }
        self.pid = pid
        self.input = input
    }

    private func end() {
        try? input.close()
        _ = kill(pid, SIGKILL)
        while waitpid(pid, nil, 0) == -1, errno == EINTR {}
    }

    func send(_ command: String) throws { _ = try input.writeAll((command + "\n").utf8) }

    var output: String { (try? text(log)) ?? "" }

    /// Waits until so many lines hold this.
    func says(_ part: String, times: Int = 1) async -> Bool {
        await eventually(within: .seconds(10)) { count(part) >= times || output.contains("no namespace") } && count(part) >= times
    }

    func count(_ part: String) -> Int { output.split(separator: "\n").filter { $0.contains(part) }.count }

    /// Waits until all that the shell was told is done.
    func finish() async throws {
        let word = "done \(UInt32.random(in: .min ... .max))"
        try send("echo \(word)")
        try #require(await says(word), "\(output)")
    }

    /// Starts a watcher on the vault and waits until its watches stand.
    func watch(_ vault: FilePath) async throws {
        let before = count("ready")
        try send("\(try Self.program("FerryWatchProbe")) \(vault) &")
        try #require(await says("ready", times: before + 1), "\(output)")
    }

    /// The programs of the package lie beside the tests' own.
    static func program(_ name: String) throws -> FilePath {
        var buffer = [CChar](repeating: 0, count: 4097)
        try #require(readlink("/proc/self/exe", &buffer, 4096) > 0)
        let tests = buffer.withUnsafeBufferPointer { buffer in buffer.baseAddress.map { FilePath(platformString: $0) } ?? FilePath() }
        return tests.removingLastComponent().appending(name)
    }
}
