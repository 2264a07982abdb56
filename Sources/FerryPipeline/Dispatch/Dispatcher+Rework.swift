internal import FerryModel
internal import FerryStore
internal import FerryVault

/// A person sends a feature back from review.
extension Dispatcher {
    func rework(_ feature: inout FeatureRecord, _ now: Duration) async throws -> [DispatchState.Action] {
        let feedback = try await newFeedback(feature)
        guard !feedback.isEmpty else {
            feature.waitsFor = "Write under `## Feedback` what is to be changed, then move it to planned again."
            return try await settle(&feature, .review, now)
        }
        // What sent it back is handed over once.
        try await parts.store.setFacts(["feedback:\(feature.id)": feedback, "conflict:\(feature.id)": ""])
        try await setKind(.rework, feature)
        return try await dispatch(&feature, now)
    }

    /// Lines under `## Feedback` that the last run did not have; where there are none, the conflict that sent it back.
    private func newFeedback(_ feature: FeatureRecord) async throws -> String {
        let note = try desk.feature(at: feature.path)
        var old: Set<String> = []
        if let run = try await parts.store.run(feature.id, feature.run) {
            old = Set(FeatureNote(parsing: run.note, path: feature.path).feedback.split(separator: "\n").map(String.init))
        }
        let new = note.feedback.split(separator: "\n").map(String.init).filter { !old.contains($0) && !$0.allSatisfy(\.isWhitespace) }
        if !new.isEmpty { return new.joined(separator: "\n") }
        return try await parts.store.fact("conflict:\(feature.id)") ?? ""
    }
}
