package import FerryModel
package import FerryStore
internal import FerrySystem
internal import Foundation

/// The journal of one run. A run is a fixed sequence of named steps; a step that has ended is not done again after a restart:
/// its stored outcome is returned instead. See docs/decisions/0007.
package actor DurableSteps {
    /// What was under way in the worktree when the work stopped.
    package enum Interruption: Hashable, Sendable {
        case betweenChanges
        case change
        /// A change of a program that can go on with its session, in the worktree as it is.
        case session
    }

    private let store: Store
    private let feature: FeatureID
    private let run: RunNumber
    private var done: [String: StepRecord]
    private var lastCheckpoint: String?
    private var isReplaying: Bool
    private let windDown: WindDown
    private let restore: @Sendable (String?, Interruption) async throws -> Void
    private let requireRoom: @Sendable () async throws -> Void

    /// `restore` puts the worktree back to a checkpoint (`nil`: to where the run began); it is called once, before the first
    /// step that has to be done. `requireRoom`
    /// throws where a disk is full: what a step did meanwhile is no outcome.
    package init(
        store: Store, feature: FeatureID, run: RunNumber, windDown: WindDown = WindDown(),
        requireRoom: @escaping @Sendable () async throws -> Void = {}, restore: @escaping @Sendable (String?, Interruption) async throws -> Void
    ) async throws {
        self.store = store
        self.feature = feature
        self.run = run
        self.restore = restore
        self.requireRoom = requireRoom
        self.windDown = windDown
        let steps = try await store.steps(feature, run)
        done = Dictionary(steps.map { ($0.key, $0) }, uniquingKeysWith: { $1 })
        isReplaying = true
    }

    /// Returns the stored outcome of the step, or does it and stores the outcome. `checkpoint` is asked for after the body:
    /// the commit that holds the worktree as the step left it, `nil` for a step that does not write there.
    package func step<Outcome: Codable & Sendable>(
        _ key: String, checkpoint: @Sendable () async throws -> String? = { nil }, _ body: @Sendable () async throws -> Outcome
    ) async throws -> Outcome {
        if let record = done[key] {
            lastCheckpoint = record.checkpoint ?? lastCheckpoint
            return try JSONDecoder().decode(Outcome.self, from: Data(record.outcome.utf8))
        }
        try await failpoint(.stepBeforeIntent)
        if isReplaying {
            let effects = try await store.effects(of: feature, run, below: key)
            try await restore(effects.last { $0.checkpoint != nil }?.checkpoint ?? lastCheckpoint, Self.interruption(of: effects))
            isReplaying = false
        }
        try await failpoint(.stepAfterIntent)
        try Task.checkCancellation()
        try windDown.check()
        let clock = ContinuousClock()
        let start = clock.now
        let outcome: Outcome
        do { outcome = try await body() } catch {
            if !(error is CancellationError) { try await requireRoom() }
            throw error
        }
        try await requireRoom()
        try await failpoint(.stepAfterEffect)
        let record = StepRecord(
            key: key, outcome: String(decoding: try JSONEncoder().encode(outcome), as: UTF8.self), checkpoint: try await checkpoint(),
            duration: clock.now - start)
        try await store.save(record, of: feature, run)
        try await failpoint(.stepAfterDone)
        done[key] = record
        lastCheckpoint = record.checkpoint ?? lastCheckpoint
        return outcome
    }

    private static func interruption(of effects: [EffectRecord]) -> Interruption {
        guard let call = effects.last(where: { $0.kind == .writingCall && $0.result == nil }) else { return .betweenChanges }
        return effects.contains { $0.key == AgentJournal.session(ofCall: call.key) } ? .session : .change
    }
}
