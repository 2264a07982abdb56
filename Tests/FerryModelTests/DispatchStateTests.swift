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
        #expect(state.reason(for: two) == .dependency([one]))
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

    @Test func `a feature outside a cycle waits for its parent, and is told of the circle`() {
        var state = DispatchState(limit: 4)
        _ = state.apply(job(two, after: [three]))
        _ = state.apply(job(three, after: [two]))
        _ = state.apply(job(one, after: [two]))
        #expect(state.reason(for: one) == .dependency([two, three, two]))
        _ = state.apply(.withdrawn(three))
        #expect(state.reason(for: one) == .dependency([two, three]))
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

    @Test func `a chain is named down to the one that waits for something else`() {
        var state = DispatchState(limit: 4)
        _ = state.apply(job(three, after: [two]))
        #expect(state.reason(for: three) == .dependency([two]))
        _ = state.apply(job(two, after: [one]))
        #expect(state.reason(for: three) == .dependency([two, one]))
        #expect(state.dependants(of: two) == [three])
        _ = state.apply(.released(one))
        #expect(state.reason(for: three) == .dependency([two]))
        // Not done any more: what has not started waits again.
        _ = state.apply(job(FeatureID(number: 4), after: [one, two]))
        _ = state.apply(.reopened(one))
        #expect(state.reason(for: FeatureID(number: 4)) == .dependency([one]))
    }

    @Test func `a chain and a circle as long as a vault are followed`() {
        var state = DispatchState(limit: 4)
        let count = 100_000
        for number in 1...count { _ = state.apply(job(FeatureID(number: number), after: [FeatureID(number: number + 1)])) }
        guard case .dependency(let chain) = state.reason(for: one) else { return #expect(Bool(false), "no chain") }
        #expect(chain.count == count)
        _ = state.apply(job(FeatureID(number: count + 1), after: [one]))
        guard case .cycle(let circle) = state.reason(for: one) else { return #expect(Bool(false), "no circle") }
        #expect(circle.count == count + 2 && circle.last == one)
    }

    // MARK: Fairness

    @Test func `of two repositories the one with fewer at work goes first, then they take turns`() {
        var state = DispatchState(limit: 0)
        for number in 1...6 { _ = state.apply(job(FeatureID(number: number), app, priority: 1)) }
        for number in 11...13 { _ = state.apply(job(FeatureID(number: number), lib, priority: 5)) }
        let first = state.apply(.limits(total: 2, perRepository: [:]))
        #expect(first == [.start(one), .start(FeatureID(number: 11))])
        // One of app is still at work, so lib is next although its jobs are less urgent.
        #expect(state.apply(.ended(FeatureID(number: 11))) == [.start(FeatureID(number: 12))])
        #expect(state.apply(.ended(one)) == [.start(two)])
        // With a single place they alternate.
        _ = state.apply(.limits(total: 1, perRepository: [:]))
        #expect(state.apply(.ended(FeatureID(number: 12))) == [])
        var order: [RepositoryName] = []
        var last = two
        for _ in 0..<2 {
            guard case .start(let next)? = state.apply(.ended(last)).first else { break }
            order.append(next.number > 10 ? lib : app)
            last = next
        }
        #expect(order == [lib, app])
    }

    @Test func `a job gains a level of priority with each step of waiting, so none waits for ever`() {
        var state = DispatchState(limit: 0, aging: .seconds(3_600))
        func arrive(_ number: Int, priority: Int, at hours: Double) {
            _ = state.apply(
                .planned(
                    QueuedJob(
                        feature: FeatureID(number: number), repository: app, priority: priority, dependsOn: [], sequence: Int64(number),
                        since: .seconds(hours * 3_600))))
        }
        arrive(1, priority: 5, at: 0)
        arrive(2, priority: 1, at: 3.9)
        arrive(3, priority: 1, at: 4.1)
        arrive(4, priority: 3, at: 2.2)
        var order: [Int] = []
        var actions = state.apply(.limits(total: 1, perRepository: [:]))
        while case .start(let id)? = actions.first {
            order.append(id.number)
            actions = state.apply(.ended(id))
        }
        #expect(order == [2, 1, 3, 4])
    }
}
