internal import CFerryLinux
internal import Glibc
package import SystemPackage

/// A pipe that wakes a thread out of `Polling.wait`.
package struct WakePipe: Sendable {
    package let reading: FileDescriptor
    private let writing: FileDescriptor

    package init() throws {
        var ends: [Int32] = [0, 0]
        guard ferry_pipe(&ends) == 0 else { throw Errno(rawValue: errno) }
        reading = FileDescriptor(rawValue: ends[0])
        writing = FileDescriptor(rawValue: ends[1])
    }

    /// Wakes whoever waits on `reading`, now or at the next wait.
    package func wake() { _ = try? writing.writeAll([1]) }

    /// Closes both ends; nobody may wait or wake afterwards.
    package func close() {
        try? reading.close()
        try? writing.close()
    }
}
