internal import FerryModel

/// What a person asks for with a command; the vault gesture that it stands for depends on where the note is. Pure, a line for each case.
enum Wish: String, Hashable, Sendable, CaseIterable {
    case plan, go, approve, reject, cancel, retry

    enum Answer: Hashable, Sendable {
        /// Move the note there; Ferry then does what the text says.
        case move(FeatureState, then: String)
        /// The note is where it is wanted; nothing needs to be done.
        case already(String)
        /// It cannot be asked for from there: why, and what can.
        case refused(String, remedy: String)
    }

    /// `feature` is how the person may call the feature in the commands that are proposed.
    func answer(for state: FeatureState, feature: String) -> Answer {
        switch self {
        case .plan: plan(state, feature)
        case .go: state == .planned ? .already("Ferry looks at it at once.") : plan(state, feature)
        case .approve: approve(state, feature)
        case .reject: reject(state, feature)
        case .cancel: cancel(state, feature)
        case .retry: retry(state, feature)
        }
    }

    private func plan(_ state: FeatureState, _ feature: String) -> Answer {
        switch state {
        case .ideas, .drafts: .move(.planned, then: "Ferry queues it and starts it as soon as there is a slot.")
        case .blocked: .move(.planned, then: "Ferry goes on where it stopped.")
        case .done: .move(.planned, then: "Ferry makes a new run on a new branch; what changed in the text is the task.")
        case .planned: .already("It is in planned already; `ferry why \(feature)` says what it waits for.")
        case .inProgress:
            .refused(
                "Ferry is at work on it.",
                remedy: "`ferry show \(feature)` says where it stands; `ferry retry \(feature)` starts again with the text as it is now.")
        case .review:
            .refused(
                "It is in review: there is something to decide first.",
                remedy: "`ferry approve \(feature)`, or write under `## Feedback` what is to be changed, then `ferry retry \(feature)`.")
        }
    }

    private func approve(_ state: FeatureState, _ feature: String) -> Answer {
        switch state {
        case .review: .move(.done, then: "Ferry merges exactly the commit that the note shows.")
        case .done: .already("It is done already.")
        case .inProgress, .planned:
            .refused(
                "There is nothing to approve yet: it is \(state.phrase).",
                remedy: "It comes to review by itself; `ferry why \(feature)` says what it waits for.")
        case .blocked:
            .refused(
                "There is nothing to approve: it is blocked.",
                remedy: "`ferry why \(feature)` says why. A note that you move to done by hand is closed without a merge.")
        case .ideas, .drafts:
            .refused("There is nothing to approve: nobody has worked on it.", remedy: "Start it: `ferry plan \(feature)`.")
        }
    }

    private func reject(_ state: FeatureState, _ feature: String) -> Answer {
        switch state {
        case .review: .move(.drafts, then: "Ferry releases the worktree and keeps the branch.")
        case .ideas, .drafts: .already("It is \(state.phrase) already; nothing is at work.")
        case .planned, .inProgress, .blocked:
            .refused("There is no result to reject: it is \(state.phrase).", remedy: "To stop it: `ferry cancel \(feature)`.")
        case .done:
            .refused("It is done: what is merged is not taken back by this.", remedy: "Revert the merge with git, or plan a feature that undoes it.")
        }
    }

    private func cancel(_ state: FeatureState, _ feature: String) -> Answer {
        switch state {
        case .planned, .blocked: .move(.drafts, then: "Ferry takes it out of the queue; branch and transcripts stay.")
        case .inProgress: .move(.drafts, then: "Ferry ends its processes within a second; branch and transcripts stay.")
        case .ideas, .drafts: .already("It is \(state.phrase); nothing is at work.")
        case .review: .refused("It is in review: no work is going on.", remedy: "To refuse the result: `ferry reject \(feature)`.")
        case .done: .refused("It is done; there is nothing to cancel.", remedy: "Revert the merge with git, or plan a feature that undoes it.")
        }
    }

    private func retry(_ state: FeatureState, _ feature: String) -> Answer {
        switch state {
        case .blocked: .move(.planned, then: "Ferry goes on from the last checkpoint.")
        case .review: .move(.planned, then: "Ferry works on, on the same branch, with what is new under `## Feedback`.")
        case .inProgress: .move(.planned, then: "Ferry stops the run and starts a new one with the text as it is now.")
        case .done: .move(.planned, then: "Ferry makes a new run on a new branch; what changed in the text is the task.")
        case .planned: .already("It is in planned already; `ferry why \(feature)` says what it waits for.")
        case .ideas, .drafts: .refused("Nobody has worked on it yet.", remedy: "Start it: `ferry plan \(feature)`.")
        }
    }
}

extension FeatureState {
    /// For people: `in progress`.
    var shown: String { self == .inProgress ? "in progress" : rawValue }
    /// As the end of "it is …".
    var phrase: String {
        switch self {
        case .ideas, .drafts, .planned, .review: "in \(rawValue)"
        case .inProgress, .done, .blocked: shown
        }
    }
}
