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
}
