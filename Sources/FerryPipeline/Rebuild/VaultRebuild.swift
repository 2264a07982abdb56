internal import FerryGit
internal import FerryModel
package import FerryStore
internal import FerrySystem
internal import FerryVault
internal import SystemPackage

/// Makes the records of a database that was lost, or that is older than the vault, say what journals, notes, runs and branches say. It starts nothing, writes
/// no note and no branch, and done twice it changes nothing twice. See docs/decisions/0026.
package struct VaultRebuild: Sendable {
    /// What was found.
    package struct Report: Hashable, Sendable {
        /// Features that are on record now.
        package var features = 0
        /// Runs that left notes in the vault.
        package var runs = 0
        package var spent = SpendingTotal()
        /// What a person is asked, in words.
        package var asked: [String] = []
    }

    let store: Store
    let folders: StateFolders
    let desk: VaultDesk
    let configuration: Configuration

    package init(store: Store, folders: StateFolders, desk: VaultDesk, configuration: Configuration) {
        self.store = store
        self.folders = folders
        self.desk = desk
        self.configuration = configuration
    }

    /// Why nothing can be concluded yet.
    package struct Obstacle: Error {
        package let reason: String
    }

    /// Returns `nil` where the vault is not there: then nothing is concluded. Nor is it where a repository's disk does not answer: throws `Obstacle`,
    /// `StoreError`, `Errno`.
    package func perform() async throws -> Report? {
        guard try await desk.isFirstLookTaken() else { return nil }
        _ = try await store.takeJournals()
        let runNotes = try await takeRunNotes()
        let runs = Dictionary(grouping: runNotes, by: \.feature)
        var report = Report()
        report.runs = runNotes.count
        let notes = desk.features()
        let known = Set(try await store.features().map(\.id))
        // Several with one id: none runs, as ever.
        let concerned = notes.filter { id, places in
            places.count == 1 && (known.contains(id) || isOfInterest(places[0], hasRuns: runs[id] != nil))
        }
        let repositories = concerned.isEmpty ? [:] : try await openRepositories()
        for (id, places) in concerned.sorted(by: { $0.key < $1.key }) {
            if let asked = try await RebuiltFeature(rebuild: self, id: id, runs: runs[id] ?? [], repositories: repositories).take(places[0]) {
                report.asked.append(asked)
            }
        }
        for id in known.subtracting(notes.keys) { try await letGo(id) }
        report.features = try await store.features().count
        report.spent = try await store.spending()
        let reason = try await store.fact(StoreOpening.rebuildFact) ?? ""
        // Of a vault that is new there is nothing to tell.
        if report.features > 0 || report.runs > 0 { try await store.record("\(reason) It was compared with notes, runs and branches.") }
        try await store.setFact(StoreOpening.rebuildFact, nil)
        return report
    }

    private func openRepositories() async throws -> [RepositoryName: GitRepository] {
        var opened: [RepositoryName: GitRepository] = [:]
        for repository in configuration.repositories {
            do {
                opened[repository.name] = try await GitRepository.open(
                    path: repository.path, privateDirectory: folders.gitDirectory(of: repository.name))
            } catch let error as GitError {
                // What cannot be opened tells nothing; what does not answer may have much to tell.
                if error.code == .endless { throw Obstacle(reason: error.description) }
            }
        }
        return opened
    }

    /// Notes that rest where Ferry left them are passed over unread.
    private func isOfInterest(_ note: IndexedNote, hasRuns: Bool) -> Bool {
        guard let status = note.noteStatus else { return false }
        return switch note.state {
        case .planned, .inProgress, .review: true
        case .done: status != .done
        case .blocked: hasRuns
        case .ideas, .drafts: false
        }
    }

    /// The note is nowhere: nothing is at work on it, and nothing is forgotten of it.
    private func letGo(_ id: FeatureID) async throws {
        guard var feature = try await store.feature(id) else { return }
        try await store.closeJob(id, as: "cancelled")
        if let run = try await store.run(id, feature.run) { try await end(run, as: .cancelled) }
        feature.isPresent = false
        feature.folder = nil
        feature.isApproved = false
        if feature.state == .planned || feature.state == .inProgress { feature.state = nil }
        try await store.save(feature)
    }

    /// A run that is not under way any more.
    func end(_ run: RunRecord, as outcome: RunRecord.Outcome) async throws {
        guard run.outcome == .running || run.outcome == .parked, run.outcome != outcome else { return }
        var run = run
        run.outcome = outcome
        run.ended = run.ended ?? Store.now
        try await store.save(run)
    }

    // MARK: Runs and money

    /// Takes runs and accounts from the heads of the runs' notes; where the database knows more, it keeps that.
    private func takeRunNotes() async throws -> [RunNote] {
        let notes = try await desk.runNotes()
        var kept: [KeptRun] = []
        for note in notes {
            let text = desk.notes(bearing: note.feature).first.flatMap { try? desk.read($0.path) }
            guard let run = note.record(note: text ?? []) else { continue }
            kept.append(KeptRun(run: run, start: note.start, kind: note.kind, account: note.account))
        }
        try await store.take(kept)
        return notes
    }
}
