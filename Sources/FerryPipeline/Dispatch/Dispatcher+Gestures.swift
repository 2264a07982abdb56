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
        case .staleSave(let id, let note):
            // Once: a buffer that brings the old keys back again is an editor that fights, and is told so.
            guard var feature = features[id] else { return [] }
            let isAgain = feature.noteHash == note.hash
            if isAgain { return [] }
            feature.noteHash = note.hash
            try await save(feature)
            requestNote(id, notBefore: now + parts.timing.firstTouch)
            try await parts.store.record("An editor saved an older version of Ferry's keys; they are set again.", feature: id)
            return []
        case .lateSave(let note, let id): return try await mergeLateSave(note, id, now)
        case .ambiguous(let id, let notes): return try await markAmbiguous(id, notes, now)
        }
    }

    // MARK: New notes

    private func adopt(_ note: NoteSighting, _ gesture: Gesture, _ now: Duration) async throws -> [DispatchState.Action] {
        let id: FeatureID
        if let known = note.id { id = known } else { id = await nextID() }
        var feature = FeatureRecord(id: id, path: note.path, title: note.path.stem ?? id.description, state: note.state)
        feature.noteHash = note.hash
        feature.seenStatus = note.status
        if gesture == .dispatch { return try await dispatch(&feature, now) }
        if gesture == .list {
            feature.waitsFor = "It was first seen in this folder, so Ferry left it alone. Move it to planned to start it."
            try await parts.store.record("First seen in \(note.state.rawValue); listed, nothing done.", feature: id)
        }
        try await save(feature)
        return state.apply(note.state == .done ? .released(id) : .reopened(id))
    }

    /// The highest number that was ever seen in notes, runs, branches and the database, plus one.
    private func nextID() async -> FeatureID {
        let branches = if let highestBranch { highestBranch } else { await readHighestBranch() }
        // All that the database knows is in `features`.
        let known = features.keys.filter { $0.prefix == Self.idPrefix }.map(\.number).max() ?? 0
        return FeatureID(number: max(known, desk.highestNumber(prefix: Self.idPrefix), branches) + 1, prefix: Self.idPrefix)
    }

    // MARK: Gestures

    func carryOut(_ gesture: Gesture, of id: FeatureID, _ note: NoteSighting?, _ now: Duration) async throws -> [DispatchState.Action] {
        guard var feature = features[id] else { return [] }
        if let note { observe(note, &feature) }
        if feature.isAmbiguous { await endAmbiguity(of: &feature, now) }
        if gesture != .none { try await parts.store.record(Self.line(gesture, note), feature: id, run: feature.run) }
        var actions: [DispatchState.Action] = []
        if feature.isApproved, gesture != .approve {
            // Whatever else is asked for takes the approval back, also one that waits for a clean checkout.
            feature.isApproved = false
            retries[.merge(id)] = nil
            actions = state.apply(.withdrawn(id)) + [.cancel(id)]
        }
        return actions + (try await perform(gesture, of: &feature, note, now))
    }

    private func perform(
        _ gesture: Gesture, of feature: inout FeatureRecord, _ note: NoteSighting?, _ now: Duration
    ) async throws -> [DispatchState.Action] {
        let id = feature.id
        switch gesture {
        case .dispatch: return try await dispatch(&feature, now)
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
        case .withdraw, .cancel, .reject: return try await letGo(&feature, gesture, to: note?.state, now)
        case .cancelUnapproved:
            feature.waitsFor =
                "It was moved to \(note?.state.rawValue ?? "another folder") while Ferry was at work. Nothing was approved and nothing merged. "
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
            feature.waitsFor = "Only Ferry moves notes to in progress and to review; the note was put back. Move it to planned to start it."
            try await save(feature)
            requestNote(id, notBefore: now + parts.timing.firstTouch)
            return []
        case .list:
            feature.waitsFor = "It came back to this folder from outside, so Ferry left it alone. Move it to planned to start it."
            return try await settle(&feature, note?.state, now, writes: false)
        case .none:
            // It left review, done, ideas, drafts or blocked, or went from one of these to another: nothing was asked for.
            if note == nil { feature.isPresent = false } else { feature.state = note?.state }
            if feature.state != .done, note != nil { _ = state.apply(.reopened(id)) }
            feature.waitsFor = note == nil ? feature.waitsFor : nil
            try await save(feature)
            return []
        }
    }

    /// What a person moved or edited, in words for the history.
    private static func line(_ gesture: Gesture, _ note: NoteSighting?) -> String {
        "\(gesture.rawValue): the note is \(note.map { "in \($0.state.rawValue)" } ?? "gone")"
    }

    private func observe(_ note: NoteSighting, _ feature: inout FeatureRecord) {
        feature.path = note.path
        feature.folder = note.state
        feature.noteHash = note.hash
        feature.seenStatus = note.status
        feature.isPresent = true
    }

    private func settle(_ feature: inout FeatureRecord, _ to: FeatureState?, _ now: Duration, writes: Bool = true) async throws -> [DispatchState
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
        try await parts.store.closeJob(id, as: "cancelled")
        try await endRun(feature, .cancelled)
        retries[.job(id)] = nil
        mended([.job(id)])
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
        _ = try await settle(&feature, to, now, writes: to != nil)
        return state.apply(.withdrawn(id)) + [.cancel(id)]
    }

    // MARK: Starting

    /// Queues the feature: the job row is stored when this returns. What stands in the way is said in the note, and looked at again when notes change.
    func dispatch(_ feature: inout FeatureRecord, _ now: Duration) async throws -> [DispatchState.Action] {
        let id = feature.id
        feature.state = .planned
        feature.isPresent = true
        let note = try desk.feature(at: feature.path)
        feature.title = note.title
        feature.priority = note.priority
        feature.dependsOn = resolve(note.dependsOn)
        retries[.job(id)] = nil
        if !feature.questions.isEmpty, !note.answersAnything {
            feature.waitsFor = "Its questions have no answer yet. Write one after `A1:` or under `## Questions`, then move it to planned again."
            return try await settle(&feature, .blocked, now)
        }
        if let obstacle = configuration.obstacle(in: note) {
            feature.waitsFor = obstacle
            undispatched.insert(id)
            return try await settle(&feature, .planned, now)
        }
        switch repository(for: note) {
        case .failure(let obstacle):
            feature.waitsFor = obstacle.message
            undispatched.insert(id)
            return try await settle(&feature, .planned, now)
        case .success(let repository): feature.repository = repository.name
        }
        let unknown = unresolved(note.dependsOn)
        guard unknown.isEmpty else {
            feature.waitsFor =
                "It depends on \(unknown.joined(separator: ", ")), and no feature bears that name. "
                + "Correct `depends_on`; Ferry looks again by itself."
            undispatched.insert(id)
            return try await settle(&feature, .planned, now)
        }
        if !feature.questions.isEmpty {
            // Kept apart from the note, whose block no longer asks.
            let questions = feature.questions.enumerated().map { "Q\($0.offset + 1): \($0.element)" }.joined(separator: "\n")
            try await parts.store.setFact("answers:\(id)", questions + "\n" + note.answers)
            feature.questions = []
        }
        undispatched.remove(id)
        feature.waitsFor = nil
        feature.isHeld = false
        let sequence = try await parts.store.enqueue(&feature)
        features[id] = feature
        await hooks.didEnqueue?(id)
        await hooks.didChange?(feature)
        requestNote(id, notBefore: now + parts.timing.firstTouch)
        return queue(feature, sequence)
    }

    func queue(_ feature: FeatureRecord, _ sequence: Int64) -> [DispatchState.Action] {
        guard let repository = feature.repository else { return [] }
        return state.apply(
            .planned(
                QueuedJob(
                    feature: feature.id, repository: repository, priority: feature.priority, dependsOn: feature.dependsOn, sequence: sequence)))
    }

    private func rework(_ feature: inout FeatureRecord, _ now: Duration) async throws -> [DispatchState.Action] {
        let feedback = try await newFeedback(feature)
        guard !feedback.isEmpty else {
            feature.waitsFor = "Write under `## Feedback` what is to be changed, then move it to planned again."
            return try await settle(&feature, .review, now)
        }
        try await parts.store.setFact("feedback:\(feature.id)", feedback)
        try await setKind(.rework, feature)
        return try await dispatch(&feature, now)
    }

    /// Lines under `## Feedback` that the last run did not have; where there are none, the conflict that sent it back.
    private func newFeedback(_ feature: FeatureRecord) async throws -> String {
        let note = try desk.feature(at: feature.path)
        var old: Set<String> = []
        if let run = try await parts.store.run(feature.id, feature.run) {
            old = Set(FeatureNote(parsing: run.note, path: feature.path).feedback.split(separator: "\n").map(String.init))
        }
        let new = note.feedback.split(separator: "\n").map(String.init).filter { !old.contains($0) && !$0.allSatisfy(\.isWhitespace) }
        if !new.isEmpty { return new.joined(separator: "\n") }
        return try await parts.store.fact("conflict:\(feature.id)") ?? ""
    }

    func setKind(_ kind: RunRequest.Kind, _ feature: FeatureRecord) async throws {
        try await parts.store.setFact("kind:\(feature.id)", kind.rawValue)
    }

    func endRun(_ feature: FeatureRecord, _ outcome: RunRecord.Outcome) async throws {
        guard var run = try await parts.store.run(feature.id, feature.run), run.outcome == .running || run.outcome == .parked else { return }
        run.outcome = outcome
        run.ended = Store.now
        try await parts.store.save(run)
    }

    // MARK: Odd cases

    /// A stale buffer was saved where Ferry had moved the note away from: its edits go into the note at its present place.
    private func mergeLateSave(_ note: NoteSighting, _ id: FeatureID, _ now: Duration) async throws -> [DispatchState.Action] {
        guard let feature = features[id], let version = try await parts.store.version(at: note.path) else { return [] }
        let outcome = try await desk.mergeLateSave(at: note.path, hash: note.hash, into: feature.path, base: version.content) {
            [keys = try await keys(of: feature), block = try await block(for: feature), prefix = configuration.settings.propertyPrefix]
            (bytes: [UInt8]) throws(NoteRefusal) -> [UInt8] in
            try FeatureNote.updated(bytes, keys: keys, prefix: prefix, block: block)
        }
        switch outcome {
        case .merged: try await parts.store.record("A late save at \(note.path) was merged into the note.", feature: id)
        case .keptBeside(let path):
            noteFaults[path] = "A late save of \(id) could not be merged. It is kept in \(path); take over what you need and delete it."
            try await parts.store.record("A late save could not be merged; it is kept in \(path).", feature: id)
            requestDashboard(now)
        case .busy: break
        }
        reconsider(after: parts.timing.firstTouch)
        return []
    }

    /// The note lies where it lay, and no gesture was made: its text, its boxes or its answers may have changed.
    private func seen(_ id: FeatureID, _ note: NoteSighting, _ now: Duration) async throws -> [DispatchState.Action] {
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
            if feature.state == .planned || feature.state == .inProgress { return try await dispatch(&feature, now) }
        }
        let isEdited = note.hash != feature.noteHash
        observe(note, &feature)
        if feature != before { try await save(feature) }
        if let state = feature.state, state != feature.folder, !feature.isApproved { requestNote(id, notBefore: now + parts.timing.firstTouch) }
        guard isEdited else { return [] }
        if noteFaults[note.path] != nil { requestNote(id, notBefore: now + parts.timing.firstTouch) }
        noteFaults[note.path] = nil
        return try await takeEdits(&feature, now)
    }
}
