internal import Logging
internal import FerryModel
internal import FerryStore
internal import FerrySystem
internal import FerryVault
internal import Foundation
internal import Synchronization
internal import SystemPackage

/// What Ferry writes into the vault: keys and block of features, their place, the dashboard.
extension Dispatcher {
    /// Asks for a feature's note to be brought up to date, no sooner than `time`. `sooner: false` is for what is no change of state: it waits
    /// its turn. Whatever is asked for waits until the person's last touch is some time ago; see `NotePacing`.
    func requestNote(_ id: FeatureID, notBefore time: Duration, sooner isChangeOfState: Bool = true) {
        guard let pending = pendingNotes[id] else {
            pendingNotes[id] = PendingNote(notBefore: time, isCosmetic: !isChangeOfState)
            return
        }
        if pending.isCosmetic == !isChangeOfState {
            pendingNotes[id]?.notBefore = min(pending.notBefore, time)
        } else if isChangeOfState {
            pendingNotes[id] = PendingNote(notBefore: time, attempt: pending.attempt, isCosmetic: false)
        }
    }

    func writeNotes(_ now: Duration) async {
        for (id, pending) in pendingNotes.sorted(by: { $0.key < $1.key }) where pending.notBefore <= now {
            pendingNotes[id] = nil
            guard let feature = features[id], feature.isPresent, !waits(feature, pending, now) else { continue }
            do {
                if feature.isAmbiguous {
                    if try await !writeDoubles(feature) { postpone(id, pending, now) }
                } else if try await write(feature, now) == .busy {
                    postpone(id, pending, now)
                }
                unwritable[id] = nil
            } catch {
                parts.log.warning("Writing the note of \(id): \(error)")
                noteFaults[feature.path] = "The note cannot be written now: \(error). Ferry tries again by itself."
                meetUnwritable(error, id, now)
                postpone(id, pending, now)
                lookAfterWrites(now)
            }
            requestDashboard(now)
        }
        if let due = dashboardDue, due <= now { await writeDashboard(now) }
    }

    /// A write that failed half way may have left something.
    func lookAfterWrites(_ now: Duration) {
        hasPostponedWrites = true
        nextLook = min(nextLook ?? .seconds(1 << 40), now + parts.timing.retryFirst)
    }

    /// The note is not to be written yet; it is asked for again, at the time from which it may be.
    private func waits(_ feature: FeatureRecord, _ pending: PendingNote, _ now: Duration) -> Bool {
        guard let status = desk.status(of: feature.path) else { return false }
        let isOpen = pending.isCosmetic && desk.isOpen(feature.path)
        let due = notePacing.due(
            feature.id, status, clock: Int64(Date.now.timeIntervalSince1970 * 1_000_000_000), isCosmetic: pending.isCosmetic, isOpen: isOpen, now: now
        )
        guard due > now else { return false }
        let isEnding = parts.runsOnce && state.isIdle
        // What is no change of state does not keep `run --once` from ending.
        if pending.isCosmetic, isEnding { return true }
        var later = pending
        later.notBefore = due
        if now - pending.since > parts.timing.noteBusy { tellBusy(feature.path, now) }
        pendingNotes[feature.id] = later
        return true
    }

    private enum Written { case done, busy }

    private func postpone(_ id: FeatureID, _ pending: PendingNote, _ now: Duration) {
        let wait = Backoff(first: .milliseconds(100), cap: .seconds(5)).wait(before: pending.attempt + 1)
        var later = pending
        later.attempt += 1
        later.notBefore = now + wait
        // The state is in the database meanwhile.
        if now - pending.since > parts.timing.noteBusy, let path = features[id]?.path { tellBusy(path, now) }
        pendingNotes[id] = later
    }

    private func tellBusy(_ path: FilePath, _ now: Duration) {
        guard noteFaults[path] == nil else { return }
        noteFaults[path] = Self.busyNote
        requestDashboard(now)
    }

    static let busyNote = "The note is busy: another program keeps it open for writing, or saves it again and again. Ferry writes it when it is free."

    /// Keys and block first, then the place: wherever a kill comes between, the next start goes on.
    private func write(_ record: FeatureRecord, _ now: Duration) async throws -> Written {
        var feature = record
        let block = try await block(for: feature)
        let keys = try await keys(of: feature)
        let prefix = configuration.settings.propertyPrefix
        let isAskedFor = Mutex(false)
        let made = Mutex<[UInt8]>([])
        let outcome = try await desk.writer.update(feature.path) { (bytes: [UInt8]) throws(NoteRefusal) -> [UInt8] in
            // First: what cannot be written into is not looked at again and again for what it asks for.
            let updated = try FeatureNote.updated(bytes, keys: keys, prefix: prefix, block: block.content)
            let isAsking = Self.asksForSomething(bytes, record, prefix)
            isAskedFor.withLock { $0 = isAsking }
            if isAsking { return bytes }
            made.withLock { $0 = updated }
            return updated
        }
        if isAskedFor.withLock({ $0 }) {
            // A status or a tick that no look has read yet must not be written over.
            lookAgain(at: feature.id, after: .zero)
            return .busy
        }
        switch outcome {
        case .busy: return .busy
        case .gone: return .done
        case .refused(let refusal):
            noteFaults[feature.path] = "Ferry does not write into it: \(refusal)."
        case .written(let hash), .unchanged(let hash):
            let foreign = FeatureNote.foreignKeys(in: made.withLock { $0 }, path: feature.path.string, prefix: prefix).first
            noteFaults[feature.path] = foreign.map { "\($0.what), which Ferry leaves as it is; \($0.remedy)" }
            toldEdits[feature.id] = block.isEdited
            feature.noteHash = hash
            feature.seenStatus = feature.state
            let written = FeatureNote(parsing: made.withLock { $0 }, path: feature.path, prefix: prefix)
            if feature.keyHistory.last != written.keyLine { feature.keyHistory = Array((feature.keyHistory + [written.keyLine]).suffix(12)) }
            feature.block = written.block?.version
        }
        let isLeaving = feature.state != feature.folder
        // Before the move: a save that comes late is merged with what stood there, also after a kill in between.
        if isLeaving {
            try await failpoint(.noteMoveBeforeIntent)
            let content = made.withLock { $0 }
            try await parts.store.keepVersion(
                of: feature.id, at: record.path, content: content.isEmpty ? try desk.read(record.path) : content, reason: .movedFrom)
        }
        if isLeaving { try await failpoint(.noteMoveAfterIntent) }
        let moved = try await move(&feature)
        // What is wrong with the note goes with it.
        if feature.path != record.path {
            noteFaults[feature.path] = noteFaults.removeValue(forKey: record.path).flatMap { $0 == Self.busyNote ? nil : $0 }
        }
        try await save(feature)
        // Also where it stands there already: a kill may have come between the writing and this.
        switch outcome {
        case .written, .unchanged: try await passMirror(of: feature)
        case .busy, .gone, .refused: break
        }
        if feature.path != record.path {
            try await failpoint(.noteMoveAfterMirror)
            places.leave(record.path, feature.id)
            if places.movedFrom[feature.path] != nil { try await forgetLeft(feature.path) }
        } else if isLeaving, places.movedFrom[record.path] == nil {
            try await parts.store.forgetVersion(at: record.path)
        }
        if let status = desk.status(of: feature.path) {
            let isWritten = if case .written = outcome { true } else { feature.path != record.path }
            notePacing.leave(feature.id, status, isWritten: isWritten, now: now)
        }
        return moved
    }

    /// The note tells of what the feature has come to. What is passed by every note comes last: a test that dies there would pass nothing after it.
    private func passMirror(of feature: FeatureRecord) async throws {
        switch feature.state {
        case .planned: try await failpoint(.dispatchAfterMirror)
        case .inProgress: try await failpoint(.claimAfterMirror)
        case .review: try await failpoint(.endAfterMirror)
        case .done: try await failpoint(.mergeAfterMirror)
        case .ideas, .drafts, .blocked, nil: break
        }
        try await failpoint(.noteWriteAfterMirror)
    }

    /// The feature's note is there again: nobody can save too late there.
    private func forgetLeft(_ path: FilePath) async throws {
        places.forget(path)
        try await parts.store.forgetVersion(at: path)
    }

    private static func asksForSomething(_ bytes: [UInt8], _ feature: FeatureRecord, _ prefix: String) -> Bool {
        guard ContentHash(of: bytes) != feature.noteHash else { return false }
        let note = FeatureNote(parsing: bytes, path: feature.path, prefix: prefix)
        let isStale = feature.keyHistory.dropLast().contains(note.keyLine) && (feature.block == nil || note.block?.version != feature.block)
        let isTicked = note.block?.boxes.contains(where: \.isTicked) ?? false
        return isTicked || (note.status != nil && note.status != feature.seenStatus && !isStale)
    }

    private func move(_ feature: inout FeatureRecord) async throws -> Written {
        guard let state = feature.state, feature.folder != state, !(feature.isApproved && feature.folder == .done) else { return .done }
        let destination = desk.layout.path(feature.path, movedTo: state)
        switch try await desk.writer.move(feature.path, to: destination) {
        case .moved:
            feature.path = destination
            feature.folder = state
            return .done
        case .busy: return .busy
        case .gone: return .done
        case .taken:
            noteFaults[feature.path] = "It should move to \(destination), but another note has that name there. Rename one of them."
            return .busy
        }
    }

    /// The keys that Ferry owns, in their order.
    func keys(of feature: FeatureRecord) async throws -> [(key: String, value: FlatValue)] {
        var keys: [(key: String, value: FlatValue)] = [("id", .text(feature.id.description))]
        if let state = feature.state { keys.append(("status", .text(state.rawValue))) }
        if let branch = feature.branch { keys.append(("branch", .text(branch))) }
        let spent = try await parts.store.spending(feature: feature.id)
        // Of unknown prices no number is written, and least of all 0.
        if spent.calls > 0, spent.amount > .zero || spent.callsOfUnknownPrice == 0 { keys.append(("cost_usd", .money(spent.amount))) }
        return keys
    }

    /// `isEdited`: it says that the text was edited since its run began.
    func block(for feature: FeatureRecord) async throws -> (content: BlockContent, isEdited: Bool) {
        let run = try await parts.store.run(feature.id, feature.run)
        let isEdited = self.isEdited(feature, since: run)
        var content = FeatureBlock(
            feature: feature, run: run, check: try await parts.store.checkResult(feature.id),
            cost: try await parts.store.spending(feature: feature.id),
            stage: stages[feature.id], waits: state.isWaiting(feature.id) ? waitSentence(feature.id) : nil,
            events: Array(try await parts.store.events(of: feature.id, limit: 12).reversed()), allowance: Self.allowance,
            merged: try await parts.store.fact("merged:\(feature.id)"), isEdited: isEdited, layout: desk.layout
        ).content
        // A feature that is held for it says so already.
        if !undispatched.contains(feature.id), let fault = (try? desk.feature(at: feature.path))?.faults.first(where: \.isForeignKey) {
            content.callouts.append(.init(.warning, BlockContent.Piece.sentence("\(fault.what), which Ferry leaves as it is; \(fault.remedy)")))
        }
        if unconfirmed.contains(feature.id) { content.boxes.append(.init(id: "start", run: feature.run.rawValue, text: [.text("Start it")])) }
        return (content, isEdited)
    }

    /// Whether the note's text is another than the one from which its run works.
    func isEdited(_ feature: FeatureRecord, since run: RunRecord?) -> Bool {
        guard feature.state == .inProgress, let run else { return false }
        return FeatureNote(parsing: run.note, path: feature.path).textForAgents != (try? desk.feature(at: feature.path))?.textForAgents
    }

    /// For `ferry why`: why a note cannot be written; what holds no more is taken back.
    func tellNoteFaults() async throws {
        let faults = features.compactMapValues { noteFaults[$0.path] }
        for id in Set(faults.keys).union(toldNoteFaults.keys) where faults[id] != toldNoteFaults[id] {
            try await parts.store.setFact("note:\(id)", faults[id])
            toldNoteFaults[id] = faults[id]
        }
    }
}
