internal import FerryModel
internal import FerryStore
internal import FerryVault

/// Saves that are no gesture: a person's edits, those that come late, and those of a stale buffer.
extension Dispatcher {
    /// A stale buffer was saved where Ferry had moved the note away from: its edits go into the note at its present place.
    func mergeLateSave(_ note: NoteSighting, _ id: FeatureID, _ now: Duration) async throws -> [DispatchState.Action] {
        guard let feature = features[id], let version = try await parts.store.version(at: note.path) else { return [] }
        let (outcome, staleTicks) = try await desk.mergeLateSave(
            at: note.path, hash: note.hash, into: feature.path, base: version.content, keys: try await keys(of: feature),
            block: try await block(for: feature).content)
        switch outcome {
        case .merged:
            try await parts.store.record("A late save at \(note.path) was merged into the note.", feature: id)
            for box in staleTicks {
                try await parts.store.record(
                    "the box `\(box)` was ticked in a late save, but it is not in the note any more; nothing was done", feature: id, run: feature.run)
            }
        case .keptBeside(let path):
            noteFaults[path] = "A late save of \(id) could not be merged. It is kept in \(path); take over what you need and delete it."
            try await parts.store.record("A late save could not be merged; it is kept in \(path).", feature: id)
            requestDashboard(now)
        case .busy: break
        }
        lookAgain(at: id, after: parts.timing.firstTouch)
        return []
    }

    /// The note lies where it lay, and no gesture was made: its text, its boxes or its answers may have changed.
    func seen(_ id: FeatureID, _ note: NoteSighting, _ now: Duration) async throws -> [DispatchState.Action] {
        guard var feature = features[id] else { return [] }
        let before = feature
        if feature.isApproved, feature.state == note.state, feature.folder != note.state {
            observe(note, &feature)
            return try await takeBackApproval(&feature, now)
        }
        if feature.isAmbiguous {
            observe(note, &feature)
            await endAmbiguity(of: &feature, now)
            try await save(feature)
            if feature.isApproved { retries[.merge(id)] = now }
            if feature.state == .planned || feature.state == .inProgress { return try await dispatch(&feature, now) }
        }
        let isEdited = note.hash != feature.noteHash
        observe(note, &feature)
        if let state = feature.state, state != feature.folder, !feature.isApproved { requestNote(id, notBefore: now + parts.timing.firstTouch) }
        guard isEdited else {
            if feature != before { try await save(feature) }
            return []
        }
        return try await read(&feature, note, now)
    }

    /// A person's edit: what it asks for is done before it counts as read, so that a kill between does it again and loses nothing.
    private func read(_ feature: inout FeatureRecord, _ note: NoteSighting, _ now: Duration) async throws -> [DispatchState.Action] {
        let id = feature.id
        if noteFaults[note.path] != nil { requestNote(id, notBefore: now + parts.timing.firstTouch) }
        noteFaults[note.path] = nil
        let before = features[id]
        remember(feature)
        do {
            let actions = try await takeEdits(&feature, now)
            if let latest = features[id] { try await save(latest) }
            return actions
        } catch {
            if let before { remember(before) }
            throw error
        }
    }

    /// A buffer from before brought Ferry's keys back to an earlier version: no gesture. They are set again once; an editor that brings them
    /// back once more is told of, and not fought. What else the save changed is an edit.
    func staleSave(_ note: NoteSighting, _ id: FeatureID, _ now: Duration) async throws -> [DispatchState.Action] {
        guard var feature = features[id], feature.noteHash != note.hash else { return [] }
        let current = feature.keyHistory.last
        let isAgain = try await parts.store.fact("stale:\(id)") == current
        feature.path = note.path
        feature.noteHash = note.hash
        let actions = try await read(&feature, note, now)
        guard isAgain else {
            try await parts.store.setFact("stale:\(id)", current)
            requestNote(id, notBefore: now + parts.timing.firstTouch)
            try await parts.store.record("An editor saved an older version of Ferry's keys; they are set again.", feature: id)
            return actions
        }
        noteFaults[note.path] =
            "An editor keeps putting an older version of Ferry's keys back. Ferry leaves them so; reload the note there. The feature is in "
            + "\(feature.state?.rawValue ?? "no state")."
        try await parts.store.record("An editor put an older version of Ferry's keys back again; they are left as they are.", feature: id)
        requestDashboard(now)
        return actions
    }
}
