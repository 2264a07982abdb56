package import FerryModel

/// The right of one attempt to speak for its job. It is void as soon as the job is closed, put back, or claimed anew.
package struct Claim: Hashable, Sendable {
    package let feature: FeatureID
    /// The job's place in the order of arrival; names it for ever.
    package let job: Int64
    /// Counted up with each claim of the job.
    package let fence: Int64

    var superseded: StoreError {
        StoreError(code: .superseded, message: "An attempt at \(feature) that does not hold its job any more wanted to write; nothing was changed.")
    }
}

/// A job that is not closed.
package struct OpenJob: Hashable, Sendable {
    package let feature: FeatureID
    /// Order of arrival.
    package let sequence: Int64
    package let generation: Int
    /// An attempt holds it, or held it when the process ended.
    package let isRunning: Bool
    /// Seconds since 1970.
    package let created: Int64
    /// By what the note said when the job was registered; `nil` in jobs of an older Ferry.
    package let tier: Tier?
    /// The feature's own model.
    package let model: String?
    /// Failures in a row that its surroundings were not known to cause.
    package let failures: Int
    /// Until when it waits after a failure.
    package let retry: DurableWait?
}

/// What is stored in one step when a feature has come to somewhere.
package struct Completion: Hashable, Sendable {
    /// How the job ended, for the history; `nil` leaves a job as it is.
    package var job: String?
    /// How the feature's newest run ended, where it is running or parked.
    package var run: RunRecord.Outcome?
    /// Facts to set; an empty text removes one.
    package var facts: [String: String]
    /// For the history.
    package var line: String?
    package init(job: String? = nil, run: RunRecord.Outcome? = nil, facts: [String: String] = [:], line: String? = nil) {
        self.job = job
        self.run = run
        self.facts = facts
        self.line = line
    }
}
