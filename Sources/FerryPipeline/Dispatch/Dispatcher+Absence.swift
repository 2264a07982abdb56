internal import FerryModel
internal import FerryStore
internal import FerrySystem
internal import Logging
internal import SystemPackage

/// A vault that is not there: nothing is concluded, nothing begins, nothing is written. What is at work goes on in its worktree; its news wait.
extension Dispatcher {
    /// Looks whether the vault is there, and says when it goes and when it is back.
    func isVaultThere() async -> Bool {
        if rebuildObstacle != nil, desk.absence() == nil {
            do {
                // Its note may have been mended, or taken away.
                _ = try await reload()
                if try await rebuildIfDue() { try await takeUp() }
            } catch { parts.log.warning("Making the records anew: \(error)") }
        }
        let reason = desk.absence() ?? rebuildObstacle
        guard reason != absence else { return reason == nil }
        absence = reason
        if let reason { parts.log.warning("\(reason)") } else { parts.log.notice("The vault is there again.") }
        do {
            try await parts.store.setFact(Self.absenceFact, reason)
            try await parts.store.record(reason ?? "the vault is there again")
        } catch { parts.log.warning("Recording that the vault went or came: \(error)") }
        guard reason == nil else { return false }
        needsLook = true
        everythingDue = .zero
        requestDashboard(BootClock.now)
        return true
    }

    /// For `ferry status`: why the vault cannot be relied upon, by where the fact is kept in the database.
    package static let absenceFact = "absence"
    package static let unreliabilityFact = "unreliability"

    /// What was mounted in the vault when it was last looked at: it may have come or gone while nobody looked.
    func expectMounts() async throws {
        guard let fact = try await parts.store.fact(Self.mountsFact) else { return }
        storedMounts = fact
        let points = Set(fact.split(separator: "\n").map { FilePath(String($0)) })
        guard points != desk.mountPoints else { return }
        desk.expect(points, notes: try await parts.store.features().filter(\.isPresent).map(\.path))
    }

    /// Keeps what is mounted in a vault that is there.
    func keepMounts() async throws {
        let fact = desk.mountPoints.map(\.string).sorted().joined(separator: "\n")
        guard fact != storedMounts else { return }
        try await parts.store.setFact(Self.mountsFact, fact)
        storedMounts = fact
    }

    private static let mountsFact = "mounts"

    /// Tells `ferry status` and the log whether events come.
    func tellReliability() async {
        let reason = desk.unreliability
        guard reason != toldUnreliability else { return }
        toldUnreliability = reason
        if let reason { parts.log.warning("\(reason)") } else { parts.log.notice("Changes in the vault are told at once again.") }
        requestDashboard(BootClock.now)
        do { try await parts.store.setFact(Self.unreliabilityFact, reason) } catch {
            parts.log.warning("Recording \(reason ?? "that events come"): \(error)")
        }
    }
}
