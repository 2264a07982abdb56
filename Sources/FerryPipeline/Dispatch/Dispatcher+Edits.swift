internal import SystemPackage
internal import FerryModel
internal import FerryStore
internal import FerryVault

/// What a person's edit of a note asks for without moving it: ticked boxes, new priorities, a mended obstacle.
extension Dispatcher {
    func takeEdits(_ feature: inout FeatureRecord, _ now: Duration) async throws -> [DispatchState.Action] {
        let id = feature.id
        let note = try desk.feature(at: feature.path)
        let ticked = (note.block?.boxes ?? []).filter(\.isTicked)
        // Several may be ticked in one save, and approving with them: what is waived is waived first.
        let waivers = ticked.filter { $0.id.hasPrefix("waive-") }
        let isWaived = try await waive(waivers, of: &feature, now)
        let asked = ticked.filter { !$0.id.hasPrefix("waive-") }
        guard asked.count < 2 else {
            requestNote(id, notBefore: now + parts.timing.firstTouch)
            try await log(
                "two boxes were ticked that ask for different things (\(asked.map(\.id).joined(separator: ", "))); nothing was done", feature)
            return []
        }
        if let box = asked.first { return try await take(box, of: &feature, now) }
        if !waivers.isEmpty { return isWaived ? try await dispatch(&feature, now) : [] }
        if undispatched.contains(id) || isRaised(feature, note) { return try await dispatch(&feature, now) }
        // One that waits after a failure is put into the queue by its record.
        let isPostponed = retries[.job(id)] != nil
        guard state.isWaiting(id) || isPostponed else {
            if state.isRunning(id), try await isAnswered(note, feature) {
                requestNote(id, notBefore: now + parts.timing.noteInterval, sooner: false)
            }
            return []
        }
        guard feature.state != .planned || unresolved(note.dependsOn).isEmpty else {
            // As at its dispatch: a name that names nobody is to be corrected, and is no permission to start.
            try await parts.store.closeJob(id, as: "held")
            return state.apply(.withdrawn(id)) + (try await dispatch(&feature, now))
        }
        let dependsOn = resolve(note.dependsOn)
        guard feature.priority != note.priority || feature.dependsOn != dependsOn || feature.title != note.title else { return [] }
        // A chain, or a circle, that others wait for is another one now.
        if feature.dependsOn != dependsOn { tellDependants(of: id) }
        feature.priority = note.priority
        feature.dependsOn = dependsOn
        feature.title = note.title
        try await save(feature)
        guard !isPostponed, let job = try await parts.store.openJob(id) else { return [] }
        return queue(feature, job)
    }

    /// Whether a foreign change of a note at work is one that Ferry writes after: it touched Ferry's keys or block, or the note must say from now on
    /// (or no more) that the run works from an older text. What Ferry itself would have news of, such as the cost, waits for an occasion of Ferry's:
    /// a tool that writes after each write of Ferry's must find an end.
    private func isAnswered(_ note: FeatureNote, _ feature: FeatureRecord) async throws -> Bool {
        let isTouched = note.keyLine != feature.keyHistory.last || note.block?.version != feature.block || note.block?.isWhole != true
        if isTouched || note.block?.kept.isEmpty == false { return true }
        return try await isEdited(feature, since: parts.store.run(feature.id, feature.run)) != toldEdits[feature.id]
    }

    /// A ticked box is the gesture that it names, if it was made for this run and this commit; else it does nothing, and says so.
    private func take(_ box: BlockBox, of feature: inout FeatureRecord, _ now: Duration) async throws -> [DispatchState.Action] {
        let isCurrent = box.run == feature.run.rawValue && (box.commit == nil || feature.tip?.hasPrefix(box.commit ?? "") == true)
        requestNote(feature.id, notBefore: now + parts.timing.firstTouch)
        switch box.id {
        case "approve" where isCurrent && feature.state == .review:
            try await log("approved by its box", feature)
            return try await carryOut(.approve, of: feature.id, nil, now)
        case "changes" where isCurrent && feature.state == .review:
            try await log("changes asked for by its box", feature)
            return try await carryOut(.rework, of: feature.id, nil, now)
        case "start" where unconfirmed.contains(feature.id):
            // What its move into planned asks for, had it been seen.
            let from = try await parts.store.fact("confirm:\(feature.id)").flatMap(FeatureState.init(rawValue:))
            let gesture = from.map { Gesture.between(.state($0), .state(.planned)) } ?? .dispatch
            return try await carryOut(gesture == .none ? .dispatch : gesture, of: feature.id, nil, now)
        case "allow" where isCurrent && feature.state == .blocked:
            feature.extraBudget += Self.allowance
            try await log("\(Self.allowance) USD more allowed by its box", feature)
            return try await dispatch(&feature, now)
        default:
            try await log("the box `\(box.id)` was ticked, but it belongs to another run or commit; nothing was done", feature)
            return []
        }
    }

    /// Boxes that were ticked in the save that moved the note: what they allow or let stand counts with the gesture. Others ask for a gesture of their own; the
    /// move counts, and that is said.
    func takeTicks(with gesture: Gesture, of feature: inout FeatureRecord, _ now: Duration) async throws {
        guard let ticked = try? desk.feature(at: feature.path).block?.boxes.filter(\.isTicked), !ticked.isEmpty else { return }
        let goesOn = gesture.startsWork || gesture == .approve
        if goesOn { _ = try await waive(ticked.filter { $0.id.hasPrefix("waive-") }, of: &feature, now) }
        for box in ticked where !goesOn || !box.id.hasPrefix("waive-") {
            if box.id == "allow", box.run == feature.run.rawValue, feature.state == .blocked, gesture.startsWork {
                feature.extraBudget += Self.allowance
                try await log("\(Self.allowance) USD more allowed by its box", feature)
            } else {
                try await log("the box `\(box.id)` was ticked in a note that was moved; the move counts, and nothing else was done", feature)
            }
        }
    }

    /// What one tick of "Allow … more USD" adds.
    static let allowance = Money(dollars: 5)

    private func log(_ text: String, _ feature: FeatureRecord) async throws {
        try await parts.store.record(text, feature: feature.id, run: feature.run)
    }

    /// References that name no feature. A note in done that bears no id holds nobody up.
    func unresolved(_ references: [String]) -> [String] { references.filter { resolve([$0]).isEmpty && desk.states(ofNotesNamed: $0) != [.done] } }

    /// Dependencies by id, by file name or by link; what names nothing known is left out and shown by `ferry check`.
    func resolve(_ references: [String]) -> [FeatureID] {
        references.compactMap { reference in
            FeatureID(reference) ?? desk.id(named: reference) ?? features.values.first { $0.path.stem == reference || $0.title == reference }?.id
        }
    }
}
