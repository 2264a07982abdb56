internal import Logging
internal import FerryGit
internal import FerryModel
internal import FerryStore
internal import FerrySystem
internal import FerryVault
internal import SystemPackage

/// The beginning: what the database remembers, and the notes that Ferry is set up by, read again whenever they change.
extension Dispatcher {
    func load() async throws {
        try await expectMounts()
        desk.beginLooking(try await parts.store.noteIndex()) { [log = parts.log] look in Self.tell(look, log) }
        // Beside it: the sandbox is asked whether it works.
        async let health = parts.health()
        await recoverWrites(parts.store.wasClosedCleanly ? [] : await desk.leftoversAside())
        hooks.didAdvance?()
        try await failpoint(.startAfterSend)
        _ = try await reload()
        _ = try await rebuildIfDue()
        hooks.didAdvance?()
        await recoverRepositories()
        try await failpoint(.startAfterEffect)
        let now = BootClock.now
        try await restoreCircuits(now)
        if let obstacle = await health {
            hold(Trouble(.machine, .infrastructure, obstacle), now)
        } else if state.circuits[.machine] != nil {
            retries[.circuit(.machine)] = now
        }
        try await takeUp()
        upkeepDue = BootClock.now
    }

    private static func tell(_ look: VaultDesk.FirstLook, _ log: Logger) {
        guard let delta = look.delta else { return }
        let milliseconds = look.duration / .milliseconds(1)
        let seconds = String(Int(milliseconds) / 1000) + "." + String(String(1000 + Int(milliseconds) % 1000).dropFirst())
        log.notice(
            "indexed \(look.count) notes in \(seconds) s (\(delta.readCount) read, \(delta.newCount) new, \(delta.editedCount) changed, \(delta.gone.count) gone)"
        )
    }

    /// Goes on with what the database says. Done twice it begins nothing twice.
    func takeUp() async throws {
        for feature in try await parts.store.features() { remember(feature) }
        for (id, fault) in try await parts.store.facts("note:") { if let id = FeatureID(id) { toldNoteFaults[id] = fault } }
        for (path, id) in try await parts.store.versions(.movedFrom) { places.leave(path, id) }
        unconfirmed = Set(try await parts.store.facts("confirm:").keys.compactMap { FeatureID($0) })
        try await restoreLimits()
        try await restoreBulk()
        isNewDatabase = try await parts.store.fact("looked") == nil && (features.isEmpty || isRebuilt)
        for feature in features.values where feature.state == .done { _ = state.apply(.released(feature.id)) }
        await releaseMerged()
        let now = BootClock.now
        try await recallRunNotes(now)
        if desk.isStopped {
            // Before anything is queued: what is queued would start.
            isStopped = true
            _ = state.apply(.stop)
        }
        try await restoreJobs(now)
        try await failpoint(.startAfterDone)
        for feature in features.values where feature.isApproved {
            if let repository = feature.repository { startup += state.apply(.mergeWanted(feature.id, repository)) }
        }
        for feature in features.values
        where feature.isPresent && feature.state != nil && (feature.state != feature.folder || isToBeTold(feature) || isAsked(feature)) {
            requestNote(feature.id, notBefore: now + parts.timing.firstTouch)
        }
        for feature in features.values
        where feature.state == .planned && !feature.isAmbiguous && !unconfirmed.contains(feature.id) && !state.isWaiting(feature.id)
            && !state.isRunning(feature.id) && retries[.job(feature.id)] == nil
        {
            undispatched.insert(feature.id)
        }
        requestDashboard(now)
    }

    /// Whether the note does not say what it should: a kill came before it was written, or a rebuild has something to say.
    private func isToBeTold(_ feature: FeatureRecord) -> Bool {
        feature.generation > 0 && feature.seenStatus != feature.state || isRebuilt && (feature.seenStatus != feature.state || feature.waitsFor != nil)
    }

    /// Whether a rebuild asks something in the note, be it one of another process (`ferry rebuild`).
    private func isAsked(_ feature: FeatureRecord) -> Bool {
        unconfirmed.contains(feature.id) || feature.state == .review && feature.tip == nil && feature.waitsFor != nil
    }

    /// Reads settings, agents, rules and repositories anew where one of their notes has changed; what they change takes effect at once.
    func reload() async throws -> [DispatchState.Action] {
        await hooks.willReadSetup?()
        let loader = ConfigurationLoader(
            root: desk.vault.root, layout: desk.layout,
            offLimits: desk.vault.offLimits(home: StateFolders.home, ferry: [parts.folders.state, parts.folders.cache]), store: parts.store,
            patience: parts.timing.diskAnswer)
        let statuses = loader.statuses()
        var actions: [DispatchState.Action] = []
        // What was read of a repository whose disk did not answer is read again once it does.
        let isUnsure = configuration.repositories.contains { readByNames.contains($0.name) && !$0.isOnSilentDisk }
        if statuses == nil || statuses != configurationStatuses || isUnsure {
            let fresh = try await loader.load()
            readByNames = Set(fresh.repositories.filter(\.isOnSilentDisk).map(\.name))
            // A vault that goes away meanwhile has no notes; runs go on with what was read before.
            guard desk.absence() == nil else { return [] }
            let isMended = isChanged(fresh)
            actions = use(fresh)
            if isMended { try await tryAllAgain() }
            // As they were before the reading: what changed meanwhile is read at the next look.
            configurationStatuses = statuses
        }
        return actions
    }

    /// Features whose obstacle is gone.
    func dispatchMended(_ now: Duration) async throws -> [DispatchState.Action] {
        var actions: [DispatchState.Action] = []
        for id in undispatched.sorted() {
            guard var feature = features[id], feature.isPresent, !feature.isAmbiguous, feature.state == .planned,
                let note = try? desk.feature(at: feature.path), configuration.obstacle(in: note) == nil, unresolved(note.dependsOn).isEmpty
            else { continue }
            actions += try await dispatch(&feature, now)
        }
        return actions
    }

    private func use(_ fresh: Configuration) -> [DispatchState.Action] {
        if fresh.faults != configuration.faults { requestDashboard(BootClock.now) }
        if fresh.repositories != configuration.repositories { highestBranch = nil }
        configuration = fresh
        let rerouted = reroute()
        desk.setPropertyPrefix(fresh.settings.propertyPrefix)
        var timing = parts.timing
        if parts.settleFromSettings { timing.settle = fresh.settings.settle }
        reconciliation.timing = timing
        var limits: [RepositoryName: Int] = [:]
        for repository in fresh.repositories { if let limit = repository.atOnce { limits[repository.name] = limit } }
        return rerouted + state.apply(.limits(total: fresh.settings.agentsAtOnce, perRepository: limits))
    }

    /// A person has changed a setting since the last reading; the first reading is no change.
    private func isChanged(_ fresh: Configuration) -> Bool {
        guard configurationStatuses != nil else { return false }
        let old = configuration
        return fresh.settings != old.settings || fresh.agents != old.agents || fresh.rules != old.rules || fresh.repositories != old.repositories
            || fresh.faults != old.faults
    }

    func repository(for note: FeatureNote) -> Result<RepositoryNote, RepositoryObstacle> { configuration.repository(for: note) }

    /// The emergency stop: every attempt ends, its job stays in the queue, nothing starts until the stop is taken back.
    /// Before anything that could fail: whatever else is out of order, this works.
    func heedStop() async {
        guard desk.isStopped != isStopped, !isStopped || desk.absence() == nil else { return }
        isStopped.toggle()
        requestDashboard(BootClock.now)
        decided += state.apply(isStopped ? .stop : .resume)
        do {
            try await parts.store.record(isStopped ? "stopped: nothing starts, every agent ends" : "the stop was taken back")
            guard !isStopped else { return }
            try await eachOpenJob { job in
                guard let feature = features[job.feature], !state.isRunning(job.feature), !state.isWaiting(job.feature),
                    retries[.job(job.feature)] == nil
                else { return }
                decided += queue(feature, job)
            }
        } catch { parts.log.warning("Recording the stop: \(error)") }
    }

    /// Puts in order what a kill left half written in the vault, before anything is read of it.
    /// `leftovers` are Ferry's temporaries that a look has found.
    func recoverWrites(_ leftovers: [FilePath] = []) async {
        hasPostponedWrites = false
        do {
            for recovery in try await desk.writer.recover(leftovers: leftovers) {
                parts.log.notice("\(recovery.sentence)")
                switch recovery.kind {
                case .cleared: continue
                case .restored: break
                case .kept(let copy): noteFaults[copy] = recovery.sentence
                case .postponed:
                    hasPostponedWrites = true
                    continue
                }
                try await parts.store.record(recovery.sentence)
            }
        } catch { parts.log.warning("Looking after writes that were interrupted: \(error)") }
    }

    private func recoverRepositories() async {
        for repository in configuration.repositories {
            if let reason = await recover(repository) { hold(Trouble(.repository(repository.name), .infrastructure, reason), BootClock.now) }
            hooks.didAdvance?()
        }
    }

    /// Finishes or undoes what a kill left half done in a user's repository: once, before anything is begun there. Returns why nothing may be begun there.
    @discardableResult
    func recover(_ repository: RepositoryNote) async -> String? {
        let name = repository.name
        guard !recovered.contains(name), !attempts.features.contains(where: { features[$0]?.repository == name }) else { return nil }
        do {
            for recovery in try await open(repository).recover() { try await parts.store.record("\(name): \(recovery)") }
            recovered.insert(name)
        } catch let error as GitError where error.code == .endless {
            return await shortage(of: .repository(name)) ?? error.description
        } catch {
            // What is begun there meets it as well, and tells it.
            parts.log.warning("Recovering \(name): \(error)")
        }
        return nil
    }

    func open(_ repository: RepositoryNote) async throws -> GitRepository {
        try await GitRepository.open(
            path: repository.path, privateDirectory: parts.folders.gitDirectory(of: repository.name), patience: parts.timing.diskAnswer)
    }

    /// The highest feature number among Ferry's branches in all repositories. Branches of this Ferry's own features are known anyway; others come from
    /// elsewhere and seldom, so they are looked for beforehand and not between a move and its job row: asking git takes longer than all the rest.
    @discardableResult
    func readHighestBranch() async -> Int {
        var highest = 0
        for repository in configuration.repositories {
            guard let git = try? await open(repository), let branches = try? await git.branches(withPrefix: "ferry/") else { continue }
            for branch in branches.keys {
                let words = branch.rawValue.dropFirst("ferry/".count).split(separator: "-", maxSplits: 2)
                guard words.count >= 2, let id = FeatureID("\(words[0])-\(words[1])") else { continue }
                highest = max(highest, FeatureID.highestNumber(among: [id], prefix: Self.idPrefix))
            }
        }
        highestBranch = highest
        branchesDue = BootClock.now + parts.timing.reconcileInterval
        return highest
    }

    /// Reads again which numbers are taken outside of notes and database.
    func readHighest() async {
        // Journals begin with a feature's first job, before anything of it stands in the vault.
        let journals = ((try? Directory.entries(of: parts.folders.runs)) ?? []).compactMap { FeatureID($0.name.string) }
        highestRun = max(desk.highestNumber(prefix: Self.idPrefix), FeatureID.highestNumber(among: journals, prefix: Self.idPrefix))
        await readHighestBranch()
    }
}
