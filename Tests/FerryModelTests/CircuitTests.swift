internal import FerryModel
internal import Testing

/// What is out of order holds those that need it; one tries, and if it goes well all go on.
struct CircuitTests {
    let one = FeatureID(number: 1), two = FeatureID(number: 2), three = FeatureID(number: 3)
    let app = RepositoryName("app"), lib = RepositoryName("lib")

    func job(_ id: FeatureID, _ repository: RepositoryName? = nil, models: [[String]] = []) -> DispatchState.Event {
        .planned(
            QueuedJob(
                feature: id, repository: repository ?? app, priority: 3, dependsOn: [], sequence: Int64(id.number),
                routes: Set(models.map { ModelRoute($0) })))
    }

    @Test func `a broken machine holds all, one tries it when it is time, and its success lets all go`() {
        var state = DispatchState(limit: 3)
        _ = state.apply(.broken(Trouble(.machine, .infrastructure, "no bwrap")))
        for id in [one, two, three] { #expect(state.apply(job(id, id == three ? lib : app)) == []) }
        #expect(state.reason(for: three) == .hold("no bwrap"))
        #expect(state.apply(.probe(.machine)) == [.start(one)])
        #expect(state.reason(for: two) == .hold("no bwrap", canary: one))
        #expect(state.proven(by: one, first: nil) == [.machine])
        #expect(state.proven(by: two, first: nil) == [])
        #expect(Set(state.apply(.mended(.machine))) == [.start(two), .start(three)])
    }

    @Test func `a canary that fails opens the breaker again, and another job is the next canary`() {
        var state = DispatchState(limit: 3)
        _ = state.apply(job(one))
        #expect(state.apply(.ended(one, Trouble(.repository(app), .infrastructure, "locked"))) == [])
        #expect(state.circuits[.repository(app)]?.failures == 1)
        _ = state.apply(job(two))
        #expect(state.apply(job(three, lib)) == [.start(three)])
        #expect(state.apply(.probe(.repository(app))) == [.start(two)])
        // The one that failed comes back while the other tries.
        #expect(state.apply(job(one)) == [])
        #expect(state.apply(.ended(two, Trouble(.repository(app), .infrastructure, "locked still"))) == [])
        #expect(state.circuits[.repository(app)]?.failures == 2)
        #expect(state.reason(for: one) == .hold("locked still"))
        #expect(state.apply(.probe(.repository(app))) == [.start(one)])
    }

    @Test func `a canary that ends without a verdict gives its turn to the next`() {
        var state = DispatchState(limit: 3)
        _ = state.apply(.broken(Trouble(.machine, .infrastructure, "x")))
        _ = state.apply(job(one))
        _ = state.apply(job(two))
        #expect(state.apply(.probe(.machine)) == [.start(one)])
        #expect(state.apply(.ended(one)) == [.start(two)])
        #expect(state.circuits[.machine]?.failures == 1)
        #expect(state.apply(.ended(two)) == [])
        #expect(state.idleCircuits == [.machine])
    }

    @Test func `while all slots are taken by others what is out of order is not called mended`() {
        var state = DispatchState(limit: 1)
        #expect(state.apply(job(one)) == [.start(one)])
        _ = state.apply(.broken(Trouble(.repository(lib), .infrastructure, "locked")))
        _ = state.apply(job(three, lib))
        #expect(state.apply(.probe(.repository(lib))) == [])
        #expect(state.idleCircuits == [])
        _ = state.apply(.withdrawn(three))
        #expect(state.idleCircuits == [.repository(lib)])
    }

    @Test func `those that were under way when it broke count for nothing`() {
        var state = DispatchState(limit: 3)
        for id in [one, two, three] { _ = state.apply(job(id, models: [["a/x"]])) }
        let trouble = Trouble(.model("a/x"), .rate, "slow down")
        for id in [one, two, three] { _ = state.apply(.ended(id, trouble)) }
        #expect(state.circuits[.model("a/x")]?.failures == 1)
        _ = state.apply(job(one, models: [["a/x"]]))
        #expect(state.apply(.probe(.model("a/x"))) == [.start(one)])
    }

    @Test func `a provider holds the features with its models, a model only its own, and the others go on`() {
        var state = DispatchState(limit: 9)
        _ = state.apply(.broken(Trouble(.provider("a"), .quota, "no credit")))
        _ = state.apply(.broken(Trouble(.model("b/y"), .infrastructure, "sick")))
        #expect(state.apply(job(one, models: [["a/x"]])) == [])
        #expect(state.apply(job(two, models: [["b/y"], ["c/z"]])) == [])
        #expect(state.apply(job(three, models: [["b/other"], ["c/z"]])) == [.start(three)])
        #expect(state.reason(for: one) == .hold("no credit"))
        #expect(state.reason(for: two) == .hold("sick"))
    }

    @Test func `a chain goes on to its next model where the first one is sick, and ends where a person must mend it`() {
        var state = DispatchState(limit: 9)
        _ = state.apply(.broken(Trouble(.model("a/x"), .rate, "slow down")))
        #expect(state.apply(job(one, models: [["a/x", "b/y"]])) == [.start(one)])
        _ = state.apply(.broken(Trouble(.provider("b"), .infrastructure, "down")))
        #expect(state.apply(job(two, models: [["a/x", "b/y"]])) == [])
        #expect(state.reason(for: two) == .hold("slow down"))
        #expect(state.apply(.mended(.provider("b"))) == [.start(two)])
        _ = state.apply(.broken(Trouble(.provider("a"), .configuration, "no key")))
        #expect(state.apply(job(three, models: [["a/x", "b/y"]])) == [])
        #expect(state.reason(for: three) == .hold("no key"))
    }

    @Test func `a success proves the model that was asked, and nothing that stands behind it`() {
        var state = DispatchState(limit: 9)
        _ = state.apply(.broken(Trouble(.model("a/x"), .rate, "slow")))
        _ = state.apply(.broken(Trouble(.model("b/y"), .rate, "slow too")))
        _ = state.apply(job(one, models: [["a/x"], ["b/y"]]))
        _ = state.apply(.probe(.model("a/x")))
        #expect(state.apply(.probe(.model("b/y"))) == [.start(one)])
        #expect(state.proven(by: one, first: "a/x") == [.model("a/x")])
        #expect(state.proven(by: one, first: "b/y") == [.model("b/y")])
        #expect(state.proven(by: one, first: nil) == [])
    }

    @Test func `a queue that was stored says what it waits for and starts nothing`() {
        let circuit = Circuit(kind: .quota, reason: "no credit", failures: 3)
        func queued(_ id: FeatureID, _ repository: RepositoryName) -> QueuedJob {
            QueuedJob(feature: id, repository: repository, priority: 3, dependsOn: [], sequence: Int64(id.number))
        }
        let state = DispatchState(
            limit: 1, perRepository: [lib: 1], running: [queued(one, lib)], waiting: [queued(two, app), queued(three, lib)], released: [],
            circuits: [.repository(app): circuit], isStopped: false)
        #expect(state.reason(for: two) == .hold("no credit"))
        #expect(state.reason(for: three) == .repositorySlot(lib, running: 1))
        #expect(state.runningFeatures == [one])
    }
}
