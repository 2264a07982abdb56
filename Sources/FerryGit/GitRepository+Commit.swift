extension GitRepository {
    /// Makes a commit object of Ferry's; no branch moves. The same arguments give the same commit, however often. It is on the disk with all that it holds.
    package func commit(_ tree: TreeID, parents: [CommitID], message: CommitMessage, time: CommitTime) async throws -> CommitID {
        let command = plumbing(
            ["commit-tree", tree.hex] + parents.flatMap { ["-p", $0.hex] } + ["-F", "-"],
            variables: ["GIT_AUTHOR_DATE": time.gitDate, "GIT_COMMITTER_DATE": time.gitDate], input: message.bytes)
        let answer = try await command.run()
        guard answer.status == 0, let commit = CommitID(String(decoding: answer.output, as: UTF8.self).trimmingLineEnd) else {
            throw command.failure(answer)
        }
        try await keepNames()
        return commit
    }

    /// Points a branch to `commit` if it is at `expected` (`nil`: not there yet), without hooks. Where a person has the
    /// branch checked out, that checkout comes along if it is clean, and nothing happens if it is not.
    package func updateBranch(_ branch: BranchName, to commit: CommitID, expecting expected: CommitID?) async throws -> BranchUpdate {
        try await advance(branch, from: expected, to: commit)
    }
}
