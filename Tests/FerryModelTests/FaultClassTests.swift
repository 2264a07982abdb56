internal import FerryModel
internal import Testing

struct FaultClassTests {
    @Test func `only the feature's own trouble uses an attempt, and only it waits for a person`() {
        let timing = Timing()
        for kind in FaultClass.allCases {
            #expect(kind.usesAttempt == (kind == .task))
            #expect((kind.backoff(timing) == nil) == (kind == .task))
            #expect((kind.cap != nil) == (kind == .infrastructure))
        }
    }

    /// Class, failures in a row, what the provider asks for, and the wait that follows, in seconds.
    @Test(
        arguments: [
            (FaultClass.task, 3, nil, 0), (.infrastructure, 1, nil, 5), (.infrastructure, 2, nil, 10), (.infrastructure, 7, nil, 300),
            (.infrastructure, 1_000, nil, 300), (.rate, 1, nil, 5), (.rate, 1, 30, 30), (.rate, 9, 30, 300), (.rate, 1, 10_000_000, 86_400),
            (.quota, 1, nil, 900), (.quota, 9, nil, 900), (.configuration, 1, nil, 5), (.configuration, 9, nil, 300),
        ] as [(FaultClass, Int, Int?, Int)])
    func `the wait after a failure`(_ kind: FaultClass, _ failures: Int, _ asked: Int?, _ seconds: Int) {
        #expect(kind.wait(after: failures, retryAfter: asked.map { .seconds($0) }, Timing()) == .seconds(seconds))
    }

    @Test func `a wait that was stored ends early where the clock was set, and never gets longer`() {
        let wait = DurableWait(.seconds(60), from: 1_000_000)
        #expect(wait.remaining(at: 1_000_000) == .seconds(60))
        #expect(wait.remaining(at: 1_045_000) == .seconds(15))
        #expect(wait.remaining(at: 1_060_000) == .zero)
        #expect(wait.remaining(at: 9_000_000) == .zero)
        // Set back by a day: it is not a day and a minute.
        #expect(wait.remaining(at: 1_000_000 - 86_400_000) == .zero)
        #expect(wait.remaining(at: .min) == .zero)
        #expect(DurableWait(until: wait.until, milliseconds: wait.milliseconds) == wait)
    }

    @Test func `a resource is read as it is stored`() {
        let all: [Resource] = [.machine, .repository(RepositoryName("a:b")), .provider("anthropic"), .model("local/qwen:3b")]
        for resource in all { #expect(Resource(key: resource.key) == resource) }
        for key in ["", "disk", "model", "planet:mars"] { #expect(Resource(key: key) == nil) }
    }
}
