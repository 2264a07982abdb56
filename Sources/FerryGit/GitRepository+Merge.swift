internal import SystemPackage

extension GitRepository {
    /// Computes the merge of exactly `tip` into `base` and makes the merge commit, so that it can be exported and tested; nothing else changes.
    /// Always a merge commit, never a fast forward. No merge driver runs. Throws `GitError.baseBranchMissing` and others.
    package func previewMerge(of tip: CommitID, into base: BranchName, message: CommitMessage, time: CommitTime) async throws -> MergePreview {
        let baseTip = try await baseTip(base)
        if try await isAncestor(tip, of: baseTip) { return .alreadyMerged }
        let command = plumbing(["merge-tree", "--write-tree", "-z", "--name-only", "--no-messages", baseTip.hex, tip.hex])
        let answer = try await command.run()
        guard answer.status <= 1 else { throw command.failure(answer) }
        let fields = answer.output.split(separator: 0)
        guard let first = fields.first, let tree = TreeID(String(decoding: first, as: UTF8.self)) else { throw command.failure(answer) }
        if answer.status == 1 { return .conflict(fields.dropFirst().map { FilePath(bytes: $0) }) }
        let commit = try await commit(tree, parents: [baseTip, tip], message: message, time: time)
        return .clean(MergeCandidate(base: base, baseTip: baseTip, commit: commit, tree: tree))
    }

    /// Makes a computed merge the tip of its base branch, if the base is still where it was. A clean checkout of the base
    /// comes along, one with uncommitted work is never touched.
    package func complete(_ merge: MergeCandidate) async throws -> MergeOutcome {
        switch try await advance(merge.base, from: merge.baseTip, to: merge.commit) {
        case .updated: .merged(merge.commit)
        case .moved(let current):
            if let current, try await isAncestor(merge.commit, of: current) { .alreadyMerged } else { .baseMoved }
        case .checkoutDirty(let files): .checkoutDirty(files)
        case .checkoutBusy(let reason): .checkoutBusy(reason)
        }
    }

    /// `previewMerge` and `complete` in one.
    package func merge(_ tip: CommitID, into base: BranchName, message: CommitMessage, time: CommitTime) async throws -> MergeOutcome {
        switch try await previewMerge(of: tip, into: base, message: message, time: time) {
        case .clean(let candidate): try await complete(candidate)
        case .alreadyMerged: .alreadyMerged
        case .conflict(let files): .conflict(files)
        }
    }
}
