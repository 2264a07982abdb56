internal import Synchronization

/// The time in which this process could work: what a sleep of the machine or a stop of the process (SIGSTOP) took does not count. It is known
/// from pulses; without any, every moment counts. Never goes back.
package final class AwakeClock: Sendable {
    private struct State {
        var counted: Duration = .zero
        var last: Duration
        var limit: Duration?
    }

    private let state: Mutex<State>
    private let boot: @Sendable () -> Duration

    /// A test may play the clock since the boot.
    package init(boot: @escaping @Sendable () -> Duration = { BootClock.now }) {
        self.boot = boot
        state = Mutex(State(last: boot()))
    }

    /// Since this clock was made.
    package var now: Duration {
        let boot = boot()
        return state.withLock { $0.counted + Self.passed($0, boot) }
    }

    /// The process works now, and says so again before `limit` has passed; of a longer pause no more than this counts.
    package func pulse(limit: Duration) {
        let boot = boot()
        state.withLock { state in
            state.counted += Self.passed(state, boot)
            state.last = max(state.last, boot)
            state.limit = limit
        }
    }

    private static func passed(_ state: State, _ boot: Duration) -> Duration {
        let passed = max(.zero, boot - state.last)
        return state.limit.map { min(passed, $0) } ?? passed
    }
}
