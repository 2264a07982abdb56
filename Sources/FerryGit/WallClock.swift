internal import Glibc

/// The clock that files are dated by (CLOCK_REALTIME). Only for the age of files.
enum WallClock {
    static var nanoseconds: Int64 {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        return Int64(now.tv_sec) * 1_000_000_000 + Int64(now.tv_nsec)
    }
}
