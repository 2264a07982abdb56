package import FerryModel
package import FerryStore
internal import Foundation

/// The newest check of a feature, kept as a fact: what the note shows, and what a retry begins with.
extension Store {
    /// Keeps a check as the newest one of the feature. Throws `StoreError`.
    package func keep(_ check: CheckResult, of feature: FeatureID) async throws {
        try await setFact("check:\(feature)", String(decoding: try JSONEncoder().encode(check), as: UTF8.self))
    }

    /// What the repository's tests said on the base of the feature's newest fresh run.
    package func keep(baseline evidence: Evidence, of feature: FeatureID) async throws {
        try await setFact("baseline:\(feature)", String(decoding: try JSONEncoder().encode(evidence), as: UTF8.self))
    }

    /// The test on the base before any change, as it was kept; `nil` where there is none.
    package func baseline(_ feature: FeatureID) async throws -> Evidence? {
        guard let text = try await fact("baseline:\(feature)") else { return nil }
        return try? JSONDecoder().decode(Evidence.self, from: Data(text.utf8))
    }

    /// The commit that a run takes as it is.
    package func keep(_ asIs: WaivedCommit, of feature: FeatureID, _ run: RunNumber) async throws {
        try await setFact("as-is:\(feature):\(run)", String(decoding: try JSONEncoder().encode(asIs), as: UTF8.self))
    }

    /// … as it was kept; `nil` for a run that takes none so.
    package func commitAsIs(_ feature: FeatureID, _ run: RunNumber) async throws -> WaivedCommit? {
        guard let text = try await fact("as-is:\(feature):\(run)") else { return nil }
        return try? JSONDecoder().decode(WaivedCommit.self, from: Data(text.utf8))
    }

    /// The newest check; `nil` before the first.
    package func checkResult(_ feature: FeatureID) async throws -> CheckResult? {
        guard let text = try await fact("check:\(feature)") else { return nil }
        return try? JSONDecoder().decode(CheckResult.self, from: Data(text.utf8))
    }
}
