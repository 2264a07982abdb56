internal import Synchronization
internal import Testing

@testable internal import FerryHTTP

/// The limits of one exchange, with a clock that the test plays.
@Suite(.timeLimit(.minutes(1)))
struct StreamDeadlinesTests {
    /// Goes on by what is slept, and in one of the sleeps by an hour more.
    private final class Clock: Sendable {
        private let state = Mutex((now: ContinuousClock.now, sleeps: 0))
        private let standstill: Int?

        init(standstill: Int?) { self.standstill = standstill }

        var now: ContinuousClock.Instant { state.withLock { $0.now } }
        var sleeps: Int { state.withLock { $0.sleeps } }
        func sleep(until instant: ContinuousClock.Instant) {
            state.withLock { state in
                state.sleeps += 1
                state.now = instant + (state.sleeps == standstill ? .seconds(3600) : .zero)
            }
        }
    }

    private func complaint(_ clock: Clock, hasBegun: Bool) async -> String {
        let timing = StreamTiming(firstByte: .seconds(10), idle: .seconds(5), content: .seconds(8), total: .seconds(100))
        let deadlines = StreamDeadlines(timing, host: "h", now: { clock.now }, sleep: { clock.sleep(until: $0) })
        if hasBegun { deadlines.noteHead() }
        do { try await deadlines.expire() } catch { return "\(error)" }
    }

    @Test func `a silence ends the exchange`() async {
        let clock = Clock(standstill: nil)
        #expect(await complaint(clock, hasBegun: false).contains("did not begin to answer within 10 s"))
        #expect(clock.sleeps == 10)
        let begun = Clock(standstill: nil)
        #expect(await complaint(begun, hasBegun: true).contains("sent nothing for 5 s"))
        #expect(begun.sleeps == 5)
    }

    @Test func `a standstill of the process ends no exchange: what came meanwhile is to be read first`() async {
        let clock = Clock(standstill: 3)
        #expect(await complaint(clock, hasBegun: false).contains("did not begin to answer within 10 s"))
        #expect(clock.sleeps == 13)
        let begun = Clock(standstill: 3)
        #expect(await complaint(begun, hasBegun: true).contains("sent nothing for 5 s"))
        #expect(begun.sleeps == 8)
    }
}
