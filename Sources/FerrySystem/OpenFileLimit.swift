internal import Glibc

/// How many files the process may hold open. Each agent at work takes some; a service manager and most shells begin with 1,024 and allow more.
package enum OpenFileLimit {
    private static let most: rlim_t = 65_536
    /// So many are kept free for what a start of a process opens in between, and for files.
    private static let reserve: rlim_t = 128

    /// Raises it to what the system allows, to 65,536 at most. Commands in the sandbox get a limit of their own.
    package static func raise() {
        guard var limit = current else { return }
        limit.rlim_cur = max(limit.rlim_cur, min(limit.rlim_max, most))
        _ = setrlimit(.init(RLIMIT_NOFILE.rawValue), &limit)
    }

    /// Whether another process can be started: the library that starts them ends Ferry where a pipe cannot be made. The kernel gives the lowest free number.
    package static var hasRoom: Bool {
        guard let limit = current else { return true }
        let next = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 0)
        guard next >= 0 else { return errno != EMFILE }
        close(next)
        return hasRoom(after: next, limit: limit.rlim_cur)
    }

    /// Pure: `next` is the lowest descriptor that is free.
    static func hasRoom(after next: Int32, limit: rlim_t) -> Bool { rlim_t(next) + min(reserve, limit / 4) < limit }

    private static var current: rlimit? {
        var limit = rlimit()
        return getrlimit(.init(RLIMIT_NOFILE.rawValue), &limit) == 0 ? limit : nil
    }
}
