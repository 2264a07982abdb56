internal import FerrySystem
internal import FerryGit
internal import FerryModel
internal import FerrySandbox
package import FerryStore
internal import FerryVault
internal import Foundation
internal import SystemPackage

/// News that an attempt sends while it works.
package enum AttemptNews: Sendable {
    /// Branch, base and run are settled; the run record is stored.
    case began(RunRecord)
    case update(RunUpdate)
}

/// One attempt at a feature: settles what the run is about, then carries it out. Runs beside the dispatcher and touches no record of its.
struct Attempt: Sendable {
    let feature: FeatureRecord
    let kind: RunRequest.Kind
    let note: [UInt8]
    let repository: RepositoryNote
    let settings: SettingsNote
    let feedback: String
    let parts: DispatcherParts
    let playbook: @Sendable () async throws -> Playbook
    let backend: @Sendable (AgentNote, Tier, String?, String?) async throws -> any AgentBackend
    let prices: @Sendable () async -> Configuration
    let vault: Vault
    let send: @Sendable (AttemptNews) -> Void

    func perform() async -> RunEnd {
        do {
            let git = try await GitRepository.open(
                path: repository.path, privateDirectory: parts.folders.gitDirectory(of: repository.name), patience: parts.timing.diskAnswer)
            // Its disk may not have answered when the note was read, and a link leads elsewhere by now.
            if let fault = repository.vaultFault(vault.root, note: repositoryNote.string) {
                throw RunStop(.unavailable(reason: "\(fault)", scope: .repository(repository.name), kind: .configuration))
            }
            let request = try await self.request(git)
            return await (try FeatureRun(request, parts: runParts(git, request))).perform()
        } catch { return RunFault(error, repository: repository.name.rawValue).end }
    }

    private var repositoryNote: FilePath { FilePath(root: nil, [vault.layout.repositories]).appending("\(repository.name).md") }

    // MARK: The request

    /// Goes on with the run that was interrupted or parked, else begins the next one.
    private func request(_ git: GitRepository) async throws -> RunRequest {
        let last = try await parts.store.run(feature.id, feature.run)
        if let last, last.outcome == .running || last.outcome == .parked { return try await resumed(last, git) }
        return try await begun(after: last, git)
    }

    private func resumed(_ last: RunRecord, _ git: GitRepository) async throws -> RunRequest {
        guard let base = CommitID(last.base), let branch = BranchName(last.branch) else {
            throw GitError(.failed, "The record of run \(last.number) of \(feature.id) names no commit.", remedy: "Move the note to planned again.")
        }
        var run = last
        run.outcome = .running
        try await parts.store.save(run)
        send(.began(run))
        let start = try await parts.store.fact("start:\(feature.id):\(last.number)").flatMap { CommitID($0) } ?? base
        let kind = try await parts.store.fact("kind:\(feature.id):\(last.number)").flatMap(RunRequest.Kind.init(rawValue:)) ?? .fresh
        return try await request(run, kind: kind, base: base, start: start, branch: branch, findings: try await findings(for: kind))
    }

    private func begun(after last: RunRecord?, _ git: GitRepository) async throws -> RunRequest {
        let number = RunNumber(feature.run.rawValue + 1)
        let parsed = FeatureNote(parsing: note, path: feature.path)
        let baseBranch = try await baseBranch(git)
        var kind = last == nil ? .fresh : kind
        var branch: BranchName
        var base: CommitID
        var start: CommitID
        if kind != .fresh, let last, let known = BranchName(last.branch), let knownBase = CommitID(last.base) {
            branch = known
            base = knownBase
            let checkpoint = try await lastCheckpoint(last, git)
            let tip = try await git.tip(of: known)
            let begun = try await parts.store.fact("start:\(feature.id):\(last.number)").flatMap { CommitID($0) }
            // A run that was stopped before its first checkpoint began where the work stood.
            let waived = kind == .retry ? try await waivedCommit(git, number) : nil
            start = waived ?? checkpoint ?? (last.outcome == .review || last.outcome == .merged ? tip : begun) ?? tip ?? knownBase
        } else {
            kind = .fresh
            base = try await git.baseTip(baseBranch)
            start = base
            branch = try await freeBranch(parsed.title, git)
        }
        try await git.requireSupported(start)
        let route = Route(RoutingFacts(parsed), fixRounds: settings.fixRounds)
        let run = RunRecord(
            feature: feature.id, number: number, outcome: .running, tier: route.tier, score: route.score, reasons: route.reasons,
            branch: branch.rawValue, base: base.hex, note: note, started: Store.now)
        try await failpoint(.runBeforeIntent)
        try await parts.store.setFacts([
            "start:\(feature.id):\(number)": start.hex, "kind:\(feature.id):\(number)": kind.rawValue,
            Store.runNotesFact(feature.id, number): "",
        ])
        try await failpoint(.runAfterIntent)
        try await parts.store.save(run)
        try await failpoint(.runAfterEffect)
        send(.began(run))
        try await failpoint(.runAfterDone)
        return try await request(run, kind: kind, base: base, start: start, branch: branch, findings: try await findings(for: kind))
    }

    private func request(
        _ run: RunRecord, kind: RunRequest.Kind, base: CommitID, start: CommitID, branch: BranchName, findings: [Finding]
    ) async throws -> RunRequest {
        let parsed = FeatureNote(parsing: run.note, path: feature.path)
        let now = FeatureNote(parsing: note, path: feature.path)
        let seconds = (try? Date(run.started, strategy: .iso8601))?.timeIntervalSince1970 ?? 0
        var request = RunRequest(
            feature: feature.id, run: run.number, kind: kind, title: parsed.title, note: parsed, text: parsed.textForAgents,
            answers: try await parts.store.fact("answers:\(feature.id)") ?? now.answers,
            findings: findings, repository: repository, branch: branch, base: base, start: start,
            route: Route(RoutingFacts(parsed), fixRounds: settings.fixRounds),
            time: CommitTime(secondsSince1970: Int64(seconds)))
        request.asIs = try await parts.store.commitAsIs(feature.id, run.number)
        return request
    }

    /// The commit whose errors a person has waived, all of them; kept with the run, which takes it as it is also after a restart.
    private func waivedCommit(_ git: GitRepository, _ run: RunNumber) async throws -> CommitID? {
        guard let asIs = try await parts.store.checkResult(feature.id).flatMap(WaivedCommit.init), let commit = CommitID(asIs.commit),
            try await git.commitExists(commit)
        else { return nil }
        try await parts.store.keep(asIs, of: feature.id, run)
        return commit
    }

    private func baseBranch(_ git: GitRepository) async throws -> BranchName {
        if let name = repository.base {
            guard let branch = BranchName(name) else {
                throw GitError(.baseBranchMissing, "`\(name)` is no name of a branch.", remedy: "Set `base` in the note of \(repository.name).")
            }
            return branch
        }
        if let branch = try await git.defaultBranch() { return branch }
        throw GitError(
            .baseBranchMissing, "The repository \(repository.name) has no branch checked out.",
            remedy: "Set `base` in the note of \(repository.name).")
    }

    private func freeBranch(_ title: String, _ git: GitRepository) async throws -> BranchName {
        var attempt = 1
        while true {
            let branch = BranchName.feature(feature.id, title: title, attempt: attempt)
            if try await git.tip(of: branch) == nil { return branch }
            attempt += 1
        }
    }

    /// The newest checkpoint of a run that did not reach review, while its commit is still there.
    private func lastCheckpoint(_ run: RunRecord, _ git: GitRepository) async throws -> CommitID? {
        guard run.outcome != .review, run.outcome != .merged else { return nil }
        for step in try await parts.store.steps(run.feature, run.number).reversed() {
            if let commit = step.checkpoint.flatMap({ CommitID($0) }), try await git.commitExists(commit) { return commit }
        }
        return nil
    }

    private func findings(for kind: RunRequest.Kind) async throws -> [Finding] {
        switch kind {
        case .fresh: return []
        case .rework:
            return [
                Finding(rule: "feedback", severity: .error, message: feedback, remedy: "Do what the feedback asks for; answer each of its points.")
            ]
        case .retry: return try await parts.store.checkResult(feature.id)?.toMend ?? []
        }
    }

    // MARK: The parts

    private func runParts(_ git: GitRepository, _ request: RunRequest) -> RunParts {
        let board = parts.progress
        let places = parts.folders.places(vault: vault.root, repository)
        let requireRoom = { @Sendable [space = DiskSpace(minimum: settings.minimumFree, patience: parts.timing.diskAnswer)] in
            if let full = await space.fullness(of: places) { throw RunStop(.unavailable(reason: full, scope: .everything)) }
        }
        var runParts = RunParts(
            store: parts.store, folders: parts.folders, git: git, runner: parts.runner, vaultID: vault.id,
            forbidden: [vault.root, parts.folders.state, parts.folders.cache], redactor: parts.models.redactor,
            repositoryNote: repositoryNote, lookup: parts.lookup,
            timing: parts.timing, maxIterations: parts.maxIterations, playbook: playbook, backend: backend,
            requireRoom: requireRoom,
            spending: { [store = parts.store, prices, send] role, request in
                // A budget counts as it stands at each call, also in a run that works from an older text.
                let budget = LiveBudget(root: vault.root, note: note, path: feature.path)
                return Ledger(
                    store: store, feature: request.feature, run: request.run, agent: role.rawValue, didSettle: { send(.update(.spent)) }
                ) {
                    // Nothing is paid for that could not be kept.
                    try await requireRoom()
                    let record = try await store.feature(request.feature)
                    return await prices().limits(
                        budget: await budget.value(at: record?.path), agent: role, extra: record?.extraBudget ?? .zero)
                }
            },
            lastPlan: { [store = parts.store] in try await store.fact("plan:\($0)") },
            report: { [send, store = parts.store] update in
                switch update {
                case .plan(let plan): try await store.setFact("plan:\(request.feature)", plan.plan)
                case .checked(let check, _): try await store.keep(check, of: request.feature)
                case .event(let text): try await store.record(text, feature: request.feature, run: request.run)
                case .stage(let stage): board.set(request.feature, stage: stage)
                case .transcript, .wentWell, .spent: break
                }
                send(.update(update))
            },
            progress: { [send, pause = ModelPause()] in
                board.set($0, stage: $1, agent: $2)
                if let stage = pause.stage($1, $2.phase) { send(.update(.stage(stage))) }
            })
        runParts.windDown = parts.windDown
        runParts.clock = parts.clock
        return runParts
    }
}
