/// A job in the queue: one feature's wish to be worked on.
package struct QueuedJob: Hashable, Sendable {
    package let feature: FeatureID
    package let repository: RepositoryName
    /// 1 is first, 5 last.
    package var priority: Int
    package var dependsOn: [FeatureID]
    /// Order of arrival among equals.
    package let sequence: Int64

    package init(feature: FeatureID, repository: RepositoryName, priority: Int, dependsOn: [FeatureID], sequence: Int64) {
        self.feature = feature
        self.repository = repository
        self.priority = priority
        self.dependsOn = dependsOn
        self.sequence = sequence
    }
}

/// The one thing that a job waits for.
package enum WaitReason: Hashable, Sendable {
    case stopped
    /// A fault of provider, key, sandbox, repository or disk; resumes by itself when it is mended.
    case hold(String)
    case dependency(FeatureID)
    /// The features that depend on each other, first and last the same.
    case cycle([FeatureID])
    case slot(running: Int)
    case repositorySlot(RepositoryName, running: Int)
    case merge(FeatureID)
    /// It is not queued at all.
    case nothing
}

/// Decides what runs. Knows no clock, no disk, no task; `apply` is the only way in.
package struct DispatchState: Sendable {
    package enum Event: Hashable, Sendable {
        case planned(QueuedJob)
        case withdrawn(FeatureID)
        /// The attempt is over and all its processes are gone.
        case ended(FeatureID)
        /// Dependants need not wait for it: it is done.
        case released(FeatureID)
        /// It is not done any more.
        case reopened(FeatureID)
        case mergeWanted(FeatureID, RepositoryName)
        case mergeEnded(FeatureID)
        case limits(total: Int, perRepository: [RepositoryName: Int])
        /// `nil` for the repository holds every job; `nil` for the reason ends the hold.
        case hold(RepositoryName?, reason: String?)
        case stop
        case resume
    }
    package enum Action: Hashable, Sendable {
        case start(FeatureID)
        case cancel(FeatureID)
        case merge(FeatureID)
    }

    /// Jobs with a live attempt. Only `ended` removes one, so a cancelled job keeps its slot until it is really gone.
    private var running: [FeatureID: QueuedJob] = [:]
    private var waiting: [FeatureID: QueuedJob] = [:]
    private var released: Set<FeatureID> = []
    private var mergesWaiting: [(FeatureID, RepositoryName)] = []
    private var merging: [RepositoryName: FeatureID] = [:]
    private var holds: [RepositoryName?: String] = [:]
    private var isStopped = false
    private var total: Int
    private var perRepository: [RepositoryName: Int] = [:]

    package init(limit: Int) { total = limit }

    package var runningFeatures: Set<FeatureID> { Set(running.keys) }
    package var waitingFeatures: Set<FeatureID> { Set(waiting.keys) }
    /// Whose merge is under way.
    package var mergingFeatures: Set<FeatureID> { Set(merging.values) }

    /// Takes an event in and says what is to be done.
    package mutating func apply(_ event: Event) -> [Action] {
        switch event {
        case .planned(let job):
            // A job that arrives while its older attempt is still ending waits for that end.
            waiting[job.feature] = job
        case .withdrawn(let feature):
            waiting[feature] = nil
            mergesWaiting.removeAll { $0.0 == feature }
            if running[feature] != nil { return [.cancel(feature)] }
        case .ended(let feature): running[feature] = nil
        case .released(let feature): released.insert(feature)
        case .reopened(let feature): released.remove(feature)
        case .mergeWanted(let feature, let repository):
            if !mergesWaiting.contains(where: { $0.0 == feature }), merging[repository] != feature { mergesWaiting.append((feature, repository)) }
        case .mergeEnded(let feature): merging = merging.filter { $0.value != feature }
        case .limits(let total, let perRepository):
            self.total = total
            self.perRepository = perRepository
        case .hold(let repository, let reason): holds[repository] = reason
        case .stop:
            isStopped = true
            return (Set(running.keys).union(merging.values)).sorted().map(Action.cancel)
        case .resume: isStopped = false
        }
        return claim()
    }

    /// What a feature waits for, in the order in which the reasons would have to go away.
    package func reason(for feature: FeatureID) -> WaitReason {
        if let (_, repository) = mergesWaiting.first(where: { $0.0 == feature }), let other = merging[repository] { return .merge(other) }
        guard let job = waiting[feature] else { return .nothing }
        if isStopped { return .stopped }
        if let reason = holds[nil] ?? holds[job.repository] { return .hold(reason) }
        if let cycle = cycle(from: feature) { return .cycle(cycle) }
        if let parent = job.dependsOn.first(where: { !released.contains($0) }) { return .dependency(parent) }
        if let limit = perRepository[job.repository], count(job.repository) >= limit {
            return .repositorySlot(job.repository, running: count(job.repository))
        }
        return running.count >= total ? .slot(running: running.count) : .nothing
    }

    private func count(_ repository: RepositoryName) -> Int { running.values.count { $0.repository == repository } }

    private mutating func claim() -> [Action] {
        guard !isStopped else { return [] }
        var actions: [Action] = []
        for (feature, repository) in mergesWaiting where merging[repository] == nil {
            merging[repository] = feature
            actions.append(.merge(feature))
        }
        mergesWaiting.removeAll { merging[$0.1] == $0.0 }
        for job in waiting.values.sorted(by: { ($0.priority, $0.sequence) < ($1.priority, $1.sequence) })
        where running[job.feature] == nil && reason(for: job.feature) == .nothing {
            waiting[job.feature] = nil
            running[job.feature] = job
            actions.append(.start(job.feature))
        }
        return actions
    }

    /// A chain of waiting features that leads back to its start.
    private func cycle(from start: FeatureID) -> [FeatureID]? {
        var path: [FeatureID] = []
        var seen: Set<FeatureID> = []
        func search(_ feature: FeatureID) -> Bool {
            path.append(feature)
            for parent in (waiting[feature]?.dependsOn ?? []) where !released.contains(parent) {
                if parent == start {
                    path.append(start)
                    return true
                }
                if seen.insert(parent).inserted, search(parent) { return true }
            }
            path.removeLast()
            return false
        }
        return search(start) ? path : nil
    }
}
