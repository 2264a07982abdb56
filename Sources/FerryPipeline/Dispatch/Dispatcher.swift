package import FerryModel
package import FerryStore
internal import FerrySystem
internal import FerryVault
internal import Logging
internal import Synchronization
internal import SystemPackage

/// Decides and does, for one vault. All events, its own too, pass one inbox and are handled one after the other, so every
/// feature's record has one writer. Agents and merges run beside it and only send news.
package actor Dispatcher {
    package enum Event: Sendable {
        case vaultChanged
        case tick
        case news(Claim, AttemptNews)
        /// Without a claim it ended before it began.
        case attemptEnded(FeatureID, RunEnd, Claim?)
        case mergeEnded(FeatureID, MergeEnd)
        /// Begin nothing any more, finish what is under way as far as `Timing.windDown` allows, then end.
        case windDown
        /// The same, at once.
        case shutDown
        /// The answer comes when this pass of the loop is done.
        case beat(@Sendable (DispatchReport) -> Void)
        /// The same, without a word in the database that the loop is alive.
        case glance(@Sendable (DispatchReport) -> Void)
    }

    let parts: DispatcherParts
    let desk: VaultDesk
    let hooks: PipelineHooks
    private let inbox: AsyncStream<Event>
    private let post: AsyncStream<Event>.Continuation
    /// `vaultChanged` is in the inbox.
    private let isLookAsked = Atomic(false)

    var state: DispatchState
    var features: [FeatureID: FeatureRecord] = [:]
    var places = FeaturePlaces()
    var reconciliation: Reconciliation
    /// What a look has found and not carried out to its end: an error came between, or a note went away.
    var unsettled = LookConcern()
    /// When everything is to be looked at again.
    var everythingDue: Duration = .zero
    /// When what is known of the notes is to be stored.
    var indexDue: Duration?
    /// Gestures that came in bulk, and what is asked about them.
    var bulk = BulkGestures()
    var toldBulk: [Gesture: BulkQuestion] = [:]
    /// Nothing is known of the time before: the database was just made.
    var isNewDatabase = false
    /// Features that queued ones depend on.
    var awaited: Set<FeatureID> = []
    /// Among the features that are on record.
    var highestFeature = 0
    /// Among the folders of runs; `nil`: not read since the beginning.
    var highestRun: Int?
    var configuration = Configuration()
    /// Of the notes that it was read from.
    var configurationStatuses: [FilePath: FileStatus]?
    /// The highest feature number among branches, and when to read it again; `nil`: not read since the repositories changed.
    var highestBranch: Int?
    var branchesDue: Duration = .zero
    /// Repositories whose disk did not answer when their notes were read.
    var readByNames: Set<RepositoryName> = []
    /// Why the records that were lost cannot be made anew yet.
    var rebuildObstacle: String?
    /// Repositories in which nothing is left that a kill left half done.
    var recovered: Set<RepositoryName> = []
    /// What new ids begin with.
    static let idPrefix = "FR"
    /// Notes that are to be written, and when at the earliest.
    var pendingNotes: [FeatureID: PendingNote] = [:]
    var notePacing: NotePacing
    /// Features in planned that cannot be queued as they are; looked at again when notes change.
    var undispatched: Set<FeatureID> = []
    /// Limits of money at which features were parked.
    var limits: [FeatureID: BudgetReached] = [:]
    /// Features that wait for the next day's money, and the day that it is (UTC).
    var waitsForDay: Set<FeatureID> = []
    var day = Store.today
    /// Features in planned that wait for a person's word because the database is new.
    var unconfirmed: Set<FeatureID> = []
    /// What is to be tried again later, and when.
    var retries: [Retry: Duration] = [:]
    /// Jobs that wait after a failure.
    var postponed: [FeatureID: PostponedJob] = [:]
    /// Faults that concern one feature only, and are not its own.
    var ownFaults: [FeatureID: String] = [:]
    /// How often in a row a merge was not possible; its waits grow with it.
    var mergeFailures: [FeatureID: Int] = [:]
    /// How often in a row what a run leaves in the vault could not be written.
    var runNoteFailures: [FeatureID: Int] = [:]
    var attemptsBegan: [FeatureID: Duration] = [:]
    /// Breakers as the database has them.
    var storedCircuits: [Resource: Circuit] = [:]
    /// What queued jobs were registered with, and the models behind it.
    var needs: [FeatureID: ModelNeeds] = [:]
    var modelRoutes: [ModelNeeds: Set<ModelRoute>] = [:]
    var toldRoutes: [ModelNeeds: Set<ModelRoute>] = [:]
    /// What each running feature is doing, in a few words.
    var stages: [FeatureID: String] = [:]
    /// What each note was last made to say of whether it was edited since its run began.
    var toldEdits: [FeatureID: Bool] = [:]
    /// Why a note cannot be written; shown on the dashboard.
    var noteFaults: [FilePath: String] = [:]
    /// An interrupted write could not be looked after yet.
    var hasPostponedWrites = false
    var isStopped = false
    var isShuttingDown = false
    var dashboardDue: Duration?
    /// Why the dashboard could not be written.
    var dashboardFault: String?
    var dashboardPacing: DashboardPacing
    /// What Ferry asks on the dashboard before it goes on; read back with `boxesOnDashboard()`.
    var dashboardBoxes: [BlockContent.Box] = []
    /// Actions that the beginning has decided; carried out with the first event.
    var startup: [DispatchState.Action] = []
    var conflicts: [FilePath: String] = [:]
    /// Notes that cannot be read, and why.
    var unreadable: [FilePath: NoteFault] = [:]
    /// When notes came that cannot be read.
    var closedArrivals: [FilePath: Duration] = [:]
    /// Features whose notes are nowhere, with the note each that may be theirs and cannot be read.
    var closedMoves: [FeatureID: FilePath] = [:]
    /// Where the notes lie that bear one id.
    var doubles: [FeatureID: [FilePath]] = [:]
    /// What the database says of notes that cannot be written.
    var toldNoteFaults: [FeatureID: String] = [:]
    /// Why nothing can be stored now.
    var sickness: String?
    /// The database was lost, and this process has made its records anew.
    var isRebuilt = false
    /// The database is damaged, or its file is gone for good: only an opening can put it right.
    private var databaseLoss: (any Error)?
    /// When to see whether all is as it was left, and when to make a snapshot and to clear away.
    var upkeepDue: Duration?
    var snapshotDue: Duration = .zero
    /// Notes that the disk refused to take, and what it said.
    var unwritable: [FeatureID: String] = [:]
    /// What waits for free space; it goes on only when there is a little more than is needed.
    var isShortOfSpace: Set<Resource> = []
    /// Why the vault is not there.
    var absence: String?
    /// Errors of the database's disk after which it was read again.
    var recalledErrors = 0
    /// Features whose attempt had ended, and was still to be stored, when the database was read again: the end may be there already.
    var doubtfulEnds: Set<FeatureID> = []
    /// As the database has it; `nil`: it has nothing.
    var storedMounts: String?
    var toldUnreliability: String?
    /// Ends and news of attempts that are still to be recorded, in order.
    var unhandled: [Event] = []
    /// Actions that a look has decided; kept here so that an error after them loses none.
    var decided: [DispatchState.Action] = []
    var nextLook: Duration?
    var needsLook = true
    /// Some note waits only for its settle or grace time.
    var waitsForTime = false
    /// A look has been carried out.
    var hasLooked = false
    private var timer: Task<Void, Never>?
    private var lastCall: Task<Void, Never>?
    nonisolated let attempts = RunningAttempts()

    package init(parts: DispatcherParts, desk: VaultDesk, hooks: PipelineHooks = PipelineHooks()) {
        self.parts = parts
        self.desk = desk
        self.hooks = hooks
        (inbox, post) = AsyncStream.makeStream()
        state = DispatchState(limit: 1, aging: parts.timing.aging)
        reconciliation = Reconciliation(timing: parts.timing)
        notePacing = NotePacing(firstTouch: parts.timing.firstTouch, interval: parts.timing.noteInterval)
        dashboardPacing = DashboardPacing(interval: parts.timing.noteInterval)
    }

    /// Puts an event into the inbox; returns at once.
    package nonisolated func notify(_ event: Event) {
        // One look answers for all changes before it, however many come while another is under way.
        if case .vaultChanged = event, isLookAsked.exchange(true, ordering: .acquiringAndReleasing) { return }
        post.yield(event)
    }

    /// Works until `windDown` or `shutDown`; then waits until every attempt has ended. Throws `StoreError` where not even the beginning can be read.
    package func run() async throws {
        try await load()
        await withDiscardingTaskGroup { group in
            notify(.vaultChanged)
            for await event in inbox {
                let actions = await handle(event)
                for action in actions { await carryOut(action, in: &group) }
                switch event {
                case .beat(let answer): answer(await report(isBeat: true))
                case .glance(let answer): answer(await report(isBeat: false))
                case .tick: if !actions.isEmpty { hooks.didMove?() }
                default: hooks.didMove?()
                }
                if isShuttingDown, attempts.isEmpty { break }
            }
            timer?.cancel()
            lastCall?.cancel()
        }
        if let databaseLoss { throw databaseLoss }
        await writeLastDashboard()
        await saveIndex()
    }

    // MARK: Events

    private func handle(_ event: Event) async -> [DispatchState.Action] {
        var actions: [DispatchState.Action] = []
        receive(event)
        guard await isVaultThere() else {
            waitForVault()
            return []
        }
        var isTaking = false
        do {
            try await recallIfDoubtful()
            while let event = unhandled.first {
                isTaking = true
                actions += try await take(event)
                isTaking = false
                unhandled.removeFirst()
            }
            guard !isShuttingDown else { return [] }
            actions += startup
            startup = []
            let now = BootClock.now
            if needsLook || (nextLook.map { $0 <= now } ?? false) { try await look(now) }
            beginDay(now)
            actions += try await retry(now)
            forgetIdleCircuits()
            try await saveCircuits(now)
            await writeNotes(now)
            if let due = upkeepDue, due <= now { try await keepUp(now) }
            if let due = indexDue, due <= now { await saveIndex() }
            // What an error, or an attempt that was still ending, kept from being carried out; asking twice does nothing twice.
            actions += owed
            if parts.runsOnce, actions.isEmpty, decided.isEmpty, isIdle { isShuttingDown = true }
            endSickness(now)
        } catch { actions += await meetSickness(error, of: isTaking ? unhandled.first : nil) }
        actions += decided
        decided = []
        schedule()
        return actions
    }

    /// What must not wait for a healthy disk; the rest is put in line.
    private func receive(_ event: Event) {
        switch event {
        case .vaultChanged:
            isLookAsked.store(false, ordering: .releasing)
            needsLook = true
        case .tick, .beat, .glance: break
        case .news: unhandled.append(event)
        case .attemptEnded(let feature, _, _), .mergeEnded(let feature, _):
            attempts[feature] = nil
            unhandled.append(event)
        case .windDown:
            isShuttingDown = true
            parts.windDown.ask()
            // A child of the group would keep the loop from ending sooner.
            lastCall = Task { [post, wait = parts.timing.windDown] in
                guard (try? await Task.sleep(for: wait)) != nil else { return }
                post.yield(.shutDown)
            }
        case .shutDown:
            isShuttingDown = true
            parts.windDown.ask()
            endAttempts()
        }
    }

    /// Every agent and every merge ends now; where each goes from here is decided when it has. Also from beside the loop, which may be busy.
    package nonisolated func endAttempts() { attempts.cancelAll() }

    private func take(_ event: Event) async throws -> [DispatchState.Action] {
        switch event {
        case .news(let claim, let news): try await take(news, of: claim)
        case .attemptEnded(let feature, let end, let claim): return try await ended(feature, end, claim)
        case .mergeEnded(let feature, let end): return try await mergeEnded(feature, end)
        case .vaultChanged, .tick, .beat, .glance, .windDown, .shutDown: break
        }
        return []
    }

    private func waitForVault() {
        nextLook = BootClock.now + parts.timing.pollInterval
        if parts.runsOnce, attempts.isEmpty { isShuttingDown = true }
        schedule()
    }

    /// The database, the disk or the vault is sick: say so, keep everything, try again.
    /// `event` is what was being taken in.
    private func meetSickness(_ error: any Error, of event: Event?) async -> [DispatchState.Action] {
        parts.log.error("\(error)")
        await hooks.didFail?(error)
        if let error = error as? StoreError, error.code == .corrupt {
            databaseLoss = error
            receive(.shutDown)
            return []
        }
        let isNew = sickness == nil
        sickness = RunFault.storage(error)
        // An event that is at fault itself must not stop all that comes after it.
        if !RunFault.isStorage(error), event != nil { unhandled.removeFirst() }
        nextLook = BootClock.now + parts.timing.retryFirst
        needsLook = true
        // The news of the look that failed are gone.
        everythingDue = .zero
        if isNew { await writeDashboard(BootClock.now) }
        if parts.runsOnce, attempts.isEmpty { isShuttingDown = true }
        return owed
    }

    private func endSickness(_ now: Duration) {
        guard sickness != nil else { return }
        sickness = nil
        requestDashboard(now)
    }

    /// Nothing is left that goes on by itself but what waits for a mend.
    private var isIdle: Bool { !needsLook && !waitsForTime && attempts.isEmpty && pendingNotes.isEmpty && startup.isEmpty && dashboardDue == nil }

    /// Wakes the loop when the next thing is due.
    private func schedule() {
        var due = [nextLook, dashboardDue, indexDue, upkeepDue].compactMap { $0 }
        // While nothing can be stored, or the vault is not there, only the next try counts.
        due = sickness == nil && absence == nil ? due + pendingNotes.values.map(\.notBefore) + Array(retries.values) : [nextLook].compactMap { $0 }
        timer?.cancel()
        guard let next = due.min() else { return }
        let wait = max(.milliseconds(1), next - BootClock.now)
        // One timer at a time, ended by the next; a child task could not be replaced.
        timer = Task { [post] in
            guard (try? await Task.sleep(for: wait)) != nil else { return }
            post.yield(.tick)
        }
    }
}
