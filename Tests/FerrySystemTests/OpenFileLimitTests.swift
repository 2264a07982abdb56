internal import Glibc
internal import Testing

@testable internal import FerrySystem

struct OpenFileLimitTests {
    @Test func `what the system allows is taken, and there is room`() {
        OpenFileLimit.raise()
        var limit = rlimit()
        #expect(getrlimit(.init(RLIMIT_NOFILE.rawValue), &limit) == 0)
        #expect(limit.rlim_cur >= min(limit.rlim_max, 65_536))
        #expect(OpenFileLimit.hasRoom)
    }

    @Test(arguments: [(895, 1024, true), (896, 1024, false), (1023, 1024, false), (47, 64, true), (48, 64, false), (19_871, 20_000, true)])
    func `some are kept free, of a small limit a quarter`(next: Int32, limit: UInt, hasRoom: Bool) {
        #expect(OpenFileLimit.hasRoom(after: next, limit: rlim_t(limit)) == hasRoom)
    }
}
