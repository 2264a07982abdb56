internal import FerrySystem
internal import Logging
internal import FerryGit
internal import FerryModel
internal import FerryStore
internal import FerryVault
internal import Foundation
internal import SystemPackage

/// What a run leaves in the vault, and how `run --once` ends.
extension Dispatcher {
    func writeTranscript(_ label: String, _ transcript: Transcript, of feature: FeatureRecord) async {
        var isWhole = await writeTranscript(label, at: transcript.path, of: feature)
        // What it has cost by now survives the database.
        if await !writeSummary(feature) { isWhole = false }
        if !isWhole { retryRunNotes(feature.id) }
        try? await failpoint(.runNoteAfterDone)
    }

    func writePlan(_ plan: PlanReport, of feature: FeatureRecord) async {
        if await !writePlanNote(plan, of: feature) { retryRunNotes(feature.id) }
    }

    /// The run's own note, as the run stands.
    func writeBeginning(of feature: FeatureRecord) async {
        if await !writeSummary(feature) { retryRunNotes(feature.id) }
    }

    // MARK: What was kept from being written

    /// Runs of which the vault does not hold all: they end, or what told of them was cut off by a kill or refused by the disk.
    func recallRunNotes(_ now: Duration) async throws {
        for id in try await parts.store.featuresWithoutRunNotes() { retries[.runNotes(id)] = now }
    }

    private func retryRunNotes(_ id: FeatureID) {
        runNoteFailures[id, default: 0] += 1
        let backoff = Backoff(first: parts.timing.retryFirst, cap: parts.timing.retryCap)
        retries[.runNotes(id)] = BootClock.now + backoff.wait(before: runNoteFailures[id] ?? 1)
    }

    /// Writes what is known of the feature's runs and not in the vault yet: transcripts, plan, a run's own note, its change. What cannot be written is tried
    /// again, and a run that has ended is forgotten here only when all of it is there.
    func finishRunNotes(_ id: FeatureID) async {
        retries[.runNotes(id)] = nil
        do {
            for (number, tip) in try await parts.store.runsWithoutNotes(of: id) {
                // The run's row comes after the fact.
                guard var feature = features[id], let run = try await parts.store.run(id, number) else { continue }
                let isNewest = feature.run == number
                if !isNewest { (feature.run, feature.tip) = (number, tip) }
                guard try await writeLeft(of: feature, run, isNewest: isNewest) else { return retryRunNotes(id) }
            }
            runNoteFailures[id] = nil
        } catch {
            parts.log.warning("Writing the notes of \(id)'s runs: \(error)")
            retryRunNotes(id)
        }
    }

    private func writeLeft(of feature: FeatureRecord, _ run: RunRecord, isNewest: Bool) async throws -> Bool {
        guard try await writeLeftTranscripts(of: feature), try await writeLeftPlan(of: feature) else { return false }
        // What was checked is known of the newest run; an older one's page is left alone where it tells its end.
        if isNewest || !tellsEnd(of: run, feature), await !writeSummary(feature) { return false }
        guard run.outcome != .running, run.outcome != .parked else { return true }
        guard await writeDiff(feature, run) else { return false }
        // What its attempt still has to say comes with the attempt's end.
        guard !isNewest || attempts[feature.id] == nil else { return true }
        try await parts.store.setFact(Store.runNotesFact(feature.id, run.number), nil, .withNextCommit)
        return true
    }

    private func tellsEnd(of run: RunRecord, _ feature: FeatureRecord) -> Bool {
        guard let page = try? desk.read(runNotes(of: feature).path()) else { return false }
        return String(decoding: page, as: UTF8.self).contains(RunNotes.outcomeLine(run))
    }

    private func writeLeftTranscripts(of feature: FeatureRecord) async throws -> Bool {
        let record = parts.folders.run(feature.id, feature.run)
        guard try FileStatus.ifPresent(record) != nil else { return true }
        var isWhole = true
        let listed = try await transcriptLabels(of: feature)
        for name in try Directory.entries(of: record).map(\.name) where name.extension == Transcript.fileExtension {
            let label = StageAgent.label(named: name.stem)
            let file = record.appending(name)
            let note = try FileStatus.ifPresent(desk.vault.root.pushing(runNotes(of: feature).path(label)))
            if let note, note.modified >= (try FileStatus(of: file).modified), listed.contains(label) { continue }
            if await !writeTranscript(label, at: file, of: feature) { isWhole = false }
        }
        return isWhole
    }

    private func writeLeftPlan(of feature: FeatureRecord) async throws -> Bool {
        guard try FileStatus.ifPresent(desk.vault.root.pushing(runNotes(of: feature).path("plan"))) == nil,
            let step = try await parts.store.steps(feature.id, feature.run).first(where: { $0.key == "plan" }),
            let plan = try? JSONDecoder().decode(PlanReport.self, from: Data(step.outcome.utf8))
        else { return true }
        return await writePlanNote(plan, of: feature)
    }

    // MARK: The notes

    private func writeTranscript(_ label: String, at path: FilePath, of feature: FeatureRecord) async -> Bool {
        let isWritten = await writeReport("transcript of \(label)", runNotes(of: feature).path(label)) {
            let entries = try Transcript.read(path)
            return "# \(feature.id) run-\(feature.run): \(label)\n\n" + TranscriptNote.render(entries, record: path.string)
        }
        do {
            let labels = try await transcriptLabels(of: feature)
            if !labels.contains(label) {
                try await parts.store.setFact("transcripts:\(feature.id):\(feature.run)", (labels + [label]).joined(separator: "\n"))
            }
            return isWritten
        } catch {
            parts.log.warning("Recording the transcript of \(label) of \(feature.id): \(error)")
            return false
        }
    }

    /// Of the stages whose transcripts are in the vault, in their order.
    private func transcriptLabels(of feature: FeatureRecord) async throws -> [String] {
        try await parts.store.fact("transcripts:\(feature.id):\(feature.run)")?.split(separator: "\n").map(String.init) ?? []
    }

    private func writePlanNote(_ plan: PlanReport, of feature: FeatureRecord) async -> Bool {
        let notes = runNotes(of: feature)
        return await writeReport("plan", notes.path("plan")) { notes.plan(plan) }
    }

    private func writeSummary(_ feature: FeatureRecord) async -> Bool {
        let notes = runNotes(of: feature)
        do {
            guard let run = try await parts.store.run(feature.id, feature.run) else { return true }
            let check = try await parts.store.checkResult(feature.id)
            let cost = try await parts.store.spending(feature: feature.id, run: feature.run)
            let labels = try await transcriptLabels(of: feature)
            let head = RunNote(
                run, of: feature, kind: try await parts.store.fact("kind:\(feature.id):\(feature.run)"),
                start: try await parts.store.fact("start:\(feature.id):\(feature.run)"),
                account: try await parts.store.account(feature.id, feature.run))
            return await writeReport("summary", notes.path()) {
                head.frontMatter + notes.summary(run, title: feature.title, check: check, cost: cost, tip: feature.tip, transcripts: labels)
            }
        } catch {
            parts.log.warning("Writing the note of run \(feature.run) of \(feature.id): \(error)")
            return false
        }
    }

    /// Nothing where there is no commit to show, or no repository to show it from.
    private func writeDiff(_ feature: FeatureRecord, _ run: RunRecord) async -> Bool {
        let notes = runNotes(of: feature)
        guard let tip = feature.tip.flatMap({ CommitID($0) }), let base = CommitID(run.base), let name = feature.repository,
            let repository = configuration.repository(name.rawValue)
        else { return true }
        do {
            let diff = try await open(repository).diff(from: base, to: tip, limit: RunNotes.diffLimit)
            return await writeReport("diff", notes.path("diff")) {
                notes.diff(
                    SafeText.showingHidden(parts.models.redactor.ofKnownValues.redact(String(decoding: diff.bytes, as: UTF8.self))),
                    isCut: diff.isTruncated, range: "\(base.short) \(tip.short)")
            }
        } catch let error as GitError where error.code == .endless {
            return false
        } catch {
            // A repository that is out of order is no reason to try for ever; the commit is in the note.
            parts.log.warning("Writing the change of run \(feature.run) of \(feature.id): \(error)")
            return !RunFault.isDisk(error)
        }
    }

    private func runNotes(of feature: FeatureRecord) -> RunNotes {
        RunNotes(layout: desk.layout, feature: feature.id, run: feature.run, record: parts.folders.run(feature.id, feature.run))
    }

    /// Returns whether it is there.
    private func writeReport(_ what: String, _ path: FilePath, _ text: () throws -> String) async -> Bool {
        do {
            try await failpoint(.runNoteBeforeIntent)
            // What models and commands say is redacted where it comes in; a diff and the names of files come from the repository.
            let outcome = try await desk.writer.replace(path, content: Array(parts.models.redactor.ofKnownValues.redact(try text()).utf8))
            try await failpoint(.runNoteAfterEffect)
            return outcome != .busy
        } catch {
            parts.log.warning("Writing the \(what) \(path): \(error)")
            return false
        }
    }

    /// How a `--once` service ended: faults of the surroundings first, then what waits for a person.
    package func onceEnd() -> OnceEnd {
        let faults = [absence].compactMap { $0 } + faultsAround
        if !faults.isEmpty { return .failed(faults) }
        let waiting = features.values.filter { $0.isPresent }.sorted { $0.id < $1.id }.compactMap { feature -> String? in
            if feature.isAmbiguous { return feature.waitsFor }
            return switch feature.state {
            case .blocked where feature.run.rawValue > 0 || feature.waitsFor != nil, .planned, .inProgress:
                "\(feature.id) (\(feature.state?.rawValue ?? "")): \(feature.waitsFor ?? waitSentence(feature.id))"
            case .review where feature.isApproved: "\(feature.id): \(feature.waitsFor ?? "approved, waits")"
            default: nil
            }
        }
        let asked = toldBulk.values.map(\.sentence).sorted() + notReady
        return waiting.isEmpty && asked.isEmpty ? .settled : .waitsForPerson(asked + waiting)
    }

    /// Notes in planned that nothing can be begun with, a sentence each.
    private var notReady: [String] {
        let open = reconciliation.unready.values.compactMap { path in desk.unreadiness(of: path).map { "\(path): \($0.sentence)" } }
        return (open + desk.unreadable.filter { desk.layout.place(of: $0.key)?.state == .planned }.map { "\($0.value)" }).sorted()
    }
}

/// How a run that ends by itself ended.
package enum OnceEnd: Hashable, Sendable {
    case settled
    case waitsForPerson([String])
    case failed([String])
}
