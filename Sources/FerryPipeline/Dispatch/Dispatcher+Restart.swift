internal import FerryModel
internal import FerryStore
internal import FerrySystem
internal import Logging
internal import SystemPackage

/// What the database remembers of jobs, when the service begins. Interrupted is not failed: an attempt goes on from its last step.
extension Dispatcher {
    /// Jobs that are read at once.
    private static let page = 1_000
    /// Unclean starts in a row that find a job at work, and no further, after which it is not started again by itself.
    private static let poisonLimit = 3

    func restoreJobs(_ now: Duration) async throws {
        let interrupted = try await parts.store.releaseInterrupted(limit: Self.poisonLimit, isClean: parts.store.wasClosedCleanly)
        let poison = Dictionary(interrupted.map { ($0.feature, $0.count) }) { $1 }
        // It had ended; the kill came before its job was closed. All of them in one step: they must keep nothing behind them waiting.
        var ended: [FeatureID] = []
        var quarantined: [FeatureRecord] = []
        try await eachOpenJob { job in
            guard let feature = features[job.feature], feature.state == .planned || feature.state == .inProgress else {
                ended.append(job.feature)
                return
            }
            if poison[job.feature] != nil {
                quarantined.append(feature)
            } else {
                startup += resume(job, of: feature, now)
            }
        }
        try await parts.store.closeJobs(ended, as: "ended")
        for feature in quarantined { try await quarantine(feature, poison[feature.id] ?? Self.poisonLimit) }
    }

    /// Asks for every open job in the order of arrival, page by page: however many there are that nothing can be done for, those behind them have their turn.
    func eachOpenJob(_ body: (OpenJob) -> Void) async throws {
        var last: Int64 = 0
        while true {
            let jobs = try await parts.store.openJobs(after: last, limit: Self.page)
            jobs.forEach(body)
            guard let end = jobs.last else { return }
            last = end.sequence
        }
    }

    /// A commit that the disk called a failure may be there all the same: what the database says is what has happened.
    func recallIfDoubtful() async throws {
        let errors = parts.store.errorCount
        guard errors != recalledErrors else { return }
        let now = BootClock.now
        for feature in try await parts.store.features() where features[feature.id] != feature {
            remember(feature)
            decided += state.apply(feature.state == .done ? .released(feature.id) : .reopened(feature.id))
            requestNote(feature.id, notBefore: now + parts.timing.firstTouch)
        }
        try await recallRunNotes(now)
        var unknown: [OpenJob] = []
        try await eachOpenJob { job in
            if isEnding(job.feature) { doubtfulEnds.insert(job.feature) } else if !isKnown(job) { unknown.append(job) }
        }
        for job in unknown { decided += try await takeUp(job) }
        for feature in features.values where feature.isApproved && !feature.isAmbiguous && !state.isMergeKnown(feature.id) {
            retries[.merge(feature.id)] = now
        }
        recalledErrors = errors
    }

    /// Whether what is to become of the job is decided here already.
    private func isKnown(_ job: OpenJob) -> Bool {
        state.isRunning(job.feature) || state.isWaiting(job.feature) || retries[.job(job.feature)] != nil
    }

    /// Goes on with a job that is on record and that nothing here knows of.
    func takeUp(_ job: OpenJob) async throws -> [DispatchState.Action] {
        guard !isKnown(job), let feature = features[job.feature], feature.state == .planned || feature.state == .inProgress, !feature.isAmbiguous
        else {
            return []
        }
        try await parts.store.release(heldByNobody: job.feature)
        undispatched.remove(job.feature)
        return resume(job, of: feature, BootClock.now)
    }

    /// Queues the job, or has it wait as it was stored.
    private func resume(_ job: OpenJob, of feature: FeatureRecord, _ now: Duration) -> [DispatchState.Action] {
        guard let wait = job.retry?.remaining(at: Store.milliseconds), wait > .zero else { return queue(feature, job) }
        retries[.job(job.feature)] = now + wait
        if feature.waitsFor.map(Self.isWaitForDay) == true { waitsForDay.insert(job.feature) }
        return []
    }

    /// What a kill between a merge and the removal of its worktree has left.
    func releaseMerged() async {
        let left = ((try? Directory.folders(of: parts.folders.workspaces)) ?? []).compactMap { name -> FeatureRecord? in
            guard let id = FeatureID(name.string), let feature = features[id], feature.state == .done, !feature.isApproved else { return nil }
            return feature
        }
        let workspaces = left.flatMap(workspaces(of:))
        guard !workspaces.isEmpty else { return }
        await withCheckedContinuation { continuation in
            onOwnThread { [log = parts.log] in
                for workspace in workspaces {
                    do { try workspace.release() } catch { log.warning("Removing the worktree \(workspace.folder): \(error)") }
                }
                continuation.resume()
            }
        }
    }

    /// A job that may be what ends Ferry: it is a person's to look at.
    private func quarantine(_ record: FeatureRecord, _ count: Int) async throws {
        var feature = record
        let last = try await parts.store.events(of: feature.id, limit: 1).first.map { " It was last seen at: \($0.text)." } ?? ""
        feature.waitsFor =
            "It was at work all \(count) times when Ferry ended without a word, and came no further in between, so it is not "
            + "started again by itself.\(last) Look at memory, disk and what its commands do (`ferry logs \(feature.id)`)."
        feature.state = .blocked
        try await parts.store.complete(
            feature,
            Completion(job: "quarantined", run: .blocked, facts: ["kind:\(feature.id)": RunRequest.Kind.retry.rawValue], line: feature.waitsFor))
        remember(feature)
        retries[.runNotes(feature.id)] = BootClock.now
        parts.log.warning("\(feature.id): \(feature.waitsFor ?? "")")
    }
}
