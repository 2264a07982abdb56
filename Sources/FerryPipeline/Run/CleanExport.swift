internal import FerryGit
internal import FerrySandbox
internal import FerrySystem
internal import FerryVault
internal import SystemPackage

/// Commands on a clean export of exactly one commit: nothing untracked or ignored helps them.
struct CleanExport: Sendable {
    let workspace: RunWorkspace
    let git: GitRepository
    let runner: any CommandRunner
    let repository: RepositoryNote
    let forbidden: [FilePath]
    let network: RepositoryNetwork
    let cache: RepositoryCache

    /// Runs `setup` of the repository and then the commands, each only if the one before passed, or failed as it did at the `base`.
    /// Where few tests fail, all of it is done once more on a fresh export: what passes then is flaky, and named.
    /// `isBase`: the commit is the base branch's own, so what its preparation fetched is kept for the runs to come.
    func run(_ commands: [String], on commit: CommitID, label: String, base: Evidence? = nil, isBase: Bool = false) async throws -> [Evidence] {
        let first = try await once(commands, on: commit, label: label, base: base, isBase: isBase)
        guard let failed = first.last, failed.mayBeFlaky, !failed.isAlreadyRed(since: base) else { return first }
        return Evidence.merged(first, try await once(commands, on: commit, label: label + "-again", base: base, isBase: false))
    }

    private func once(_ commands: [String], on commit: CommitID, label: String, base: Evidence?, isBase: Bool) async throws -> [Evidence] {
        try await with(commit) { policy in
            if let setup = repository.setup {
                try await cache.fill(workspace.exportHome, under: policy)
                let (prepared, refused) = try await network.telling(.setup, policy) { [runner, logs = workspace.logs] policy in
                    try await EvidenceRunner(runner: runner, policy: policy, logs: logs, preset: "prepare")
                        .run(setup, commit: commit.hex, label: "\(label)-setup")
                }
                guard prepared.verdict == .passed else {
                    var result = prepared
                    if !refused.isEmpty { result.reason = ([result.reason].compactMap(\.self) + refused).joined(separator: " ") }
                    return [result]
                }
                if isBase { try await cache.keep(workspace.exportHome, under: policy) }
            }
            return try await network.with(.test, policy) { [runner, repository, logs = workspace.logs] policy in
                let evidence = EvidenceRunner(runner: runner, policy: policy, logs: logs)
                var results: [Evidence] = []
                for (number, command) in commands.enumerated() {
                    let report = command == repository.testCommand ? repository.testReport : nil
                    let result = try await evidence.run(command, commit: commit.hex, label: "\(label)-\(number + 1)", report: report)
                    results.append(result)
                    guard result.verdict == .passed || result.isAlreadyRed(since: base) else { break }
                }
                return results
            }
        }
    }

    /// Exports the commit, hands over the policy for commands in it, and removes it again.
    func with<Result>(
        _ commit: CommitID, access: SandboxPolicy.Access = .readWrite, _ body: (SandboxPolicy) async throws -> Result
    ) async throws -> Result {
        try await failpoint(.checkBeforeIntent)
        for folder in [workspace.export, workspace.exportTemporary, workspace.exportHome] {
            try Directory.removeTree(folder)
            try Directory.create(folder, mode: 0o700)
        }
        try await failpoint(.checkAfterIntent)
        try await git.export(commit, to: workspace.export)
        defer { try? Directory.removeTree(workspace.export) }
        try await failpoint(.checkAfterSend)
        var policy = SandboxPolicy(
            worktree: workspace.export, worktreeAccess: access, temporary: workspace.exportTemporary, home: workspace.exportHome)
        repository.apply(to: &policy, forbidden: forbidden)
        let result = try await body(policy)
        try await failpoint(.checkAfterDone)
        return result
    }
}
