internal import Logging
internal import FerryModel
internal import FerryStore
internal import FerrySystem
internal import FerryVault
internal import Foundation

/// Attempts: begun when a slot is free, and where a feature goes when one has ended.
extension Dispatcher {
    /// An attempt, or how it ended before it began.
    enum PreparedAttempt {
        case ready(Attempt)
        case ended(RunEnd)
    }

    func attempt(at id: FeatureID) async -> PreparedAttempt {
        do {
            guard var feature = features[id], let name = feature.repository, feature.state == .planned || feature.state == .inProgress,
                try await parts.store.openJobs()[id] != nil
            else { return .ended(.cancelled) }
            guard let repository = configuration.repository(name.rawValue) else {
                return .ended(
                    .unavailable(
                        reason: "The repository \(name) has no usable note any more. Mend it (`ferry check`), or name another one with `repo:`.",
                        scope: .repository(name)))
            }
            let note = try desk.read(feature.path)
            let kind = try await parts.store.fact("kind:\(id)").flatMap(RunRequest.Kind.init(rawValue:)) ?? .retry
            let feedback = try await parts.store.fact("feedback:\(id)") ?? ""
            try await parts.store.claim(id)
            feature.state = .inProgress
            try await save(feature)
            stages[id] = "starting"
            parts.progress.set(id, stage: "starting")
            requestNote(id, notBefore: BootClock.now + parts.timing.firstTouch)
            let models = parts.models
            let model = parts.model
            let attempt = Attempt(
                feature: feature, kind: kind, note: note, repository: repository, settings: configuration.settings, feedback: feedback, parts: parts,
                playbook: { [self] in try await playbook() },
                backend: { [self] note, tier, wanted in
                    try await models.backend(for: note, tier: tier, feature: model ?? wanted, configuration: configuration)
                },
                prices: { [self] in await configuration }, vault: desk.vault, send: { [self] in notify(.news(id, $0)) })
            return .ready(attempt)
        } catch {
            return .ended(RunFault(error, repository: features[id]?.repository?.rawValue ?? "").end)
        }
    }

    private func playbook() throws -> Playbook { Playbook(agents: configuration.agentsByRole, rules: configuration.rules) }

    func take(_ news: AttemptNews, of id: FeatureID) async throws {
        guard var feature = features[id] else { return }
        switch news {
        case .began(let run):
            // Gone on with: its history has the beginning already.
            guard feature.run != run.number || feature.branch != run.branch else { return }
            feature.run = run.number
            feature.branch = run.branch
            feature.base = run.base
            try await save(feature)
            try await parts.store.record(
                "run \(run.number) began on \(run.branch), tier \(run.tier.rawValue) (score \(run.score): \(run.reasons.joined(separator: ", ")))",
                feature: id, run: run.number)
            await writeSummary(feature)
            requestNote(id, notBefore: BootClock.now + parts.timing.firstTouch)
        case .update(.stage(let stage)):
            stages[id] = stage
            // Tries to get over a fault are not told one by one.
            if feature.waitsFor == nil { try await parts.store.record(stage, feature: id, run: feature.run) }
            requestNote(id, notBefore: BootClock.now + parts.timing.noteInterval, sooner: false)
        case .update(.transcript(let label, let transcript)): await writeTranscript(label, transcript, of: feature)
        case .update(.plan(let plan)): await writePlan(plan, of: feature)
        case .update(.wentWell): try await endFault(of: &feature)
        case .update(.checked), .update(.event): break
        }
    }

    /// What the feature had met is over: its note need not say so any longer.
    private func endFault(of feature: inout FeatureRecord) async throws {
        mended([.job(feature.id), .hold(nil), .hold(feature.repository)])
        guard feature.state == .inProgress, feature.waitsFor != nil else { return }
        feature.waitsFor = nil
        try await save(feature)
        requestNote(feature.id, notBefore: BootClock.now, sooner: false)
    }

    func ended(_ id: FeatureID, _ end: RunEnd) async throws -> [DispatchState.Action] {
        stages[id] = nil
        parts.progress.clear(id)
        let actions = state.apply(.ended(id))
        guard var feature = features[id] else { return actions }
        let now = BootClock.now
        if case .review = end { mended([.job(id), .hold(nil), .hold(feature.repository)]) }
        // A gesture that came while the attempt was ending has already said where the feature goes.
        guard try await parts.store.openJobs()[id] != nil, feature.state == .inProgress else { return actions }
        switch end {
        case .review(let tip):
            feature.tip = tip
            feature.waitsFor = nil
            feature.questions = []
            try await close(&feature, job: "review", run: .review, to: .review)
        case .blocked(let reason):
            feature.waitsFor = reason
            try await setKind(.retry, feature)
            try await close(&feature, job: "blocked", run: .blocked, to: .blocked)
        case .questions(let questions):
            feature.questions = questions
            feature.waitsFor = "Answer the questions below, then move the note to planned."
            try await close(&feature, job: "parked", run: .parked, to: .blocked)
        case .budget(let limit):
            feature.waitsFor = Self.question(at: limit)
            try await remember(limit, of: id)
            try await close(&feature, job: "parked", run: .parked, to: .blocked)
        case .dayLimit(let limit):
            feature.waitsFor = "\(limit.description). It goes on by itself tomorrow (UTC), or when `budget_day_usd` is raised."
            waitsForDay.insert(id)
            try await postpone(&feature, until: now + Self.untilTomorrow())
            return actions
        case .unavailable(let reason, let scope): return actions + (try await meet(reason, scope, &feature, now))
        case .cancelled:
            try await parts.store.release(id)
            return actions
        }
        try await parts.store.record(
            feature.state == .review ? "waits for a person's decision about \(feature.tip?.prefix(12) ?? "")" : feature.waitsFor ?? "", feature: id,
            run: feature.run)
        await writeRun(feature)
        requestNote(id, notBefore: now)
        return actions
    }

    private func close(_ feature: inout FeatureRecord, job: String, run: RunRecord.Outcome, to: FeatureState) async throws {
        // The state first: a kill after it finds a job to close, and nothing to do again.
        feature.state = to
        try await save(feature)
        try await endRun(feature, run)
        try await parts.store.closeJob(feature.id, as: job)
    }

    /// A fault that is not the feature's own: the note stays where it is, the fault is shown, the job is tried again by itself.
    private func meet(_ reason: String, _ scope: FaultScope, _ feature: inout FeatureRecord, _ now: Duration) async throws -> [DispatchState.Action] {
        let id = feature.id
        if feature.waitsFor != reason { try await parts.store.record(reason, feature: id, run: feature.run) }
        feature.waitsFor = reason
        let hold: Retry =
            switch scope {
            case .everything: .hold(nil)
            case .repository(let name): .hold(name)
            case .model: .job(id)
            }
        faultCounts[hold, default: 0] += 1
        let wait = Backoff(first: parts.timing.retryFirst, cap: parts.timing.retryCap).wait(before: faultCounts[hold] ?? 1)
        retries[hold] = now + wait
        holds[hold] = reason
        try await parts.store.release(id)
        try await save(feature)
        requestNote(id, notBefore: now + parts.timing.firstTouch)
        requestDashboard(now)
        parts.progress.set(id, stage: "waits: " + (reason.split(separator: "\n").first.map(String.init) ?? reason))
        guard case .hold(let repository) = hold else { return [] }
        let held = state.apply(.hold(repository, reason: reason))
        guard let sequence = try await parts.store.openJobs()[id] else { return held }
        return held + queue(feature, sequence)
    }

    /// A try went well: what it had met before is over.
    func mended(_ what: [Retry]) {
        for what in what {
            faultCounts[what] = nil
            if holds.removeValue(forKey: what) != nil { requestDashboard(BootClock.now) }
        }
    }

    /// A fault is shown until a try has gone well, or until nobody is left who would try.
    func forgetHolds() {
        for what in Array(holds.keys) where retries[what] == nil && !isTried(what) { mended([what]) }
    }

    private func isTried(_ what: Retry) -> Bool {
        switch what {
        case .job(let id), .merge(let id): state.runningFeatures.contains(id) || state.waitingFeatures.contains(id)
        case .hold(nil): !state.runningFeatures.isEmpty
        case .hold(let repository?): state.runningFeatures.contains { features[$0]?.repository == repository }
        }
    }

    private func postpone(_ feature: inout FeatureRecord, until time: Duration) async throws {
        retries[.job(feature.id)] = time
        try await parts.store.release(feature.id)
        try await save(feature)
        requestNote(feature.id, notBefore: BootClock.now + parts.timing.firstTouch)
    }

    /// What is due for another try. The count of faults stays until a try succeeds, so that waits grow.
    func retry(_ now: Duration) async throws -> [DispatchState.Action] {
        var actions: [DispatchState.Action] = []
        for (what, due) in retries where due <= now {
            retries[what] = nil
            switch what {
            case .job(let id):
                guard let feature = features[id], !state.runningFeatures.contains(id), let sequence = try await parts.store.openJobs()[id]
                else { continue }
                actions += queue(feature, sequence)
            case .merge(let id):
                guard let feature = features[id], feature.isApproved, let repository = feature.repository else { continue }
                actions += state.apply(.mergeWanted(id, repository))
            case .hold(let repository):
                if repository == nil, let obstacle = await parts.health() {
                    hold(nil, obstacle, now)
                    continue
                }
                if let shortage = await shortage(before: what) {
                    hold(repository, shortage, now)
                    continue
                }
                actions += state.apply(.hold(repository, reason: nil))
            }
        }
        return actions
    }

    /// The day of a day's budget is counted in UTC.
    private static func untilTomorrow() -> Duration { .seconds(86_400 - Int64(Date.now.timeIntervalSince1970) % 86_400 + 1) }

    /// The one sanctioned swallow: something to look at could not be refreshed; it is logged and done again with the next news.
    func logged(_ what: String, _ body: () throws -> Void) {
        do { try body() } catch { parts.log.warning("\(what) failed: \(error)") }
    }
}
