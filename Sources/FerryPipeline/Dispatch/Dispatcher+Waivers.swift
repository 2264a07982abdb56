internal import FerryModel
internal import FerryStore
internal import FerryVault

/// Findings that a person lets stand, each by its box: recorded with date, finding and commit, and over with the commit.
extension Dispatcher {
    /// Takes the ticked boxes. Returns whether a blocked feature is held by no error any more: its commit can be taken as it is.
    func waive(_ boxes: [BlockBox], of feature: inout FeatureRecord, _ now: Duration) async throws -> Bool {
        guard !boxes.isEmpty else { return false }
        requestNote(feature.id, notBefore: now + parts.timing.firstTouch)
        guard var check = try await parts.store.checkResult(feature.id) else { return false }
        for box in boxes {
            guard feature.state == .blocked || feature.state == .review, !feature.isApproved, box.run == feature.run.rawValue,
                let commit = box.commit, check.commit.hasPrefix(commit),
                let finding = check.findings.first(where: { Waiver.isPossible($0) && Waiver.box(of: $0) == box.id })
            else {
                try await parts.store.record(
                    "the box `\(box.id)` was ticked, but it belongs to another run or commit; nothing was waived", feature: feature.id,
                    run: feature.run)
                continue
            }
            check.apply([Waiver(finding, commit: check.commit, date: Store.now)])
            try await parts.store.keep(check, of: feature.id)
            try await parts.store.record(
                "waived by its box on \(check.commit.prefix(12)): \(finding.rule) \(finding.location) \(finding.message)", feature: feature.id,
                run: feature.run)
        }
        return feature.state == .blocked && WaivedCommit(check) != nil
    }
}
