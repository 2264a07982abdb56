/// Decides what runs. Knows no clock, no disk, no task; `apply` is the only way in.
///
/// For example:
/// ```
/// var state = DispatchState(limit: 2)
/// state.apply(.planned(job))            // [.start(FR-001)]
/// state.apply(.ended(id, trouble))      // opens the breaker of what is out of order, then fills the slot
/// state.apply(.probe(trouble.resource)) // [.start(FR-002)]: the canary
/// state.apply(.mended(trouble.resource))
/// ```
package struct DispatchState: Sendable {
    package enum Event: Hashable, Sendable {
        case planned(QueuedJob)
        case withdrawn(FeatureID)
        /// The attempt is over and all its processes are gone; with the trouble that ended it, where that is not the feature's own.
        case ended(FeatureID, Trouble? = nil)
        /// Dependants need not wait for it: it is done.
        case released(FeatureID)
        /// It is not done any more.
        case reopened(FeatureID)
        case mergeWanted(FeatureID, RepositoryName)
        case mergeEnded(FeatureID)
        case limits(total: Int, perRepository: [RepositoryName: Int])
        /// A resource is out of order: jobs that need it wait.
        case broken(Trouble)
        /// As it was when it was stored.
        case restored(Resource, Circuit)
        /// The wait is over: one job may try the resource.
        case probe(Resource)
        /// A try went well, or nobody is left who would try.
        case mended(Resource)
        case stop
        case resume
    }
    package enum Action: Hashable, Sendable {
        case start(FeatureID)
        case cancel(FeatureID)
        case merge(FeatureID)
    }

    /// Jobs with a live attempt. Only `ended` removes one, so a cancelled job keeps its slot until it is really gone.
    private(set) var running: [FeatureID: QueuedJob] = [:]
    private(set) var queue: JobQueue
    private var mergesWaiting: [(FeatureID, RepositoryName)] = []
    private(set) var merging: [RepositoryName: FeatureID] = [:]
    package private(set) var circuits: [Resource: Circuit] = [:]
    private(set) var isStopped = false
    private(set) var total: Int
    private(set) var perRepository: [RepositoryName: Int] = [:]
    /// Live attempts of each repository.
    private(set) var counts: [RepositoryName: Int] = [:]
    /// When each repository last had its turn, counted in starts.
    private var turns: [RepositoryName: Int] = [:]
    private var turn = 0

    /// `aging`: after waiting for so long a job counts as one level of priority more urgent.
    package init(limit: Int, aging: Duration = Timing().aging) {
        total = limit
        queue = JobQueue(aging: aging)
    }

    /// A queue as it was stored, for those who only look at it: nothing of it starts.
    package init(
        limit: Int, perRepository: [RepositoryName: Int], running: [QueuedJob], waiting: [QueuedJob], released: Set<FeatureID>,
        circuits: [Resource: Circuit], isStopped: Bool
    ) {
        self.init(limit: limit)
        self.perRepository = perRepository
        self.circuits = circuits
        self.isStopped = isStopped
        for feature in released { queue.release(feature) }
        for job in running {
            self.running[job.feature] = job
            counts[job.repository, default: 0] += 1
            queue.setAtWork(job.feature, true)
        }
        for job in waiting { queue.insert(job) }
    }

    package var runningFeatures: Set<FeatureID> { Set(running.keys) }
    package var waitingFeatures: Set<FeatureID> { Set(queue.waiting.keys) }
    package var waitingCount: Int { queue.waiting.count }
    /// Whose merge is under way.
    package var mergingFeatures: Set<FeatureID> { Set(merging.values) }
    package var isIdle: Bool { running.isEmpty && merging.isEmpty }
    /// Whether an attempt of the feature is alive.
    package func isRunning(_ feature: FeatureID) -> Bool { running[feature] != nil }
    /// Whether the feature waits in the queue.
    package func isWaiting(_ feature: FeatureID) -> Bool { queue.waiting[feature] != nil }

    /// The job that the feature has in the queue.
    package func waitingJob(_ feature: FeatureID) -> QueuedJob? { queue.waiting[feature] }
    /// Those in the queue that depend on the feature themselves.
    package func dependants(of feature: FeatureID) -> [FeatureID] { queue.dependants(of: feature) }

    /// Takes an event in and says what is to be done.
    package mutating func apply(_ event: Event) -> [Action] {
        switch event {
        case .planned(let job):
            // A job that arrives while its older attempt is still ending waits for that end.
            queue.insert(job)
        case .withdrawn(let feature):
            queue.remove(feature)
            mergesWaiting.removeAll { $0.0 == feature }
            if running[feature] != nil { return [.cancel(feature)] }
        case .ended(let feature, let trouble): end(feature, trouble)
        case .released(let feature): queue.release(feature)
        case .reopened(let feature): queue.reopen(feature)
        case .mergeWanted(let feature, let repository):
            if !mergesWaiting.contains(where: { $0.0 == feature }), merging[repository] != feature { mergesWaiting.append((feature, repository)) }
        case .mergeEnded(let feature): merging = merging.filter { $0.value != feature }
        case .limits(let total, let perRepository):
            self.total = total
            self.perRepository = perRepository
        case .broken(let trouble): open(trouble, by: nil)
        case .restored(let resource, let circuit): circuits[resource] = circuit
        case .probe(let resource): if circuits[resource]?.phase == .open { circuits[resource]?.phase = .probing(nil) }
        case .mended(let resource): circuits[resource] = nil
        case .stop:
            isStopped = true
            return (Set(running.keys).union(merging.values)).sorted().map(Action.cancel)
        case .resume: isStopped = false
        }
        return claim()
    }

    // MARK: Ends

    private mutating func end(_ feature: FeatureID, _ trouble: Trouble?) {
        if let trouble { open(trouble, by: feature) }
        // A canary that ended without a verdict gives its turn to the next.
        for (resource, circuit) in circuits where circuit.canary == feature { circuits[resource]?.phase = .probing(nil) }
        guard let job = running.removeValue(forKey: feature) else { return }
        let count = (counts[job.repository] ?? 0) - 1
        counts[job.repository] = count > 0 ? count : nil
        queue.setAtWork(feature, false)
    }

    /// Opens the breaker, or opens it again. Those that were under way when it opened and fail after it count for nothing.
    private mutating func open(_ trouble: Trouble, by feature: FeatureID?) {
        guard let circuit = circuits[trouble.resource] else {
            circuits[trouble.resource] = Circuit(kind: trouble.kind, reason: trouble.reason, failures: 1)
            return
        }
        let isVerdict = feature.map { circuit.canary == $0 } ?? (circuit.phase == .probing(nil))
        guard isVerdict else { return }
        circuits[trouble.resource] = Circuit(kind: trouble.kind, reason: trouble.reason, failures: circuit.failures + 1)
    }

    // MARK: Starts

    private mutating func claim() -> [Action] {
        guard !isStopped else { return [] }
        var actions: [Action] = []
        for (feature, repository) in mergesWaiting where merging[repository] == nil {
            merging[repository] = feature
            actions.append(.merge(feature))
        }
        if !actions.isEmpty { mergesWaiting.removeAll { merging[$0.1] == $0.0 } }
        while running.count < total, let feature = next(), let job = queue.remove(feature) {
            start(job)
            actions.append(.start(feature))
        }
        return actions
    }

    /// Of the repositories that have room: the one with the fewest at work, then the one whose last turn is longest ago; in it the first in order.
    private func next() -> FeatureID? {
        var best: (key: (Int, Int), entry: JobHeap.Entry)?
        for (lane, jobs) in queue.lanes {
            guard let entry = jobs.first else { continue }
            let count = counts[lane.repository] ?? 0
            if let limit = perRepository[lane.repository], count >= limit { continue }
            let key = (count, turns[lane.repository] ?? 0)
            if let best, best.key < key || (best.key == key && best.entry < entry) { continue }
            if obstacle(lane) == nil { best = (key, entry) }
        }
        return best?.entry.feature
    }

    private mutating func start(_ job: QueuedJob) {
        for resource in resources(job.lane) where circuits[resource]?.phase == .probing(nil) { circuits[resource]?.phase = .probing(job.feature) }
        running[job.feature] = job
        queue.setAtWork(job.feature, true)
        counts[job.repository, default: 0] += 1
        turn += 1
        turns[job.repository] = turn
    }

    /// Whether the feature's merge is wanted or under way.
    package func isMergeKnown(_ feature: FeatureID) -> Bool { merging.values.contains(feature) || mergesWaiting.contains { $0.0 == feature } }

    /// Whose merge a waiting merge waits for; `nil` where the feature has none that waits.
    func mergeAhead(of feature: FeatureID) -> FeatureID? { mergesWaiting.first { $0.0 == feature }.flatMap { merging[$0.1] } }
}
