package import SystemPackage

/// A merge that was computed: the merge commit is made, no branch has moved.
package struct MergeCandidate: Hashable, Sendable {
    package let base: BranchName
    /// Where the base stood.
    package let baseTip: CommitID
    /// The merge commit; its first parent is `baseTip`.
    package let commit: CommitID
    package let tree: TreeID

    package init(base: BranchName, baseTip: CommitID, commit: CommitID, tree: TreeID) {
        self.base = base
        self.baseTip = baseTip
        self.commit = commit
        self.tree = tree
    }
}

/// What a merge would come to.
package enum MergePreview: Hashable, Sendable {
    case clean(MergeCandidate)
    /// The base holds the commit already.
    case alreadyMerged
    /// Files that git cannot merge by itself, sorted.
    case conflict([FilePath])
}

/// What became of a merge.
package enum MergeOutcome: Hashable, Sendable {
    case merged(CommitID)
    case alreadyMerged
    case conflict([FilePath])
    /// The base branch is checked out with uncommitted work in these files, or with untracked files in the way. Nothing was touched; it waits.
    case checkoutDirty([FilePath])
    /// The base branch is checked out where a merge, a rebase or another git is under way; the text says what and where. It waits.
    case checkoutBusy(String)
    /// The base has moved meanwhile: compute and test anew.
    case baseMoved
}
