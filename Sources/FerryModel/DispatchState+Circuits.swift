/// What is out of order, and whom that concerns.
extension DispatchState {
    /// The breaker that keeps the jobs of the lane from starting; `nil`: none.
    func obstacle(_ lane: Lane) -> Circuit? {
        guard !circuits.isEmpty else { return nil }
        for resource in [Resource.machine, .repository(lane.repository)] {
            if let circuit = circuits[resource], circuit.isShut { return circuit }
        }
        // In a fixed order, so that the reason told is always the same.
        for route in lane.routes.sorted(by: { $0.members.lexicographicallyPrecedes($1.members) }) {
            if let circuit = answer(route).obstacle { return circuit }
        }
        return nil
    }

    /// What a job of the lane would use if it started now.
    func resources(_ lane: Lane) -> [Resource] {
        guard !circuits.isEmpty else { return [] }
        return [.machine, .repository(lane.repository)] + lane.routes.flatMap { answer($0).member.map(ModelRoute.resources) ?? [] }
    }

    /// Which member of the chain would be asked now, or what keeps all of them from it.
    private func answer(_ route: ModelRoute) -> (member: String?, obstacle: Circuit?) {
        var first: Circuit?
        for member in route.members {
            let shut = ModelRoute.resources(of: member).lazy.compactMap { self.circuits[$0] }.first(where: \.isShut)
            guard let circuit = shut else { return (member, nil) }
            first = first ?? circuit
            if circuit.endsChain { return (nil, circuit) }
        }
        return (nil, first)
    }

    /// The breakers that a success closes: of what a running feature used, where its stage asked the models of a chain that begins with `first`.
    /// `first: nil` is a stage without a model.
    package func proven(by feature: FeatureID, first: String?) -> [Resource] {
        guard !circuits.isEmpty, let job = running[feature] else { return [] }
        var resources: [Resource] = [.machine, .repository(job.repository)]
        if let first {
            let route = job.routes.first { $0.members.first == first } ?? ModelRoute([first])
            for member in route.members {
                let own = ModelRoute.resources(of: member)
                resources += own
                // The canary got through here; what stands behind it was not asked.
                if own.allSatisfy({ self.circuits[$0].map { $0.phase != .open } ?? true }) { break }
            }
        }
        // One that opened while this feature was at work is closed only by its canary.
        return resources.filter { circuits[$0].map { $0.canary == feature || $0.phase == .probing(nil) } ?? false }
    }

    /// Breakers that nobody tries although somebody may, and that nobody will try once there is room.
    package var idleCircuits: [Resource] {
        guard !isStopped else { return [] }
        let idle = circuits.filter { $0.value.phase == .probing(nil) }.map(\.key)
        guard !idle.isEmpty else { return [] }
        let wanted = Set(queue.lanes.keys.filter { obstacle($0) == nil }.flatMap(resources))
        return idle.filter { !wanted.contains($0) }
    }
}
