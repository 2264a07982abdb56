internal import Synchronization
internal import Testing

@testable internal import FerrySystem

@Suite(.timeLimit(.minutes(1)))
struct AwakeClockTests {
    /// A clock since the boot that a test sets.
    private final class Boot: Sendable {
        private let time = Mutex<Duration>(.seconds(1000))
        var now: Duration { time.withLock { $0 } }
        func pass(_ seconds: Int) { time.withLock { $0 += .seconds(seconds) } }
    }

    @Test func `without pulses every moment counts`() {
        let boot = Boot()
        let clock = AwakeClock { boot.now }
        boot.pass(3600)
        #expect(clock.now == .seconds(3600))
    }

    @Test func `of an hour without a pulse only what is allowed counts, before the next pulse and after it`() {
        let boot = Boot()
        let clock = AwakeClock { boot.now }
        boot.pass(7)
        clock.pulse(limit: .seconds(40))
        boot.pass(20)
        clock.pulse(limit: .seconds(40))
        #expect(clock.now == .seconds(27))
        boot.pass(3600)
        #expect(clock.now == .seconds(67))
        clock.pulse(limit: .seconds(40))
        boot.pass(5)
        #expect(clock.now == .seconds(72))
    }
}
