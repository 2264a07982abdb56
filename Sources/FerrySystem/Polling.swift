internal import Glibc
package import SystemPackage

/// poll(2): waits for one of several descriptors.
package enum Polling {
    /// Which of the descriptors are ready; none when the time is over. Without a limit it waits for ever. Blocks the thread.
    /// - Parameters:
    ///   - files: Ready when there is something to read.
    ///   - alarms: Ready when they say that something changed (POLLPRI), as the files of /proc do that can always be read.
    package static func wait(for files: [FileDescriptor], alarms: [FileDescriptor] = [], limit: Duration? = nil) -> [FileDescriptor] {
        var polled = files.map { pollfd(fd: $0.rawValue, events: Int16(POLLIN), revents: 0) }
        polled += alarms.map { pollfd(fd: $0.rawValue, events: Int16(POLLPRI), revents: 0) }
        // Rounded up, so that a wait for the rest of a millisecond does not become a busy one.
        let milliseconds = limit.map { Int32(clamping: Int(($0 / .milliseconds(1)).rounded(.up))) } ?? -1
        while poll(&polled, nfds_t(polled.count), max(milliseconds, -1)) < 0 { guard errno == EINTR else { return files } }
        return zip(files + alarms, polled).filter { $0.1.revents != 0 }.map(\.0)
    }
}
