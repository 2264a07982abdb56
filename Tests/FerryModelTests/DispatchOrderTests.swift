internal import Testing

@testable internal import FerryModel

/// The queue with its heaps decides what plain sorting decides.
@Suite(.timeLimit(.minutes(2)))
struct DispatchOrderTests {
    private static let repositories = ["app", "lib", "web"].map { RepositoryName($0) }

    private struct Dice: RandomNumberGenerator {
        var state: UInt64
        // SplitMix64
        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var value = state
            value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
            value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
            return value ^ (value >> 31)
        }
    }

    private func event(_ dice: inout Dice, sequence: Int64, running: [FeatureID]) -> DispatchState.Event {
        let id = FeatureID(number: Int.random(in: 1...9, using: &dice))
        let repository = Self.repositories[id.number % 3]
        switch Int.random(in: 0..<20, using: &dice) {
        case 0..<8:
            let parents = (0..<Int.random(in: 0...2, using: &dice)).map { _ in FeatureID(number: Int.random(in: 1...9, using: &dice)) }
            return .planned(
                QueuedJob(
                    feature: id, repository: repository, priority: Int.random(in: 1...5, using: &dice), dependsOn: parents, sequence: sequence,
                    since: .seconds(Int.random(in: 0...20_000, using: &dice))))
        case 8: return .withdrawn(id)
        case 9..<13: return .ended(running.randomElement(using: &dice) ?? id)
        case 13: return .ended(running.randomElement(using: &dice) ?? id, Trouble(.repository(repository), .infrastructure, "x"))
        case 14: return .released(id)
        case 15: return .reopened(id)
        case 16:
            return .limits(total: Int.random(in: 0...4, using: &dice), perRepository: [Self.repositories[0]: Int.random(in: 0...2, using: &dice)])
        case 17: return Bool.random(using: &dice) ? .probe(.repository(repository)) : .mended(.repository(repository))
        case 18: return .stop
        default: return .resume
        }
    }

    @Test func `two thousand histories end as plain sorting ends them`() {
        for seed in 0..<2_000 {
            var dice = Dice(state: UInt64(seed))
            var state = DispatchState(limit: 2, aging: .seconds(3_600))
            var plain = PlainDispatch(total: 2, aging: .seconds(3_600))
            var live: Set<FeatureID> = []
            for step in 0..<60 {
                let event = event(&dice, sequence: Int64(step), running: live.sorted())
                let actions = state.apply(event)
                #expect(actions == plain.apply(event), "seed \(seed), step \(step): \(event)")
                if case .ended(let id, _) = event { live.remove(id) }
                for case .start(let id) in actions { #expect(live.insert(id).inserted, "seed \(seed): \(id) runs twice") }
                #expect(state.runningFeatures == live)
                guard actions.count == 0 || live.count <= 4 else { return #expect(Bool(false), "seed \(seed): \(live.count) at once") }
            }
            // What it says of each agrees with what it does: whoever waits for nothing would have started.
            for id in state.waitingFeatures { #expect(state.reason(for: id) != .nothing, "seed \(seed): \(id)") }
        }
    }

    @Test func `a heap gives its jobs in order, whatever was taken out in between`() {
        for seed in 0..<200 {
            var dice = Dice(state: UInt64(seed))
            var heap = JobHeap()
            var plain: [JobHeap.Entry] = []
            for number in 0..<200 {
                let entry = JobHeap.Entry(
                    feature: FeatureID(number: number), turn: .seconds(Int.random(in: 0...50, using: &dice)), sequence: Int64(number))
                heap.insert(entry)
                plain.append(entry)
                if Int.random(in: 0..<3, using: &dice) == 0, let gone = plain.indices.randomElement(using: &dice) {
                    let wasThere = heap.remove(plain.remove(at: gone).feature)
                    #expect(wasThere)
                }
                #expect(heap.first == plain.min())
            }
            let isUnknownThere = heap.remove(FeatureID(number: 999))
            #expect(!isUnknownThere)
            var order: [JobHeap.Entry] = []
            while let first = heap.first {
                order.append(first)
                heap.remove(first.feature)
            }
            #expect(order == plain.sorted())
        }
    }
}
