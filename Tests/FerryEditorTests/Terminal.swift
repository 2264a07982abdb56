internal import FerrySystem
internal import FerryTestSupport
internal import Glibc
internal import Synchronization
internal import SystemPackage

/// A program in a terminal of its own; killed with all that it started when the last reference goes.
final class Terminal: Sendable {
    private let pid: pid_t
    private let keyboard: FileDescriptor
    private let screen: Mutex<[UInt8]>
    private let isReaped = Mutex(false)
    private let status = Mutex<Int32?>(nil)

    /// `TIOCSPTLCK`, `TIOCGPTN` of <asm-generic/ioctls.h> and `POSIX_SPAWN_SETSID` of <spawn.h>, which Swift does not see either.
    private static let unlock: UInt = 0x4004_5431
    private static let number: UInt = 0x8004_5430
    private static let setSession: Int16 = 0x80

    /// Starts a program that is looked for in the system's own folders. Throws `SceneError`.
    init(_ arguments: [String], in folder: FilePath, home: FilePath) throws {
        guard access("/usr/bin/" + arguments[0], X_OK) == 0 else {
            throw SceneError(what: "\(arguments[0]) is not there: make test installs it, or apt-get install \(arguments[0])")
        }
        // As `posix_openpt`, `unlockpt` and `ptsname` do, which Swift does not see.
        let keyboard = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
        var unlocked: Int32 = 0
        var number: Int32 = 0
        guard keyboard >= 0, ioctl(keyboard, Self.unlock, &unlocked) == 0, ioctl(keyboard, Self.number, &number) == 0 else {
            throw SceneError(what: "no terminal is to be had: \(Errno(rawValue: errno))")
        }
        let terminal = "/dev/pts/\(number)"
        var size = winsize(ws_row: 24, ws_col: 200, ws_xpixel: 0, ws_ypixel: 0)
        _ = ioctl(keyboard, UInt(TIOCSWINSZ), &size)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // A session leader that opens a terminal has it as its own.
        posix_spawnattr_setflags(&attributes, Self.setSession)
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, terminal, O_RDWR, 0)
        posix_spawn_file_actions_adddup2(&actions, 0, 1)
        posix_spawn_file_actions_adddup2(&actions, 0, 2)
        let environment = ["PATH": "/usr/bin:/bin", "HOME": home.string, "TERM": "xterm", "LC_ALL": "C.UTF-8"]
        let words = (["env", "-C", folder.string] + arguments).map { strdup($0) }
        let variables = environment.map { strdup("\($0.key)=\($0.value)") }
        defer { (words + variables).forEach { free($0) } }
        var pid: pid_t = 0
        let failure = posix_spawn(&pid, "/usr/bin/env", &actions, &attributes, words + [nil], variables + [nil])
        guard failure == 0 else {
            Glibc.close(keyboard)
            throw SceneError(what: "\(arguments[0]) did not start (\(Errno(rawValue: failure)))")
        }
        self.pid = pid
        self.keyboard = FileDescriptor(rawValue: keyboard)
        screen = Mutex([])
        readOn(FileDescriptor(rawValue: keyboard))
    }

    deinit {
        Glibc.kill(-pid, SIGKILL)
        isReaped.withLock { isReaped in if !isReaped { while waitpid(pid, nil, 0) == -1, errno == EINTR {} } }
    }

    /// Reads what the program shows until it is gone; a program that cannot write stands still.
    private func readOn(_ keyboard: FileDescriptor) {
        onOwnThread { [weak self] in
            var buffer = [UInt8](repeating: 0, count: 4096)
            while true {
                let count = buffer.withUnsafeMutableBytes { (try? keyboard.read(into: $0)) ?? 0 }
                guard count > 0 else { break }
                self?.screen.withLock { $0 = $0.suffix(20_000) + buffer[..<count] }
            }
            try? keyboard.close()
        }
    }

    func type(_ keys: String) throws { try keyboard.writeAll(Array(keys.utf8)) }

    /// All that was shown, with the terminal's own sequences.
    var shown: String { screen.withLock { String(decoding: $0, as: UTF8.self) } }

    /// Waits until the program has ended; `nil` where it has not after `limit`.
    func end(within limit: Duration = .seconds(20)) async -> Int32? {
        _ = await eventually(within: limit) { hasEnded }
        return status.withLock { $0 }
    }

    var hasEnded: Bool {
        isReaped.withLock { isReaped in
            guard !isReaped else { return true }
            var word: Int32 = 0
            guard waitpid(pid, &word, WNOHANG) == pid else { return false }
            isReaped = true
            status.withLock { $0 = (word & 0x7F) == 0 ? (word >> 8) & 0xFF : 128 + (word & 0x7F) }
            return true
        }
    }
}

extension EditorScene {
    /// Runs a shell script to its end, in a terminal of its own; the variables are set before it. Throws `SceneError` where it fails.
    func shell(_ script: String, _ variables: [String: String] = [:], in folder: FilePath? = nil) async throws {
        let settings = variables.sorted { $0.key < $1.key }.map { "\($0.key)='\($0.value)'\n" }.joined()
        let terminal = try Terminal(["sh", "-euc", settings + script], in: folder ?? desk, home: desk)
        let status = await terminal.end()
        guard status == 0 else { throw SceneError(what: "\(script)\nended with \(status.map(String.init) ?? "nothing"): \(terminal.shown)") }
    }
}
