internal import FerryModel
internal import FerryPipeline
internal import FerryStore
internal import FerrySystem
internal import SystemPackage
internal import Testing

/// Many gestures at once: what waits for a word, what never does, and what ends the waiting.
struct BulkGesturesTests {
    private func decisions(_ gesture: Gesture, _ numbers: ClosedRange<Int>) -> [Reconciliation.Decision] {
        numbers.map { .gesture(FeatureID(number: $0), gesture, nil) }
    }

    private func sift(
        _ bulk: inout BulkGestures, _ decisions: [Reconciliation.Decision], concerned: Set<Reconciliation.Subject> = [], at seconds: Int = 0
    ) -> BulkGestures.Sifted {
        bulk.sift(
            decisions, concerned: concerned.union(decisions.map(subject)), features: [:], limit: 20, window: .seconds(30), now: .seconds(seconds))
    }

    private func subject(_ decision: Reconciliation.Decision) -> Reconciliation.Subject {
        if case .gesture(let id, _, _) = decision { .feature(id) } else { .note("") }
    }

    @Test func `twenty act, twenty-one wait for one question`() {
        var bulk = BulkGestures()
        #expect(sift(&bulk, decisions(.dispatch, 1...20)).act.count == 20)
        #expect(bulk.finish().isEmpty && bulk.isEmpty)
        var other = BulkGestures()
        #expect(sift(&other, decisions(.dispatch, 1...21)).act.isEmpty)
        #expect(other.finish().isEmpty)
        #expect(other.waiting.map(\.kind) == [.dispatch] && other.subjects.count == 21)
    }

    @Test func `those that come one by one within the window count together, and what was carried out is taken back`() {
        var bulk = BulkGestures()
        for number in 1...20 { #expect(sift(&bulk, decisions(.dispatch, number...number), at: number / 2).act.count == 1) }
        let last = sift(&bulk, decisions(.dispatch, 21...21), at: 11)
        #expect(last.act.isEmpty && last.takeBack.count == 20)
        var slow = BulkGestures()
        for number in 1...40 { #expect(sift(&slow, decisions(.dispatch, number...number), at: number * 2).act.count == 1) }
    }

    @Test(arguments: [Gesture.withdraw, .cancel, .cancelUnapproved, .hold, .putBack, .list, .none])
    func `what stops work or costs nothing never waits`(gesture: Gesture) {
        var bulk = BulkGestures()
        #expect(sift(&bulk, decisions(gesture, 1...100)).act.count == 100)
        #expect(bulk.isEmpty)
    }

    @Test func `while one kind waits, another acts, and new ones of the kind join`() {
        var bulk = BulkGestures()
        _ = sift(&bulk, decisions(.approve, 1...30))
        #expect(sift(&bulk, decisions(.dispatch, 31...31), at: 100).act.count == 1)
        #expect(sift(&bulk, decisions(.approve, 32...32), at: 1000).act.isEmpty)
        #expect(bulk.subjects.count == 31)
    }

    @Test func `moves that are undone are forgotten, and with the last one the question`() {
        var bulk = BulkGestures()
        _ = sift(&bulk, decisions(.dispatch, 1...30))
        let all = bulk.subjects
        _ = sift(&bulk, decisions(.dispatch, 1...1), concerned: all)
        #expect(bulk.subjects == [.feature(FeatureID(number: 1))])
        // Far below the limit by now, and it still waits.
        #expect(bulk.finish().isEmpty)
        _ = sift(&bulk, [], concerned: all)
        #expect(bulk.finish() == [.dispatch])
        #expect(bulk.isEmpty)
        #expect(sift(&bulk, decisions(.dispatch, 1...1), at: 100).act.count == 1)
    }

    @Test func `a yes carries all of that kind out, once`() {
        var bulk = BulkGestures()
        _ = sift(&bulk, decisions(.dispatch, 1...30))
        #expect(bulk.allow(.dispatch).count == 30)
        #expect(sift(&bulk, decisions(.dispatch, 1...30), at: 5).act.count == 30)
        #expect(bulk.finish() == [.dispatch])
        #expect(sift(&bulk, decisions(.dispatch, 31...60), at: 6).act.isEmpty)
    }

    @Test func `after a restart they wait on, however few are left`() throws {
        let asked = BulkQuestion(kind: .dispatch, number: 7, count: 143, examples: ["Dark mode", "Search"])
        let question = try #require(BulkQuestion(kind: "dispatch", stored: asked.stored))
        #expect(question == asked)
        #expect(question.sentence == "Start 143 features that were moved to planned together (a restore, a checkout?): Dark mode, Search …")
        var bulk = BulkGestures()
        bulk.restore([question], allowed: [], lastNumber: 7)
        #expect(sift(&bulk, decisions(.dispatch, 1...3)).act.isEmpty)
        #expect(bulk.waiting.first?.number == 7)
        var allowed = BulkGestures()
        allowed.restore([], allowed: [.dispatch], lastNumber: 7)
        #expect(sift(&allowed, decisions(.dispatch, 1...100)).act.count == 100)
    }
}
