internal import FerryModel
internal import FerryStore
internal import FerrySystem
internal import Logging

/// What is nobody's fault, or somebody else's: breakers, waits, and tries. All of it outlives the process.
extension Dispatcher {
    /// A fault that ended an attempt and is not the feature's own.
    struct MetFault {
        var reason: String
        /// What is out of order for others as well.
        var resource: Resource?
        var kind: FaultClass
        var retryAfter: Duration?
        /// Nobody knew of it: what the feature needs was held to be in order. Only such failures count against the feature.
        var isFirst: Bool
    }

    /// A job that waits after a failure: for what, and for how long at least.
    struct PostponedJob {
        var resource: Resource?
        var notBefore: Duration
    }

    /// The note stays where it is, the fault is shown, the job is tried again by itself. What fails again and again while everything around it is in
    /// order is the feature's own trouble after all.
    func meet(_ fault: MetFault, _ feature: inout FeatureRecord, _ claim: Claim, _ now: Duration) async throws {
        let id = feature.id
        if feature.waitsFor != fault.reason { try await parts.store.record(fault.reason, feature: id, run: feature.run) }
        feature.waitsFor = fault.reason
        let wasHealthy = attemptsBegan[id].map { now - $0 >= parts.timing.healthy } ?? false
        var failures = wasHealthy ? 0 : try await parts.store.openJob(id)?.failures ?? 0
        if fault.isFirst { failures += 1 }
        if let cap = fault.kind.cap, failures >= cap {
            feature.waitsFor =
                "\(failures) attempts in a row were ended by a fault of the surroundings that nothing else met. The last one:\n- \(fault.reason)"
            try await close(&feature, claim, job: "blocked", run: .blocked, to: .blocked)
            return
        }
        let own = fault.isFirst ? now + fault.kind.wait(after: failures, retryAfter: fault.retryAfter, parts.timing) : now
        let due = max(own, fault.resource.flatMap { retries[.circuit($0)] } ?? now)
        postponed[id] = PostponedJob(resource: fault.resource, notBefore: own)
        ownFaults[id] = fault.resource == nil ? fault.reason : nil
        try await postpone(&feature, claim, for: due - now, failures: failures)
        requestDashboard(now)
        parts.progress.set(id, stage: "waits: " + (fault.reason.split(separator: "\n").first.map(String.init) ?? fault.reason))
    }

    func postpone(_ feature: inout FeatureRecord, _ claim: Claim, for wait: Duration, failures: Int) async throws {
        guard try await parts.store.postpone(claim, until: DurableWait(wait, from: Store.milliseconds), failures: failures, saving: feature) else {
            return
        }
        remember(feature)
        await hooks.didChange?(feature)
        retries[.job(feature.id)] = BootClock.now + wait
        requestNote(feature.id, notBefore: BootClock.now + parts.timing.firstTouch)
    }

    // MARK: Breakers

    /// Something that every job, or those of a repository, need is out of order.
    func hold(_ trouble: Trouble, _ now: Duration) {
        let before = state.circuits[trouble.resource]
        if before?.reason != trouble.reason { parts.log.warning("\(trouble.reason)") }
        startup += state.apply(.broken(trouble))
        schedule(trouble, before, nil, now)
        requestDashboard(now)
    }

    /// The next try of what has just been found out of order.
    func schedule(_ trouble: Trouble, _ before: Circuit?, _ end: RunEnd?, _ now: Duration) {
        guard let circuit = state.circuits[trouble.resource], circuit.phase == .open, circuit != before else { return }
        var asked: Duration?
        if case .unavailable(_, _, _, let retryAfter)? = end { asked = retryAfter }
        retries[.circuit(trouble.resource)] = now + circuit.kind.wait(after: circuit.failures, retryAfter: asked, parts.timing)
        requestDashboard(now)
    }

    /// A stage of the feature went well: what it used is in order.
    func prove(_ id: FeatureID, _ model: String?) {
        ownFaults[id] = nil
        postponed[id] = nil
        for resource in state.proven(by: id, first: model) { mend(resource) }
    }

    /// It is in order, or nobody is left who would try it: all that waited for it goes on.
    private func mend(_ resource: Resource) {
        retries[.circuit(resource)] = nil
        decided += state.apply(.mended(resource))
        for (id, job) in postponed where job.resource == resource && retries[.job(id)] != nil {
            retries[.job(id)] = min(retries[.job(id)] ?? job.notBefore, job.notBefore)
        }
        requestDashboard(BootClock.now)
    }

    /// A fault is shown until a try has gone well, or until nobody is left who would try.
    func forgetIdleCircuits() {
        guard !state.circuits.isEmpty, !postponed.values.contains(where: { $0.resource != nil }) else { return }
        for resource in state.idleCircuits { mend(resource) }
    }

    /// The feature is not to be tried any more.
    func forgetWaits(of id: FeatureID) {
        retries[.job(id)] = nil
        postponed[id] = nil
        if ownFaults.removeValue(forKey: id) != nil { requestDashboard(BootClock.now) }
    }

    /// What is due for another try; what is out of order first, so that another job than the one that failed is its canary.
    func retry(_ now: Duration) async throws -> [DispatchState.Action] {
        var actions: [DispatchState.Action] = []
        // A few at once: each takes as long as its files.
        var runNotes = Self.runNotesAtOnce
        for what in retries.filter({ $0.value <= now }).keys.sorted(by: { $0.order < $1.order }) {
            switch what {
            case .circuit(let resource):
                retries[what] = nil
                let obstacle = resource == .machine ? await parts.health() : nil
                let shortage = obstacle == nil ? await shortage(of: resource) : nil
                if let reason = obstacle ?? shortage {
                    stillBroken(resource, reason, now)
                } else {
                    actions += state.apply(.probe(resource))
                }
            case .merge(let id):
                retries[what] = nil
                guard let feature = features[id], feature.isApproved, !feature.isAmbiguous, let repository = feature.repository else { continue }
                actions += state.apply(.mergeWanted(id, repository))
            case .job(let id):
                if let feature = features[id], !state.isRunning(id), let job = try await parts.store.openJob(id) { actions += queue(feature, job) }
                retries[what] = nil
                postponed[id] = nil
            case .runNotes(let id):
                runNotes -= 1
                if runNotes >= 0 { await finishRunNotes(id) }
            case .account(let id):
                retries[what] = nil
                if let feature = features[id], feature.state == .inProgress { await writeBeginning(of: feature) }
            }
        }
        return actions
    }

    private static let runNotesAtOnce = 4

    private func stillBroken(_ resource: Resource, _ reason: String, _ now: Duration) {
        let failures = (state.circuits[resource]?.failures ?? 0) + 1
        let circuit = Circuit(kind: .infrastructure, reason: reason, failures: failures)
        startup += state.apply(.restored(resource, circuit))
        retries[.circuit(resource)] = now + circuit.kind.wait(after: failures, parts.timing)
        requestDashboard(now)
    }

    /// Stores what has changed of the breakers: a restart knows them, and when they may be tried.
    func saveCircuits(_ now: Duration) async throws {
        let circuits = state.circuits.mapValues { circuit in
            var circuit = circuit
            // Who tries does not outlive the process.
            if circuit.phase != .open { circuit.phase = .probing(nil) }
            return circuit
        }
        guard circuits != storedCircuits else { return }
        var changes: [Resource: (circuit: Circuit, retry: DurableWait?)?] = [:]
        for resource in Set(circuits.keys).union(storedCircuits.keys) where circuits[resource] != storedCircuits[resource] {
            let due = retries[.circuit(resource)]
            changes[resource] = .some(circuits[resource].map { ($0, due.map { DurableWait($0 - now, from: Store.milliseconds) }) })
        }
        try await parts.store.save(changes)
        storedCircuits = circuits
    }

    /// Breakers of the process before: those that a person mends are tried at once, since a start may be the mend; the others when it is time.
    func restoreCircuits(_ now: Duration) async throws {
        for (resource, stored) in try await parts.store.circuits() {
            storedCircuits[resource] = stored.circuit
            startup += state.apply(.restored(resource, stored.circuit))
            let isMendedByHand = stored.circuit.kind == .configuration
            let wait = isMendedByHand ? Duration.zero : stored.retry?.remaining(at: Store.milliseconds) ?? .zero
            if stored.circuit.phase == .open { retries[.circuit(resource)] = now + wait }
        }
    }

    /// A person has changed a setting: what waits for a mend is tried at once, its waits begin anew.
    func tryAllAgain() async throws {
        for what in retries.keys { retries[what] = BootClock.now }
        for id in postponed.keys { postponed[id]?.notBefore = BootClock.now }
        for (resource, var circuit) in state.circuits {
            circuit.failures = 0
            decided += state.apply(.restored(resource, circuit))
        }
        mergeFailures = [:]
        try await parts.store.forgetFailures()
    }

    /// Faults of the surroundings, for people.
    var faultsAround: [String] { Set(state.circuits.values.map(\.reason)).union(ownFaults.values).sorted() }
}

/// Something that is tried again later.
enum Retry: Hashable {
    case circuit(Resource)
    case merge(FeatureID)
    case job(FeatureID)
    case runNotes(FeatureID)
    /// What a run has cost so far is to stand in its note.
    case account(FeatureID)

    /// What goes first where several are due.
    var order: Int {
        switch self {
        case .circuit: 0
        case .merge: 1
        case .job: 2
        case .runNotes: 3
        case .account: 4
        }
    }
}
