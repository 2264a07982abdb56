/// The jobs that wait. Those that could start if there were room stand in their lane, in order; the others wait for a dependency, or for the end of
/// their own older attempt. No operation walks through all jobs.
struct JobQueue: Sendable {
    private(set) var waiting: [FeatureID: QueuedJob] = [:]
    private(set) var lanes: [Lane: JobHeap] = [:]
    private(set) var released: Set<FeatureID> = []
    /// Waiting jobs by what they depend on, released or not.
    private var dependants: [FeatureID: Set<FeatureID>] = [:]
    /// How many of its dependencies are not done.
    private var missing: [FeatureID: Int] = [:]
    private var atWork: Set<FeatureID> = []
    private let aging: Duration

    init(aging: Duration) { self.aging = aging }

    /// Whether it could start if there were room.
    func isReady(_ feature: FeatureID) -> Bool { waiting[feature].map { lanes[$0.lane]?.contains(feature) ?? false } ?? false }

    /// Waiting jobs that depend on the feature, done or not.
    func dependants(of feature: FeatureID) -> [FeatureID] { Array(dependants[feature] ?? []) }

    /// Adds the job in place of what the feature had in the queue.
    mutating func insert(_ job: QueuedJob) {
        remove(job.feature)
        waiting[job.feature] = job
        let parents = Set(job.dependsOn)
        for parent in parents { dependants[parent, default: []].insert(job.feature) }
        let count = parents.count { !released.contains($0) }
        if count > 0 { missing[job.feature] = count }
        admit(job.feature)
    }

    @discardableResult
    mutating func remove(_ feature: FeatureID) -> QueuedJob? {
        guard let job = waiting.removeValue(forKey: feature) else { return nil }
        leaveLane(job)
        missing[feature] = nil
        for parent in Set(job.dependsOn) {
            dependants[parent]?.remove(feature)
            if dependants[parent]?.isEmpty == true { dependants[parent] = nil }
        }
        return job
    }

    /// The feature is done: those that depend on it need not wait for it.
    mutating func release(_ parent: FeatureID) {
        guard released.insert(parent).inserted else { return }
        for feature in dependants[parent] ?? [] {
            let count = (missing[feature] ?? 0) - 1
            missing[feature] = count > 0 ? count : nil
            admit(feature)
        }
    }

    /// The feature is not done any more.
    mutating func reopen(_ parent: FeatureID) {
        guard released.remove(parent) != nil else { return }
        for feature in dependants[parent] ?? [] {
            missing[feature, default: 0] += 1
            if let job = waiting[feature] { leaveLane(job) }
        }
    }

    /// An attempt of the feature begins, or has ended: until then no other of it starts.
    mutating func setAtWork(_ feature: FeatureID, _ isAtWork: Bool) {
        if isAtWork {
            atWork.insert(feature)
            if let job = waiting[feature] { leaveLane(job) }
        } else if atWork.remove(feature) != nil {
            admit(feature)
        }
    }

    private mutating func admit(_ feature: FeatureID) {
        guard let job = waiting[feature], missing[feature] == nil, !atWork.contains(feature), !isReady(feature) else { return }
        // Ageing without a clock: a level of priority is worth a step of waiting, so the order of two jobs never changes.
        lanes[job.lane, default: JobHeap()].insert(
            JobHeap.Entry(feature: feature, turn: job.since + aging * job.priority, sequence: job.sequence))
    }

    private mutating func leaveLane(_ job: QueuedJob) {
        let lane = job.lane
        lanes[lane]?.remove(job.feature)
        if lanes[lane]?.isEmpty == true { lanes[lane] = nil }
    }
}
