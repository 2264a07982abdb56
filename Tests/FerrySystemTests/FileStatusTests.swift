internal import FerrySystem
internal import FerryTestSupport
internal import Glibc
internal import SystemPackage
internal import Testing

@Suite(.timeLimit(.minutes(1)))
struct FileStatusTests {
    /// Times that anybody may give a file. The memory file system keeps them as they are.
    @Test(arguments: [Int.min / 2, -1 << 40, -2_177_452_800, -1, 0, 4_102_444_800, 10_413_792_000, 1 << 40, Int.max / 2], ["/tmp", "/dev/shm"])
    func `a file of any age has a status, and its age is a number`(seconds: Int, place: FilePath) throws {
        let file = place.appending("ferry-time-\(UInt64.random(in: .min ... .max))")
        try FileContents.write([1], to: file)
        defer { try? Directory.removeTree(file) }
        let times = [timespec(tv_sec: seconds, tv_nsec: 999_999_999), timespec(tv_sec: seconds, tv_nsec: 999_999_999)]
        try #require(file.withPlatformString { utimensat(AT_FDCWD, $0, times, 0) } == 0)
        let status = try FileStatus(of: file)
        let now = Int64(time(nil)) * 1_000_000_000
        #expect((now - status.modified > 0) == (seconds < 4_000_000_000))
        if abs(seconds) < 2_000_000_000 { #expect(status.modified == Int64(seconds) * 1_000_000_000 + 999_999_999) }
        let folder = try OpenFolder(place)
        let name = try #require(file.lastComponent).string
        #expect(try name.withCString { try folder.status(of: $0) }?.modified == status.modified)
        #expect(try name.withCString { try folder.entry($0) }?.stamp.modified == status.modified)
    }
}
