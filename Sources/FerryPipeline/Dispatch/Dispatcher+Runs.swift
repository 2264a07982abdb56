internal import FerrySystem
internal import Logging
internal import FerryGit
internal import FerryModel
internal import FerryStore
internal import FerryVault
internal import SystemPackage

/// What a run leaves in the vault, and how `run --once` ends.
extension Dispatcher {
    func writeTranscript(_ label: String, _ transcript: Transcript, of feature: FeatureRecord) async {
        await writeReport("transcript of \(label)", runNotes(of: feature).path(label)) {
            let entries = try Transcript.read(transcript.path)
            return "# \(feature.id) run-\(feature.run): \(label)\n\n"
                + TranscriptNote.render(entries, record: transcript.path.string)
        }
        var labels = (try? await parts.store.fact("transcripts:\(feature.id):\(feature.run)"))??.split(separator: "\n").map(String.init) ?? []
        if !labels.contains(label) { labels.append(label) }
        try? await parts.store.setFact("transcripts:\(feature.id):\(feature.run)", labels.joined(separator: "\n"))
        // What it has cost by now survives the database.
        await writeSummary(feature)
        try? await failpoint(.runNoteAfterDone)
    }

    func writePlan(_ plan: PlanReport, of feature: FeatureRecord) async {
        let notes = runNotes(of: feature)
        await writeReport("plan", notes.path("plan")) { notes.plan(plan) }
    }

    /// The run's own note, as the run stands.
    func writeSummary(_ feature: FeatureRecord) async {
        let notes = runNotes(of: feature)
        do {
            guard let run = try await parts.store.run(feature.id, feature.run) else { return }
            let check = try await parts.store.checkResult(feature.id)
            let cost = try await parts.store.spending(feature: feature.id, run: feature.run)
            let labels = try await parts.store.fact("transcripts:\(feature.id):\(feature.run)")?.split(separator: "\n").map(String.init) ?? []
            let head = RunNote(
                run, of: feature, kind: try await parts.store.fact("kind:\(feature.id):\(feature.run)"),
                start: try await parts.store.fact("start:\(feature.id):\(feature.run)"),
                account: try await parts.store.account(feature.id, feature.run))
            await writeReport("summary", notes.path()) {
                head.frontMatter + notes.summary(run, title: feature.title, check: check, cost: cost, tip: feature.tip, transcripts: labels)
            }
        } catch { parts.log.warning("Writing the note of run \(feature.run) of \(feature.id): \(error)") }
    }

    /// Summary and diff, as they stand.
    func writeRun(_ feature: FeatureRecord) async {
        await writeSummary(feature)
        let notes = runNotes(of: feature)
        do {
            guard let run = try await parts.store.run(feature.id, feature.run) else { return }
            guard let tip = feature.tip.flatMap({ CommitID($0) }), let base = CommitID(run.base), let name = feature.repository,
                let repository = configuration.repository(name.rawValue)
            else { return }
            let git = try await GitRepository.open(path: repository.path, privateDirectory: parts.folders.gitDirectory(of: name))
            let diff = try await git.diff(from: base, to: tip, limit: RunNotes.diffLimit)
            await writeReport("diff", notes.path("diff")) {
                notes.diff(
                    SafeText.showingHidden(parts.models.redactor.ofKnownValues.redact(String(decoding: diff.bytes, as: UTF8.self))),
                    isCut: diff.isTruncated, range: "\(base.short) \(tip.short)")
            }
        } catch { parts.log.warning("Writing the notes of run \(feature.run) of \(feature.id): \(error)") }
    }

    private func runNotes(of feature: FeatureRecord) -> RunNotes {
        RunNotes(layout: desk.layout, feature: feature.id, run: feature.run, record: parts.folders.run(feature.id, feature.run))
    }

    private func writeReport(_ what: String, _ path: FilePath, _ text: () throws -> String) async {
        do {
            try await failpoint(.runNoteBeforeIntent)
            // What models and commands say is redacted where it comes in; a diff and the names of files come from the repository.
            _ = try await desk.writer.replace(path, content: Array(parts.models.redactor.ofKnownValues.redact(try text()).utf8))
            try await failpoint(.runNoteAfterEffect)
        } catch {
            parts.log.warning("Writing the \(what) \(path): \(error)")
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
        let asked = toldBulk.values.map(\.sentence).sorted()
        return waiting.isEmpty && asked.isEmpty ? .settled : .waitsForPerson(asked + waiting)
    }
}

/// How a run that ends by itself ended.
package enum OnceEnd: Hashable, Sendable {
    case settled
    case waitsForPerson([String])
    case failed([String])
}
