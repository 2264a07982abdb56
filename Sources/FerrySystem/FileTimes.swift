internal import Glibc
package import SystemPackage

/// The times of files.
package enum FileTimes {
    /// Dates a regular file's content back, as if nobody had written it for so long. Whoever watches the file hears of it: it is opened
    /// for writing and closed, and nothing is written. Throws `Errno`.
    package static func setAge(_ age: Duration, of path: FilePath) throws {
        let file = try FileDescriptor.open(path, .writeOnly, options: [.noFollow, .closeOnExec, .nonBlocking])
        defer { try? file.close() }
        guard try FileStatus(of: file).kind == .regular else { throw Errno.notSupported }
        let now = realTime
        // The time of the last reading stays: UTIME_OMIT of <sys/stat.h>, which Glibc's module does not show.
        let times = [timespec(tv_sec: 0, tv_nsec: (1 << 30) - 2), timespec(tv_sec: now.tv_sec - Int(age.components.seconds), tv_nsec: now.tv_nsec)]
        guard futimens(file.rawValue, times) == 0 else { throw Errno(rawValue: errno) }
    }

    /// Now, in nanoseconds since the epoch, as file systems count them.
    package static var now: Int64 {
        let time = realTime
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }

    private static var realTime: timespec {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return time
    }
}
