/// What a person asked for by moving a note or editing its `status`. The table of docs/SPEC.md ("Gestures"), and nothing else.
package enum Gesture: String, Hashable, Sendable, CaseIterable {
    /// Nothing was asked for.
    case none
    /// Start, or resume where it stopped.
    case dispatch
    /// Take it out of the queue.
    case withdraw
    /// Stop the run, then start a new one with the new text from the last checkpoint.
    case restart
    /// Stop the run; branch and transcripts stay.
    case cancel
    /// Stop the run; nothing was approved, so the note goes to blocked and says so.
    case cancelUnapproved
    /// Merge exactly the commit that the note shows.
    case approve
    /// Work on, on the same branch, with what stands under `## Feedback`.
    case rework
    /// Release the worktree, keep the branch.
    case reject
    /// Wait; nothing is released.
    case hold
    /// End a hold: the note waits in review again.
    case unhold
    /// A new run on a new branch from today's base.
    case runAgain
    /// Closed by hand: no merge, dependants are released.
    case close
    /// Ferry's own folders: the note goes back to where it was, with a callout.
    case putBack
    /// Shown, and left alone.
    case list
}

/// Where a note is, as gestures see it.
package enum Place: Hashable, Sendable, CaseIterable {
    case state(FeatureState)
    /// Archived, deleted, or in no state folder.
    case outside
    /// Ferry has never seen the note.
    case unseen

    package static var allCases: [Place] { FeatureState.allCases.map(Place.state) + [.outside, .unseen] }
}

extension Gesture {
    /// The gesture of a note that was at `origin`, as Ferry last acknowledged it, and is now at `destination`.
    /// `isHeld`: it was moved from review to blocked by a person, and nothing was released.
    package static func between(_ origin: Place, _ destination: Place, isHeld: Bool = false) -> Gesture {
        guard origin != destination else { return .none }
        return switch destination {
        case .unseen: .none
        case .outside: leaving(origin)
        case .state(let state):
            switch origin {
            case .unseen: appearing(in: state)
            case .outside: appearing(in: state)
            case .state(let from): moving(from, state, isHeld: isHeld)
            }
        }
    }

    private static func appearing(in state: FeatureState) -> Gesture {
        switch state {
        case .planned: .dispatch
        case .ideas, .drafts, .blocked: .none
        case .inProgress, .review, .done: .list
        }
    }

    private static func leaving(_ origin: Place) -> Gesture {
        switch origin {
        case .state(.planned): .withdraw
        case .state(.inProgress): .cancel
        case .state(.ideas), .state(.drafts), .state(.review), .state(.done), .state(.blocked), .outside, .unseen: .none
        }
    }

    private static func moving(_ origin: FeatureState, _ destination: FeatureState, isHeld: Bool) -> Gesture {
        switch (origin, destination) {
        case (.blocked, .review) where isHeld: .unhold

        case (.inProgress, .planned): .restart
        case (.inProgress, .ideas), (.inProgress, .drafts), (.inProgress, .blocked): .cancel
        case (.inProgress, .review), (.inProgress, .done): .cancelUnapproved

        case (_, .inProgress), (_, .review): .putBack

        case (.ideas, .planned), (.drafts, .planned), (.blocked, .planned): .dispatch
        case (.review, .planned): .rework
        case (.done, .planned): .runAgain

        case (.planned, .ideas), (.planned, .drafts), (.planned, .blocked), (.blocked, .ideas), (.blocked, .drafts): .withdraw
        case (.review, .ideas), (.review, .drafts): .reject
        case (.review, .blocked): .hold

        case (.review, .done): .approve
        case (.ideas, .done), (.drafts, .done), (.planned, .done), (.blocked, .done): .close

        case (.ideas, _), (.drafts, _), (.done, _), (.planned, _), (.blocked, _): .none
        }
    }

    /// It costs money, so it waits until the note has been quiet.
    package var startsWork: Bool {
        switch self {
        case .dispatch, .restart, .rework, .runAgain: true
        case .none, .withdraw, .cancel, .cancelUnapproved, .approve, .reject, .hold, .unhold, .close, .putBack, .list: false
        }
    }

    /// Where a person wants the note to be: its folder if that changed since the last look, else an edited `status`.
    /// Where both changed and disagree, the folder wins. `nil`: neither changed.
    package static func wanted(lastFolder: Place, folder: Place, lastStatus: FeatureState?, status: FeatureState?) -> Place? {
        if folder != lastFolder { return folder }
        if let status, status != lastStatus { return .state(status) }
        return nil
    }
}
