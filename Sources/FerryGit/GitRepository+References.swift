extension GitRepository {
    /// The commit that a branch points to; `nil` where there is no such branch.
    package func tip(of branch: BranchName) async throws -> CommitID? {
        let command = references("rev-parse", "--quiet", "--verify", "--end-of-options", branch.reference + "^{commit}")
        let answer = try await command.run()
        if answer.status == 1 { return nil }
        guard answer.status == 0, let commit = CommitID(String(decoding: answer.output, as: UTF8.self).trimmingLineEnd) else {
            throw command.failure(answer)
        }
        return commit
    }

    /// As `tip(of:)`, for the branch that features start from. Throws `GitError.baseBranchMissing`.
    package func baseTip(_ branch: BranchName) async throws -> CommitID {
        if let commit = try await tip(of: branch) { return commit }
        let known = try await branches(withPrefix: "").keys.map(\.rawValue).sorted().prefix(10).joined(separator: ", ")
        throw GitError(
            .baseBranchMissing, "The repository \(path) has no branch \(branch).",
            remedy: known.isEmpty ? "Make it." : "Make it, or set `base` in the repository note to one of: \(known).")
    }

    /// The local branches whose names begin so, with their commits.
    package func branches(withPrefix prefix: String) async throws -> [BranchName: CommitID] {
        try await branches("--sort=refname").filter { $0.key.rawValue.hasPrefix(prefix) }
    }

    /// The local branches that hold a commit of the repository, sorted.
    package func branches(containing commit: CommitID) async throws -> [BranchName] {
        try await branches("--contains=\(commit.hex)").keys.sorted { $0.rawValue < $1.rawValue }
    }

    private func branches(_ option: String) async throws -> [BranchName: CommitID] {
        let lines = try await references("for-each-ref", "--format=%(objectname) %(refname)", option, "refs/heads/").output()
        var branches: [BranchName: CommitID] = [:]
        for line in lines.split(separator: UInt8(ascii: "\n")) {
            let parts = String(decoding: line, as: UTF8.self).split(separator: " ", maxSplits: 1)
            guard parts.count == 2, let commit = CommitID(parts[0]), let branch = BranchName(parts[1].dropFirst("refs/heads/".count))
            else { continue }
            branches[branch] = commit
        }
        return branches
    }

    /// The branch that `init` proposes as base: what HEAD names, else `main` or `master`, else the only branch; `nil` where none is clear.
    package func defaultBranch() async throws -> BranchName? {
        let known = try await branches(withPrefix: "")
        if let head = try await headBranch(of: layout.gitDirectory), known[head] != nil { return head }
        for name in ["main", "master"] { if let branch = BranchName(name), known[branch] != nil { return branch } }
        return known.count == 1 ? known.keys.first : nil
    }

    /// Whether `ancestor` is `commit` or comes before it.
    package func isAncestor(_ ancestor: CommitID, of commit: CommitID) async throws -> Bool {
        let command = plumbing(["merge-base", "--is-ancestor", ancestor.hex, commit.hex])
        let answer = try await command.run()
        guard answer.status <= 1 else { throw command.failure(answer) }
        return answer.status == 0
    }

    /// Whether the repository holds the commit, on a branch or not.
    package func commitExists(_ commit: CommitID) async throws -> Bool {
        try await plumbing(["cat-file", "-e", commit.hex + "^{commit}"]).run().status == 0
    }

    /// The tree of a commit.
    package func tree(of commit: CommitID) async throws -> TreeID {
        let command = plumbing(["rev-parse", "--verify", "--end-of-options", commit.hex + "^{tree}"])
        return try await treeID(command)
    }

    /// The tree that a full object name of a commit or a tree stands for; `nil` where the repository does not hold it.
    package func tree(at object: String) async throws -> TreeID? {
        guard ObjectName.isWhole(object) else { return nil }
        let command = plumbing(["rev-parse", "--quiet", "--verify", "--end-of-options", object + "^{tree}"])
        let answer = try await command.run()
        return answer.status == 0 ? TreeID(String(decoding: answer.output, as: UTF8.self).trimmingLineEnd) : nil
    }

    func treeID(_ command: GitCommand) async throws -> TreeID {
        let answer = try await command.run()
        guard answer.status == 0, let tree = TreeID(String(decoding: answer.output, as: UTF8.self).trimmingLineEnd) else {
            throw command.failure(answer)
        }
        return tree
    }
}
