/// The three clocks of a piece of work: whether it still holds its *lease* (its process ran, and it may speak for its job), how long it is since it made
/// *progress*, and how much of its time to the *deadline* is used. Pure: instants are given, of a clock that goes on while the machine sleeps.
///
/// Only what brings the work forward is progress: a token of content, the end of a tool call. Signs of life are none. Time in which it waits for
/// somebody else (a provider's pause, a person, a merge) counts on no clock, and neither does time in which the process did not run.
package struct WorkClocks: Hashable, Sendable {
    package enum Verdict: Hashable, Sendable {
        case fine
        /// The process stood still (SIGSTOP, a closed lid) for longer than a lease lasts: it must be renewed before anything else is done.
        case leaseLost
        /// No progress for so long.
        case stalled(Duration)
        /// All the time is used.
        case overdue
    }

    private let lease: Duration
    private let patience: Duration
    private let deadline: Duration
    private let interval: Duration
    /// Time that counted so far.
    package private(set) var used: Duration = .zero
    private var looked: Duration
    private var sinceProgress: Duration = .zero
    private var waitsUntil: Duration
    private var isLeaseLost = false

    /// `deadline`: the time that the work may use.
    package init(_ timing: Timing, deadline: Duration, at now: Duration) {
        lease = timing.lease
        patience = timing.progress
        interval = timing.clockInterval
        self.deadline = deadline
        looked = now
        waitsUntil = now
    }

    package var left: Duration { deadline - used }

    /// What the clocks say, once they have been moved on.
    package var verdict: Verdict {
        if isLeaseLost { return .leaseLost }
        if used >= deadline { return .overdue }
        return sinceProgress >= patience ? .stalled(sinceProgress) : .fine
    }

    /// Moves the clocks on; to be called at least each `nextLook`.
    package mutating func look(at now: Duration) {
        let passed = now - looked
        defer { looked = max(looked, now) }
        guard passed > .zero else { return }
        if passed >= lease {
            isLeaseLost = true
            return
        }
        let waited = min(max(waitsUntil - looked, .zero), passed)
        used += passed - waited
        sinceProgress += passed - waited
    }

    /// The longest time after which to look again.
    package func nextLook(at now: Duration) -> Duration {
        let wait = max(waitsUntil - now, .zero)
        return max(.milliseconds(1), min(interval, wait + max(.zero, min(deadline - used, patience - sinceProgress))))
    }

    /// The work came forward.
    package mutating func noteProgress(at now: Duration) {
        look(at: now)
        sinceProgress = .zero
    }

    /// Nothing can happen for so long, and it is not the work's fault.
    package mutating func noteWait(of pause: Duration, at now: Duration) {
        look(at: now)
        waitsUntil = max(waitsUntil, now + pause)
    }

    /// The job is still this work's own.
    package mutating func noteRenewal() { isLeaseLost = false }

    /// Begins to look again after something that bounds itself and was not watched. It used so much time, and was progress.
    package mutating func resume(at now: Duration, after used: Duration) {
        self.used += used
        sinceProgress = .zero
        looked = now
        waitsUntil = now
    }
}
