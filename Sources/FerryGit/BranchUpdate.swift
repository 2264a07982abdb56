package import SystemPackage

/// What became of moving a branch.
package enum BranchUpdate: Hashable, Sendable {
    /// The branch is at the new commit, also when it was there before.
    case updated
    /// The branch is not where it was expected; nothing was done. `nil`: it is not there.
    case moved(CommitID?)
    /// The branch is checked out by a person who has changes in these files, or has untracked files where new ones would be
    /// written; nothing was touched.
    case checkoutDirty([FilePath])
    /// The branch is checked out where something is under way (a merge, a rebase, another git); the text says what and where.
    case checkoutBusy(String)
}
