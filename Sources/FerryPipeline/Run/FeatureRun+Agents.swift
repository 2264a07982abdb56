internal import FerrySystem
internal import SystemPackage
internal import FerryGit
internal import FerryLLM
internal import FerryModel
internal import FerrySandbox
internal import FerryStore
internal import FerryVault
internal import Foundation

/// The stages that agents carry out, under one contract: a task in, a checked report out, everything else an outcome.
extension FeatureRun {
    private var prompts: Prompts {
        Prompts(
            feature: request.feature, run: request.run, title: request.title, note: request.text, answers: request.answers,
            fence: PromptFence(seed: "\(request.feature)/\(request.run)"))
    }

    func makePlan(_ base: Evidence?) async throws -> PlanReport {
        guard request.kind == .fresh else {
            return PlanReport(summary: "", plan: try await parts.lastPlan(request.feature) ?? "Work from the feature note.", questions: [])
        }
        return try await steps.step("plan") {
            let report: PlanReport = try await ask(.planner, key: "plan", schema: .plan, label: "planner", access: .readOnly) { prompts.plan() }
            try await parts.report(.plan(report))
            return report
        }
    }

    func code(_ phase: Phase, plan: String, findings: [Finding], round: Int) async throws {
        let key = "phase-\(phase.number)/code/\(round)"
        let _: CodeReport? = try await steps.step(key, checkpoint: checkpoint) {
            do {
                let report: CodeReport = try await ask(.coder, key: key, schema: .code, label: label("code", phase, round)) {
                    prompts.code(phase, plan: plan, findings: findings, attempt: round + 1, earlier: nil)
                }
                if !report.questions.isEmpty, request.answers.isEmpty {
                    // With an answer it is other work: it begins anew.
                    try await parts.store.forgetEffects(of: request.feature, request.run, below: key)
                    throw RunStop(.questions(report.questions))
                }
                return report
            } catch let stop as AgentGaveUp where round < request.route.fixRounds {
                // What it left in the worktree is checked all the same; the next round begins with a fresh conversation.
                try await parts.report(.event("The coder gave up: \(stop.reason)"))
                return nil
            }
        }
    }

    func test(_ phase: Phase, from head: CommitID, plan: String, round: Int) async throws -> FindingsReport {
        let key = "phase-\(phase.number)/test/\(round)"
        return try await steps.step(key, checkpoint: checkpoint) {
            do {
                return try await ask(.tester, key: key, schema: .testing, label: label("test", phase, round)) {
                    prompts.test(phase, plan: plan, diff: try await diff(from: head), attempt: round + 1)
                }
            } catch let stop as AgentGaveUp {
                // The tester has no verdict: without it there are fewer tests, and the reviewer sees so.
                try await parts.report(.event("The tester gave up: \(stop.reason)"))
                return FindingsReport(summary: "No report: \(stop.reason)", findings: [])
            }
        }
    }

    func review(_ phase: Phase, from head: CommitID, plan: String, check: CheckResult, earlier: [Finding], round: Int) async throws -> FindingsReport
    {
        try await review(
            phase, key: "phase-\(phase.number)/review/\(round)", label: label("review", phase, round), from: head, plan, check, earlier, round)
    }

    /// The whole change, once, after all phases; what it finds goes to the person, not back to the phases.
    func reviewWhole(_ head: CommitID, plan: String, check: CheckResult) async throws {
        let report = try await review(nil, key: "review-whole", label: "review whole", from: request.base, plan, check, [], 0)
        let errors = report.findings.map(\.finding).filter { $0.severity == .error }
        guard errors.isEmpty else {
            var check = check
            check.findings += report.findings.map(\.finding)
            check.phase = request.phases.count + 1
            check.isReviewed = true
            try await parts.report(.checked(check, rounds: 0))
            throw RunStop(.blocked(reason: "The review of the whole change found errors:\n" + Prompts.list(errors)))
        }
    }

    private func review(
        _ phase: Phase?, key: String, label: String, from: CommitID, _ plan: String, _ check: CheckResult, _ earlier: [Finding], _ round: Int
    ) async throws -> FindingsReport {
        try await steps.step(key) {
            try await ask(.reviewer, key: key, schema: .review, label: label, access: .readOnly) {
                let playbook = try await parts.playbook()
                return prompts.review(
                    phase, plan: plan, rules: playbook.proseRules, diff: try await diff(from: from),
                    evidence: check.evidence.map(\.summary).joined(separator: "\n"),
                    earlier: earlier, attempt: round + 1)
            }
        }
    }

    // MARK: One stage

    /// Runs one agent and decodes its report. Throws `RunStop` for outcomes that end the attempt, `AgentGaveUp` where the agent did not get there.
    private func ask<Report: Decodable>(
        _ role: StageRole, key: String, schema: ReportSchema, label: String, access: SandboxPolicy.Access = .readWrite,
        prompt: () async throws -> String
    ) async throws -> Report {
        let playbook = try await parts.playbook()
        guard let note = playbook.agents[role] else {
            throw RunStop(
                .unavailable(
                    reason: "There is no agent with the role `\(role.rawValue)`; add a note for it to the agents' folder.", scope: .everything,
                    kind: .configuration))
        }
        try await parts.report(.stage(label))
        let stage = StageAgent(role: role, note: note, key: key, label: label, schema: schema, access: access)
        switch try await outcome(of: stage, prompt: prompt) {
        case .finished(let value):
            do { return try JSONDecoder().decode(Report.self, from: Data(value.encoded())) } catch {
                throw AgentGaveUp(role: role, reason: "its report could not be read (\(error))")
            }
        case .stopped(let stop):
            throw AgentGaveUp(role: role, reason: stop.description)
        case .parked(let limit): throw RunStop(limit.limit == .day ? .dayLimit(limit) : .budget(limit))
        case .unavailable(let error):
            throw Self.withoutModel(role, error)
        case .sandboxFailed(let error): throw error
        }
    }

    static func withoutModel(_ role: StageRole, _ error: ModelError) -> RunStop {
        RunStop(
            .unavailable(
                reason: "The model of the \(role.rawValue) cannot be had: \(error)", scope: error.faultScope, kind: error.faultClass,
                retryAfter: error.retryAfter))
    }

    private func label(_ stage: String, _ phase: Phase, _ round: Int) -> String {
        (phase.count > 1 ? "phase \(phase.number) " : "") + stage + (round > 0 ? " \(round + 1)" : "")
    }

    /// The difference as agents are shown it; long ones are cut, the reviewer can read on in the worktree.
    private func diff(from head: CommitID) async throws -> String {
        guard let worktree = Worktree.open(at: workspace.worktree), case .tree(let tree) = try await parts.git.snapshot(worktree, base: head) else {
            return "(the worktree cannot be taken over as it is)"
        }
        let diff = try await parts.git.diff(from: head, to: tree, limit: 200 << 10)
        let text = SafeText.showingHidden(parts.redactor.ofKnownValues.redact(String(decoding: diff.bytes, as: UTF8.self)))
        return text + (diff.isTruncated ? "\n(cut here; read the files for the rest)\n" : "")
    }

    /// A commit of what the worktree holds now, so that a restart finds it; `nil` where it cannot be taken over.
    private func checkpoint() async throws -> String? {
        try await failpoint(.checkpointBeforeIntent)
        guard let tree = try await worktree.keep() else { return nil }
        try await failpoint(.checkpointAfterIntent)
        let message = CommitMessage(subject: "\(request.feature): checkpoint", feature: request.feature, run: request.run, vault: parts.vaultID)
        let commit = try await parts.git.commit(tree, parents: [request.start], message: message, time: request.time)
        try await failpoint(.checkpointAfterEffect)
        try await parts.git.keepCheckpoint(commit, feature: request.feature, run: request.run)
        try await failpoint(.checkpointAfterDone)
        return commit.hex
    }
}

/// An agent that ended without a usable report; a finding of the run, no fault of Ferry's.
struct AgentGaveUp: Error {
    let role: StageRole
    let reason: String
}
