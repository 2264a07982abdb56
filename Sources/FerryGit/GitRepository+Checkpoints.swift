package import FerryModel
internal import FerrySystem
internal import SystemPackage

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
        // git takes the lock of the user's packed refs for it, and a killed one leaves that behind.
        try await withFileErrors("noting what is let go in \(path)") { try FileContents.write([0], to: dropNote(feature)) }
        // It stays only where Ferry ends meanwhile.
        defer { try? Directory.removeTree(dropNote(feature)) }
        _ = try await references("update-ref", "--stdin", input: Array(lines.joined().utf8)).output()
    }

    /// There while checkpoints of a feature are let go.
    private func dropNote(_ feature: FeatureID) -> FilePath { privateDirectory.moves.appending("\(Self.dropPrefix)\(feature)") }
    private static let dropPrefix = "drop-"

    /// git waits a second for that lock (`core.packedRefsTimeout`), and takes it at once.
    private static let dropTime: Int64 = 5_000_000_000

    /// Removes the lock that a git left behind which was letting go of checkpoints: it is that git's own if it was made just after the note. (git closes the
    /// file at once; that nobody has it open tells nothing.)
    func removeLockOfDropping() throws {
        for entry in try Directory.entries(of: privateDirectory.moves) where entry.name.string.hasPrefix(Self.dropPrefix) {
            let note = privateDirectory.moves.appending(entry.name)
            let lock = layout.gitDirectory.appending("packed-refs.lock")
            if let written = try FileStatus.ifPresent(note)?.modified, let status = try FileStatus.ifPresent(lock), status.modified >= written,
                status.modified <= written + Self.dropTime
            {
                try Directory.removeTree(lock)
            }
            try Directory.removeTree(note)
        }
    }

    /// Keeps a tree as the state of the run's worktree after its newest change; the one before is let go.
    func keepTurn(_ tree: TreeID, feature: FeatureID, run: RunNumber) async throws {
        _ = try await references("update-ref", Self.turn(feature, run), tree.hex).output()
    }

    private static func turn(_ feature: FeatureID, _ run: RunNumber) -> String { "refs/ferry/turns/\(feature)/run-\(run)" }

    private static func checkpoint(_ feature: FeatureID, _ run: RunNumber) -> String { "refs/ferry/checkpoints/\(feature)/run-\(run)" }
}
