internal import FerryModel
internal import FerryStore
internal import FerryTestSupport
internal import Testing

@Suite(.timeLimit(.minutes(1)))
struct SpendingTests {
    let one = FeatureID(number: 1), two = FeatureID(number: 2)

    @Test func `a reservation counts in full until it is settled, then what the call cost`() async throws {
        try await withStore { store, _ in
            #expect(try await reserve(store, 4, "a") == .granted)
            #expect(try await store.spending(feature: one).amount == dollars(4))
            try await store.settle(key: "a", cost: dollars(1), inputTokens: 1000, outputTokens: 50)
            let total = try await store.spending(feature: one)
            #expect(total.amount == dollars(1))
            #expect(total.inputTokens == 1000 && total.outputTokens == 50 && total.calls == 1 && total.callsOfUnknownPrice == 0)
        }
    }

    @Test func `calls under way count against the limit, and their settling makes room`() async throws {
        try await withStore { store, _ in
            let limits = SpendingLimits(run: dollars(5))
            #expect(try await reserve(store, 3, "a", limits) == .granted)
            #expect(try await reserve(store, 3, "b", limits) == .refused(pot: "run", spent: dollars(3), allowed: dollars(5)))
            try await store.settle(key: "a", cost: dollars(2), inputTokens: 1, outputTokens: 1)
            #expect(try await reserve(store, 3, "b", limits) == .granted)
            #expect(try await reserve(store, 0.000_001, "c", limits) == .refused(pot: "run", spent: dollars(5), allowed: dollars(5)))
        }
    }

    @Test func `a refused call books nothing`() async throws {
        try await withStore { store, _ in
            _ = try await reserve(store, 9, "a", SpendingLimits(day: dollars(5)))
            #expect(try await store.spending() == SpendingTotal())
        }
    }

    @Test func `each pot has its own limit and is named when it is full`() async throws {
        try await withStore { store, _ in
            _ = try await reserve(store, 2, "1/1", run: 1)
            _ = try await reserve(store, 2, "1/2", run: 2)
            _ = try await reserve(store, 2, "2/1", feature: two)
            #expect(
                try await reserve(store, 1, "x", SpendingLimits(run: dollars(2.5)), run: 2)
                    == .refused(pot: "run", spent: dollars(2), allowed: dollars(2.5)))
            #expect(
                try await reserve(store, 1, "x", SpendingLimits(run: dollars(9), feature: dollars(4)), run: 2)
                    == .refused(pot: "feature", spent: dollars(4), allowed: dollars(4)))
            #expect(
                try await reserve(store, 1, "x", SpendingLimits(run: dollars(9), feature: dollars(9), day: dollars(6)), run: 2)
                    == .refused(pot: "day", spent: dollars(6), allowed: dollars(6)))
            #expect(try await reserve(store, 1, "x", SpendingLimits(run: dollars(3), feature: dollars(5), day: dollars(7)), run: 2) == .granted)
        }
    }

    @Test func `an unknown price is said, not taken as nothing, and waits where a pot is used up`() async throws {
        try await withStore { store, _ in
            let limits = SpendingLimits(run: dollars(1))
            #expect(try await reserve(store, nil, "a", limits) == .granted)
            try await store.settle(key: "a", cost: nil, inputTokens: 10, outputTokens: 1)
            #expect(try await store.spending().callsOfUnknownPrice == 1)
            #expect(try await reserve(store, 1, "b", limits) == .granted)
            #expect(try await reserve(store, nil, "c", limits) == .refused(pot: "run", spent: dollars(1), allowed: dollars(1)))
        }
    }

    @Test func `a call that costs nothing is never refused`() async throws {
        try await withStore { store, _ in
            let free = try await reserve(store, 0, "a", SpendingLimits(run: .zero, feature: .zero, day: .zero))
            #expect(free == .granted)
            #expect(try await reserve(store, nil, "b", SpendingLimits(run: .zero)) != .granted)
        }
    }

    @Test func `a call whose cost nobody learned costs what was reserved for it`() async throws {
        try await withStore { store, _ in
            _ = try await reserve(store, 3, "a")
            try await store.settle(key: "a", cost: nil, inputTokens: 0, outputTokens: 0)
            #expect(try await store.spending().amount == dollars(3))
            #expect(try await store.spending().callsOfUnknownPrice == 0)
        }
    }

    @Test func `the same call after a crash is a second call, and the first stays in the account`() async throws {
        try await withStore { store, _ in
            _ = try await reserve(store, 3, "FR-001/1/plan/4")
            _ = try await reserve(store, 3, "FR-001/1/plan/4")
            try await store.settle(key: "FR-001/1/plan/4", cost: dollars(1), inputTokens: 1, outputTokens: 1)
            let total = try await store.spending(feature: one, run: RunNumber(1))
            #expect(total.amount == dollars(4) && total.calls == 2)
        }
    }

    @Test func `settling what was not reserved is an error`() async throws {
        try await withStore { store, _ in
            await #expect(throws: StoreError.self) { try await store.settle(key: "no", cost: .zero, inputTokens: 0, outputTokens: 0) }
        }
    }

    @Test func `concurrent calls never pass a limit together`() async throws {
        try await withStore { store, _ in
            await withTaskGroup { group in
                for call in 0..<20 {
                    group.addTask { _ = try? await reserve(store, 1, "call \(call)", SpendingLimits(feature: dollars(7))) }
                }
            }
            let total = try await store.spending(feature: one)
            #expect(total.amount == dollars(7))
        }
    }

    @Test func `the account is told by feature, run and day`() async throws {
        try await withStore { store, _ in
            _ = try await reserve(store, 1, "a", run: 1)
            _ = try await reserve(store, 2, "b", run: 2)
            _ = try await reserve(store, 4, "c", feature: two)
            #expect(try await store.spending().amount == dollars(7))
            #expect(try await store.spending(feature: one).amount == dollars(3))
            #expect(try await store.spending(feature: one, run: RunNumber(2)).amount == dollars(2))
            #expect(try await store.spending(day: "1999-01-01").calls == 0)
        }
    }

    @Test func `an agent's own limit counts its calls in one run and nobody else's`() async throws {
        try await withStore { store, _ async throws in
            let limits = SpendingLimits(agent: dollars(3))
            #expect(try await reserve(store, 2, "a", limits) == .granted)
            #expect(try await reserve(store, 2, "b", limits) == .refused(pot: "agent", spent: dollars(2), allowed: dollars(3)))
            #expect(try await reserve(store, 2, "c", limits, run: 2) == .granted)
            #expect(try await reserve(store, 2, "d", limits, agent: "tester") == .granted)
        }
    }

    @Test func `what no provider has told is counted and said to be an estimate`() async throws {
        try await withStore { store, _ in
            for key in ["under way", "cut off", "lost", "told"] { _ = try await reserve(store, 4, key) }
            try await store.settle(key: "cut off", cost: dollars(1), inputTokens: 9, outputTokens: 3, isEstimated: true)
            try await store.settle(key: "lost", cost: nil, inputTokens: 0, outputTokens: 0)
            try await store.settle(key: "told", cost: dollars(2), inputTokens: 9, outputTokens: 3)
            let total = try await store.spending()
            #expect(total.amount == dollars(11) && total.estimated == dollars(9))
        }
    }

    @Test func `an account that a note has kept fills up what is missing, once, and takes nothing away`() async throws {
        try await withStore { store, _ in
            _ = try await reserve(store, 1, "a")
            try await store.settle(key: "a", cost: dollars(1), inputTokens: 10, outputTokens: 1)
            let lines = [
                AccountLine(
                    day: Store.today, agent: "coder", model: "m", amount: dollars(3), calls: 4, unpriced: 1, inputTokens: 40, outputTokens: 9),
                AccountLine(day: "2026-01-02", agent: "planner", model: "m", amount: dollars(0.5), calls: 1),
            ]
            for _ in 1...2 {
                try await store.take([kept(lines)])
                #expect(try await store.account(one, RunNumber(1)).sorted { $0.agent < $1.agent } == lines)
                let total = try await store.spending(feature: one)
                #expect(total.amount == dollars(3.5) && total.calls == 5 && total.callsOfUnknownPrice == 1)
            }
            try await store.take([kept([AccountLine(day: Store.today, agent: "coder", model: "m", amount: dollars(1), calls: 1)])])
            #expect(try await store.spending(feature: one).amount == dollars(3.5))
            #expect(try await store.spending(day: "2026-01-02").amount == dollars(0.5))
        }
    }

    private func kept(_ lines: [AccountLine]) -> KeptRun {
        KeptRun(
            run: RunRecord(
                feature: one, number: RunNumber(1), outcome: .running, tier: .small, score: 1, reasons: [], branch: "b", base: "c", note: [],
                started: "2026-01-02T00:00:00Z"), start: nil, kind: nil, account: lines)
    }

    private func dollars(_ amount: Double) -> Money { Money(dollars: amount) }

    private func reserve(
        _ store: Store, _ amount: Double?, _ key: String, _ limits: SpendingLimits = SpendingLimits(), feature: FeatureID? = nil, run: Int = 1,
        agent: String = "coder"
    ) async throws -> Store.Reservation {
        let scope = SpendingScope(feature: feature ?? one, run: RunNumber(run), agent: agent, model: "m")
        return try await store.reserve(amount.map(Money.init(dollars:)), key: key, scope: scope, limits: limits)
    }
}
