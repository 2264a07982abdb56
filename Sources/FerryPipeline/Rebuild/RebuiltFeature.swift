internal import FerryGit
internal import FerryModel
internal import FerryStore
internal import FerrySystem
internal import FerryVault
internal import SystemPackage

/// One feature's part of a rebuild: its record from its note, its runs and its branch.
struct RebuiltFeature {
    let rebuild: VaultRebuild
    let id: FeatureID
    /// The heads of its runs' notes.
    let runs: [RunNote]
    /// Those that can be opened.
    let repositories: [RepositoryName: GitRepository]

    private var store: Store { rebuild.store }
    private var desk: VaultDesk { rebuild.desk }

    /// Returns what a person is asked; `nil` for nothing.
    func take(_ entry: IndexedNote) async throws -> String? {
        let known = try await store.feature(id)
        guard let note = desk.sighting(of: entry), let status = note.status ?? known?.state else { return nil }
        let number = [known?.run, runs.map(\.run).max(), desk.highestRun(of: id) > 0 ? RunNumber(desk.highestRun(of: id)) : nil].compactMap { $0 }
            .max()
        var feature = known ?? FeatureRecord(id: id, path: note.path, title: note.path.stem ?? id.description, state: status)
        let run = if let number { try await store.run(id, number) } else { RunRecord?.none }
        let text = try desk.feature(at: note.path)
        fill(&feature, note, text, number, run)
        if known == nil, status == .blocked, let block = text.block { (feature.questions, feature.waitsFor) = (block.questions, block.failure) }
        let git = feature.repository.flatMap { repositories[$0] }
        var isMerged = false
        if status == .review || (status == .done && note.state != .done), let run {
            feature.tip = try await shown(feature, text, run, git)
            if let tip = feature.tip.flatMap({ CommitID($0) }), let git { isMerged = try await self.isMerged(tip, feature, git) }
        }
        let place = RebuiltPlace.of(folder: note.state, status: status, outcome: run?.outcome, isMerged: isMerged)
        return try await settle(&feature, place, isKnown: known != nil, run, git)
    }

    /// What note and run say whatever the state is.
    private func fill(_ feature: inout FeatureRecord, _ note: NoteSighting, _ text: FeatureNote, _ number: RunNumber?, _ run: RunRecord?) {
        feature.path = note.path
        feature.folder = note.state
        feature.isPresent = true
        feature.isAmbiguous = false
        feature.isApproved = false
        feature.noteHash = note.hash
        feature.seenStatus = note.status
        feature.block = note.block
        if feature.keyHistory.last != note.keys { feature.keyHistory = Array((feature.keyHistory + [note.keys]).suffix(12)) }
        feature.title = text.title
        feature.priority = text.priority
        feature.dependsOn = text.dependsOn.compactMap { FeatureID($0) ?? desk.id(named: $0) }
        if let number, number != feature.run {
            feature.run = number
            // Of another run than the newest.
            (feature.branch, feature.base, feature.tip) = (nil, nil, nil)
        }
        feature.branch = feature.branch ?? run?.branch ?? text.branch
        feature.base = feature.base ?? run?.base
        feature.extraBudget = max(feature.extraBudget, runs.max { $0.run < $1.run }?.allowed ?? .zero)
        if feature.repository == nil {
            feature.repository = runs.last { $0.repository != nil }?.repository.map(RepositoryName.init)
            if feature.repository == nil, case .success(let only) = rebuild.configuration.repository(for: text) { feature.repository = only.name }
        }
    }

    /// The whole id of the commit that the note shows; `nil` where what it shows is on record nowhere.
    private func shown(_ feature: FeatureRecord, _ text: FeatureNote, _ run: RunRecord, _ git: GitRepository?) async throws -> String? {
        var candidates = [runs.last { $0.run == run.number }?.commit, feature.tip].compactMap { $0 }
        if let git, let branch = BranchName(run.branch), let tip = try await git.tip(of: branch) { candidates.append(tip.hex) }
        guard let box = text.block?.boxes.first(where: { $0.id == "approve" && $0.run == run.number.rawValue })?.commit else {
            // Approved already, its box is gone: what the run's note says is what was approved.
            return candidates.first
        }
        return candidates.first { $0.hasPrefix(box) }
    }

    private func isMerged(_ tip: CommitID, _ feature: FeatureRecord, _ git: GitRepository) async throws -> Bool {
        let named = (feature.repository?.rawValue).flatMap { rebuild.configuration.repository($0)?.base }
        let base = if let named { BranchName(named) } else { try await git.defaultBranch() }
        guard let base, let head = try await git.tip(of: base), try await git.commitExists(tip) else { return false }
        return try await git.isAncestor(tip, of: head)
    }

    // MARK: Where it stands

    private func settle(
        _ feature: inout FeatureRecord, _ place: RebuiltPlace, isKnown: Bool, _ run: RunRecord?, _ git: GitRepository?
    ) async throws -> String? {
        if place != .stands(.inProgress) { try await store.closeJob(id, as: "rebuilt") }
        switch place {
        case .rests(let state):
            if let run { try await rebuild.end(run, as: .cancelled) }
            guard isKnown else { return nil }
            feature.state = state
            if state != .blocked { feature.waitsFor = nil }
        case .stands(let state):
            feature.state = state
            try await stand(&feature, state, run, git)
            // Of one that rests nothing is on record, unless its note is to be moved.
            guard isKnown || run != nil || state != feature.folder || state == .planned || state == .inProgress else { return nil }
        case .asksToStart(let from):
            feature.state = .planned
            if let run { try await resume(run, git) }
            feature.waitsFor =
                "This note stood in \(from.rawValue) when Ferry last wrote it, and Ferry's database is new: it cannot tell who moved it. "
                + "Tick the box to start it, or move it out and in again."
            try await store.setFact("confirm:\(id)", from.rawValue)
        case .asksToApprove:
            feature.state = .review
            if let run { try await rebuild.end(run, as: .review) }
            if feature.tip == nil { try await setCheckedAnew() }
            feature.waitsFor =
                feature.tip == nil
                ? (feature.folder == .done
                    ? "It was moved to done when Ferry's database was lost, and the commit that it showed is on record nowhere. Nothing was merged since; "
                    : "It stood in done when Ferry's database was lost, and which commit was approved is on record nowhere: git's log of the base tells "
                        + "whether it is merged; ")
                    + "its branch is kept. Move it to planned to have it checked anew."
                : "It was moved to done when Ferry's database was lost, so nothing was merged. Look at it, then approve it again."
        case .unapproved:
            feature.state = .blocked
            if let run { try await rebuild.end(run, as: .cancelled) }
            feature.waitsFor =
                "It was moved to \(feature.folder?.rawValue ?? "another folder") while Ferry was at work. Nothing was approved and nothing merged. "
                + "Move it to planned to go on."
        case .held:
            feature.state = .blocked
            feature.isHeld = true
            feature.waitsFor = "It is held. Move it back to review to decide, or to planned to go on."
        case .merged:
            feature.state = .done
            feature.waitsFor = nil
            if var run, run.outcome != .merged {
                run.outcome = .merged
                run.ended = run.ended ?? Store.now
                try await store.save(run)
            }
            if try await store.fact("merged:\(id)") == nil { try await store.setFact("merged:\(id)", feature.tip) }
        }
        if place == .stands(.inProgress) {
            _ = try await store.enqueue(&feature)
        } else {
            try await store.save(feature)
        }
        switch place {
        case .asksToStart, .asksToApprove:
            try await store.record(feature.waitsFor ?? "", feature: id, run: feature.run)
            return "\(id): \(feature.waitsFor ?? "")"
        case .rests, .stands, .unapproved, .held, .merged: return nil
        }
    }

    /// Moving it from review to planned is a task, though there is no feedback.
    private func setCheckedAnew() async throws {
        try await store.setFact("conflict:\(id)", "The records of the run before were lost. Check all of the change again.")
    }

    private func stand(_ feature: inout FeatureRecord, _ state: FeatureState, _ run: RunRecord?, _ git: GitRepository?) async throws {
        switch state {
        case .inProgress:
            feature.waitsFor = nil
            if let run { try await resume(run, git) }
        case .planned:
            if let run { try await resume(run, git) }
        case .review:
            if let run { try await rebuild.end(run, as: .review) }
            if feature.tip == nil {
                try await setCheckedAnew()
                feature.waitsFor =
                    "The commit that it showed was lost with Ferry's database. Its branch is kept. Move it to planned to have it checked anew."
            }
        case .blocked:
            if let run, run.outcome == .running { try await rebuild.end(run, as: .blocked) }
            if let run, run.outcome == .parked { try await resume(run, git) }
        case .ideas, .drafts, .done:
            if let run { try await rebuild.end(run, as: .cancelled) }
        }
    }

    /// A run whose steps are known goes on after the last of them. One whose steps are lost goes on from its last checkpoint, its branch or its base, with the
    /// plan that it had.
    private func resume(_ run: RunRecord, _ git: GitRepository?) async throws {
        guard run.outcome == .running || run.outcome == .parked, let git, try await store.steps(id, run.number).isEmpty else { return }
        let base = CommitID(run.base)
        var start = try await git.checkpoint(of: id, run.number)
        if start == nil, let branch = BranchName(run.branch), let tip = try await git.tip(of: branch), let base,
            try await git.isAncestor(base, of: tip)
        {
            start = tip
        }
        guard let start, start != base else { return }
        try await store.setFact("start:\(id):\(run.number)", start.hex)
        try await store.setFact("kind:\(id):\(run.number)", RunRequest.Kind.retry.rawValue)
        guard try await store.fact("plan:\(id)") == nil else { return }
        let notes = RunNotes(layout: desk.layout, feature: id, run: run.number, record: rebuild.folders.run(id, run.number))
        guard let plan = try? desk.read(notes.path("plan")) else { return }
        try await store.setFact("plan:\(id)", String(decoding: plan, as: UTF8.self))
    }
}
