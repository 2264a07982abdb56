internal import FerryModel
internal import Testing

@Suite(.timeLimit(.minutes(1)))
struct WorkClocksTests {
    private var timing: Timing {
        var timing = Timing()
        timing.lease = .seconds(45)
        timing.progress = .seconds(300)
        timing.clockInterval = .seconds(1)
        return timing
    }

    private func clocks(deadline: Duration = .seconds(1_000)) -> WorkClocks { WorkClocks(timing, deadline: deadline, at: .seconds(100)) }

    /// Looks each second up to this one.
    private func run(_ clocks: inout WorkClocks, from first: Int, to last: Int) {
        for second in first...last { clocks.look(at: .seconds(second)) }
    }

    @Test func `work without progress is stalled, and progress begins the count anew`() {
        var clocks = clocks()
        run(&clocks, from: 101, to: 399)
        #expect(clocks.verdict == .fine)
        clocks.noteProgress(at: .seconds(399))
        run(&clocks, from: 400, to: 698)
        #expect(clocks.verdict == .fine)
        run(&clocks, from: 699, to: 699)
        #expect(clocks.verdict == .stalled(.seconds(300)))
    }

    @Test func `the deadline counts the work and no waiting`() {
        var clocks = clocks(deadline: .seconds(200))
        clocks.noteWait(of: .seconds(5_000), at: .seconds(100))
        run(&clocks, from: 101, to: 5_100)
        #expect(clocks.verdict == .fine)
        #expect(clocks.used == .zero)
        run(&clocks, from: 5_101, to: 5_299)
        #expect(clocks.verdict == .fine && clocks.left == .seconds(1))
        run(&clocks, from: 5_300, to: 5_300)
        #expect(clocks.verdict == .overdue)
    }

    @Test func `a process that stood still has lost its lease and no time`() {
        var clocks = clocks(deadline: .seconds(200))
        run(&clocks, from: 101, to: 110)
        clocks.look(at: .seconds(3_710))
        #expect(clocks.verdict == .leaseLost)
        #expect(clocks.used == .seconds(10))
        clocks.noteRenewal()
        #expect(clocks.verdict == .fine)
    }

    @Test func `a clock that goes back changes nothing`() {
        var clocks = clocks()
        run(&clocks, from: 101, to: 110)
        clocks.look(at: .seconds(50))
        clocks.look(at: .seconds(111))
        #expect(clocks.used == .seconds(11))
    }

    @Test func `what was used before counts when the work goes on`() {
        var clocks = clocks(deadline: .seconds(60))
        clocks.resume(at: .seconds(9_000), after: .seconds(50))
        #expect(clocks.verdict == .fine && clocks.left == .seconds(10))
        run(&clocks, from: 9_001, to: 9_010)
        #expect(clocks.verdict == .overdue)
        #expect(clocks.nextLook(at: .seconds(9_010)) > .zero)
    }
}
