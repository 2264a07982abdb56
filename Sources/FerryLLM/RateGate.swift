internal import Synchronization

/// Shared by all who use one key: where one is told to wait, all wait.
package final class RateGate: Sendable {
    private let opening = Mutex(Duration.zero)

    package init() {}

    /// Closes until then, on the clock of `RetryTiming.now`; never shortens a wait.
    package func close(until instant: Duration) { opening.withLock { $0 = max($0, instant) } }

    /// How long it stays closed; `nil` when it is open.
    package func remaining(at now: Duration) -> Duration? {
        let opening = opening.withLock { $0 }
        return opening > now ? opening - now : nil
    }
}
