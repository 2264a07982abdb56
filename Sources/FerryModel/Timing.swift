/// Every wait in Ferry, in one value that a test may shrink.
package struct Timing: Hashable, Sendable {
    /// A note created or edited in planned acts after this long without a change (setting `settle_seconds`).
    package var settle: Duration = .seconds(30)
    /// Ferry's own first write or move comes no sooner than this after the person's last touch.
    package var firstTouch: Duration = .seconds(2)
    /// A note that is nowhere acts as gone after this long; sync tools delete before, or after, they create.
    package var disappearance: Duration = .seconds(2)
    /// A full look at the vault, whether or not events came.
    package var reconcileInterval: Duration = .seconds(300)
    /// Between looks where the file system sends no events (FUSE, NFS, CIFS).
    package var pollInterval: Duration = .seconds(3)
    /// Between two savings of what is known of the vault's notes; what a kill loses is looked at again.
    package var indexInterval: Duration = .seconds(10)
    /// Ferry's cosmetic writes to a note, at most one in this time.
    package var noteInterval: Duration = .seconds(10)
    /// A note that another program keeps open is told of after this long; it is tried again for ever.
    package var noteBusy: Duration = .seconds(60)
    /// Until a step that failed for reasons outside the feature, is tried again: first wait and cap.
    package var retryFirst: Duration = .seconds(5)
    package var retryCap: Duration = .seconds(300)
    /// Between tries of a provider whose credit or spend limit is used up.
    package var quotaProbe: Duration = .seconds(900)
    /// An attempt that went on for so long before the surroundings failed it begins a new count of such failures.
    package var healthy: Duration = .seconds(1_800)
    /// A waiting job gains a level of priority in this time, so that none waits for ever.
    package var aging: Duration = .seconds(3_600)
    /// Before a model call that failed is made again: the first wait at most (it doubles), and all waits of one call together.
    package var modelRetry: Duration = .seconds(1)
    package var modelPatience: Duration = .seconds(900)
    /// A provider may take so long to say what it knows of a model, and a model to answer when it is tried.
    package var lookUp: Duration = .seconds(10)
    package var probe: Duration = .seconds(120)
    /// An agent whose model sends no content and ends no tool call for so long is stuck; longer than the longest silence of a healthy answer
    /// (`StreamTiming.content`), so that a call that stalls is first made again. Symphony stops after 300 s.
    package var progress: Duration = .seconds(900)
    /// Work that stood still for longer must show that it still holds its job before it does anything.
    package var lease: Duration = .seconds(45)
    /// Between two looks at the clocks of work that is under way.
    package var clockInterval: Duration = .seconds(1)
    /// No command of an agent, a check or a repository runs longer, whatever notes say.
    package var longestCommand: Duration = .seconds(86_400)
    /// Between two looks whether the database is still the file that was opened.
    package var upkeepInterval: Duration = .seconds(30)
    /// The disk with a repository may take so long to answer before work there waits for it.
    package var diskAnswer: Duration = .seconds(10)
    /// Between two snapshots of the database, and between two removals of what is kept no longer.
    package var snapshotInterval: Duration = .seconds(3600)
    /// A turn, a check or a merge that is under way when Ferry is asked to stop may take so long to finish; then it is cut off.
    package var windDown: Duration = .seconds(20)
    /// Between two questions to the loop whether it goes on; a service manager's own limit may shorten it.
    package var beat: Duration = .seconds(20)
    /// Where no events come, STOP.md is looked for so often.
    package var stopPoll: Duration = .milliseconds(500)
    /// The machine that serves a vault says so in it this often, and is believed to be there for so long after it.
    package var servingInterval: Duration = .seconds(4 * 3600)
    package var servingTrust: Duration = .seconds(9 * 3600)
    /// What a killed Ferry left running has so long to end after each signal.
    package var orphanPatience: Duration = .seconds(2)
    package init() {}
}

/// Waits that double from `first` to `cap`.
package struct Backoff: Hashable, Sendable {
    package let first: Duration
    package let cap: Duration
    package init(first: Duration, cap: Duration) {
        self.first = first
        self.cap = cap
    }

    /// The wait before try `attempt` (from 1): `first`, twice that, and so on. Callers that share a resource multiply it by a random part.
    package func wait(before attempt: Int) -> Duration {
        attempt > 30 ? cap : min(cap, first * (1 << max(0, attempt - 1)))
    }
}
