internal import FerryModel
internal import FerryStore
internal import FerrySystem
internal import FerryVault
internal import SystemPackage

/// Gestures that came in bulk: one question for each kind, on the dashboard, and what a tick there does.
extension Dispatcher {
    private static let allowed = "allowed"
    private static let exampleLimit = 5

    /// What was asked before this process began. Its gestures are found again by the first look, and wait on; what was allowed is carried out.
    func restoreBulk() async throws {
        let stored = try await parts.store.facts("bulk:")
        let questions = stored.compactMap { BulkQuestion(kind: $0.key, stored: $0.value) }
        let allowed = Set(stored.filter { $0.value == Self.allowed }.keys.compactMap(Gesture.init(rawValue:)))
        bulk.restore(questions, allowed: allowed, lastNumber: try await parts.store.fact("bulk-number").flatMap { Int($0) } ?? 0)
        for question in questions { toldBulk[question.kind] = question }
        dashboardBoxes = questions.map(\.box)
    }

    /// Takes ticks on the dashboard: what they allow is part of the look.
    func readBulkTicks(into concern: inout LookConcern) async throws {
        guard !bulk.isEmpty else { return }
        for box in boxesOnDashboard() where box.isTicked {
            guard let question = toldBulk.values.first(where: { $0.boxID == box.id && $0.number == box.run }) else { continue }
            // Stored first: after a kill the yes still counts.
            try await parts.store.setFact("bulk:\(question.kind.rawValue)", Self.allowed)
            try await parts.store.record("yes on the dashboard: \(question.sentence)")
            concern.add(Array(bulk.allow(question.kind)))
        }
    }

    /// Holds back what came in bulk. What was carried out before it was known how many they are, and is not at work yet, waits as well.
    func sift(_ decisions: [Reconciliation.Decision], of concern: LookConcern, _ now: Duration) async throws -> [Reconciliation.Decision] {
        let subjects = Set(concern.features.map(Reconciliation.Subject.feature)).union(concern.paths.map(Reconciliation.Subject.note))
        let timing = reconciliation.timing
        let sifted = bulk.sift(
            decisions, concerned: subjects, features: features, limit: configuration.settings.askAbove,
            window: max(timing.settle, timing.firstTouch), now: now)
        if !sifted.takeBack.isEmpty || !bulk.isEmpty { try await tellBulk(now) }
        for recent in sifted.takeBack { try await takeBack(recent) }
        return sifted.act
    }

    private func takeBack(_ recent: BulkGestures.Recent) async throws {
        let id: FeatureID? =
            switch recent.subject {
            case .feature(let id): id
            case .note(let path): places.features(at: path).first
            }
        guard let id, let feature = features[id], feature.state == .planned, feature.waitsFor == nil, !state.isRunning(id) else {
            return
        }
        var former = feature
        if let before = recent.before {
            former = before
            former.generation = feature.generation
            former.noteHash = feature.noteHash
        } else {
            (former.state, former.folder) = (nil, nil)
        }
        try await parts.store.closeJob(id, as: "asked")
        decided += state.apply(.withdrawn(id))
        pendingNotes[id] = nil
        try await save(former)
        try await parts.store.record("It came with many others; it waits for a word on the dashboard.", feature: id)
        bulk.join(recent.kind, .feature(id))
    }

    /// After a look: what is asked now, on the dashboard and for `ferry status`.
    func finishBulk(_ now: Duration) async throws {
        for kind in bulk.finish() {
            try await parts.store.setFact("bulk:\(kind.rawValue)", nil)
            toldBulk[kind] = nil
            requestDashboard(now)
        }
        try await tellBulk(now)
    }

    private func tellBulk(_ now: Duration) async throws {
        for (kind, number, subjects) in bulk.waiting {
            let question = BulkQuestion(kind: kind, number: number, count: subjects.count, examples: examples(subjects))
            guard toldBulk[kind] != question else { continue }
            if toldBulk[kind]?.number != number {
                try await parts.store.setFact("bulk-number", "\(number)")
                try await parts.store.record("More than `ask_above` at once: \(question.sentence)")
            }
            try await parts.store.setFact("bulk:\(kind.rawValue)", question.stored)
            toldBulk[kind] = question
            requestDashboard(now)
        }
        dashboardBoxes = toldBulk.values.sorted { $0.boxID < $1.boxID }.map(\.box)
    }

    private func examples(_ subjects: Set<Reconciliation.Subject>) -> [String] {
        var first: [String] = []
        for subject in subjects {
            let name: String? =
                switch subject {
                case .feature(let id): features[id]?.path.stem ?? id.description
                case .note(let path): path.stem
                }
            guard let name, first.count < Self.exampleLimit || name < (first.last ?? "") else { continue }
            first = Array((first + [name]).sorted().prefix(Self.exampleLimit))
        }
        return first
    }
}
