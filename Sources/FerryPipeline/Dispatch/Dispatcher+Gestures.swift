internal import FerryModel
internal import FerryStore
internal import FerrySystem
internal import FerryVault
internal import SystemPackage

/// Carries out what a look at the vault has decided.
extension Dispatcher {
    func carryOut(_ decision: Reconciliation.Decision, _ now: Duration) async throws -> [DispatchState.Action] {
        switch decision {
        case .adopt(let note, let gesture): return try await adopt(note, gesture, now)
        case .seen(let id, let note): return try await seen(id, note, now)
        case .gesture(let id, let gesture, let note): return try await carryOut(gesture, of: id, note, now)
        case .confirm(let note): return try await askToStart(note, now)
        case .staleSave(let id, let note): return try await staleSave(note, id, now)
        case .lateSave(let note, let id): return try await mergeLateSave(note, id, now)
        case .ambiguous(let id, let notes): return try await markAmbiguous(id, notes, now)
        }
    }

    // MARK: New notes

    private func adopt(_ note: NoteSighting, _ gesture: Gesture, _ now: Duration) async throws -> [DispatchState.Action] {
        let id: FeatureID
        if let known = note.id { id = known } else { id = await nextID() }
        var feature = record(of: note, id)
        switch gesture {
        case .dispatch, .runAgain:
            if gesture == .runAgain { try await setKind(.fresh, feature) }
            return try await dispatch(&feature, now, saying: line(gesture, note, of: feature))
        case .list:
            feature.waitsFor = "It was first seen in this folder, so Ferry left it alone. Move it to planned to start it."
            try await parts.store.record("First seen in \(note.state.rawValue); listed, nothing done.", feature: id)
            try await save(feature)
            return []
        default:
            feature.seenStatus = nil
            if gesture == .putBack, let origin = note.cameFrom { feature.state = origin }
            try await save(feature)
            return try await carryOut(gesture, of: id, note, now)
        }
    }

    /// What is known of a feature at first sight. What runs have left in the vault counts: their numbers are not given again.
    private func record(of note: NoteSighting, _ id: FeatureID) -> FeatureRecord {
        var feature = FeatureRecord(id: id, path: note.path, title: note.path.stem ?? id.description, state: note.state)
        feature.noteHash = note.hash
        feature.seenStatus = note.status
        feature.run = RunNumber(note.hasRun ? desk.highestRun(of: id) : 0)
        // The version without an id is one that only a stale buffer can bring back.
        if note.id == nil { feature.keyHistory = [note.keys] }
        return feature
    }

    /// The database is new, and the note stands elsewhere than Ferry last wrote: what costs money or merges is asked for.
    private func askToStart(_ note: NoteSighting, _ now: Duration) async throws -> [DispatchState.Action] {
        guard let id = note.id, let status = note.status else { return [] }
        var feature = record(of: note, id)
        if note.state == .planned {
            feature.waitsFor =
                "This note stood in \(status.rawValue) when Ferry last wrote it, and Ferry's database is new: it cannot tell who moved it. "
                + "Tick the box to start it, or move it out and in again."
            unconfirmed.insert(id)
            try await parts.store.setFact("confirm:\(id)", status.rawValue)
        } else {
            feature.state = status
            feature.waitsFor =
                "It lay in \(note.state.rawValue) when Ferry's database was made anew, and nothing was merged: what was checked is not on record any more. "
                + "Its branch is kept. Move it to planned to run it again, or merge the branch yourself and close it by way of drafts."
        }
        try await save(feature)
        try await parts.store.record(feature.waitsFor ?? "", feature: id)
        requestNote(id, notBefore: now + parts.timing.firstTouch)
        requestDashboard(now)
        return []
    }

    /// The highest number that was ever seen in notes, runs, branches and the database, plus one; `FeatureID.highestCounted` says which count.
    private func nextID() async -> FeatureID {
        if highestBranch == nil || highestRun == nil { await readHighest() }
        let noted = desk.highestNoted(prefix: Self.idPrefix)
        var id = FeatureID(number: max(highestFeature, noted, highestRun ?? 0, highestBranch ?? 0) + 1, prefix: Self.idPrefix)
        while features[id] != nil || !desk.notes(bearing: id).isEmpty { id = FeatureID(number: id.number + 1, prefix: Self.idPrefix) }
        return id
    }

    // MARK: Gestures

    func carryOut(_ gesture: Gesture, of id: FeatureID, _ note: NoteSighting?, _ now: Duration) async throws -> [DispatchState.Action] {
        guard var feature = features[id] else { return [] }
        // The folder counts where it has changed, else the status.
        let target = note.map { $0.state != feature.folder ? $0.state : $0.status ?? $0.state }
        if let note { observe(note, &feature) }
        if note != nil { try await takeTicks(with: gesture, of: &feature, now) }
        if feature.isAmbiguous { await endAmbiguity(of: &feature, now) }
        if unconfirmed.remove(id) != nil { try await parts.store.setFact("confirm:\(id)", nil) }
        // With a dispatch it is stored together with the job.
        if gesture != .none, gesture != .dispatch { try await parts.store.record(line(gesture, note, of: feature), feature: id, run: feature.run) }
        var actions: [DispatchState.Action] = []
        if feature.isApproved, gesture != .approve {
            // Whatever else is asked for takes the approval back, also one that waits for a clean checkout.
            feature.isApproved = false
            retries[.merge(id)] = nil
            actions = state.apply(.withdrawn(id)) + [.cancel(id)]
        }
        return actions + (try await perform(gesture, of: &feature, note, to: target, now))
    }

    private func perform(
        _ gesture: Gesture, of feature: inout FeatureRecord, _ note: NoteSighting?, to target: FeatureState?, _ now: Duration
    ) async throws -> [DispatchState.Action] {
        let id = feature.id
        switch gesture {
        case .dispatch: return try await dispatch(&feature, now, saying: line(gesture, note, of: feature))
        case .runAgain:
            try await setKind(.fresh, feature)
            try await endRun(feature, .cancelled)
            feature.questions = []
            try await parts.store.setFact("answers:\(id)", nil)
            _ = state.apply(.reopened(id))
            return try await dispatch(&feature, now)
        case .rework: return try await rework(&feature, now)
        case .restart:
            try await parts.store.closeJob(id, as: "cancelled")
            try await endRun(feature, .cancelled)
            try await setKind(.retry, feature)
            return state.apply(.withdrawn(id)) + (try await dispatch(&feature, now))
        case .withdraw, .cancel, .reject: return try await letGo(&feature, gesture, to: target, now)
        case .cancelUnapproved:
            feature.waitsFor =
                "It was moved to \(target?.rawValue ?? "another folder") while Ferry was at work. Nothing was approved and nothing merged. "
                + "Move it to planned to go on."
            return try await letGo(&feature, gesture, to: .blocked, now)
        case .approve: return try await approve(&feature, now)
        case .hold:
            feature.isHeld = true
            feature.waitsFor = "It is held. Move it back to review to decide, or to planned to go on."
            return try await settle(&feature, .blocked, now)
        case .unhold:
            feature.isHeld = false
            feature.waitsFor = nil
            return try await settle(&feature, .review, now)
        case .close:
            feature.waitsFor = "It was closed by hand; nothing was merged."
            let actions = try await letGo(&feature, gesture, to: .done, now)
            return actions + state.apply(.released(id))
        case .putBack:
            // With that status it was Ferry itself, before it ended and began anew: why the feature waits is known.
            if note?.status != note?.state || feature.waitsFor == nil {
                feature.waitsFor = "Only Ferry moves notes to in progress and to review; the note was put back. Move it to planned to start it."
            }
            try await save(feature)
            requestNote(id, notBefore: now + parts.timing.firstTouch)
            return []
        case .list:
            feature.waitsFor = "It came back to this folder from outside, so Ferry left it alone. Move it to planned to start it."
            let actions = try await settle(&feature, target, now, writes: false)
            // The next start would release those that depend on it, by the same row.
            return target == .done ? actions + state.apply(.released(id)) : actions
        case .none:
            // It left review, done, ideas, drafts or blocked, or went from one of these to another: nothing was asked for.
            if target == nil { feature.isPresent = false } else { feature.state = target }
            if feature.state != .done, target != nil { _ = state.apply(.reopened(id)) }
            feature.waitsFor = target == nil ? feature.waitsFor : nil
            try await save(feature)
            if target != note?.state || (note?.status).map({ $0 != target }) ?? false { requestNote(id, notBefore: now + parts.timing.firstTouch) }
            return []
        }
    }

    /// What a person moved, edited or ticked, in words for the history.
    private func line(_ gesture: Gesture, _ note: NoteSighting?, of feature: FeatureRecord) -> String {
        if let note { return "\(gesture.rawValue): the note is in \(note.state.rawValue)" }
        return "\(gesture.rawValue): " + (desk.note(at: feature.path) == nil ? "the note is gone" : "its box was ticked")
    }

    func observe(_ note: NoteSighting, _ feature: inout FeatureRecord) {
        // What is wrong with the note goes with it.
        if note.path != feature.path, let fault = noteFaults.removeValue(forKey: feature.path) { noteFaults[note.path] = fault }
        feature.path = note.path
        feature.folder = note.state
        feature.noteHash = note.hash
        feature.seenStatus = note.status
        feature.isPresent = true
    }

    func settle(_ feature: inout FeatureRecord, _ to: FeatureState?, _ now: Duration, writes: Bool = true) async throws -> [DispatchState
        .Action]
    {
        feature.state = to
        try await save(feature)
        if writes { requestNote(feature.id, notBefore: now + parts.timing.firstTouch) }
        return []
    }

    /// Takes it out of the queue or stops its run; branch and transcripts stay.
    private func letGo(_ feature: inout FeatureRecord, _ gesture: Gesture, to: FeatureState?, _ now: Duration) async throws -> [DispatchState.Action]
    {
        let id = feature.id
        forgetWaits(of: id)
        undispatched.remove(id)
        feature.isApproved = false
        if gesture == .reject || gesture == .withdraw { feature.isHeld = false }
        if gesture != .cancelUnapproved, gesture != .close { feature.waitsFor = nil }
        feature.isPresent = to != nil
        if to == nil { feature.folder = nil }
        if gesture == .reject {
            feature.tip = nil
            // Taken up again later, it begins anew from the base of that day.
            try await setKind(.fresh, feature)
            try releaseWorkspace(feature)
        }
        feature.state = to
        // Closed by hand it is done, and that row is what releases its dependants.
        try await parts.store.complete(feature, Completion(job: "cancelled", run: .cancelled))
        remember(feature)
        await hooks.didChange?(feature)
        if to != nil { requestNote(id, notBefore: now + parts.timing.firstTouch) }
        // Of one that is at work they are written when its attempt has ended.
        if !state.isRunning(id) { await finishRunNotes(id) }
        return state.apply(.withdrawn(id)) + [.cancel(id)]
    }

    func endRun(_ feature: FeatureRecord, _ outcome: RunRecord.Outcome) async throws {
        guard var run = try await parts.store.run(feature.id, feature.run), run.outcome == .running || run.outcome == .parked else { return }
        run.outcome = outcome
        run.ended = Store.now
        try await parts.store.setFact(Store.runNotesFact(feature.id, feature.run), feature.tip ?? "")
        try await parts.store.save(run)
        retries[.runNotes(feature.id)] = BootClock.now
    }
}
