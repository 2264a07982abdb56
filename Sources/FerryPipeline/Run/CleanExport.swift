internal import FerryGit
internal import FerryHTTP
internal import FerryModel
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
    /// Where the base branch is now.
    let base: @Sendable () async throws -> CommitID
    let forbidden: [FilePath]
    let network: RepositoryNetwork
    let cache: RepositoryCache

    /// Runs `setup` of the repository and then the commands, each only if the one before passed, or failed as it did before any change (`before`).
    /// Where few tests fail, all of it is done once more on a fresh export: what passes then is flaky, and named.
    /// `isBase`: the commit is the base branch's own, so what its preparation fetched is kept for the runs to come.
    /// Throws `RunStop` where not even the base can be prepared now: that is nobody's change.
    func run(_ commands: [String], on commit: CommitID, label: String, before: Evidence? = nil, isBase: Bool = false) async throws -> [Evidence] {
        var first = try await once(commands, on: commit, label: label, before: before, isBase: isBase)
        if first.last?.isFailedPreparation == true {
            if isBase { throw unprepared(first[0], isOutage: first[0].reachedNothing == true) }
            let base = try await once([], on: base(), label: label + "-base", before: nil, isBase: true)
            // It could be prepared once, before the change.
            if let failed = base.first { throw unprepared(failed, isOutage: true) }
            // What was out of order may have come back since.
            first = try await once(commands, on: commit, label: label + "-setup-again", before: before, isBase: false)
        }
        guard let failed = first.last, failed.mayBeFlaky, !failed.isAlreadyRed(since: before) else { return first }
        return Evidence.merged(first, try await once(commands, on: commit, label: label + "-again", before: before, isBase: false))
    }

    private func once(_ commands: [String], on commit: CommitID, label: String, before: Evidence?, isBase: Bool) async throws -> [Evidence] {
        try await with(commit) { policy in
            if let setup = repository.setup {
                try await cache.fill(workspace.exportHome, under: policy)
                let (prepared, refused) = try await network.telling(.setup, policy) { [runner, logs = workspace.logs] policy in
                    try await EvidenceRunner(runner: runner, policy: policy, logs: logs, preset: Evidence.preparation)
                        .run(setup, commit: commit.hex, label: "\(label)-setup")
                }
                guard prepared.verdict == .passed else {
                    var result = prepared
                    let sentences = refused.map { network.sentence($0, .setup) }
                    if !refused.isEmpty { result.reason = ([result.reason].compactMap(\.self) + sentences).joined(separator: " ") }
                    if refused.contains(where: { if case .unreachable = $0.reason { true } else { false } }) { result.reachedNothing = true }
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
                    guard result.verdict == .passed || result.isAlreadyRed(since: before) else { break }
                }
                return results
            }
        }
    }

    /// The base cannot be prepared: no feature's fault, and nothing that an agent could mend. An outage comes to its end by itself.
    private func unprepared(_ evidence: Evidence, isOutage: Bool) -> RunStop {
        let remedy =
            isOutage
            ? "Ferry tries again by itself. If it goes on, mend `setup` or `network` in the note of \(repository.name)."
            : "Mend `setup` in the note of \(repository.name)."
        return RunStop(
            .unavailable(
                reason: "The setup command of the repository failed on the base (`\(evidence.command)`): \(evidence.summary) \(remedy)"
                    + (evidence.log.map { " The log is \($0)." } ?? ""),
                scope: .repository(repository.name), kind: isOutage ? .infrastructure : .configuration))
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
