internal import FerrySystem
internal import SystemPackage
internal import FerryGit
internal import FerryModel
internal import FerrySandbox
internal import FerryStore
internal import FerryVault
internal import Foundation

/// How an approved feature's merge ended.
package enum MergeEnd: Hashable, Sendable {
    case merged(commit: String)
    /// The note goes back to review and says why; `conflict` is handed to the coder if a person asks for rework.
    case returned(reason: String, conflict: String?)
    /// Approved, and nothing can be done before a person's checkout is clean; tried again by itself.
    case waits(reason: String)
    /// A fault of the surroundings; tried again by itself.
    case unavailable(reason: String)
    /// The approval was taken back.
    case withdrawn
}

/// Merges exactly the approved commit: what the note showed, and nothing that came after.
struct MergeAttempt: Sendable {
    let feature: FeatureRecord
    let repository: RepositoryNote
    let note: FeatureNote
    let run: RunRecord
    let parts: DispatcherParts
    let vault: Vault
    let space: DiskSpace

    func perform() async -> MergeEnd {
        do {
            let git = try await GitRepository.open(
                path: repository.path, privateDirectory: parts.folders.gitDirectory(of: repository.name), patience: parts.timing.diskAnswer)
            return try await merge(git)
        } catch {
            switch RunFault(error, repository: repository.name.rawValue).end {
            case .cancelled: return .withdrawn
            case .unavailable(let reason, _, _, _): return .unavailable(reason: reason)
            case .blocked(let reason): return .returned(reason: reason, conflict: nil)
            case .review, .questions, .budget, .dayLimit: return .unavailable(reason: "\(error)")
            }
        }
    }

    private func merge(_ git: GitRepository) async throws -> MergeEnd {
        guard let tip = feature.tip.flatMap({ CommitID($0) }), let branch = BranchName(run.branch) else {
            return .returned(reason: "There is no commit to approve.", conflict: nil)
        }
        guard try await git.tip(of: branch) == tip else {
            let reason = "The branch \(branch) is not at the commit that was shown (\(tip.short)) any more."
            return .returned(
                reason: reason + " Move the note to planned to have it checked anew.", conflict: reason + " Check all of the change again.")
        }
        let name: BranchName?
        if let base = repository.base { name = BranchName(base) } else { name = try await git.defaultBranch() }
        guard let base = name else { return .unavailable(reason: "The base branch of \(repository.name) is not known; set `base` in its note.") }
        _ = try await git.finishInterruptedMove(of: base)
        if let end = try await rewinding(of: base, branch, git) { return end }
        let message = CommitMessage(subject: "\(feature.id): merge \(feature.title)", feature: feature.id, run: run.number, vault: vault.id)
        let seconds = (try? Date(run.started, strategy: .iso8601))?.timeIntervalSince1970 ?? 0
        try await failpoint(.mergeBeforeIntent)
        let preview = try await git.previewMerge(of: tip, into: base, message: message, time: CommitTime(secondsSince1970: Int64(seconds)))
        try await failpoint(.mergeAfterIntent)
        switch preview {
        case .alreadyMerged: return .merged(commit: try await begun(in: base, git) ?? tip.hex)
        case .conflict(let files):
            let list = files.map { "- \($0)" }.joined(separator: "\n")
            return .returned(
                reason: "The merge into \(base) conflicts in:\n\(list)\nMove the note to planned to have it worked out.",
                conflict: "The merge into \(base) conflicts in these files; bring the change up to what \(base) has there now:\n\(list)")
        case .clean(let candidate):
            if let notes = try await changedNotes(candidate, git) {
                return .returned(
                    reason: "The merge would change the vault itself (\(notes)). A merge never changes notes, so nothing was merged. "
                        + "Take these files out of the change: write so under `## Feedback` and move the note to planned.",
                    conflict: "The change touches the notes of the vault (\(notes)). Put these files back to what the base has.")
            }
            if try await git.tree(of: tip) != candidate.tree {
                if let full = await fullness { return .unavailable(reason: full) }
                let finding: String?
                do { finding = try await recheck(candidate, git) } catch let stop as RunStop {
                    if let full = await fullness { return .unavailable(reason: full) }
                    throw stop
                }
                if let finding {
                    // What failed on a full disk says nothing about the change.
                    if let full = await fullness { return .unavailable(reason: full) }
                    return .returned(reason: finding, conflict: finding)
                }
            }
            try await failpoint(.mergeAfterSend)
            let end = Self.end(try await complete(candidate, git), base)
            try await failpoint(.mergeAfterEffect)
            // What is merged needs no checkpoint; one that stays costs nothing and is let go with the next run.
            if case .merged = end { try? await git.dropCheckpoints(of: feature.id, through: feature.run) }
            return end
        }
    }

    /// How it ends where the merge would bring into the base what the work began from and the base does not hold; `nil` where it holds it.
    private func rewinding(of base: BranchName, _ branch: BranchName, _ git: GitRepository) async throws -> MergeEnd? {
        guard let began = CommitID(run.base), let tip = try await git.tip(of: base), try await git.commitExists(began),
            try await !git.isAncestor(began, of: tip)
        else { return nil }
        let what = "\(base) does not hold the commit \(began.short) that this work began from"
        let choices =
            "To have it worked out on what \(base) holds now: move the note to drafts, then to planned. To have all of it: `git merge \(branch)`"
        let others = try await git.branches(containing: began).map(\.rawValue).filter { !$0.hasPrefix("ferry/") }
        if !others.isEmpty {
            return .waits(
                reason: "\(what), and \(others.prefix(5).joined(separator: ", ")) does. To have it merged there: check that branch out, or set "
                    + "`base` in the note of \(repository.name). \(choices).")
        }
        return .returned(
            reason: "\(what) any more: it was rewound, rebased, or pushed by force. A merge would bring back what was taken out, so nothing was "
                + "merged. \(choices), then move the note to done again.",
            conflict: nil)
    }

    private var fullness: String? {
        get async { await space.fullness(of: parts.folders.places(vault: vault.root, repository)) }
    }

    /// Recorded before and after; a restart finds out from the base whether it was done.
    private func complete(_ candidate: MergeCandidate, _ git: GitRepository) async throws -> MergeOutcome {
        var effect = EffectRecord(key: Self.effect, kind: .merge, request: candidate.commit.hex)
        try await parts.store.begin([effect], of: feature.id, feature.run)
        let outcome = try await git.complete(candidate)
        effect.result = "\(outcome)"
        try await parts.store.finish([effect], of: feature.id, feature.run)
        return outcome
    }

    /// The merge that an attempt made whose end was not seen; `nil` where somebody else merged the work.
    private func begun(in base: BranchName, _ git: GitRepository) async throws -> String? {
        guard let merge = try await parts.store.effect(Self.effect, of: feature.id, feature.run).flatMap({ CommitID($0.request) }),
            let tip = try await git.tip(of: base), try await git.commitExists(merge), try await git.isAncestor(merge, of: tip)
        else { return nil }
        return merge.hex
    }

    private static let effect = "merge"

    /// The vault's files that the merge would change, where the vault lies in the repository: a merge is never a gesture.
    private func changedNotes(_ candidate: MergeCandidate, _ git: GitRepository) async throws -> String? {
        guard let place = repository.place(of: vault.root) else { return nil }
        let files = try await git.changes(from: candidate.baseTip, to: candidate.commit).map(\.path).filter { $0.starts(with: place) }
        return files.isEmpty ? nil : files.prefix(5).map(\.string).joined(separator: ", ")
    }

    /// The base has moved since the evidence: the merged result is tested before anything is merged.
    private func recheck(_ candidate: MergeCandidate, _ git: GitRepository) async throws -> String? {
        parts.progress.set(feature.id, stage: "testing the merged result")
        defer { parts.progress.clear(feature.id) }
        let workspace = RunWorkspace(
            folder: parts.folders.workspace(feature.id, feature.run), record: parts.folders.run(feature.id, feature.run))
        try workspace.prepare()
        let export = CleanExport(
            workspace: workspace, git: git, runner: parts.runner, repository: repository, base: { candidate.baseTip },
            forbidden: [vault.root, parts.folders.state, parts.folders.cache],
            network: RepositoryNetwork(
                of: repository, notePath: FilePath(root: nil, [vault.layout.repositories]).appending("\(repository.name).md"),
                folder: workspace.folder, lookup: parts.lookup
            ) { [store = parts.store, feature] in try await store.record($0, feature: feature.id, run: feature.run) },
            cache: RepositoryCache(folder: parts.folders.cache(of: repository.name), runner: parts.runner))
        let base = try await parts.store.baseline(feature.id)
        let evidence = try await export.run([repository.testCommand] + note.testCommands, on: candidate.commit, label: "merge", before: base)
        // What failed before any change was shown when this was approved.
        guard let bad = evidence.first(where: { $0.verdict != .passed && !$0.isAlreadyRed(since: base) }) else { return nil }
        return "The merged result does not pass: \(bad.summary). Nothing was merged. Move the note to planned to have it mended."
    }

    private static func end(_ outcome: MergeOutcome, _ base: BranchName) -> MergeEnd {
        switch outcome {
        case .merged(let commit): .merged(commit: commit.hex)
        case .alreadyMerged: .merged(commit: "")
        case .conflict(let files): .returned(reason: "The merge conflicts in \(files.map(\.string).joined(separator: ", ")).", conflict: nil)
        case .checkoutDirty(let files):
            .waits(
                reason: "Approved, waits: the checkout of \(base) has uncommitted work (\(files.prefix(5).map(\.string).joined(separator: ", "))). "
                    + "It was not touched; Ferry merges by itself when it is clean.")
        case .checkoutBusy(let reason): .waits(reason: "Approved, waits: \(reason). Ferry merges by itself when it is over.")
        case .baseMoved: .waits(reason: "Approved; \(base) has just moved, the merge is made anew.")
        }
    }
}
