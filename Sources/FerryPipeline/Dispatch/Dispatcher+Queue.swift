internal import FerryModel
internal import FerryStore
internal import FerrySystem
internal import FerryVault

/// What the queue is told of a job, and of those that wait for it.
extension Dispatcher {
    /// What a job's agents are to be asked with, by what its note said: the key of `routes`.
    struct ModelNeeds: Hashable {
        var tier: Tier?
        var model: String?
        /// For the database.
        var key: String { "routes:\(tier?.rawValue ?? "")|\(model ?? "")" }
    }

    func queue(_ feature: FeatureRecord, _ job: OpenJob) -> [DispatchState.Action] {
        guard let repository = feature.repository else { return [] }
        var actions: [DispatchState.Action] = []
        for parent in feature.dependsOn where features[parent] == nil {
            actions += state.apply(desk.isDone(parent) ? .released(parent) : .reopened(parent))
        }
        awaited.formUnion(feature.dependsOn)
        let needs = ModelNeeds(tier: job.tier, model: job.model)
        self.needs[feature.id] = needs
        // A clock that was set back makes no job younger than now.
        let age = Duration.seconds(max(0, Store.milliseconds / 1000 - job.created))
        return actions
            + state.apply(
                .planned(
                    QueuedJob(
                        feature: feature.id, repository: repository, priority: feature.priority, dependsOn: feature.dependsOn,
                        sequence: job.sequence, since: BootClock.now - age, routes: routes(needs))))
    }

    /// The chains of models behind the four stages.
    private func routes(_ needs: ModelNeeds) -> Set<ModelRoute> {
        if let known = modelRoutes[needs] { return known }
        let agents = configuration.agentsByRole
        let names = StageRole.allCases.compactMap { role in
            parts.model ?? needs.model ?? agents[role]?.model ?? needs.tier.map(ModelSource.alias)
        }
        let routes = Set(Set(names).map { parts.models.route($0, configuration) })
        modelRoutes[needs] = routes
        return routes
    }

    /// Settings or agents have changed: jobs may need other models.
    func reroute() -> [DispatchState.Action] {
        let old = modelRoutes
        modelRoutes = [:]
        var actions: [DispatchState.Action] = []
        for id in state.waitingFeatures {
            guard let needs = needs[id], var job = state.waitingJob(id), routes(needs) != old[needs] else { continue }
            job.routes = routes(needs)
            actions += state.apply(.planned(job))
        }
        return actions
    }

    /// For `ferry why`, which reads the queue from the database: which models are needed by what a note says.
    func tellRoutes() async throws {
        for (needs, routes) in modelRoutes where toldRoutes[needs] != routes {
            try await parts.store.setFact(needs.key, routes.map { $0.members.joined(separator: " ") }.sorted().joined(separator: "\n"))
            toldRoutes[needs] = routes
        }
    }

    // MARK: Dependants

    /// The notes of those that wait for the feature, or for one that waits for it, say where it stands now.
    func tellDependants(of id: FeatureID) {
        var open = state.dependants(of: id)
        var seen = Set(open)
        while let next = open.popLast(), seen.count < Self.dependantLimit {
            requestNote(next, notBefore: BootClock.now + parts.timing.firstTouch, sooner: false)
            open += state.dependants(of: next).filter { seen.insert($0).inserted }
        }
    }

    private static let dependantLimit = 200

    /// What a queued feature waits for, in words.
    func waitSentence(_ id: FeatureID) -> String {
        state.reason(for: id).sentence { parent in
            if let record = features[parent] { return FeatureStanding(record) }
            return desk.notes(bearing: parent).first.map { FeatureStanding(state: $0.state) }
        }
    }
}
