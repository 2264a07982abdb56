/// Where a feature stands; the folder of its note says it. Each state names who moves it on.
package enum FeatureState: String, Hashable, Sendable, CaseIterable, Codable {
    /// A raw thought. A person moves it on.
    case ideas
    /// A spec being written. A person moves it on.
    case drafts
    /// To be carried out. Ferry moves it on.
    case planned
    /// Ferry is at work. Ferry moves it on.
    case inProgress = "in_progress"
    /// A person decides.
    case review
    /// Approved and merged, or closed by hand. Nobody needs to move it on.
    case done
    /// The feature itself needs a person.
    case blocked

    /// Reads the value of a `status` key: also `in-progress`, `In Progress` and capitals. `nil` for any other word.
    package init?(spelling: some StringProtocol) {
        let word = spelling.lowercased().map { $0 == "-" || $0 == " " ? "_" : $0 }
        self.init(rawValue: String(word))
    }
}
