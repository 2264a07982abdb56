package import FerryModel
package import FerryStore
internal import FerryVault

/// Where a feature stands that another one depends on.
package struct FeatureStanding: Hashable, Sendable {
    /// `nil`: outside the vault's state folders.
    package var state: FeatureState?
    package var waitsFor: String?
    package var isApproved = false

    package init(state: FeatureState?) { self.state = state }

    package init(_ record: FeatureRecord) {
        state = record.isPresent ? record.state : nil
        waitsFor = record.waitsFor
        isApproved = record.isApproved
    }

    /// `which is blocked: …`
    var clause: String {
        let because = waitsFor.flatMap { $0.split(separator: "\n").first }.map { ": \($0)" } ?? ""
        switch state {
        case nil: return "which was taken out of the vault: bring its note back, or take it out of `depends_on`"
        case .ideas, .drafts: return "which is in \(state?.rawValue ?? ""): nothing happens there until somebody moves it to planned"
        case .planned: return "which is planned" + because
        case .inProgress: return "which is at work" + because
        case .review: return isApproved ? "which is approved and about to be merged" : "which waits for your decision"
        case .done: return "which is done"
        case .blocked: return "which is blocked" + because
        }
    }
}

extension WaitReason {
    /// In words, for `ferry why`, the note and the dashboard. `standing` says where another feature stands; `nil` where no note bears its id.
    package func sentence(_ standing: (FeatureID) -> FeatureStanding?) -> String {
        switch self {
        case .stopped: return "everything is stopped (90_system/STOP.md); delete that note to go on"
        case .hold(let reason, let canary):
            return reason + (canary.map { "\n\($0) tries now whether it is mended; if it is, all go on." } ?? "")
        case .dependency(let chain): return Self.chain(chain, standing)
        case .cycle(let chain): return Self.circle(chain[...])
        case .ending: return "waits until its older attempt has ended"
        case .slot(let running): return "waits for a free slot (\(running) at work; `agents_at_once`)"
        case .repositorySlot(let repository, let running): return "waits for a free slot of \(repository) (\(running) at work; `at_once`)"
        case .merge(let other): return "waits for the merge of \(other)"
        case .nothing: return "waits for nothing"
        }
    }

    /// Links of a chain that are named, and of a circle.
    private static let chainLimit = 6
    private static let circleLimit = 20

    private static func chain(_ chain: [FeatureID], _ standing: (FeatureID) -> FeatureStanding?) -> String {
        guard let last = chain.last else { return "waits for nothing" }
        // Those before it wait for a circle that they are no part of.
        let circle = chain.dropLast().firstIndex(of: last).map { chain[$0...] }
        let way = circle.map { chain[...$0.startIndex] } ?? chain[...]
        var names = way.map(\.description)
        if names.count > chainLimit { names.replaceSubrange(2..<(names.count - 2), with: ["\(names.count - 4) others in a row"]) }
        let clause =
            circle.map { "which " + Self.circle($0) } ?? standing(last)?.clause ?? "which is not in the vault: correct `depends_on`, or add that note"
        return "waits for " + names.joined(separator: ", which waits for ") + ", " + clause
    }

    /// `depends on itself: FR-001 → FR-002 → FR-001; …`
    private static func circle(_ features: ArraySlice<FeatureID>) -> String {
        var names = features.map(\.description)
        if names.count > circleLimit { names.replaceSubrange((circleLimit / 2)..<(names.count - circleLimit / 2), with: ["…"]) }
        return "depends on itself: \(names.joined(separator: " → ")); take one `depends_on` out"
    }
}
