internal import FerrySystem

/// How often and how long a failed call is tried again. Pure.
package struct RetryPolicy: Hashable, Sendable {
    /// Tries of one call at most, the first one counted. Rate limits do not count: they end with `patience`.
    package var tries: Int
    /// The first wait at most; it doubles with each failure.
    package var base: Duration
    /// A wait at most, unless the provider asks for more.
    package var longest: Duration
    /// All waits of one call together at most; beyond, the error is thrown and the job comes back later.
    package var patience: Duration

    package init(tries: Int = 6, base: Duration = .seconds(1), longest: Duration = .seconds(60), patience: Duration = .seconds(900)) {
        self.tries = tries
        self.base = base
        self.longest = longest
        self.patience = patience
    }

    /// The wait before the next try; `nil` to give up. `failures`: so far, of this error's sort, this one counted.
    /// `jitter`, from 0 to 1, is the share of the backoff that is taken ("full jitter"); what the provider asks for is never undercut.
    package func wait(after error: ModelError, failures: Int, waited: Duration, jitter: Double) -> Duration? {
        guard error.isTransient, error.kind == .rate || failures < tries else { return nil }
        let backoff = min(longest, base * Double(1 << min(failures - 1, 20))) * jitter
        let wait = max(error.retryAfter ?? .zero, backoff)
        return waited + wait <= patience ? wait : nil
    }
}

/// The clock and the dice of waiting; tests put in their own.
package struct RetryTiming: Sendable {
    /// Time since some fixed point; never goes back.
    package var now: @Sendable () -> Duration
    package var sleep: @Sendable (Duration) async throws -> Void
    /// From 0 to 1.
    package var jitter: @Sendable () -> Double

    package init(
        now: @escaping @Sendable () -> Duration, sleep: @escaping @Sendable (Duration) async throws -> Void, jitter: @escaping @Sendable () -> Double
    ) {
        self.now = now
        self.sleep = sleep
        self.jitter = jitter
    }

    package static let system = RetryTiming(
        now: { BootClock.now }, sleep: { try await Task.sleep(for: $0) }, jitter: { Double.random(in: 0...1) })
}
