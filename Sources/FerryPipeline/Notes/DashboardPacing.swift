internal import FerryVault

/// When the dashboard is written: what presses at once; the rest seldom, and not while an editor shows that it has the note open.
struct DashboardPacing {
    /// Between two writes of what does not press.
    let interval: Duration
    /// What the note says now; `nil` before the first write.
    private var written: (content: BlockContent, pressing: BlockContent, time: Duration)?

    init(interval: Duration) { self.interval = interval }

    /// When the note may be written; `nil` where it says all this already, as far as Ferry knows.
    /// `isLast`: nothing will happen after it, so there is nothing to wait for.
    func due(_ dashboard: Dashboard, now: Duration, isOpen: Bool, isLast: Bool) -> Duration? {
        guard let written else { return now }
        if written.content == dashboard.content { return nil }
        if written.pressing != dashboard.pressing || isLast { return now }
        let quiet = written.time + interval
        return isOpen ? max(quiet, now + interval) : max(quiet, now)
    }

    mutating func wrote(_ dashboard: Dashboard, now: Duration) { written = (dashboard.content, dashboard.pressing, now) }
}
