internal import FerrySystem
internal import FerryVault
internal import FerryGit
internal import FerryModel
internal import FerryStore

/// One attempt at a feature, from the plan to the commit that a person decides about: a fixed sequence of durable steps.
///
/// plan → for each phase: code → check → test → check → review → commit, with findings going back to the coder → review of the whole.
package struct FeatureRun: Sendable {
    let request: RunRequest
    let parts: RunParts
    let workspace: RunWorkspace
    let worktree: RunWorktree
    let steps: DurableSteps

    /// Makes or finds the run's folders. Throws as `GitError` and `SandboxError` do; `end(of:)` turns those into outcomes.
    package init(_ request: RunRequest, parts: RunParts) async throws {
        self.request = request
        self.parts = parts
        let workspace = RunWorkspace(
            folder: parts.folders.workspace(request.feature, request.run), record: parts.folders.run(request.feature, request.run))
        self.workspace = workspace
        try workspace.prepare()
        let worktree = RunWorktree(request, workspace, parts.git)
        self.worktree = worktree
        steps = try await DurableSteps(
            store: parts.store, feature: request.feature, run: request.run, windDown: parts.windDown, requireRoom: parts.requireRoom
        ) { checkpoint, interruption in
            if interruption == .session, try await worktree.takeAsLeft() { return }
            try await worktree.putBack(to: checkpoint, isBetweenChanges: interruption == .betweenChanges)
        }
    }

    /// Carries the feature as far as it goes. Everything that can happen in the world is an outcome; `CancellationError` becomes `.cancelled`.
    package func perform() async -> RunEnd {
        let end: RunEnd
        do { end = try await sequence() } catch { end = RunFault(error, repository: request.repository.name.rawValue).end }
        await worktree.settle()
        return end
    }

    private func sequence() async throws -> RunEnd {
        let base = try await baseline()
        let plan = try await makePlan(base)
        if let questions = unanswered(plan.questions) { return .questions(questions) }
        let phases = request.phases
        var head = request.start
        var last: CheckResult?
        var rounds = 0
        for phase in phases {
            // Committed below the commit that is taken as it is.
            if let asIs = request.asIs, phase.number < asIs.phase { continue }
            let done = try await perform(phase, from: head, plan: plan.plan, base: base)
            guard let commit = CommitID(done.commit) else { continue }
            head = commit
            last = done.check
            rounds += done.rounds
            try await setBranch(to: head)
        }
        let isWholeReviewed = request.asIs.map { $0.phase > phases.count } ?? false
        if isWholeReviewed, let asIs = request.asIs, let phase = phases.last { last = try await take(asIs, of: phase, base: base) }
        guard let last, head != request.base else { return .blocked(reason: "The run changed nothing: the base already is what the plan asks for.") }
        if phases.count > 1, !isWholeReviewed { try await reviewWhole(head, plan: plan.plan, check: last) }
        try await parts.report(.checked(last, rounds: rounds))
        return .review(tip: head.hex)
    }

    /// Code, check, test, check, review; each finding goes back to the coder, as often as the tier allows.
    private func perform(_ phase: Phase, from head: CommitID, plan: String, base: Evidence?) async throws -> PhaseResult {
        var findings = phase.number == 1 ? request.findings : []
        var reviewed: [Finding] = []
        var isTested = false
        var round = 0
        // The work of an earlier run lies in the commit where a retry begins.
        let seenFrom = request.kind == .retry && head == request.start ? request.base : head
        while true {
            // What a person lets stand on this commit is neither mended nor added to: any other commit would have to be waived anew.
            let asIs = request.asIs.flatMap { round == 0 && $0.phase == phase.number ? $0 : nil }
            // Warnings alone hold nobody up for ever: in the last round they go to the person, after test and review like everything.
            let isLast = round >= request.route.fixRounds
            func goesOn(_ check: CheckResult) -> Bool { check.toMend.isEmpty || ((isLast || asIs != nil) && check.passed) }
            if asIs == nil { try await code(phase, plan: plan, findings: findings, round: round) }
            var check = try await check(phase, from: head, round: round, stage: "code", base: base)
            if let asIs {
                check.carryOver(asIs)
                isTested = true
                if asIs.isReviewed, goesOn(check) { return PhaseResult(commit: check.commit, check: check, rounds: round) }
            }
            if goesOn(check), !isTested {
                let test = try await test(phase, from: seenFrom, plan: plan, round: round)
                isTested = true
                check = try await self.check(phase, from: head, round: round, stage: "test", base: base)
                check.findings += test.findings.map(\.finding)
            }
            if goesOn(check) {
                let review = try await review(phase, from: seenFrom, plan: plan, check: check, earlier: reviewed, round: round)
                reviewed = review.findings.map(\.finding)
                check.findings += reviewed
                check.isReviewed = true
                if goesOn(check) { return PhaseResult(commit: check.commit, check: check, rounds: round) }
            }
            findings = check.toMend
            guard !isLast else {
                try await parts.report(.checked(check, rounds: round))
                throw RunStop(.blocked(reason: Self.story(phase, findings, rounds: request.route.fixRounds)))
            }
            round += 1
        }
    }

    /// All phases were done when the review of the whole found what a person has waived since.
    private func take(_ asIs: WaivedCommit, of phase: Phase, base: Evidence?) async throws -> CheckResult {
        var check = try await check(phase, from: request.start, round: 0, stage: "as-is", base: base)
        check.carryOver(asIs)
        check.phase = asIs.phase
        guard check.passed else {
            try await parts.report(.checked(check, rounds: 0))
            throw RunStop(.blocked(reason: Self.story(phase, check.toMend, rounds: 0)))
        }
        return check
    }

    /// The branch follows each finished phase. A person who has it checked out and works there is not overwritten.
    private func setBranch(to head: CommitID) async throws {
        let tip = try await parts.git.tip(of: request.branch)
        let fact = "branch:\(request.feature)"
        // Set by an attempt that did not see its end, of this run or an earlier one: Ferry's own as well.
        let effect = EffectRecord(key: "branch", kind: .branch, request: head.hex)
        let intended = try await parts.store.unfinished(.branch, of: request.feature).map(\.request)
        let own = [try await parts.store.fact(fact)].compactMap { $0 } + intended
        if let tip, !own.contains(tip.hex), try await !parts.git.isAncestor(tip, of: head) {
            throw RunStop(
                .blocked(
                    reason: "The branch \(request.branch) holds commits that are not Ferry's (\(tip.short)). It was left alone. "
                        + "Rename or merge that work, then move the note to planned."))
        }
        try await failpoint(.branchBeforeIntent)
        try await parts.store.begin([effect], of: request.feature, request.run)
        try await failpoint(.branchAfterIntent)
        switch try await parts.git.updateBranch(request.branch, to: head, expecting: tip) {
        case .updated:
            try await failpoint(.branchAfterEffect)
            try await parts.store.setFact(fact, head.hex)
            var done = effect
            done.result = head.hex
            try await parts.store.finish([done], of: request.feature, request.run)
            try await failpoint(.branchAfterDone)
        case .moved:
            throw RunStop(
                .blocked(reason: "The branch \(request.branch) was moved by somebody else meanwhile. Move the note to planned to go on from there."))
        case .checkoutDirty, .checkoutBusy:
            throw RunStop(
                .unavailable(
                    reason: "The branch \(request.branch) is checked out with uncommitted work. It was not touched; Ferry goes on when it is clean.",
                    scope: .feature, kind: .configuration))
        }
    }

    /// The questions, if a person has answered none of them yet.
    private func unanswered(_ questions: [String]) -> [String]? { questions.isEmpty || !request.answers.isEmpty ? nil : questions }

    private static func story(_ phase: Phase, _ findings: [Finding], rounds: Int) -> String {
        let where_ = phase.count > 1 ? "Phase \(phase.number) (\(phase.title))" : "The change"
        let list = findings.prefix(5).map { "- \($0.location.isEmpty ? "" : "\($0.location): ")\($0.message) (\($0.rule))" }
        let more = findings.count > 5 ? ["- and \(findings.count - 5) more"] : []
        return (["\(where_) still has findings after \(rounds) round\(rounds == 1 ? "" : "s") of mending:"] + list + more).joined(separator: "\n")
    }
}

/// A phase that is done.
struct PhaseResult: Sendable {
    let commit: String
    let check: CheckResult
    let rounds: Int
}

/// An outcome that ends the run from inside a step; the step is not recorded and is done again when the run goes on.
struct RunStop: Error {
    let end: RunEnd
    init(_ end: RunEnd) { self.end = end }
}
