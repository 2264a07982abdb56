/// The files as a stage found them.
package struct StageStart: Hashable, Sendable {
    /// Where the run began, in full hexadecimal digits.
    package var commit: String
    /// The tree of the worktree; `nil` where it could not be taken over.
    package var tree: String?

    package init(commit: String, tree: String?) {
        self.commit = commit
        self.tree = tree
    }
}
