internal import FerryModel
internal import FerryStore
internal import FerrySystem
internal import FerryVault

/// Approval: exactly what the note shows is merged, one at a time in a repository; until then nothing is done.
extension Dispatcher {
    func approve(_ feature: inout FeatureRecord, _ now: Duration) async throws -> [DispatchState.Action] {
        guard let repository = feature.repository, feature.tip != nil else {
            feature.waitsFor = "Nothing was built that could be merged. Move it to planned to start it."
            feature.state = .review
            try await save(feature)
            requestNote(feature.id, notBefore: now + parts.timing.firstTouch)
            return []
        }
        guard isShown(feature) else {
            feature.waitsFor = "Its run had only just ended, and the note did not show the result yet. Look at it now, then approve."
            feature.state = .review
            try await save(feature)
            requestNote(feature.id, notBefore: now + parts.timing.firstTouch)
            return []
        }
        feature.isApproved = true
        try await failpoint(.approvalBeforeIntent)
        try await save(feature)
        // Until the merge is asked for: an error on the way must not leave an approval that nobody heeds.
        retries[.merge(feature.id)] = now + parts.timing.retryFirst
        try await failpoint(.approvalAfterEffect)
        let actions = state.apply(.mergeWanted(feature.id, repository))
        retries[.merge(feature.id)] = nil
        try await failpoint(.approvalAfterDone)
        return actions
    }

    /// The note has told that it is in review since the run ended; where Ferry may not write into it, the run's own note has.
    private func isShown(_ feature: FeatureRecord) -> Bool {
        feature.keyHistory.last?.hasPrefix(FeatureState.review.rawValue + "|") == true || noteFaults[feature.path] != nil
    }

    /// While the merge waits, the note came back to review.
    func takeBackApproval(_ feature: inout FeatureRecord, _ now: Duration) async throws -> [DispatchState.Action] {
        feature.isApproved = false
        retries[.merge(feature.id)] = nil
        feature.waitsFor = nil
        try await save(feature)
        requestNote(feature.id, notBefore: now + parts.timing.firstTouch)
        // A merge that is under way is asked to end; if it is too late, its end says so.
        return state.apply(.withdrawn(feature.id)) + [.cancel(feature.id)]
    }

    /// A merge, or how it ended before it began.
    enum PreparedMerge {
        case ready(MergeAttempt)
        case ended(MergeEnd)
    }

    func merge(of id: FeatureID) async -> PreparedMerge {
        guard let feature = features[id], feature.isApproved, !feature.isAmbiguous, let name = feature.repository else { return .ended(.withdrawn) }
        guard let repository = configuration.repository(name.rawValue) else {
            return .ended(.unavailable(reason: Self.lacksNote(name)))
        }
        let run: RunRecord
        do {
            guard let known = try await parts.store.run(id, feature.run) else {
                return .ended(
                    .returned(
                        reason: "Nothing is on record of its run \(feature.run). Move it to planned to have it checked anew.",
                        conflict: "Nothing is on record of the run before. Check all of the change again."))
            }
            run = known
        } catch { return .ended(.unavailable(reason: "\(error)")) }
        parts.progress.set(id, stage: "merging")
        let note = FeatureNote(parsing: run.note, path: feature.path)
        let space = DiskSpace(minimum: configuration.settings.minimumFree, patience: parts.timing.diskAnswer)
        return .ready(MergeAttempt(feature: feature, repository: repository, note: note, run: run, parts: parts, vault: desk.vault, space: space))
    }

    static func lacksNote(_ name: RepositoryName) -> String {
        "The repository \(name) has no usable note any more. Mend it (`ferry check`), or name another one with `repo:`."
    }

    func mergeEnded(_ id: FeatureID, _ end: MergeEnd) async throws -> [DispatchState.Action] {
        parts.progress.clear(id)
        var actions = state.apply(.mergeEnded(id))
        guard var feature = features[id] else { return actions }
        // While two notes bear its id nothing is told but that; afterwards it is tried again.
        if case .merged = end {} else { guard feature.isApproved, !feature.isAmbiguous else { return actions } }
        let now = BootClock.now
        switch end {
        case .merged(let commit):
            feature.isApproved = false
            mergeFailures[id] = nil
            feature.state = .done
            if !feature.isAmbiguous { feature.waitsFor = nil }
            feature.isHeld = false
            // In one step: the row that says done is what releases those that depend on it.
            try await parts.store.complete(
                feature,
                Completion(
                    run: .merged, facts: ["conflict:\(id)": "", "merged:\(id)": commit.isEmpty ? feature.tip ?? "" : commit],
                    line: "merged as \(commit.prefix(12))"))
            try await failpoint(.mergeAfterDone)
            remember(feature)
            await hooks.didChange?(feature)
            logged("Removing the worktree of \(id)") { try releaseWorkspace(feature) }
            await finishRunNotes(id)
            actions += state.apply(.released(id))
        case .returned(let reason, let conflict):
            feature.isApproved = false
            feature.state = .review
            feature.waitsFor = reason
            mergeFailures[id] = nil
            try await parts.store.complete(feature, Completion(facts: ["conflict:\(id)": conflict ?? ""], line: reason))
            remember(feature)
            await hooks.didChange?(feature)
        case .waits(let reason), .unavailable(let reason):
            if feature.waitsFor != reason { try await parts.store.record(reason, feature: id, run: feature.run) }
            feature.waitsFor = reason
            try await save(feature)
            mergeFailures[id, default: 0] += 1
            let kind: FaultClass = if case .waits = end { .configuration } else { .infrastructure }
            retries[.merge(id)] = now + kind.wait(after: mergeFailures[id] ?? 1, parts.timing)
        case .withdrawn:
            // Approved anew meanwhile, or stopped by something else than the person: it is tried again.
            retries[.merge(id)] = now + parts.timing.retryFirst
        }
        requestNote(id, notBefore: now)
        return actions
    }

    func releaseWorkspace(_ feature: FeatureRecord) throws { for workspace in workspaces(of: feature) { try workspace.release() } }

    /// Of all its runs.
    func workspaces(of feature: FeatureRecord) -> [RunWorkspace] {
        guard feature.run.rawValue > 0 else { return [] }
        return (1...feature.run.rawValue).map {
            RunWorkspace(folder: parts.folders.workspace(feature.id, RunNumber($0)), record: parts.folders.run(feature.id, RunNumber($0)))
        }
    }
}
