internal import FerryModel
internal import FerryPipeline
internal import FerryService
internal import FerryStore
internal import FerrySystem
internal import FerryVault
internal import SystemPackage

/// Reads features from the notes and from the service's records, and never writes.
struct FeatureReader: Sendable {
    let view: VaultView
    let store: Store?
    let list: FeatureList
    /// `nil` before the service's first run.
    private let queue: QueueView?
    private let byID: [FeatureID: FoundFeature]

    /// Throws `CommandError`, `StoreError`.
    init(_ view: VaultView) async throws {
        self.view = view
        store = try view.store()
        let records = try await store?.features() ?? []
        let list = try FeatureList(view, records: records)
        self.list = list
        let byID = Dictionary(list.features.compactMap { feature in feature.id.map { ($0, feature) } }) { first, _ in first }
        self.byID = byID
        let limits = (try? await view.repositories()) ?? []
        let perRepository = Dictionary(limits.compactMap { note in note.atOnce.map { (note.name, $0) } }) { first, _ in first }
        var queue: QueueView?
        if let store {
            queue = try await QueueView(
                store, features: records, limit: view.settings.agentsAtOnce, perRepository: perRepository, isStopped: view.isStopped,
                isDone: { byID[$0]?.state == .done })
        }
        self.queue = queue
    }

    func status() async throws -> StatusReport {
        var lines: [FeatureLine] = []
        for state in FeatureState.allCases {
            for feature in list.features where feature.state == state { lines.append(try await line(feature)) }
        }
        let today = try await store?.spending(day: Store.today) ?? SpendingTotal()
        let isServed = view.isServed
        var faults = view.settings.faults.prefix(3).map { SafeText.make("\($0)") }
        for fact in isServed ? [Dispatcher.absenceFact, Dispatcher.unreliabilityFact] : [] {
            if let fault = try await store?.fact(fact) { faults.append(SafeText.make(fault)) }
        }
        var report = StatusReport(
            vault: view.root.string, isServed: isServed, isStopped: view.isStopped, service: ServiceReport(view),
            lastService: isServed ? nil : lastService,
            asked: try await questions().map { SafeText.make($0.sentence) }, features: lines, todayUsd: today.amount.dollars,
            dayLimitUsd: view.settings.budgetDay.dollars, todayUnpriced: today.callsOfUnknownPrice, vaultFaults: faults)
        report.shortages = await shortages()
        return report
    }

    /// Asked of the disks themselves: on a full one the service can record nothing.
    private func shortages() async -> [String] {
        let space = DiskSpace(minimum: view.settings.minimumFree)
        let repositories = ((try? await view.repositories()) ?? []).map { DiskSpace.Place("the repository \($0.name)", $0.path) }
        var shortages: [String] = []
        for place in [.init("the vault", view.root)] + (view.folders?.places ?? []) + repositories {
            if let shortage = await space.shortage(of: [place]) { shortages.append(SafeText.make(shortage)) }
        }
        return shortages
    }

    /// `nil` where it was stopped, or where there was none.
    private var lastService: String? {
        guard let folders = view.folders, let health = HealthFile.read(folders), health.ended == nil else { return nil }
        return "the last one ended without stopping, after \(SafeText.line(health.lastProgress))"
    }

    /// What the dashboard asks about gestures that came in bulk.
    func questions() async throws -> [BulkQuestion] { try await store?.bulkQuestions() ?? [] }

    func line(_ feature: FoundFeature) async throws -> FeatureLine {
        let story = try await story(of: feature)
        let isMerging = feature.state == .done && (feature.record?.isApproved == true || feature.record?.state == .review)
        let isQuiet = [.ideas, .drafts, .done].contains(feature.state) && feature.record?.waitsFor == nil && !isMerging
        var spent: SpendingTotal?
        if let id = feature.id, let store, feature.record != nil { spent = try await store.spending(feature: id) }
        return FeatureLine(
            id: feature.id?.description, title: feature.title, state: feature.state.rawValue, note: feature.path.string,
            repository: feature.record?.repository?.rawValue, branch: feature.record?.branch,
            run: feature.record.flatMap { $0.run.rawValue > 0 ? $0.run.rawValue : nil }, waitsFor: isQuiet ? nil : SafeText.make(story.reason),
            needsPerson: story.needsPerson && !isQuiet, costUsd: spent?.known?.dollars,
            unpricedCalls: spent.flatMap { $0.callsOfUnknownPrice > 0 ? $0.callsOfUnknownPrice : nil },
            estimatedUsd: spent.flatMap { $0.estimated > .zero ? $0.estimated.dollars : nil })
    }

    func story(of feature: FoundFeature) async throws -> WaitStory {
        var last: String?
        if let id = feature.id, let store { last = try await store.events(of: id, limit: 1).first.map { SafeText.make($0.text) } }
        var facts = WaitStory.Facts(
            feature: feature, isServed: view.isServed, isStopped: view.isStopped, settle: view.settings.settle,
            asked: try await asked(of: feature),
            unready: UnreadyNote(view.root.pushing(feature.path), isEmpty: feature.note.isEmpty) { ((try? FileStatus.ifPresent($0)) ?? nil) != nil },
            lastEvent: last)
        if facts.isServed { facts.absence = try await store?.fact(Dispatcher.absenceFact) }
        if let id = feature.id, let store {
            let reason = queue?.reason(for: id) ?? .nothing
            facts.wait = reason == .nothing ? nil : SafeText.make(reason.sentence(standing))
            facts.isAtWork = queue?.isAtWork(id) ?? false
            facts.nextTry = queue?.nextTry(of: id)
            facts.noteFault = try await store.fact("note:\(id)")
            if let record = feature.record, record.isApproved {
                let others = byID.values.compactMap(\.record).filter { $0.isApproved && $0.repository == record.repository && $0.id != id }
                facts.otherMerges = others.map(\.id).sorted()
            }
        }
        return WaitStory(facts)
    }

    /// Where a feature stands that another one waits for.
    private func standing(_ id: FeatureID) -> FeatureStanding? {
        byID[id].map { feature in feature.record.map(FeatureStanding.init) ?? FeatureStanding(state: feature.state) }
    }

    /// What the dashboard asks about the gesture that the note has made, where it was one of many.
    private func asked(of feature: FoundFeature) async throws -> String? {
        let origin: Place = feature.record.map { record in record.state.map(Place.state) ?? .outside } ?? .unseen
        let gesture = Gesture.between(origin, .state(feature.state), isHeld: feature.record?.isHeld ?? false)
        return try await questions().first { $0.kind == gesture || ($0.kind.startsWork && gesture.startsWork) }?.reason
    }

    /// All that is known of one feature; `events` is the most of its history.
    func report(_ feature: FoundFeature, events limit: Int) async throws -> FeatureReport {
        var report = FeatureReport(
            feature: try await line(feature), priority: feature.note.priority, dependsOn: feature.note.dependsOn.map { SafeText.make($0) },
            base: feature.record?.base,
            tip: feature.record?.tip, questions: feature.record?.questions.map { SafeText.make($0) } ?? [], inputTokens: 0, outputTokens: 0,
            modelCalls: 0,
            runs: [], events: [])
        guard let id = feature.id, let store, let record = feature.record else { return report }
        let spent = try await store.spending(feature: id)
        (report.inputTokens, report.outputTokens, report.modelCalls) = (spent.inputTokens, spent.outputTokens, spent.calls)
        report.merged = try await store.fact("merged:\(id)")
        report.check = try await store.checkResult(id).map(FeatureReport.Check.init)
        for number in stride(from: record.run.rawValue, to: 0, by: -1) {
            guard let run = try await store.run(id, RunNumber(number)) else { continue }
            report.runs.append(.init(run, cost: try await store.spending(feature: id, run: run.number)))
        }
        report.events = try await store.events(of: id, limit: limit).reversed().map(FeatureReport.Event.init)
        return report
    }
}

extension FeatureReport.Run {
    init(_ run: RunRecord, cost: SpendingTotal) {
        self.init(
            number: run.number.rawValue, outcome: run.outcome.rawValue, tier: run.tier.rawValue, score: run.score, reasons: run.reasons,
            branch: run.branch,
            base: run.base, started: run.started, ended: run.ended, costUsd: cost.known?.dollars, unpricedCalls: cost.callsOfUnknownPrice)
    }
}

extension FeatureReport.Event {
    init(_ event: EventRecord) { self.init(time: event.time, run: event.run?.rawValue, text: SafeText.make(event.text)) }
}

extension FeatureReport.Check {
    init(_ check: CheckResult) {
        self.init(
            commit: check.commit, files: check.files, addedLines: check.addedLines, deletedLines: check.deletedLines, risk: check.risk.rawValue,
            evidence: check.evidence.map {
                .init(
                    command: SafeText.make($0.command), verdict: $0.verdict.rawValue, summary: SafeText.make($0.summary),
                    milliseconds: $0.milliseconds, log: $0.log)
            },
            findings: check.findings.map {
                .init(
                    rule: SafeText.line($0.rule), severity: $0.severity.rawValue, location: SafeText.make($0.location),
                    message: SafeText.make($0.message))
            })
    }
}

extension SpendingTotal {
    /// The amount, unless all that is known is that calls of unknown price were made: that is not nothing.
    var known: Money? { amount == .zero && callsOfUnknownPrice > 0 ? nil : amount }
}
