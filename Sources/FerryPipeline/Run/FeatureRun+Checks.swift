internal import FerrySystem
internal import SystemPackage
internal import FerryVault
internal import FerryGit
internal import FerryModel
internal import FerrySandbox
internal import Foundation

/// What Ferry finds out itself: on a clean export of the exact commit, never in the agent's folder.
extension FeatureRun {
    /// The repository's tests on the base, before any change: tells a repository that is out of order from a change that is wrong.
    func baseline() async throws -> Evidence? {
        // A later run begins where an earlier one ended: what the base was like is known from the first.
        guard request.kind == .fresh else { return try await parts.store.baseline(request.feature) }
        let evidence: Evidence = try await steps.step("baseline") {
            try await parts.report(.stage("running the tests of \(request.repository.base ?? "the base") before any change"))
            let evidence = try await export.run([request.repository.testCommand], on: request.base, label: "baseline", isBase: true)[0]
            if let flaky = evidence.flakySentence { try await parts.report(.event("Before any change: \(flaky)")) }
            // Thrown from inside: what is no answer is not stored, so it is asked again when the fault may be mended.
            try requireUsable(evidence)
            if evidence.verdict == .failed { try await parts.report(.event("The tests fail before any change: \(evidence.summary)")) }
            try await parts.report(.wentWell(model: nil))
            return evidence
        }
        try await parts.store.keep(baseline: evidence, of: request.feature)
        return evidence
    }

    /// Throws where the repository's tests could not decide anything.
    private func requireUsable(_ evidence: Evidence) throws {
        switch evidence.verdict {
        case .passed: break
        case .couldNotBeChecked:
            throw RunStop(
                .unavailable(
                    reason: "The test command of the repository could not be run: \(evidence.reason ?? evidence.command). "
                        + "Set `test` in the note of \(request.repository.name), or install what it needs.",
                    scope: .repository(request.repository.name), kind: .configuration))
        case .failed where evidence.isDeadline:
            throw RunStop(
                .unavailable(
                    reason: "The tests of the repository did not end within their time, before any change (`\(evidence.command)`). "
                        + "Mend them, or raise `minutes` under `limits` in the note of \(request.repository.name).",
                    scope: .repository(request.repository.name), kind: .configuration))
        case .failed: break
        }
    }

    /// Makes the commit of what the worktree holds and checks it: gates, then commands, then executable rules.
    func check(_ phase: Phase, from head: CommitID, round: Int, stage: String, base: Evidence?) async throws -> CheckResult {
        try await steps.step("phase-\(phase.number)/check-\(stage)/\(round)") {
            let commit: CommitID
            switch try await candidate(phase, from: head) {
            case .commit(let made): commit = made
            case .refused(let findings):
                return CheckResult(
                    commit: head.hex, findings: findings, evidence: [], files: 0, addedLines: 0, deletedLines: 0, risk: .high, riskReasons: [])
            }
            var result = await parts.checks.result(for: commit.hex)
            if result == nil {
                try await parts.report(.stage("checking \(commit.short)"))
                result = try await check(commit, from: head, base: base)
            }
            guard var result else { throw CancellationError() }
            result.phase = phase.number
            await parts.checks.keep(result)
            return result
        }
    }

    private enum Candidate {
        case commit(CommitID)
        case refused([Finding])
    }

    private func candidate(_ phase: Phase, from head: CommitID) async throws -> Candidate {
        guard let worktree = Worktree.open(at: workspace.worktree) else {
            throw GitError(.failed, "The worktree of \(request.feature) is gone.", remedy: "Ferry makes it anew at the next try.")
        }
        try await failpoint(.commitBeforeIntent)
        switch try await parts.git.snapshot(worktree, base: head) {
        case .refused(let refusals):
            return .refused(
                refusals.map {
                    withoutKeys(
                        Finding(
                            rule: "worktree", severity: .error, path: $0.printablePath, message: $0.description,
                            remedy: "Nothing of the change can be taken over before."))
                })
        case .tree(let tree):
            if try await parts.git.tree(of: head) == tree {
                // A retry begins where the run before stopped; its part may have been done already.
                if request.kind == .retry, head != request.base { return .commit(head) }
                return .refused([
                    Finding(
                        rule: "worktree", severity: .error, message: "Nothing was changed.",
                        remedy: "Carry out the phase; what .gitignore hides is not part of a change.")
                ])
            }
            let title = phase.count > 1 ? "\(request.title): \(phase.title)" : request.title
            let message = CommitMessage(subject: "\(request.feature): \(title)", feature: request.feature, run: request.run, vault: parts.vaultID)
            try await failpoint(.commitAfterIntent)
            let commit = try await parts.git.commit(tree, parents: [head], message: message, time: request.time)
            try await failpoint(.commitAfterEffect)
            return .commit(commit)
        }
    }

    private func check(_ commit: CommitID, from head: CommitID, base: Evidence?) async throws -> CheckResult {
        let playbook = try await parts.playbook()
        let change = try await ProposedChange(from: request.base, to: commit, in: parts.git)
        let waivers = request.asIs?.waivers ?? []
        var context = request.gateContext
        context.keys = parts.redactor
        var result = CheckResult(
            commit: commit.hex, findings: playbook.gates.check(change, context).map(withoutKeys), evidence: [], files: change.files.count,
            addedLines: change.files.reduce(0) { $0 + $1.addedLines }, deletedLines: change.files.reduce(0) { $0 + $1.deletedLines },
            risk: .high, riskReasons: [], redBaseline: base?.verdict == .failed ? base?.summary : nil)
        result.apply(waivers)
        // A change that the gates refuse need not cost the time of its tests.
        if !result.findings.contains(where: { $0.severity == .error }) {
            let commands = [request.repository.testCommand] + request.note.testCommands
            result.evidence = try await export.run(commands, on: commit, label: "check-\(commit.short)", before: base)
            let reading = EvidenceReading(result.evidence, base: base, change: change)
            result.findings += reading.findings
            result.alreadyRed = reading.alreadyRed
            result.apply(waivers)
        }
        if result.passed, !result.evidence.isEmpty {
            result.findings += try await runRules(playbook.executableRules, from: request.base, to: commit, change)
            result.apply(waivers)
        }
        let found = result.findings + (result.waived ?? []).map(\.finding)
        let facts = RiskFacts(change, findings: found, evidence: result.evidence, fixRounds: 0, tier: request.route.tier)
        let risk = RiskScore(facts)
        result.risk = risk.level
        result.riskReasons = risk.reasons
        result.needsPerson = risk.needsPerson
        return result
    }

    /// A finding names and quotes files, and goes into the vault and to models.
    private func withoutKeys(_ finding: Finding) -> Finding {
        let redactor = parts.redactor.ofKnownValues
        var finding = finding
        finding.path = redactor.redact(finding.path)
        finding.message = redactor.redact(finding.message)
        finding.evidence = finding.evidence.map(redactor.redact)
        return finding
    }

    private var export: CleanExport {
        CleanExport(
            workspace: workspace, git: parts.git, runner: parts.runner, repository: request.repository,
            base: { [request, git = parts.git] in
                // The run may have begun long ago, from what cannot be prepared any more.
                let named = request.repository.base.flatMap { BranchName($0) }
                let branch = if let named { named } else { try await git.defaultBranch() }
                guard let branch else { return request.base }
                return try await git.baseTip(branch)
            }, forbidden: parts.forbidden, network: network, cache: cache)
    }

    var cache: RepositoryCache { RepositoryCache(folder: parts.folders.cache(of: request.repository.name), runner: parts.runner) }

    var network: RepositoryNetwork {
        RepositoryNetwork(of: request.repository, notePath: parts.repositoryNote, folder: workspace.folder, lookup: parts.lookup) { [parts] in
            try await parts.report(.event($0))
        }
    }

    private func runRules(_ rules: [ExecutableRule], from base: CommitID, to commit: CommitID, _ change: ProposedChange) async throws -> [Finding] {
        guard !rules.isEmpty else { return [] }
        return try await export.with(commit, access: .readOnly) { policy in
            var findings: [Finding] = []
            for rule in rules {
                let checks = RuleChecks(runner: parts.runner, policy: policy, layers: request.repository.layers)
                let result = try await checks.run(rule, base: base.hex, head: commit.hex, change: change)
                if let reason = result.couldNotBeChecked {
                    throw RunStop(
                        .unavailable(
                            reason: "The check of the review rule `\(rule.name)` could not be run: \(reason). Mend it in its note, or take it out.",
                            scope: .repository(request.repository.name), kind: .configuration))
                }
                findings += result.findings
            }
            return findings
        }
    }
}
