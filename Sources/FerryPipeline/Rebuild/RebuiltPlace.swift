package import FerryModel
package import FerryStore

/// Where a feature stands when the database cannot tell: its note lies in one folder, and says what Ferry last acknowledged. What merges or costs money is
/// asked for wherever the two differ; what ends work needs nothing. The table of docs/SPEC.md ("Without the database"), and nothing else.
package enum RebuiltPlace: Hashable, Sendable {
    /// Nothing is under way and nothing waits for anybody.
    case rests(FeatureState)
    /// As Ferry left it: what is planned or in progress goes on, what is in review waits for its decision. The note is moved there if it lies elsewhere.
    case stands(FeatureState)
    /// It lies in planned, or was put where only Ferry puts notes: a person is asked before it starts.
    case asksToStart(from: FeatureState)
    /// It was moved to done, or its `status` was: the approval has to be given again.
    case asksToApprove
    /// It was moved on while Ferry was at work on it: nothing was approved.
    case unapproved
    /// It was moved from review to blocked.
    case held
    /// Its commit is in the base branch already.
    case merged

    /// `outcome` is that of the newest run, `isMerged` whether the commit that the note showed is in the base branch.
    package static func of(folder: FeatureState, status: FeatureState, outcome: RunRecord.Outcome?, isMerged: Bool) -> RebuiltPlace {
        switch (folder, status) {
        case (.ideas, _), (.drafts, _): .rests(folder)

        case (.planned, .planned), (.inProgress, .inProgress), (.review, .review), (.blocked, .blocked): .stands(folder)
        case (.done, .done): .rests(.done)

        case (.planned, _), (.inProgress, .planned), (.review, .planned): .asksToStart(from: status)

        // Ferry writes the status before it moves the note: a kill came between.
        case (.inProgress, .review): isMerged ? .merged : .stands(.review)
        case (.inProgress, _): .stands(status)

        case (.review, .done): isMerged ? .merged : .asksToApprove
        case (.review, .inProgress), (.done, .inProgress): .unapproved
        case (.review, .blocked): .stands(outcome == .review ? .review : .blocked)
        case (.review, .ideas), (.review, .drafts): .stands(status)

        case (.done, .review): isMerged ? .merged : .asksToApprove
        case (.done, _): .rests(.done)

        case (.blocked, .review): .held
        case (.blocked, _): .rests(.blocked)
        }
    }
}
