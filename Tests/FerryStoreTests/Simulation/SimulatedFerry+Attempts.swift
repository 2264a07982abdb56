internal import FerryModel
internal import FerryTestSupport

@testable internal import FerryStore

/// Attempts, merges and notes, one call at a time.
extension SimulatedFerry {
    /// The next step of an attempt, or its end.
    mutating func advance(_ number: Int, _ world: inout World) async throws {
        guard var attempt = attempts[number] else { return }
        // An attempt that is told to end may have come to its end already: its result comes late.
        if attempt.isCancelled, attempt.step < Self.steps.count || world.dice.chance(2) { attempt.end = .cancelled }
        if attempt.end == nil {
            if attempt.step == Self.steps.count {
                attempt.end = .review
            } else {
                do {
                    try await work(attempt, &world)
                    attempt.step += 1
                } catch is CallFailed { attempt.end = .trouble(Trouble(.machine, .infrastructure, "disk")) } catch let trouble as ProviderDown {
                    attempt.end = .trouble(trouble.trouble)
                } catch let error as StoreError where error.code == .superseded { attempt.end = .cancelled }
            }
        }
        attempts[number] = attempt
        if attempt.end != nil, attempt.step == Self.steps.count || !world.dice.chance(3) { try await end(attempt, &world) }
    }

    struct ProviderDown: Error { let trouble: Trouble }

    private mutating func work(_ attempt: Attempt, _ world: inout World) async throws {
        let name = Self.steps[attempt.step]
        let store = self.store.fenced(by: attempt.claim)
        try world.before("read steps")
        let done = try await self.store.steps(attempt.feature, attempt.run).map(\.key)
        if done.contains(name), without != .journal { return }
        let place = "\(attempt.feature)/\(attempt.run) \(name)"
        let key = "\(place) \(world.dice.next())"
        let scope = SpendingScope(feature: attempt.feature, run: attempt.run, agent: name, model: "trial/model")
        if without != .reserve {
            try world.before("reserve")
            _ = try await self.store.reserve(Money(microdollars: 10), key: key, scope: scope, limits: SpendingLimits())
            try world.after("reserve")
        }
        if world.isProviderDown, world.faults {
            // Refused: nothing was asked, nothing is owed.
            if without != .settle { try await self.store.settle(key: key, cost: .zero, inputTokens: 0, outputTokens: 0) }
            throw ProviderDown(trouble: Trouble(Self.provider, .infrastructure, "down"))
        }
        world.asked[place, default: 0] += 1
        world.cut[place, default: 0] += 1
        try world.after("ask")
        if without != .settle, without != .reserve {
            try await self.store.settle(key: key, cost: Money(microdollars: 5), inputTokens: 1, outputTokens: 1)
        }
        try world.before("save step")
        try await store.save(StepRecord(key: name, outcome: "{}", checkpoint: nil, duration: .zero), of: attempt.feature, attempt.run)
        // On record: this call need not be made again.
        world.cut[place, default: 0] -= 1
        try world.after("save step")
        for resource in state.proven(by: attempt.feature, first: "trial/model") { owed += state.apply(.mended(resource)) }
    }

    private mutating func end(_ attempt: Attempt, _ world: inout World) async throws {
        guard let end = attempt.end, var feature = features[attempt.feature] else { return }
        let id = feature.id
        switch end {
        case .review:
            let before = try await store.feature(id)
            feature.state = .review
            feature.tip = "\(id)/\(attempt.run)"
            try world.before("complete")
            let isStored: Bool
            if without == .fence {
                feature.folder = before?.folder
                isStored = try await store.complete(feature, Completion(job: "review", run: .review))
            } else {
                isStored = try await store.complete(feature, Completion(job: "review", run: .review), under: attempt.claim)
            }
            try world.after("complete")
            if isStored {
                if attempt.run.rawValue != before?.generation {
                    throw Violation("I9: run \(attempt.run) of \(id) is told for run \(before?.generation ?? 0)")
                }
                features[id] = feature
            }
            gone(attempt, nil, &world)
        case .cancelled:
            try world.before("release")
            try await store.release(attempt.claim)
            gone(attempt, nil, &world)
            if feature.state == .inProgress, without != .putBack { jobRetries[id] = world.now + .seconds(1) }
        case .trouble(let trouble):
            let wait = Duration.seconds(world.dice.number(4) + 1)
            try world.before("postpone")
            _ = try await store.postpone(attempt.claim, until: DurableWait(wait, from: Store.milliseconds), failures: 1, saving: feature)
            gone(attempt, trouble, &world)
            retryLater(trouble.resource, &world)
            if without != .retry { jobRetries[id] = world.now + wait }
        }
        dirtyNotes.insert(id)
    }

    private mutating func gone(_ attempt: Attempt, _ trouble: Trouble?, _ world: inout World) {
        attempts[attempt.number] = nil
        world.alive[attempt.feature]?.remove(attempt.number)
        owed += state.apply(.ended(attempt.feature, trouble))
    }

    // MARK: Merges

    mutating func merge(_ id: FeatureID, _ world: inout World) async throws {
        guard var feature = features[id] else { return }
        merges.remove(id)
        guard feature.isApproved else {
            owed += state.apply(.mergeEnded(id))
            return
        }
        do {
            try world.before("look at main")
            let looked = world.main
            if without == .askGit || !looked.contains("\(id)") {
                try world.before("merge commit")
                // Somebody else pushes meanwhile.
                if world.faults, world.dice.chance(4) {
                    world.others += 1
                    world.main.append("other \(world.others)")
                }
                guard without == .compareAndSwap || world.main == looked else { throw CallFailed() }
                world.main = looked + ["\(id)"]
                world.say("\(id) is merged")
                try world.after("move main")
            }
            feature.isApproved = false
            feature.state = .done
            try world.before("complete merge")
            try await store.complete(feature, Completion(run: .merged, line: "merged"))
            try world.after("complete merge")
            features[id] = feature
            owed += state.apply(.mergeEnded(id)) + state.apply(.released(id))
            dirtyNotes.insert(id)
        } catch is CallFailed {
            owed += state.apply(.mergeEnded(id))
            mergeRetries[id] = world.now + .seconds(1)
        }
    }

    // MARK: Notes

    /// The note follows the feature: into the folder of its state, with a line of Ferry's. A person may be writing at the same moment.
    mutating func write(_ id: FeatureID, _ world: inout World) async throws {
        guard var feature = features[id], let state = feature.state, let read = world.notes[id] else { return }
        dirtyNotes.remove(id)
        // A person's move that was not looked at yet comes first.
        guard read.folder == feature.folder else { return }
        do {
            try world.before("write note")
            if world.faults, world.dice.chance(6) { world.edit(id) }
            guard without == .noteCompare || world.notes[id]?.lines == read.lines else { throw CallFailed() }
            world.notes[id] = World.Note(folder: state, status: state, lines: read.lines)
            try world.after("write note")
            feature.folder = state
            try world.before("save folder")
            try await store.save(feature)
            features[id] = feature
            try world.after("save folder")
        } catch is CallFailed {
            // The folder is in the database only, or the note is as it was: both are put right at the next writing.
            if world.notes[id]?.folder == state { features[id]?.folder = state }
            dirtyNotes.insert(id)
        }
    }
}

extension World {
    /// The person adds a line.
    mutating func edit(_ id: FeatureID) {
        let line = (written[id]?.max() ?? 0) + 1
        written[id, default: []].append(line)
        notes[id]?.lines.append(line)
    }
}
