internal import FerryModel
internal import FerryTestSupport

@testable internal import FerryStore

/// One history: three features, one of which depends on another, a person, faults and kills, all from one seed. Ends when all is done.
struct History {
    let seed: UInt64
    let without: Guard?
    /// The features' numbers begin here, so that histories can share a database.
    let first: Int
    var isTraced = false

    /// Throws `Violation`, with what happened where it is traced.
    func run(_ store: Store) async throws {
        var world = World(seed: seed)
        world.isTraced = isTraced
        do { try await play(store, &world) } catch let fault as Violation {
            throw Violation("seed \(seed): \(fault)" + (isTraced ? "\n" + world.trace.joined(separator: "\n") : ""))
        }
    }

    private func play(_ store: Store, _ world: inout World) async throws {
        let ids = (0..<3).map { FeatureID(number: first + $0) }
        for id in ids {
            world.notes[id] = World.Note(folder: .planned)
            world.written[id] = [0]
            world.planned[id] = 1
        }
        // Now and then: a person who takes one back, one who changes his mind, and a stop.
        var gestures = 3
        var isStopped = false
        var ferry: SimulatedFerry?
        for turn in 0..<1_500 {
            if turn == 150 {
                world.faults = false
                world.isProviderDown = false
            }
            if world.faults, world.dice.chance(30) { world.isProviderDown.toggle() }
            if world.faults, world.dice.chance(40) { isStopped.toggle() }
            if !world.faults { isStopped = false }
            person(ids, &world, &gestures)
            do {
                if ferry == nil {
                    var new = SimulatedFerry(store, without: without)
                    new.parents = [ids[1]: ids[0]]
                    new.isStopped = isStopped
                    ferry = new
                    try await ferry?.begin(&world, among: ids)
                }
                if var living = ferry {
                    ferry = nil
                    try await go(&living, isStopped, &world)
                    ferry = living
                }
            } catch is Killed { ferry = nil } catch is CallFailed {
                // Not even the beginning could be read, or the database refuses: the service manager starts it again.
                ferry = nil
                world.alive = [:]
            }
            if let living = ferry, !world.faults, try await isAtRest(living, ids, world) { return try await check(living, ids, world) }
        }
        throw Violation(
            "it does not come to rest: \(ids.map { "\($0) \(world.notes[$0]?.folder.rawValue ?? "") \(ferry?.features[$0]?.state?.rawValue ?? "")" })"
        )
    }

    private func go(_ ferry: inout SimulatedFerry, _ isStopped: Bool, _ world: inout World) async throws {
        if ferry.isStopped != isStopped {
            ferry.isStopped = isStopped
            if isStopped, without != .stop { ferry.owed += ferry.state.apply(.stop) }
            if !isStopped { ferry.owed += ferry.state.apply(.resume) }
            if !isStopped { try await ferry.requeue(world) }
        }
        try await ferry.look(&world)
        try await ferry.carryOut(&world)
        try await ferry.retry(&world)
        try await ferry.carryOut(&world)
        if ferry.state.runningFeatures.count > 2 { throw Violation("\(ferry.state.runningFeatures.count) at once") }
        world.now += .milliseconds(world.dice.number(800))
        // A laptop that slept, or a clock that went on without us.
        if world.faults, world.dice.chance(60) { world.now += .seconds(3_600) }
        switch world.dice.number(4) {
        case 0, 1: if let number = ferry.attempts.keys.sorted().randomElement(using: &world.dice) { try await ferry.advance(number, &world) }
        case 2: if let id = ferry.merges.sorted().randomElement(using: &world.dice) { try await ferry.merge(id, &world) }
        default: if let id = ferry.dirtyNotes.sorted().randomElement(using: &world.dice) { try await ferry.write(id, &world) }
        }
        try await ferry.carryOut(&world)
    }

    private func person(_ ids: [FeatureID], _ world: inout World, _ gestures: inout Int) {
        guard let id = ids.randomElement(using: &world.dice), let folder = world.notes[id]?.folder else { return }
        if world.faults, world.dice.chance(15) { world.edit(id) }
        switch folder {
        case .review: if world.dice.chance(4) { world.move(id, .done) }
        case .ideas, .blocked: if !world.faults || world.dice.chance(4) { world.move(id, .planned) }
        case .inProgress, .planned:
            guard world.faults, gestures > 0, world.dice.chance(20) else { return }
            gestures -= 1
            world.move(id, folder == .inProgress && world.dice.chance(2) ? .planned : .ideas)
        case .done, .drafts: break
        }
    }

    private func isAtRest(_ ferry: SimulatedFerry, _ ids: [FeatureID], _ world: World) async throws -> Bool {
        ferry.attempts.isEmpty && ferry.merges.isEmpty && ferry.owed.isEmpty && ferry.dirtyNotes.isEmpty
            && ids.allSatisfy { ferry.features[$0]?.state == .done && world.notes[$0]?.folder == .done }
    }

    /// I1 to I9.
    private func check(_ ferry: SimulatedFerry, _ ids: [FeatureID], _ world: World) async throws {
        for id in ids {
            let count = world.main.count { $0 == "\(id)" }
            if count != 1 { throw Violation("I1: \(id) is \(count) times in main") }
            let stored = try await store(ferry).feature(id)
            if stored?.state != .done || stored?.folder != .done { throw Violation("I6: the database has \(id) in \(stored?.state?.rawValue ?? "")") }
            if try await store(ferry).openJob(id) != nil { throw Violation("I5: \(id) has an open job") }
            let lines = world.notes[id]?.lines ?? []
            if let lost = world.written[id]?.first(where: { !lines.contains($0) }) { throw Violation("I3: \(id) has lost line \(lost)") }
            let generation = stored?.generation ?? 0
            if generation > world.planned[id] ?? 0 {
                throw Violation("I2: \(id) was dispatched \(generation) times, planned \(world.planned[id] ?? 0)")
            }
            for step in SimulatedFerry.steps where world.asked["\(id)/\(RunNumber(generation)) \(step)"] == nil {
                throw Violation("I9: the last version of \(id) was never worked on: \(step)")
            }
            let asked = world.asked.filter { $0.key.hasPrefix("\(id)/") }
            let booked = try await store(ferry).spending(feature: id)
            let cut = world.cut.filter { $0.key.hasPrefix("\(id)/") }.values.reduce(0, +)
            let made = asked.values.reduce(0, +)
            // A call that was refused is booked with nothing.
            if booked.calls < made { throw Violation("I8: \(made) calls of \(id), \(booked.calls) in the ledger") }
            if booked.amount.microdollars > Int64(made * 5 + (cut + world.kills + 1) * 10) {
                throw Violation("I8: \(booked.amount) for \(made) calls of \(id)")
            }
            for (place, count) in asked where count > 1 + (world.cut[place] ?? 0) { throw Violation("I2: \(place) was asked \(count) times") }
        }
        let others = world.main.count { $0.hasPrefix("other") }
        if others != world.others { throw Violation("I1: \(world.others - others) commits of others are gone from main") }
        if world.alive.values.contains(where: { !$0.isEmpty }) { throw Violation("I4: an agent is left") }
    }

    private func store(_ ferry: SimulatedFerry) -> Store { ferry.store }
}

extension World {
    mutating func move(_ id: FeatureID, _ folder: FeatureState) {
        say("the person moves \(id) to \(folder)")
        notes[id]?.folder = folder
        if folder == .planned { planned[id, default: 0] += 1 }
    }
}
