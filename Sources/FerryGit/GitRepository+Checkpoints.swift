package import FerryModel

/// Checkpoints of runs: commits on a hidden ref, so that no garbage collection takes what a restart goes on from.
extension GitRepository {
    /// Keeps `commit` as the newest checkpoint of the run; the one before is let go.
    package func keepCheckpoint(_ commit: CommitID, feature: FeatureID, run: RunNumber) async throws {
        _ = try await references("update-ref", Self.checkpoint(feature, run), commit.hex).output()
        try await keepNames()
    }

    /// The newest checkpoint of the run; `nil` where none is kept.
    package func checkpoint(of feature: FeatureID, _ run: RunNumber) async throws -> CommitID? {
        let command = references("rev-parse", "--quiet", "--verify", "--end-of-options", Self.checkpoint(feature, run) + "^{commit}")
        let answer = try await command.run()
        return answer.status == 0 ? CommitID(String(decoding: answer.output, as: UTF8.self).trimmingLineEnd) : nil
    }

    /// Lets go of all checkpoints of a feature, up to run `last`.
    package func dropCheckpoints(of feature: FeatureID, through last: RunNumber) async throws {
        guard last.rawValue > 0 else { return }
        let lines = (1...last.rawValue).map {
            "delete \(Self.checkpoint(feature, RunNumber($0)))\ndelete \(Self.turn(feature, RunNumber($0)))\n"
        }
        _ = try await references("update-ref", "--stdin", input: Array(lines.joined().utf8)).output()
    }

    /// Keeps a tree as the state of the run's worktree after its newest change; the one before is let go.
    func keepTurn(_ tree: TreeID, feature: FeatureID, run: RunNumber) async throws {
        _ = try await references("update-ref", Self.turn(feature, run), tree.hex).output()
    }

    private static func turn(_ feature: FeatureID, _ run: RunNumber) -> String { "refs/ferry/turns/\(feature)/run-\(run)" }

    private static func checkpoint(_ feature: FeatureID, _ run: RunNumber) -> String { "refs/ferry/checkpoints/\(feature)/run-\(run)" }
}
