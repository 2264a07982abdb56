/// A commit as people look it up.
package struct CommitSummary: Hashable, Sendable {
    package let id: CommitID
    /// The first is the branch that was merged into.
    package let parents: [CommitID]
    package let author: String
    /// One line, as it stands in the commit: text that others wrote.
    package let subject: String
}

extension GitRepository {
    /// The newest commits of a branch, newest first, those that were merged in included.
    package func history(of branch: BranchName, limit: Int = 20) async throws -> [CommitSummary] {
        let tip = try await baseTip(branch)
        let output = try await plumbing([
            "log", "-z", "--no-color", "--topo-order", "--max-count=\(limit)", "--format=%H%n%P%n%an%n%s", "--end-of-options", tip.hex,
        ]).output()
        return output.split(separator: 0).compactMap { entry in
            let lines = entry.split(separator: UInt8(ascii: "\n"), maxSplits: 3, omittingEmptySubsequences: false).map {
                String(decoding: $0, as: UTF8.self)
            }
            guard lines.count == 4, let id = CommitID(lines[0]) else { return nil }
            return CommitSummary(id: id, parents: lines[1].split(separator: " ").compactMap { CommitID($0) }, author: lines[2], subject: lines[3])
        }
    }
}
