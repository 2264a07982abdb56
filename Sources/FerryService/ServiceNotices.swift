internal import FerrySystem
internal import Glibc
internal import Synchronization

/// What the service manager that started this process is told, sd_notify(3). Where there is none, all of it is nothing.
package final class ServiceNotices: Sendable {
    private let socket: NotifySocket?
    /// The manager ends and restarts the service after so long without a sign of progress; `nil` where it does not.
    package let watchdog: Duration?
    private let hasSaidReady = Mutex(false)

    /// `environment` is this process's: `NOTIFY_SOCKET`, `WATCHDOG_USEC`, `WATCHDOG_PID`.
    package init(environment: [String: String] = [:]) {
        socket = environment["NOTIFY_SOCKET"].flatMap { NotifySocket($0) }
        let isForUs = environment["WATCHDOG_PID"].map { $0 == "\(getpid())" } ?? true
        let limit = environment["WATCHDOG_USEC"].flatMap { Int64($0) }.flatMap { $0 > 0 ? Duration.microseconds($0) : nil }
        watchdog = socket != nil && isForUs ? limit : nil
    }

    /// Somebody listens.
    package var isManaged: Bool { socket != nil }

    /// Told once; again until the manager has taken it.
    func ready() {
        hasSaidReady.withLock { hasSaid in
            if !hasSaid { hasSaid = send(["READY=1"]) }
        }
    }

    var isReady: Bool { hasSaidReady.withLock { $0 } }

    /// The loop has made a pass; `line` is the queue.
    func progress(_ line: String) { send(["WATCHDOG=1", "STATUS=\(line)"]) }

    /// The queue, and nothing about progress.
    func status(_ line: String) { send(["STATUS=\(line)"]) }

    /// The beginning, or the end, goes on and may take so much longer.
    package func extend(by time: Duration, _ line: String) {
        send(["EXTEND_TIMEOUT_USEC=\(Int64(time / .microseconds(1)))", "STATUS=\(line)"])
    }

    func stopping(_ line: String) { send(["STOPPING=1", "STATUS=\(line)"]) }

    /// Whether it was taken. A manager that does not read now is told the next time.
    @discardableResult
    private func send(_ lines: [String]) -> Bool {
        guard let socket else { return true }
        return (try? socket.send(lines)) != nil
    }
}
