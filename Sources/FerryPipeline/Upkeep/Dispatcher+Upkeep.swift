internal import FerryModel
internal import FerryStore
internal import FerrySystem
internal import FerryVault
internal import Logging
internal import SystemPackage

/// What Ferry does once in a while for its own sake.
extension Dispatcher {
    /// Makes the records anew where the database was lost or is older than the vault. Returns whether it did.
    func rebuildIfDue() async throws -> Bool {
        guard let reason = try await parts.store.fact(StoreOpening.rebuildFact) else { return false }
        let rebuild = VaultRebuild(store: parts.store, folders: parts.folders, desk: desk, configuration: configuration)
        do {
            guard let report = try await rebuild.perform() else { return false }
            rebuildObstacle = nil
            isRebuilt = true
            if report.features > 0 || report.runs > 0 { parts.log.warning("\(reason) \(report.sentence)") }
            return true
        } catch let obstacle as VaultRebuild.Obstacle {
            rebuildObstacle = "Ferry's records were lost and are to be made anew, for which every repository is looked at. \(obstacle.reason)"
            return false
        }
    }

    func keepUp(_ now: Duration) async throws {
        if !parts.store.isInPlace {
            try await parts.store.rescue()
            let words = "The file of the database was deleted or replaced while Ferry had it open. It was written anew; nothing of it is lost."
            parts.log.warning("\(words)")
            try await parts.store.record(words)
        }
        upkeepDue = now + parts.timing.upkeepInterval
        guard snapshotDue <= now else { return }
        snapshotDue = now + parts.timing.snapshotInterval
        do {
            try await parts.store.snapshot(olderThan: parts.timing.snapshotInterval)
            try await parts.store.tidyJournals()
        } catch let error as StoreError where error.code == .storage {
            // What keeps a snapshot from being made need not keep work from going on; the next try is in an hour.
            parts.log.warning("Making a snapshot of the database: \(error)")
        }
        let pruning = Pruning(
            folders: parts.folders, desk: desk, settings: configuration.settings, features: Array(features.values),
            repositories: configuration.repositories.map(\.name), ages: desk.ages)
        // Beside the loop: it looks at many files, and nobody waits for it.
        Task { [log = parts.log] in
            for line in await pruning.perform() { log.notice("\(line)") }
        }
    }

    // MARK: Free space

    /// Whether the disks answer and there is space to begin a feature's work. Where there is not, it goes back into the queue, and what lacks the space is held.
    func hasSpace(for id: FeatureID) async -> Bool {
        let resources: [Resource] = [.machine] + (features[id]?.repository.map { [.repository($0)] } ?? [])
        for resource in resources {
            guard let shortage = await shortage(of: resource) else { continue }
            return await holdBack(id, resource, shortage)
        }
        if let repository = repository(of: id), let reason = await recover(repository) {
            return await holdBack(id, .repository(repository.name), reason)
        }
        return true
    }

    /// Puts the feature back into the queue, and holds what is out of order.
    private func holdBack(_ id: FeatureID, _ resource: Resource, _ reason: String) async -> Bool {
        startup += state.apply(.ended(id))
        hold(Trouble(resource, .infrastructure, reason), BootClock.now)
        if let feature = features[id], let job = try? await parts.store.openJob(id) { startup += queue(feature, job) }
        // So that what was decided here is carried out, and the next try has a timer.
        notify(.tick)
        return false
    }

    func repository(of id: FeatureID) -> RepositoryNote? { features[id]?.repository.flatMap { configuration.repository($0.rawValue) } }

    /// What keeps the disks behind a resource from being worked on: Ferry's folders and the vault, or a repository. `nil` where nothing does.
    func shortage(of resource: Resource) async -> String? {
        let places: [DiskSpace.Place]
        switch resource {
        case .machine:
            if let fault = unwritable.sorted(by: { $0.key < $1.key }).first(where: { pendingNotes[$0.key] != nil }) { return fault.value }
            places = [.init("the vault", desk.vault.root)] + parts.folders.places
        case .repository(let name): places = configuration.repository(name.rawValue).map { [.init("the repository \(name)", $0.path)] } ?? []
        case .provider, .model: return nil
        }
        // A little more than it takes to be held, so that a disk at the limit is not held and let go by turns.
        let space = DiskSpace(minimum: configuration.settings.minimumFree, patience: parts.timing.diskAnswer)
        let shortage = await space.shortage(of: places, factor: isShortOfSpace.contains(resource) ? 1.25 : 1)
        if shortage == nil { isShortOfSpace.remove(resource) } else { isShortOfSpace.insert(resource) }
        guard shortage == nil, case .repository(let name) = resource else { return shortage }
        for toolchain in configuration.repository(name.rawValue)?.toolchains ?? [] {
            let answer: Void? = try? await UncertainDisk.ask(toolchain, within: parts.timing.diskAnswer) { _ = try? FileStatus.ifPresent(toolchain) }
            guard answer == nil else { continue }
            return
                "The disk with \(toolchain), a folder of tools of the repository \(name), does not answer. See whether it is mounted and its server is "
                + "there; Ferry tries again by itself."
        }
        return nil
    }

    /// The vault's disk refused to take a note: nothing new begins before it takes it.
    func meetUnwritable(_ error: any Error, _ id: FeatureID, _ now: Duration) {
        guard RunFault.isDisk(error) else { return }
        let reason = "A note cannot be written. " + RunFault.storage(error)
        unwritable[id] = reason
        hold(Trouble(.machine, .infrastructure, reason), now)
    }
}

extension VaultRebuild.Report {
    /// `12 features, 14 runs, 3.20 USD.`
    package var sentence: String {
        "On record are now \(features) features and \(runs) runs that cost \(RunNotes.cost(spent))."
            + (asked.isEmpty ? "" : " Asked of you: \(asked.count).")
    }
}
