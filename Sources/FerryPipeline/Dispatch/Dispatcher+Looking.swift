internal import FerryModel
internal import FerryStore
internal import FerrySystem
internal import FerryVault
internal import Logging
internal import SystemPackage

/// Looks: what is compared with what was, no more of it than the news concern.
extension Dispatcher {
    func look(_ now: Duration) async throws {
        needsLook = false
        await hooks.willLook?()
        await tellReliability()
        await heedStop()
        let first = try await desk.takeFirstLook()
        // What was told of since that look began is for the next one.
        let news = first == nil ? desk.takeNews() : VaultDesk.News()
        needsLook = first != nil
        let isFull = first != nil || isWhole(news, now)
        if isFull || news.isSetup { decided += try await reload() }
        if hasPostponedWrites { await recoverWrites() }
        let scope: IndexScope = isFull ? .everything : .paths(files: news.files.union(desk.closed), folders: news.folders)
        let found = if let first { first.delta } else { try await desk.refresh(scope) }
        guard let delta = found else {
            nextLook = now + parts.timing.pollInterval
            everythingDue = .zero
            return
        }
        // The vault was not there when Ferry began.
        if !isRebuilt, isFull, try await rebuildIfDue() { try await takeUp() }
        if !delta.leftovers.isEmpty { await recoverWrites(delta.leftovers) }
        if isFull { everythingDue = now + pause(after: first?.duration ?? BootClock.now - now) }
        if isFull { try await keepMounts() }
        noteUnusable(now)
        noteClosedArrivals(delta, now)
        release(delta)
        var concern = unsettled
        concern.add(reconciliation.due(now))
        concern.add(delta, known: features, places: places)
        for path in news.files { addWaiting(path, to: &concern) }
        if isFull { concern.features.formUnion(restless) }
        try await readBulkTicks(into: &concern)
        concern.complete(desk, known: features, places: places)
        // Kept until all is carried out: what an error comes between is looked at again.
        unsettled = concern
        let missed = try await settle(concern, isFull: isFull, now)
        unsettled = missed
        for note in delta.gone where noteFaults[note.path] != nil && desk.note(at: note.path) == nil {
            noteFaults[note.path] = nil
            requestDashboard(now)
        }
        if isFull || !bulk.isEmpty || !toldBulk.isEmpty { try await finishBulk(now) }
        if isNewDatabase {
            try await parts.store.setFact("looked", Store.now)
            isNewDatabase = false
        }
        if !missed.isEmpty { reconsider(after: .milliseconds(50)) }
        if !delta.isEmpty || !concern.isEmpty { indexDue = indexDue ?? now + parts.timing.indexInterval }
        nextLook = [nextLook, everythingDue, desk.closed.isEmpty ? nil : now + parts.timing.pollInterval].compactMap { $0 }.min()
        if first != nil { reconsider(after: .zero) }
        if isFull { FreeMemory.giveBack() }
        // A name that `depends_on` waits for may have come.
        if isFull || news.isSetup || delta.came.contains(where: { $0.before?.id != $0.note.id || $0.before == nil }) {
            decided += try await dispatchMended(now)
        }
        if isFull || news.isSetup {
            decided += try await dispatchRaised(now)
        }
        if highestBranch == nil || branchesDue <= now { await readHighest() }
        hasLooked = true
        await hooks.didLook?()
    }

    /// Whether everything is to be looked at.
    private func isWhole(_ news: VaultDesk.News, _ now: Duration) -> Bool {
        news.isEverything || everythingDue <= now || desk.unreliability != nil
    }

    /// A look at everything takes at most one three-hundredth of the time.
    private func pause(after cost: Duration) -> Duration {
        max(desk.unreliability == nil ? parts.timing.reconcileInterval : parts.timing.pollInterval, cost * 300)
    }

    /// Features whose records do not fit what the vault held when Ferry last looked; nothing needs to have changed since for them to matter.
    private var restless: [FeatureID] {
        features.values.filter { feature in
            guard feature.isPresent else { return false }
            guard let note = desk.note(at: feature.path), note.kind == .note else { return true }
            return feature.isAmbiguous || note.state != feature.folder || (note.id != nil && note.id != feature.id)
        }.map(\.id)
    }

    /// Decides about what the look concerns, and carries it out. Returns what went away meanwhile.
    private func settle(_ concern: LookConcern, isFull: Bool, _ now: Duration) async throws -> LookConcern {
        var sightings: [NoteSighting] = []
        var gone: Set<FilePath> = []
        desk.forgetRecent()
        for path in concern.paths {
            guard let found = desk.note(at: path), found.kind == .note, var note = desk.sighting(of: found) else {
                gone.insert(path)
                continue
            }
            note.movedFrom = concern.moves[path]
            if let before = note.movedFrom.flatMap({ desk.layout.place(of: $0)?.state }), before != note.state {
                note.isMovedUnchanged = true
                note.cameFrom = before
            }
            note.isStatusEdited = concern.edited.contains(path)
            if note.state == .planned, note.age < reconciliation.timing.settle, parts.folders.isAskedToGo(note.hash) {
                note.age = reconciliation.timing.settle
            }
            sightings.append(note)
        }
        let known = Dictionary(concern.features.compactMap { features[$0] }.map { ($0.id, $0) }) { $1 }
        let outcome = reconciliation.look(
            at: sightings, features: known, gone: gone, hidden: try await hidden(in: concern), movedFrom: places.movedFrom, isFirst: isNewDatabase,
            now: now)
        waitsForTime = outcome.waitsForTime
        nextLook = outcome.nextLook
        var decisions = outcome.decisions
        var missed = LookConcern()
        if !isFull, decisions.contains(where: \.isDisappearance) {
            // Its coming elsewhere may have been lost among the events: everything is looked at before it counts as gone.
            missed.add(decisions.filter(\.isDisappearance).map(\.subject))
            decisions.removeAll(where: \.isDisappearance)
            everythingDue = now
            needsLook = true
        }
        for decision in try await sift(decisions, of: concern, now) {
            // A note that went away since the look: the next look tells where.
            do { decided += try await carryOut(decision, now) } catch Errno.noSuchFileOrDirectory { missed.add([decision.subject]) }
        }
        missed.moves = concern.moves.filter { move in
            places.features(at: move.value).contains { reconciliation.waits[.feature($0)] != nil || missed.features.contains($0) }
        }
        return missed
    }

    /// Features whose notes are there and cannot be read: nothing is concluded about them. One that was moved so keeps the state of its old folder
    /// until it can be read.
    private func hidden(in concern: LookConcern) async throws -> Set<FeatureID> {
        guard desk.hasUnreadable else { return [] }
        var hidden: Set<FeatureID> = []
        for var feature in concern.features.compactMap({ features[$0] }) where feature.isPresent {
            if let (new, _) = concern.moves.first(where: { $1 == feature.path && desk.isUnreadable($0) }) {
                feature.path = new
                try await save(feature)
            }
            if desk.isUnreadable(feature.path) || isClosedElsewhere(feature) { hidden.insert(feature.id) }
        }
        return hidden
    }

    /// Whether its note may be the one of this name that came elsewhere just when it went, and cannot be read: one that Ferry has just written is known by
    /// its id alone.
    private func isClosedElsewhere(_ feature: FeatureRecord) -> Bool {
        guard desk.note(at: feature.path) == nil else {
            closedMoves[feature.id] = nil
            return false
        }
        let known =
            closedMoves[feature.id]
            ?? closedArrivals.first { path, time in
                path.lastComponent == feature.path.lastComponent && BootClock.now - time < parts.timing.disappearance * 2
                    && places.features(at: path).isEmpty
            }?.key
        guard let known, desk.isUnreadable(known) else {
            closedMoves[feature.id] = nil
            return false
        }
        closedMoves[feature.id] = known
        return true
    }

    /// Notes that came and cannot be read.
    private func noteClosedArrivals(_ delta: IndexDelta, _ now: Duration) {
        guard desk.hasUnreadable || !closedArrivals.isEmpty else { return }
        closedArrivals = closedArrivals.filter { desk.isUnreadable($0.key) }
        for arrival in delta.came where arrival.before == nil && arrival.note.kind == .unreadable { closedArrivals[arrival.note.path] = now }
    }

    /// A note that waits and that somebody has touched, though nothing of it has changed.
    private func addWaiting(_ path: FilePath, to concern: inout LookConcern) {
        var path = path
        if path.isAbsolute, !path.removePrefix(desk.vault.root) { return }
        if reconciliation.waits[.note(path)] != nil { concern.paths.insert(path) }
        let ids = places.features(at: path).union(desk.note(at: path)?.id.map { [$0] } ?? [])
        concern.features.formUnion(ids.filter { reconciliation.waits[.feature($0)] != nil })
    }

    /// Dependants need not wait for a note that lies in done, though no feature stands for it.
    private func release(_ delta: IndexDelta) {
        guard !awaited.isEmpty else { return }
        let changed = delta.gone.map(\.id) + delta.came.flatMap { [$0.before?.id, $0.note.id] }
        for id in awaited.intersection(changed.compactMap { $0 }) where features[id] == nil {
            decided += state.apply(desk.isDone(id) ? .released(id) : .reopened(id))
        }
    }

    /// Copies, and notes that cannot be read.
    private func noteUnusable(_ now: Duration) {
        let (copies, closed) = (desk.conflicts, desk.unreadable)
        guard copies != conflicts || closed != unreadable else { return }
        (conflicts, unreadable) = (copies, closed)
        requestDashboard(now)
    }

    /// Stores what is known of the notes, for the next process; what is still to be decided is left out, so that it is found again.
    func saveIndex() async {
        indexDue = nil
        var open = unsettled
        open.add(Array(reconciliation.waits.keys))
        open.add(Array(bulk.subjects))
        var paths = open.paths
        for id in open.features {
            paths.formUnion(desk.notes(bearing: id).map(\.path))
            if let feature = features[id] { paths.insert(feature.path) }
        }
        do {
            try await failpoint(.indexBeforeIntent)
            try await parts.store.saveNoteIndex(changed: desk.takeChangedFolders(excluding: paths))
            try await failpoint(.indexAfterEffect)
        } catch {
            parts.log.warning("Storing what is known of the notes: \(error)")
        }
    }

    /// Saves what is known of a feature, in the database and here.
    func save(_ feature: FeatureRecord) async throws {
        try await parts.store.save(feature)
        remember(feature)
        await hooks.didChange?(feature)
    }

    /// Takes over a record as the database has it.
    func remember(_ feature: FeatureRecord) {
        let old = features.updateValue(feature, forKey: feature.id)
        places.move(feature.id, from: old?.path, to: feature.path)
        // One that is new was waited for as one that is not in the vault.
        if old.map(FeatureStanding.init) != FeatureStanding(feature) { tellDependants(of: feature.id) }
        guard feature.id.prefix == Self.idPrefix, feature.id.number <= FeatureID.highestCounted else { return }
        highestFeature = max(highestFeature, feature.id.number)
    }

    /// Looks at the feature's notes again, whether or not anything happens to them.
    func lookAgain(at id: FeatureID, after wait: Duration) {
        reconciliation.lookAgain(at: .feature(id), BootClock.now + wait)
        reconsider(after: wait)
    }

    func reconsider(after wait: Duration) { nextLook = min(nextLook ?? .seconds(1 << 40), BootClock.now + wait) }
}

extension Reconciliation.Decision {
    /// A note counts as gone.
    var isDisappearance: Bool { if case .gesture(_, _, nil) = self { true } else { false } }

    /// What it is about.
    var subject: Reconciliation.Subject {
        switch self {
        case .adopt(let note, _), .confirm(let note): .note(note.path)
        case .gesture(let id, _, _), .seen(let id, _), .staleSave(let id, _), .lateSave(_, let id), .ambiguous(let id, _): .feature(id)
        }
    }
}
