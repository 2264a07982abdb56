internal import Logging
internal import FerryModel
internal import FerryStore
internal import FerrySystem
internal import FerryVault
internal import Foundation
internal import SystemPackage

/// Attempts: begun when a slot is free, and where a feature goes when one has ended.
extension Dispatcher {
    /// An attempt, or how it ended before it began; with the claim that it was given.
    enum PreparedAttempt {
        case ready(Attempt, Claim)
        case ended(RunEnd, Claim?)
    }

    func attempt(at id: FeatureID) async -> PreparedAttempt {
        var claim: Claim?
        do {
            guard var feature = features[id], let name = feature.repository, feature.state == .planned || feature.state == .inProgress else {
                return .ended(.cancelled, nil)
            }
            feature.state = .inProgress
            try await failpoint(.claimBeforeIntent)
            claim = try await parts.store.claim(id, saving: feature)
            guard let claim else { return .ended(.cancelled, nil) }
            remember(feature)
            try await failpoint(.claimAfterEffect)
            await hooks.didChange?(feature)
            attemptsBegan[id] = BootClock.now
            stages[id] = "starting"
            parts.progress.set(id, stage: "starting")
            requestNote(id, notBefore: BootClock.now + parts.timing.firstTouch)
            guard let repository = configuration.repository(name.rawValue) else {
                return .ended(
                    .unavailable(
                        reason: Self.lacksNote(name), scope: .repository(name), kind: .configuration), claim)
            }
            try await failpoint(.claimAfterDone)
            let note: [UInt8]
            do { note = try desk.read(feature.path) } catch Errno.noSuchFileOrDirectory {
                // Somebody has just moved it; the look that follows says what that asks for.
                return .ended(.cancelled, claim)
            } catch let error as Errno where !RunFault.isDisk(error) {
                return .ended(
                    .unavailable(
                        reason: "Its note \(feature.path) cannot be read (\(error)). Mend its rights or its size; Ferry goes on by itself.",
                        scope: .feature, kind: .configuration), claim)
            }
            let kind = try await parts.store.fact("kind:\(id)").flatMap(RunRequest.Kind.init(rawValue:)) ?? .retry
            let feedback = try await parts.store.fact("feedback:\(id)") ?? ""
            let models = parts.models
            let model = parts.model
            // Whatever the attempt writes is refused once it does not hold the job any more.
            var parts = parts
            parts.store = parts.store.fenced(by: claim)
            let attempt = Attempt(
                feature: feature, kind: kind, note: note, repository: repository, settings: configuration.settings, feedback: feedback, parts: parts,
                playbook: { [self] in try await playbook() },
                backend: { [self] note, tier, wanted, avoided in
                    try await models.backend(for: note, tier: tier, feature: model ?? wanted, avoiding: avoided, configuration: configuration)
                },
                prices: { [self] in await configuration }, vault: desk.vault, send: { [self] in notify(.news(claim, $0)) })
            return .ready(attempt, claim)
        } catch {
            return .ended(RunFault(error, repository: features[id]?.repository?.rawValue ?? "").end, claim)
        }
    }

    private func playbook() throws -> Playbook { Playbook(agents: configuration.agentsByRole, rules: configuration.rules) }

    func take(_ news: AttemptNews, of claim: Claim) async throws {
        let id = claim.feature
        // News of an attempt that was superseded meanwhile concern nobody.
        guard try await parts.store.isCurrent(claim), var feature = features[id] else { return }
        switch news {
        case .began(let run):
            // Gone on with: its history has the beginning already.
            guard feature.run != run.number || feature.branch != run.branch else { return }
            feature.run = run.number
            feature.branch = run.branch
            feature.base = run.base
            // What a person asked to begin anew has begun: interrupted, it goes on. With the number of its run in one step.
            let kind = "kind:\(id)"
            let isFresh = try await parts.store.fact(kind) == RunRequest.Kind.fresh.rawValue
            try await parts.store.complete(feature, Completion(facts: isFresh ? [kind: RunRequest.Kind.retry.rawValue] : [:]))
            remember(feature)
            await hooks.didChange?(feature)
            try await parts.store.record(
                "run \(run.number) began on \(run.branch), tier \(run.tier.rawValue) (score \(run.score): \(run.reasons.joined(separator: ", ")))",
                feature: id, run: run.number)
            await writeBeginning(of: feature)
            requestNote(id, notBefore: BootClock.now + parts.timing.firstTouch)
        case .update(.stage(let stage)):
            stages[id] = stage
            // Tries to get over a fault are not told one by one.
            if feature.waitsFor == nil { try await parts.store.record(stage, feature: id, run: feature.run) }
            requestNote(id, notBefore: BootClock.now + parts.timing.noteInterval, sooner: false)
        case .update(.transcript(let label, let transcript)): await writeTranscript(label, transcript, of: feature)
        case .update(.plan(let plan)): await writePlan(plan, of: feature)
        case .update(.wentWell(let model)): try await endFault(of: &feature, model)
        case .update(.spent):
            // The run's own note, so that it is known without database and journals what was spent by then.
            if retries[.account(id)] == nil { retries[.account(id)] = BootClock.now + parts.timing.noteInterval }
        case .update(.checked), .update(.event): break
        }
    }

    /// What the feature had met is over: its note need not say so any longer.
    private func endFault(of feature: inout FeatureRecord, _ model: String?) async throws {
        prove(feature.id, model)
        guard feature.state == .inProgress, feature.waitsFor != nil else { return }
        feature.waitsFor = nil
        try await save(feature)
        requestNote(feature.id, notBefore: BootClock.now, sooner: false)
    }

    func ended(_ id: FeatureID, _ end: RunEnd, _ claim: Claim?) async throws -> [DispatchState.Action] {
        stages[id] = nil
        parts.progress.clear(id)
        if case .review = end { prove(id, nil) }
        let trouble = end.trouble
        let before = trouble.flatMap { state.circuits[$0.resource] }
        var actions = state.apply(.ended(id, trouble))
        let now = BootClock.now
        if let trouble { schedule(trouble, before, end, now) }
        guard var feature = features[id] else { return actions }
        guard let claim else {
            // There was nothing to claim, or not even the claim could be stored; one that the disk called a failure, and that is there, is nobody's.
            guard trouble != nil else { return actions }
            try await parts.store.release(heldByNobody: id)
            if let job = try await parts.store.openJob(id) { actions += queue(feature, job) }
            return actions
        }
        guard feature.state == .inProgress, try await parts.store.isCurrent(claim) else {
            // A gesture that came while the attempt was ending has already said where the feature goes.
            await finishRunNotes(id)
            guard doubtfulEnds.remove(id) != nil else { return actions }
            // Or its end is stored, though the disk called that a failure.
            forgetWaits(of: id)
            if let job = try await parts.store.openJob(id) { actions += try await takeUp(job) }
            return actions
        }
        switch end {
        case .review(let tip):
            feature.tip = tip
            feature.waitsFor = nil
            feature.questions = []
            try await close(&feature, claim, job: "review", run: .review, to: .review)
        case .blocked(let reason):
            feature.waitsFor = reason
            try await close(&feature, claim, job: "blocked", run: .blocked, to: .blocked)
        case .questions(let questions):
            feature.questions = questions
            feature.waitsFor = "Answer the questions below, then move the note to planned."
            try await close(&feature, claim, job: "parked", run: .parked, to: .blocked)
        case .budget(let limit):
            feature.waitsFor = Self.question(at: limit)
            try await remember(limit, of: id)
            try await close(&feature, claim, job: "parked", run: .parked, to: .blocked)
        case .dayLimit(let limit):
            feature.waitsFor = Self.wait(atDay: limit)
            waitsForDay.insert(id)
            try await postpone(&feature, claim, for: Self.untilTomorrow(), failures: 0)
        case .unavailable(let reason, let scope, let kind, let retryAfter):
            let fault = MetFault(
                reason: reason, resource: scope.resource, kind: kind, retryAfter: retryAfter, isFirst: scope.resource == nil || before == nil)
            try await meet(fault, &feature, claim, now)
        case .cancelled:
            try await parts.store.release(claim)
            // The emergency stop keeps it in the queue. Where it was taken back before this end, nobody else would put it there again.
            if isStopped {
                if let job = try await parts.store.openJob(id) { actions += queue(feature, job) }
            } else {
                retries[.job(id)] = now + parts.timing.retryFirst
            }
        }
        attemptsBegan[id] = nil
        doubtfulEnds.remove(id)
        return actions
    }

    /// Where the attempt has led, in one transaction: whatever depends on the job's end is there when the job has ended.
    func close(_ feature: inout FeatureRecord, _ claim: Claim, job: String, run: RunRecord.Outcome, to: FeatureState) async throws {
        feature.state = to
        let line = to == .review ? "waits for a person's decision about \(feature.tip?.prefix(12) ?? "")" : feature.waitsFor
        let facts = run == .blocked ? ["kind:\(feature.id)": RunRequest.Kind.retry.rawValue] : [:]
        try await failpoint(.endBeforeIntent)
        guard try await parts.store.complete(feature, Completion(job: job, run: run, facts: facts, line: line), under: claim) else { return }
        remember(feature)
        requestNote(feature.id, notBefore: BootClock.now)
        await hooks.didChange?(feature)
        try await failpoint(.endAfterEffect)
        ownFaults[feature.id] = nil
        await finishRunNotes(feature.id)
        try await failpoint(.endAfterDone)
    }

    /// The day of a day's budget is counted in UTC.
    private static func untilTomorrow() -> Duration { .seconds(86_400 - Int64(Date.now.timeIntervalSince1970) % 86_400 + 1) }

    /// The one sanctioned swallow: something to look at could not be refreshed; it is logged and done again with the next news.
    func logged(_ what: String, _ body: () throws -> Void) {
        do { try body() } catch { parts.log.warning("\(what) failed: \(error)") }
    }
}
