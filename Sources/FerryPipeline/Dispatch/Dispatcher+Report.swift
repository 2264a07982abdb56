internal import FerryModel
internal import FerryStore
internal import Logging

/// What the service tells of itself.
extension Dispatcher {
    /// For a beat it writes to the database, so that the answer comes only where that answers, too. A database that says no (a full disk) has answered:
    /// a restart would mend nothing.
    func report(isBeat: Bool) async -> DispatchReport {
        var report = DispatchReport()
        if isBeat {
            do { try await parts.store.setFact(Self.beatFact, Store.now) } catch {
                report.storage = RunFault.storage(error)
                if sickness == nil { parts.log.warning("Storing that the service is alive: \(error)") }
            }
        }
        for id in state.runningFeatures { report.atWork[id.description] = stages[id] ?? "starting" }
        report.queued = state.waitingCount
        report.merging = state.mergingFeatures.count
        for feature in features.values where feature.isPresent {
            if feature.state == .review, !feature.isApproved { report.inReview += 1 }
            if feature.state == .blocked { report.blocked += 1 }
        }
        report.isStopped = isStopped
        report.isStopping = isShuttingDown
        report.hasLooked = hasLooked
        report.absence = absence
        report.unreliability = desk.unreliability
        report.storage = sickness ?? report.storage
        for (resource, circuit) in state.circuits {
            switch resource {
            case .machine, .repository: report.holds.append(circuit.reason)
            case .provider(let name), .model(let name): report.models[name] = circuit.reason
            }
        }
        report.holds = (report.holds + ownFaults.values).sorted()
        return report
    }

    /// When the loop last answered, as the database has it.
    package static let beatFact = "beat"
}
