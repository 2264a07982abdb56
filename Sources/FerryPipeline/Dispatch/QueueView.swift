package import FerryModel
package import FerryStore
internal import Foundation

/// The queue as the service has stored it, for those who only look: what each job waits for, whether or not the service runs. It is the service's own
/// `DispatchState`, built from the same rows, so both say the same.
package struct QueueView: Sendable {
    private let state: DispatchState
    private let jobs: [FeatureID: OpenJob]
    private let retries: [Resource: DurableWait]

    /// `isDone` is asked about features that the service has no record of. Throws `StoreError`.
    package init(
        _ store: Store, features: [FeatureRecord], limit: Int, perRepository: [RepositoryName: Int], isStopped: Bool, isDone: (FeatureID) -> Bool
    ) async throws {
        let known = Dictionary(features.map { ($0.id, $0) }) { $1 }
        let routes = try await store.facts("routes:").mapValues(Self.routes)
        var released = Set(features.filter { $0.state == .done }.map(\.id))
        var jobs: [FeatureID: OpenJob] = [:]
        var running: [QueuedJob] = []
        var waiting: [QueuedJob] = []
        var last: Int64 = 0
        while true {
            let page = try await store.openJobs(after: last, limit: 10_000)
            guard let end = page.last else { break }
            last = end.sequence
            for job in page {
                jobs[job.feature] = job
                guard let feature = known[job.feature], let repository = feature.repository else { continue }
                for parent in feature.dependsOn where known[parent] == nil && isDone(parent) { released.insert(parent) }
                let queued = QueuedJob(
                    feature: job.feature, repository: repository, priority: feature.priority, dependsOn: feature.dependsOn, sequence: job.sequence,
                    since: .seconds(job.created), routes: routes["\(job.tier?.rawValue ?? "")|\(job.model ?? "")"] ?? [])
                if job.isRunning {
                    running.append(queued)
                } else if job.retry.map({ $0.remaining(at: Store.milliseconds) == .zero }) ?? true {
                    waiting.append(queued)
                }
            }
        }
        self.jobs = jobs
        let circuits = try await store.circuits()
        retries = circuits.compactMapValues(\.retry)
        state = DispatchState(
            limit: limit, perRepository: perRepository, running: running, waiting: waiting, released: released,
            circuits: circuits.mapValues(\.circuit), isStopped: isStopped)
    }

    /// What a queued feature waits for.
    package func reason(for feature: FeatureID) -> WaitReason { state.reason(for: feature) }
    /// Whether an attempt holds the feature's job, or held it when the service ended.
    package func isAtWork(_ feature: FeatureID) -> Bool { jobs[feature]?.isRunning ?? false }

    /// When a job that waits after a failure, or what keeps it from starting, is tried again: `20:05:10 UTC`; `nil`: nothing is known, or it is due.
    package func nextTry(of feature: FeatureID) -> String? {
        if let own = jobs[feature]?.retry.flatMap(Self.clock) { return own }
        guard case .hold(let reason, _) = state.reason(for: feature) else { return nil }
        let resource = state.circuits.first { $0.value.reason == reason && $0.value.phase == .open }?.key
        return resource.flatMap { retries[$0] }.flatMap(Self.clock)
    }

    private static func routes(_ text: String) -> Set<ModelRoute> {
        Set(text.split(separator: "\n").map { ModelRoute($0.split(separator: " ").map(String.init)) })
    }

    private static func clock(_ wait: DurableWait) -> String? {
        guard wait.remaining(at: Store.milliseconds) > .zero else { return nil }
        let text = Date(timeIntervalSince1970: Double(wait.until) / 1000).formatted(.iso8601)
        let isSoon = wait.milliseconds < 43_200_000
        return isSoon ? text.dropFirst(11).prefix(8) + " UTC" : text.prefix(16).replacing("T", with: " ") + " UTC"
    }
}
