internal import FerryModel
internal import FerryTestSupport
internal import SystemPackage

@testable internal import FerryStore

/// Carries out what `DispatchState` decides, as the dispatcher does, against a real database and a simulated world, one call at a time. Dies at a `Killed`;
/// the next one begins with what the database says.
struct SimulatedFerry {
    static let repository = RepositoryName("app")
    static let provider = Resource.provider("trial")

    struct Attempt {
        let number: Int
        let feature: FeatureID
        let claim: Claim
        let run: RunNumber
        var step = 0
        var isCancelled = false
        var end: End?
    }
    enum End { case review, cancelled, trouble(Trouble) }

    static let steps = ["plan", "code", "review"]

    let store: Store
    let without: Guard?
    var state: DispatchState
    var features: [FeatureID: FeatureRecord] = [:]
    var attempts: [Int: Attempt] = [:]
    var merges: Set<FeatureID> = []
    var retries: [Resource?: Duration] = [:]
    var jobRetries: [FeatureID: Duration] = [:]
    var mergeRetries: [FeatureID: Duration] = [:]
    var owed: [DispatchState.Action] = []
    var dirtyNotes: Set<FeatureID> = []
    var isStopped = false
    private var counter = 0

    init(_ store: Store, without: Guard?) {
        self.store = store
        self.without = without
        state = DispatchState(limit: 2)
    }

    // MARK: Beginning

    mutating func begin(_ world: inout World, among ids: [FeatureID]) async throws {
        try world.before("start")
        if without != .release { _ = try await store.releaseInterrupted(limit: 1_000) }
        for id in ids { features[id] = try await store.feature(id) }
        // Before anything is queued: what is queued would start.
        if isStopped, without != .stop { owed += state.apply(.stop) }
        for feature in features.values where feature.state == .done { _ = state.apply(.released(feature.id)) }
        for job in try await store.openJobs(after: 0, limit: 1_000) {
            guard let feature = features[job.feature] else { continue }
            guard feature.state == .planned || feature.state == .inProgress else {
                try await store.closeJobs([job.feature], as: "ended")
                continue
            }
            if !job.isRunning { owed += state.apply(.planned(queued(feature, job.sequence, world))) }
        }
        for feature in features.values.sorted(by: { $0.id < $1.id }) {
            dirtyNotes.insert(feature.id)
            if feature.isApproved, without != .takeUp { owed += state.apply(.mergeWanted(feature.id, Self.repository)) }
        }
        try world.after("start")
    }

    func queued(_ feature: FeatureRecord, _ sequence: Int64, _ world: World) -> QueuedJob {
        QueuedJob(
            feature: feature.id, repository: Self.repository, priority: feature.priority, dependsOn: feature.dependsOn, sequence: sequence,
            since: world.now, routes: [ModelRoute(["trial/model"])])
    }

    // MARK: Looking at the vault

    /// What a person has moved.
    mutating func look(_ world: inout World) async throws {
        for (id, note) in world.notes.sorted(by: { $0.key < $1.key }) {
            // As it was: most looks find nothing.
            if let known = features[id], known.folder == note.folder, known.state != nil, without != .dispatchOnce { continue }
            var feature = features[id] ?? FeatureRecord(id: id, path: FilePath("\(id).md"), title: "\(id)", state: nil)
            if features[id] == nil, let parent = parents[id] { feature.dependsOn = [parent] }
            if note.folder != feature.folder,
                note.folder == note.status && [.inProgress, .review].contains(note.folder) || note.folder == feature.state
            {
                // A move of Ferry's own that a kill kept from being recorded.
                feature.folder = note.folder
                try world.before("adopt folder")
                try await store.save(feature)
                try world.after("adopt folder")
                features[id] = feature
                dirtyNotes.insert(id)
                continue
            }
            let isNew = feature.folder != note.folder || feature.state == nil || without == .dispatchOnce && feature.state == .planned
            guard isNew, note.folder != feature.state || without == .dispatchOnce else { continue }
            switch note.folder {
            case .planned where feature.state != .inProgress || feature.folder == .inProgress:
                feature.state = .planned
                feature.folder = .planned
                feature.isApproved = false
                feature.repository = Self.repository
                try world.before("enqueue")
                let sequence = try await store.enqueue(&feature)
                try world.after("enqueue")
                features[id] = feature
                jobRetries[id] = nil
                owed += state.apply(.withdrawn(id)) + cancelOld(id) + state.apply(.planned(queued(feature, sequence, world)))
            case .done where feature.state == .review && !feature.isApproved:
                feature.isApproved = true
                feature.folder = .done
                try world.before("approve")
                try await store.save(feature)
                try world.after("approve")
                features[id] = feature
                owed += state.apply(.mergeWanted(id, Self.repository))
                if without == .dependency { owed += state.apply(.released(id)) }
            case .ideas where feature.state == .inProgress || feature.state == .planned || feature.state == .review:
                feature.state = .ideas
                feature.folder = .ideas
                try world.before("cancel")
                _ = try await store.complete(feature, Completion(job: "cancelled", run: .cancelled))
                try world.after("cancel")
                features[id] = feature
                jobRetries[id] = nil
                owed += state.apply(.withdrawn(id))
            default: break
            }
        }
    }

    var parents: [FeatureID: FeatureID] = [:]

    /// An attempt at the older version of the note.
    private func cancelOld(_ id: FeatureID) -> [DispatchState.Action] {
        attempts.values.contains { $0.feature == id && $0.end == nil } ? [.cancel(id)] : []
    }

    // MARK: Actions

    mutating func carryOut(_ world: inout World) async throws {
        while !owed.isEmpty {
            let action = owed.removeFirst()
            switch action {
            case .cancel(let id):
                for number in attempts.keys where attempts[number]?.feature == id {
                    attempts[number]?.isCancelled = true
                    if without == .slot { owed += state.apply(.ended(id)) }
                }
                if merges.contains(id) {
                    merges.remove(id)
                    owed += state.apply(.mergeEnded(id))
                    mergeRetries[id] = world.now + .seconds(1)
                }
            case .start(let id):
                guard !isStopped else { throw Violation("\(id) starts although all is stopped") }
                do { try await start(id, &world) } catch is CallFailed {
                    owed += state.apply(.ended(id, Trouble(.machine, .infrastructure, "disk")))
                    retryLater(.machine, &world)
                    jobRetries[id] = world.now + .seconds(1)
                }
            case .merge(let id): merges.insert(id)
            }
        }
    }

    private mutating func start(_ id: FeatureID, _ world: inout World) async throws {
        guard var feature = features[id], feature.state == .planned || feature.state == .inProgress else {
            owed += state.apply(.ended(id))
            return
        }
        for parent in feature.dependsOn where !world.main.contains("\(parent)") { throw Violation("\(id) starts before \(parent) is merged") }
        feature.state = .inProgress
        try world.before("claim")
        let claim = try await store.claim(id, saving: feature)
        try world.after("claim")
        guard let claim else {
            owed += state.apply(.ended(id))
            return
        }
        // One run for each time that the note came to planned.
        feature.run = RunNumber(feature.generation)
        features[id] = feature
        counter += 1
        attempts[counter] = Attempt(number: counter, feature: id, claim: claim, run: feature.run)
        world.alive[id, default: []].insert(counter)
        dirtyNotes.insert(id)
        let count = attempts.values.count { $0.feature == id }
        if count > 1 { throw Violation("\(count) attempts at \(id) at once") }
        world.say("\(id) starts, generation \(feature.generation)")
    }

    mutating func retryLater(_ resource: Resource, _ world: inout World) {
        if without != .retry { retries[resource] = world.now + .seconds(world.dice.number(5) + 1) }
    }

    /// What is due.
    mutating func retry(_ world: inout World) async throws {
        for (resource, due) in retries where due <= world.now {
            retries[resource] = nil
            if let resource, without != .probe { owed += state.apply(.probe(resource)) }
        }
        if attempts.isEmpty, state.waitingCount == 0 {
            for resource in state.idleCircuits.sorted(by: { $0.key < $1.key }) { owed += state.apply(.mended(resource)) }
        }
        for (id, due) in jobRetries where due <= world.now && !state.isRunning(id) {
            jobRetries[id] = nil
            guard let feature = features[id], let job = try await store.openJob(id), !job.isRunning else { continue }
            owed += state.apply(.planned(queued(feature, job.sequence, world)))
        }
        for (id, due) in mergeRetries where due <= world.now {
            mergeRetries[id] = nil
            if features[id]?.isApproved == true { owed += state.apply(.mergeWanted(id, Self.repository)) }
        }
    }
}

extension SimulatedFerry {
    /// The stop was taken back: what it ended is in the queue again.
    mutating func requeue(_ world: World) async throws {
        for job in try await store.openJobs(after: 0, limit: 1_000) where !state.isRunning(job.feature) && !job.isRunning {
            guard let feature = features[job.feature], feature.state == .planned || feature.state == .inProgress else { continue }
            owed += state.apply(.planned(queued(feature, job.sequence, world)))
        }
    }
}
