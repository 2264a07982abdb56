internal import FerryTestSupport
internal import Glibc
internal import Synchronization
internal import SystemPackage

/// The program itself, as a process of its own; killed when the last reference goes.
final class FerryProcess: Sendable {
    private let pid: Mutex<pid_t?>
    private let ended = Mutex<Int32?>(nil)

    /// Runs `ferry` with the scene's folders in place of the user's. Its output goes to `ferry.log` in the scene. Throws `SceneError`.
    init(_ arguments: [String], in scene: Scene, environment more: [String: String] = [:]) throws {
        let program = try Self.testProgram().removingLastComponent().appending("ferry")
        let environment = [
            "PATH": "/usr/bin:/bin", "HOME": scene.folder.appending("home").string, "XDG_STATE_HOME": scene.stateHome.string,
            "XDG_CACHE_HOME": scene.cacheHome.string, "XDG_CONFIG_HOME": scene.configHome.string,
        ].merging(more) { $1 }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, scene.folder.appending("ferry.log").string, O_WRONLY | O_CREAT | O_APPEND, 0o644)
        posix_spawn_file_actions_adddup2(&actions, 1, 2)
        let words = ([program.string] + arguments).map { strdup($0) }
        let variables = environment.map { strdup("\($0.key)=\($0.value)") }
        defer { (words + variables).forEach { free($0) } }
        var pid: pid_t = 0
        let failure = posix_spawn(&pid, program.string, &actions, nil, words + [nil], variables + [nil])
        guard failure == 0 else { throw SceneError(what: "\(program) did not start: \(Errno(rawValue: failure))") }
        self.pid = Mutex(pid)
    }

    deinit { kill() }

    func send(_ signal: Int32) { pid.withLock { pid in if let pid { _ = Glibc.kill(pid, signal) } } }

    var isRunning: Bool { pid.withLock { $0 != nil } && status == nil }

    /// Its exit status, or 128 and the signal that ended it; `nil` while it runs.
    var status: Int32? {
        pid.withLock { pid in
            guard let running = pid else { return ended.withLock { $0 } }
            var status: Int32 = 0
            guard waitpid(running, &status, WNOHANG) == running else { return nil }
            pid = nil
            let code = status & 0x7F == 0 ? status >> 8 & 0xFF : 128 + (status & 0x7F)
            ended.withLock { $0 = code }
            return code
        }
    }

    /// Waits for its end. Throws `SceneError` where it does not come.
    func exitStatus(within limit: Duration = .seconds(20)) async throws -> Int32 {
        _ = await eventually(within: limit) { status != nil }
        guard let status else { throw SceneError(what: "ferry does not end") }
        return status
    }

    /// SIGKILL; returns when the process is gone.
    func kill() {
        pid.withLock { pid in
            guard let running = pid else { return }
            _ = Glibc.kill(running, SIGKILL)
            while waitpid(running, nil, 0) == -1, errno == EINTR {}
            pid = nil
        }
    }

    /// The programs of the package lie side by side.
    private static func testProgram() throws -> FilePath {
        var buffer = [CChar](repeating: 0, count: 4097)
        guard readlink("/proc/self/exe", &buffer, 4096) > 0 else { throw SceneError(what: "/proc/self/exe cannot be read") }
        return buffer.withUnsafeBufferPointer { buffer in buffer.baseAddress.map { FilePath(platformString: $0) } ?? FilePath() }
    }
}
