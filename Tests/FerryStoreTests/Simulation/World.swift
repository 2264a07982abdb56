internal import FerryModel
internal import FerryTestSupport

/// What outlives a kill, beside the database: vault, git, the provider's log, and living processes. All calls of the simulated Ferry pass `call`, where a
/// seeded fault may come before the call or after it.
struct World {
    struct Note {
        var folder: FeatureState
        /// What Ferry has written into it.
        var status: FeatureState?
        /// Lines of the person.
        var lines: [Int] = [0]
    }

    var dice: SeededRandom
    var now: Duration = .zero
    var notes: [FeatureID: Note] = [:]
    /// The lines that the person has written, whatever became of them.
    var written: [FeatureID: [Int]] = [:]
    /// How often the person has moved it to planned.
    var planned: [FeatureID: Int] = [:]
    /// The main branch: features merged, and commits of others.
    var main: [String] = []
    var others = 0
    /// The provider's log: for each place in each conversation, how often it was asked.
    var asked: [String: Int] = [:]
    /// How often such a call was cut off before its answer was on record.
    var cut: [String: Int] = [:]
    /// Attempts with living processes.
    var alive: [FeatureID: Set<Int>] = [:]
    var isProviderDown = false
    /// Past a point in time nothing fails any more, so that all must come to rest.
    var faults = true
    var kills = 0
    var trace: [String] = []

    init(seed: UInt64) { dice = SeededRandom(seed: seed) }

    mutating func say(_ line: @autoclosure () -> String) { if isTraced { trace.append("\(now.components.seconds) s: \(line())") } }
    var isTraced = false

    /// A call of Ferry's: it may fail before it does anything, and the process may be killed before or after it.
    mutating func before(_ name: String) throws {
        guard faults else { return }
        if dice.chance(120) { throw die(before: name) }
        if dice.chance(60) {
            say("\(name) fails")
            throw CallFailed()
        }
    }

    mutating func after(_ name: String) throws { if faults, dice.chance(120) { throw die(after: name) } }

    private mutating func die(before name: String) -> Killed {
        say("killed before \(name)")
        return dead()
    }

    private mutating func die(after name: String) -> Killed {
        say("killed after \(name)")
        return dead()
    }

    private mutating func dead() -> Killed {
        kills += 1
        // Its agents die with it.
        alive = [:]
        return Killed()
    }
}
