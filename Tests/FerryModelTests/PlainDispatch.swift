internal import FerryModel

/// The rules of docs/SPEC.md, section 4, as plainly as they can be written: everything is sorted anew at each event. What the real one must do.
struct PlainDispatch {
    var running: [QueuedJob] = []
    var waiting: [QueuedJob] = []
    var released: Set<FeatureID> = []
    var shut: [RepositoryName: Bool] = [:]
    var canaries: [RepositoryName: FeatureID] = [:]
    var isStopped = false
    var total: Int
    var perRepository: [RepositoryName: Int] = [:]
    var turns: [RepositoryName] = []
    let aging: Duration

    mutating func apply(_ event: DispatchState.Event) -> [DispatchState.Action] {
        switch event {
        case .planned(let job):
            waiting.removeAll { $0.feature == job.feature }
            waiting.append(job)
        case .withdrawn(let id):
            waiting.removeAll { $0.feature == id }
            if running.contains(where: { $0.feature == id }) { return [.cancel(id)] }
        case .ended(let id, let trouble):
            if case .repository(let name)? = trouble?.resource, shut[name] == nil || canaries[name] == id { shut[name] = true }
            for (name, canary) in canaries where canary == id { canaries[name] = nil }
            running.removeAll { $0.feature == id }
        case .released(let id): released.insert(id)
        case .reopened(let id): released.remove(id)
        case .limits(let total, let perRepository): (self.total, self.perRepository) = (total, perRepository)
        case .probe(.repository(let name)): if shut[name] != nil, canaries[name] == nil { shut[name] = false }
        case .mended(.repository(let name)): (shut[name], canaries[name]) = (nil, nil)
        case .stop:
            isStopped = true
            return running.map(\.feature).sorted().map { .cancel($0) }
        case .resume: isStopped = false
        default: break
        }
        return claim()
    }

    private func order(_ job: QueuedJob) -> (Int, Int, Duration, Int64) {
        let count = running.count { $0.repository == job.repository }
        return (count, turns.lastIndex(of: job.repository) ?? -1, job.since + aging * job.priority, job.sequence)
    }

    private func canStart(_ job: QueuedJob) -> Bool {
        let isFree = perRepository[job.repository].map { limit in running.count { $0.repository == job.repository } < limit } ?? true
        return isFree && shut[job.repository] != true && canaries[job.repository] == nil && job.dependsOn.allSatisfy(released.contains)
            && !running.contains { $0.feature == job.feature }
    }

    private mutating func claim() -> [DispatchState.Action] {
        var actions: [DispatchState.Action] = []
        while !isStopped, running.count < total, let job = waiting.filter(canStart).min(by: { order($0) < order($1) }) {
            waiting.removeAll { $0.feature == job.feature }
            running.append(job)
            turns.append(job.repository)
            if shut[job.repository] == false { canaries[job.repository] = job.feature }
            actions.append(.start(job.feature))
        }
        return actions
    }
}
