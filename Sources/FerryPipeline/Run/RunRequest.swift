package import FerryGit
package import FerryModel
package import FerryVault

/// What one attempt at a feature is about.
package struct RunRequest: Sendable {
    package enum Kind: String, Hashable, Sendable, Codable {
        /// From the base, with a plan.
        case fresh
        /// On the branch as it is, with what a person wrote under `## Feedback`, or a merge conflict.
        case rework
        /// After a run that was blocked or cancelled: from its last checkpoint, with its findings.
        case retry
    }
    package var feature: FeatureID
    package var run: RunNumber
    package var kind: Kind
    package var title: String
    package var note: FeatureNote
    /// The note's text without Ferry's keys and block.
    package var text: String
    /// Questions and answers, as text.
    package var answers: String
    /// `rework`: the new feedback. `retry`: what the run before found.
    package var findings: [Finding]
    /// `retry`: the commit where the worktree begins is taken as it is, since a person has waived what was wrong with it.
    package var asIs: WaivedCommit?
    package var repository: RepositoryNote
    package var branch: BranchName
    package var base: CommitID
    /// Where the worktree begins; the base in a fresh run.
    package var start: CommitID
    package var route: Route
    /// Seconds since 1970; all commits of the run bear it, so that one made again is the same commit.
    package var time: CommitTime

    package init(
        feature: FeatureID, run: RunNumber, kind: Kind, title: String, note: FeatureNote, text: String, answers: String, findings: [Finding],
        repository: RepositoryNote, branch: BranchName, base: CommitID, start: CommitID, route: Route, time: CommitTime
    ) {
        self.feature = feature
        self.run = run
        self.kind = kind
        self.title = title
        self.note = note
        self.text = text
        self.answers = answers
        self.findings = findings
        self.repository = repository
        self.branch = branch
        self.base = base
        self.start = start
        self.route = route
        self.time = time
    }
}
