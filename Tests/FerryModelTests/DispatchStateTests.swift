internal import FerryModel
internal import Testing

struct DispatchStateTests {
    let one = FeatureID(number: 1), two = FeatureID(number: 2), three = FeatureID(number: 3)
    let app = RepositoryName("app"), lib = RepositoryName("lib")

    func job(_ id: FeatureID, _ repository: RepositoryName? = nil, priority: Int = 3, after parents: [FeatureID] = []) -> DispatchState.Event {
        .planned(
            QueuedJob(feature: id, repository: repository ?? app, priority: priority, dependsOn: parents, sequence: Int64(id.number)))
    }

    @Test func `as many run side by side as there are slots, and the next starts when one has ended`() {
        var state = DispatchState(limit: 2)
        #expect(state.apply(job(one)) == [.start(one)])
        #expect(state.apply(job(two)) == [.start(two)])
        #expect(state.apply(job(three)) == [])
        #expect(state.reason(for: three) == .slot(running: 2))
        #expect(state.apply(.ended(one)) == [.start(three)])
    }

    @Test func `a cancelled job keeps its slot until its attempt has ended`() {
        var state = DispatchState(limit: 1)
        _ = state.apply(job(one))
        #expect(state.apply(.withdrawn(one)) == [.cancel(one)])
        #expect(state.apply(job(two)) == [])
        #expect(state.apply(.ended(one)) == [.start(two)])
    }

    @Test func `a job planned again while its attempt is ending starts after the end`() {
        var state = DispatchState(limit: 2)
        _ = state.apply(job(one))
        _ = state.apply(.withdrawn(one))
        #expect(state.apply(job(one)) == [])
        #expect(state.apply(.ended(one)) == [.start(one)])
    }

    @Test func `the more urgent goes first, then the older`() {
        var state = DispatchState(limit: 1)
        _ = state.apply(job(one))
        _ = state.apply(job(two, priority: 3))
        _ = state.apply(job(three, priority: 1))
        #expect(state.apply(.ended(one)) == [.start(three)])
        #expect(state.apply(.ended(three)) == [.start(two)])
    }

    @Test func `a dependency holds a feature back until it is done`() {
        var state = DispatchState(limit: 2)
        #expect(state.apply(job(two, after: [one])) == [])
        #expect(state.reason(for: two) == .dependency(one))
        #expect(state.apply(job(one)) == [.start(one)])
        #expect(state.apply(.ended(one)) == [])
        #expect(state.apply(.released(one)) == [.start(two)])
    }

    @Test func `a cycle is named with its chain and nothing of it starts`() {
        var state = DispatchState(limit: 4)
        _ = state.apply(job(one, after: [two]))
        _ = state.apply(job(two, after: [three]))
        #expect(state.apply(job(three, after: [one])) == [])
        #expect(state.reason(for: one) == .cycle([one, two, three, one]))
    }

    @Test func `a feature outside a cycle waits for its parent, not for the cycle`() {
        var state = DispatchState(limit: 4)
        _ = state.apply(job(two, after: [three]))
        _ = state.apply(job(three, after: [two]))
        _ = state.apply(job(one, after: [two]))
        #expect(state.reason(for: one) == .dependency(two))
    }

    @Test func `merges of one repository go one at a time, of two side by side`() {
        var state = DispatchState(limit: 1)
        #expect(state.apply(.mergeWanted(one, app)) == [.merge(one)])
        #expect(state.apply(.mergeWanted(two, app)) == [])
        #expect(state.apply(.mergeWanted(three, lib)) == [.merge(three)])
        #expect(state.reason(for: two) == .merge(one))
        #expect(state.apply(.mergeEnded(one)) == [.merge(two)])
    }

    @Test func `a repository's own limit holds its jobs and no others`() {
        var state = DispatchState(limit: 3)
        _ = state.apply(.limits(total: 3, perRepository: [app: 1]))
        #expect(state.apply(job(one)) == [.start(one)])
        #expect(state.apply(job(two)) == [])
        #expect(state.reason(for: two) == .repositorySlot(app, running: 1))
        #expect(state.apply(job(three, lib)) == [.start(three)])
    }

    @Test func `a hold keeps jobs in the queue and its end starts them`() {
        var state = DispatchState(limit: 3)
        _ = state.apply(.hold(nil, reason: "bubblewrap is missing"))
        #expect(state.apply(job(one)) == [])
        #expect(state.reason(for: one) == .hold("bubblewrap is missing"))
        #expect(state.apply(.hold(nil, reason: nil)) == [.start(one)])
        _ = state.apply(.hold(lib, reason: "no commits"))
        #expect(state.apply(job(two)) == [.start(two)])
        #expect(state.apply(job(three, lib)) == [])
    }

    @Test func `the emergency stop cancels all and starts nothing until it is taken back`() {
        var state = DispatchState(limit: 2)
        _ = state.apply(job(one))
        _ = state.apply(job(two))
        #expect(Set(state.apply(.stop)) == [.cancel(one), .cancel(two)])
        #expect(state.apply(job(three)) == [])
        #expect(state.reason(for: three) == .stopped)
        #expect(state.apply(.ended(one)) == [])
        #expect(state.apply(.resume) == [.start(three)])
    }

    @Test func `no event sequence runs more than the limit or one feature twice`() {
        var random = SystemRandomNumberGenerator()
        for _ in 0..<200 {
            var state = DispatchState(limit: 2)
            var live: Set<FeatureID> = []
            for _ in 0..<60 {
                let id = FeatureID(number: Int.random(in: 1...5, using: &random))
                let events: [DispatchState.Event] = [job(id), .withdrawn(id), .ended(id), .released(id), .stop, .resume]
                let event = events[Int.random(in: 0..<6, using: &random)]
                if event == .ended(id) { live.remove(id) }
                for case .start(let started) in state.apply(event) { #expect(live.insert(started).inserted) }
                #expect(live.count <= 2)
            }
        }
    }
}
