internal import FerryModel
internal import FerryStore
internal import SystemPackage

/// Fills a queue, and takes jobs from it as the dispatcher does: for `Benchmarks/queue_cost.py`.
///
/// `fill DATABASE JOBS` registers them one by one. `take DATABASE SAMPLES` prints a line for each measured thing, in microseconds: `claim 812`,
/// `cycle 1630` (claimed and completed: two commits), and `decide 4`, the part of a claim that is no database.
@main
enum FerryQueueBench {
    static func main() async throws {
        let arguments = CommandLine.arguments
        guard arguments.count == 4, let count = Int(arguments[3]) else { return print("usage: FerryQueueBench fill|take DATABASE COUNT") }
        let store = try Store(at: FilePath(arguments[2]))
        defer { store.close() }
        if arguments[1] == "fill" { try await fill(store, count) } else { try await take(store, count) }
    }

    private static func fill(_ store: Store, _ jobs: Int) async throws {
        for number in 1...jobs {
            var feature = FeatureRecord(
                id: FeatureID(number: number), path: FilePath("10_features/03_planned/Feature \(number).md"), title: "Feature \(number)",
                state: .planned)
            feature.repository = RepositoryName("repository-\(number % 20)")
            feature.priority = number % 5 + 1
            _ = try await store.enqueue(&feature)
        }
    }

    private static func take(_ store: Store, _ samples: Int) async throws {
        var state = DispatchState(limit: 0)
        var features: [FeatureID: FeatureRecord] = [:]
        for feature in try await store.features() { features[feature.id] = feature }
        for job in try await store.openJobs(after: 0, limit: .max) {
            guard let feature = features[job.feature], let repository = feature.repository else { continue }
            let queued = QueuedJob(
                feature: feature.id, repository: repository, priority: feature.priority, dependsOn: [], sequence: job.sequence,
                since: .seconds(job.sequence))
            _ = state.apply(.planned(queued))
        }
        let clock = ContinuousClock()
        for _ in 0..<samples {
            let began = clock.now
            let actions = state.apply(.limits(total: 1, perRepository: [:]))
            let decided = clock.now
            guard case .start(let id)? = actions.first, var feature = features[id] else { return print("nothing starts") }
            feature.state = .inProgress
            guard let claim = try await store.claim(id, saving: feature) else { return print("nothing to claim") }
            let claimed = clock.now
            feature.state = .review
            try await store.complete(feature, Completion(job: "review"), under: claim)
            let completed = clock.now
            features[id] = feature
            // Outside of what is measured: the next start is decided on its own.
            _ = state.apply(.limits(total: 0, perRepository: [:]))
            _ = state.apply(.ended(id))
            say("decide", decided - began)
            say("claim", claimed - began)
            say("cycle", completed - began)
        }
    }

    private static func say(_ what: String, _ time: Duration) { print("\(what) \(Int64(time / .microseconds(1)))") }
}
