internal import FerryModel
internal import FerryStore
internal import FerrySystem
internal import FerryVault
internal import Logging
internal import Synchronization

/// The dashboard: what it says, when it is written, and the boxes on it.
extension Dispatcher {
    func requestDashboard(_ now: Duration) { dashboardDue = dashboardDue ?? now + .milliseconds(200) }

    /// The boxes of Ferry's block on the dashboard as they stand in the note; none where it cannot be read.
    func boxesOnDashboard() -> [BlockBox] { ((try? desk.read(desk.layout.dashboard)).flatMap(Self.block)?.boxes) ?? [] }

    /// What was put off is written when Ferry ends: until the next start it is what a person sees.
    func writeLastDashboard() async {
        guard dashboardDue != nil, await isVaultThere() else { return }
        await writeDashboard(BootClock.now, isLast: true)
    }

    func writeDashboard(_ now: Duration, isLast: Bool = false) async {
        dashboardDue = nil
        do {
            let dashboard = await dashboard()
            let isLast = isLast || parts.runsOnce && state.runningFeatures.isEmpty && state.mergingFeatures.isEmpty && pendingNotes.isEmpty
            let due = dashboardPacing.due(dashboard, now: now, isOpen: desk.isOpen(desk.layout.dashboard), isLast: isLast)
            try await failpoint(.dashboardBeforeIntent)
            if let due, due > now { dashboardDue = due } else { try await write(dashboard, isNew: due != nil, now) }
            try await failpoint(.dashboardAfterEffect)
            try await tellNoteFaults()
            try await tellRoutes()
            try await failpoint(.dashboardAfterDone)
            dashboardFault = nil
        } catch {
            if dashboardFault != "\(error)" { parts.log.warning("Writing the dashboard: \(error). Ferry tries again by itself.") }
            dashboardFault = "\(error)"
            lookAfterWrites(now)
            // Whoever waits for the end of a single pass need not wait for it.
            if !parts.runsOnce, !isLast { dashboardDue = now + parts.timing.retryFirst }
        }
    }

    /// What says nothing new is written only where the block is gone from the note.
    private func write(_ dashboard: Dashboard, isNew: Bool, _ now: Duration) async throws {
        let path = desk.layout.dashboard
        let content = dashboard.content
        let asked = Set(content.sections.flatMap(\.boxes).map(\.id))
        let hasTick = Mutex(false)
        let outcome = try await desk.writer.update(path) { (bytes: [UInt8]) throws(NoteRefusal) -> [UInt8] in
            let block = Self.block(bytes)
            // A tick that no look has read yet must not be written over.
            let isTicked = block?.boxes.contains { $0.isTicked && asked.contains($0.id) } ?? false
            hasTick.withLock { $0 = isTicked }
            return isTicked || (!isNew && block != nil) ? bytes : try Dashboard.updated(bytes, content)
        }
        switch outcome {
        case .busy: dashboardDue = now + .seconds(1)
        case .written, .unchanged:
            if hasTick.withLock({ $0 }) {
                reconsider(after: .zero)
                dashboardDue = now + .seconds(1)
            } else if isNew {
                dashboardPacing.wrote(dashboard, now: now)
            }
        case .gone:
            if try await desk.writer.create(path, content: try Dashboard.fresh(content)) { dashboardPacing.wrote(dashboard, now: now) }
        case .refused(let refusal):
            parts.log.warning("\(path): Ferry does not write into it: \(refusal.what). \(refusal.remedy)")
            dashboardPacing.wrote(dashboard, now: now)
        }
    }

    private static func block(_ bytes: [UInt8]) -> FerryBlock? {
        let note = NoteBytes(bytes)
        return FerryBlock.read(note, MarkdownBody(note))
    }

    private func dashboard() async -> Dashboard {
        var dashboard = Dashboard()
        dashboard.features = features.values.sorted { $0.id < $1.id }
        dashboard.stages = stages
        // Of a long queue only the head is shown.
        for feature in dashboard.features.lazy.filter({ self.state.isWaiting($0.id) }).prefix(Dashboard.rowLimit + 1) {
            dashboard.waits[feature.id] = waitSentence(feature.id)
        }
        dashboard.holds = [sickness].compactMap { $0 } + faultsAround
        dashboard.faults = configuration.faults
        dashboard.noteFaults = noteFaults.merging(unreadable.mapValues { "\($0.what); \($0.remedy)" }) { fault, _ in fault }
        dashboard.busyNotes = Set(noteFaults.filter { $0.value == Self.busyNote }.keys)
        dashboard.conflicts = conflicts
        dashboard.boxes = dashboardBoxes
        // Without its database the dashboard says so, too.
        dashboard.today = try? await parts.store.spending(day: Store.today)
        dashboard.todayByFeature = (try? await parts.store.spendingByFeature(day: Store.today, limit: 10)) ?? []
        dashboard.dayLimit = configuration.settings.budgetDay
        dashboard.isStopped = isStopped
        let weaknesses = [desk.unreliability, desk.writer.caveat].compactMap { $0 }
        dashboard.unreliability = weaknesses.isEmpty ? nil : weaknesses.joined(separator: " ")
        dashboard.machine = state.circuits[.machine]?.reason
        return dashboard
    }
}
