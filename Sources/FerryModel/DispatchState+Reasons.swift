/// The one thing that a job waits for.
package enum WaitReason: Hashable, Sendable {
    case stopped
    /// A fault of provider, key, sandbox, repository or disk; resumes by itself when it is mended. `canary` is the feature that tries now.
    case hold(String, canary: FeatureID? = nil)
    /// The feature that it depends on, what that one depends on, and so on; the last one waits for something else, or is one that stands there already:
    /// then those from there on depend on each other.
    case dependency([FeatureID])
    /// The features that depend on each other, first and last the same.
    case cycle([FeatureID])
    /// Its older attempt has not ended yet.
    case ending
    case slot(running: Int)
    case repositorySlot(RepositoryName, running: Int)
    case merge(FeatureID)
    /// Nothing keeps it from starting, or it is not queued at all.
    case nothing
}

extension DispatchState {
    /// What a feature waits for, in the order in which the reasons would have to go away.
    package func reason(for feature: FeatureID) -> WaitReason {
        if let other = mergeAhead(of: feature) { return .merge(other) }
        guard let job = queue.waiting[feature] else { return .nothing }
        if isStopped { return .stopped }
        if let circuit = obstacle(job.lane) { return .hold(circuit.reason, canary: circuit.canary) }
        if let parent = firstMissing(job) { return cycle(from: feature).map(WaitReason.cycle) ?? .dependency(chain(from: parent)) }
        if running[feature] != nil { return .ending }
        let count = counts[job.repository] ?? 0
        if let limit = perRepository[job.repository], count >= limit { return .repositorySlot(job.repository, running: count) }
        return running.count >= total ? .slot(running: running.count) : .nothing
    }

    private func firstMissing(_ job: QueuedJob) -> FeatureID? { job.dependsOn.first { !queue.released.contains($0) } }

    /// From parent to parent, as long as they wait for one. Where it would turn in a circle it ends with the one that closes it.
    private func chain(from start: FeatureID) -> [FeatureID] {
        var chain = [start]
        var seen: Set<FeatureID> = [start]
        while let last = chain.last, let job = queue.waiting[last], let next = firstMissing(job) {
            chain.append(next)
            guard seen.insert(next).inserted else { break }
        }
        return chain
    }

    /// A way over waiting features that leads back to its start. Without recursion: a chain may be as long as the vault.
    private func cycle(from start: FeatureID) -> [FeatureID]? {
        func parents(_ feature: FeatureID) -> [FeatureID] { (queue.waiting[feature]?.dependsOn ?? []).filter { !queue.released.contains($0) } }
        var path = [start]
        var open = [parents(start)[...]]
        var seen: Set<FeatureID> = []
        while let next = open.indices.last {
            guard let parent = open[next].popFirst() else {
                open.removeLast()
                path.removeLast()
                continue
            }
            if parent == start { return path + [start] }
            if seen.insert(parent).inserted {
                path.append(parent)
                open.append(parents(parent)[...])
            }
        }
        return nil
    }
}
