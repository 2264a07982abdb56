package import FerryModel
package import FerrySystem
package import SystemPackage

/// What Ferry knows of a feature between two looks at its note.
package struct FeatureRecord: Hashable, Sendable {
    package var id: FeatureID
    /// Relative to the vault.
    package var path: FilePath
    package var title: String
    /// `nil` until the feature was dispatched.
    package var repository: RepositoryName?
    /// The state that Ferry last acknowledged; `nil` is outside (archived or deleted while it was planned or at work).
    package var state: FeatureState?
    /// The state folder that the note was last seen in. It differs from `state` while Ferry has not moved the note yet.
    package var folder: FeatureState?
    /// A person approved `tip`, and it is not merged yet.
    package var isApproved = false
    /// The note is in the vault. A note that left review or done for a while is the same feature when it comes back.
    package var isPresent = true
    /// A person moved it from review to blocked: nothing was released.
    package var isHeld = false
    /// Two notes bear this id: neither runs.
    package var isAmbiguous = false
    package var priority = 3
    package var dependsOn: [FeatureID] = []
    /// Counts entries into planned; with the id it names a job once and for all.
    package var generation = 0
    /// The newest run, 0 before the first.
    package var run = RunNumber(0)
    package var branch: String?
    /// Full commit ids: where the branch began, and what a person would approve.
    package var base: String?
    package var tip: String?
    /// What it waits for a person or a mend for, in the words of the note; `nil` when nothing.
    package var waitsFor: String?
    /// Questions of the planner that have no answer yet.
    package var questions: [String] = []
    /// Raised by a person beyond the settings, for this feature.
    package var extraBudget: Money = .zero
    /// The note as Ferry last read or wrote it.
    package var noteHash: ContentHash?
    /// The `status` key as last seen in the note; an edit is a change against this.
    package var seenStatus: FeatureState?
    /// Ferry's keys as it wrote them, newest last, one line each: a note in which an older line stands was saved from a stale buffer.
    package var keyHistory: [String] = []
    /// The version of the block that Ferry wrote last (`FerryBlock.version`).
    package var block: String?

    package init(id: FeatureID, path: FilePath, title: String, state: FeatureState?) {
        self.id = id
        self.path = path
        self.title = title
        self.state = state
        self.folder = state
    }
}

/// One run of a feature.
package struct RunRecord: Hashable, Sendable {
    package enum Outcome: String, Hashable, Sendable {
        case running
        /// A person decides about its commit.
        case review
        case blocked
        case cancelled
        /// It waits for a person or a limit and goes on where it stopped.
        case parked
        case merged
    }
    package var feature: FeatureID
    package var number: RunNumber
    package var outcome: Outcome
    package var tier: Tier
    package var score: Int
    package var reasons: [String]
    package var branch: String
    package var base: String
    /// The note as it was at dispatch; the run works from this text.
    package var note: [UInt8]
    /// ISO 8601, UTC.
    package var started: String
    package var ended: String?
    package init(
        feature: FeatureID, number: RunNumber, outcome: Outcome, tier: Tier, score: Int, reasons: [String], branch: String, base: String,
        note: [UInt8], started: String
    ) {
        self.feature = feature
        self.number = number
        self.outcome = outcome
        self.tier = tier
        self.score = score
        self.reasons = reasons
        self.branch = branch
        self.base = base
        self.note = note
        self.started = started
    }
}

/// A finished step of a run: what a restart need not do again.
package struct StepRecord: Hashable, Sendable {
    /// Unique in the run: `plan`, `phase-1/code/0`.
    package var key: String
    /// JSON, read only by the step that wrote it.
    package var outcome: String
    /// The commit that holds the worktree as it was at the end of the step.
    package var checkpoint: String?
    package var duration: Duration
    package init(key: String, outcome: String, checkpoint: String?, duration: Duration) {
        self.key = key
        self.outcome = outcome
        self.checkpoint = checkpoint
        self.duration = duration
    }
}

/// A line of a feature's history.
package struct EventRecord: Hashable, Sendable {
    package var feature: FeatureID?
    package var run: RunNumber?
    /// ISO 8601, UTC.
    package var time: String
    package var text: String

    package init(feature: FeatureID?, run: RunNumber?, time: String, text: String) {
        self.feature = feature
        self.run = run
        self.time = time
        self.text = text
    }
}
