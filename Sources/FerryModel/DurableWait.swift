/// A wait that outlives the process. It is kept on the wall clock together with its length, so that a clock that was set can end it early and never makes it longer.
package struct DurableWait: Hashable, Sendable {
    /// Milliseconds since 1970, UTC.
    package let until: Int64
    package let milliseconds: Int64

    /// `now`: milliseconds since 1970.
    package init(_ length: Duration, from now: Int64) {
        milliseconds = max(0, Int64(length / .milliseconds(1)))
        until = now + milliseconds
    }

    /// As it was stored.
    package init(until: Int64, milliseconds: Int64) {
        self.until = until
        self.milliseconds = milliseconds
    }

    /// What is left of it; nothing where the clock says that more is left than there was.
    package func remaining(at now: Int64) -> Duration {
        let (left, overflow) = until.subtractingReportingOverflow(now)
        return overflow || left <= 0 || left > milliseconds ? .zero : .milliseconds(left)
    }
}
