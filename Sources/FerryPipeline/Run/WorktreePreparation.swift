internal import FerryModel
internal import FerrySandbox
internal import FerrySystem
internal import FerryVault
internal import SystemPackage

/// Runs the repository's `setup` in the worktree of the agents, once for each worktree that is made, so that they can build and test there.
/// What it leaves in files that git would take over is put back: it is nobody's change.
struct WorktreePreparation: Sendable {
    let command: String
    let workspace: RunWorkspace
    let runner: any CommandRunner
    let cache: RepositoryCache
    let network: RepositoryNetwork
    let report: @Sendable (String) async throws -> Void

    /// Throws `SandboxError` where nothing can be run. A preparation that fails is told, and the agents work without it: the checks decide.
    func perform(under policy: SandboxPolicy) async throws {
        guard try !workspace.isPrepared else { return }
        try await cache.fill(workspace.home, under: policy)
        if try await git("git add -A", policy) != nil {
            let log = workspace.logs.appending("prepare.log")
            let line = command
            let result = try await network.with(.setup, policy) { [runner] policy in
                try await runner.run(SandboxCommand(["/bin/sh", "-c", line], log: log), under: policy)
            }
            if !result.succeeded {
                try await report(
                    "The setup command failed in the agents' worktree (\(EvidenceEnding(result.ending))); the log is \(log). The agents work without it."
                )
            }
            let files = try await git("{ git diff --name-only; git ls-files -o --exclude-standard; } | head -n 6", policy) ?? ""
            _ = try await git("git checkout-index -q -f -a && git clean -ffdq && git reset -q", policy)
            if !files.isEmpty {
                let names = files.split(separator: "\n").prefix(5).joined(separator: ", ")
                try await report("The setup command changed files that `.gitignore` does not exclude (\(names)); they were put back.")
            }
        }
        try workspace.setPrepared()
    }

    /// What a line of the agent's own git says, in the sandbox; `nil` where it fails.
    private func git(_ line: String, _ policy: SandboxPolicy) async throws -> String? {
        let result = try await runner.run(SandboxCommand(["/bin/sh", "-c", line]), under: policy)
        return result.succeeded ? String(decoding: result.head, as: UTF8.self) : nil
    }
}
