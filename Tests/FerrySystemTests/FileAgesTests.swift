internal import FerrySystem
internal import Synchronization
internal import Testing

/// Ages of files while somebody sets the clock.
@Suite struct FileAgesTests {
    private final class Clocks: Sendable {
        private let state = Mutex((wall: Duration.seconds(1_800_000_000), boot: Duration.seconds(500)))
        var wall: Duration { state.withLock { $0.wall } }
        var boot: Duration { state.withLock { $0.boot } }
        /// As the file system dates a change that is made now.
        var stamp: Int64 { wall.components.seconds * 1_000_000_000 + wall.components.attoseconds / 1_000_000_000 }
        func pass(_ time: Duration) { state.withLock { $0 = ($0.wall + time, $0.boot + time) } }
        func set(by time: Duration) { state.withLock { $0.wall += time } }
    }

    private func ages() -> (FileAges, Clocks) {
        let clocks = Clocks()
        return (FileAges(wall: { clocks.wall }, boot: { clocks.boot }), clocks)
    }

    @Test(arguments: [Duration.seconds(8_640_000), .seconds(3600), .seconds(-3600), .seconds(1)])
    func `a file is as old as it is, whatever the clock is set to`(by jump: Duration) {
        let (ages, clocks) = ages()
        clocks.pass(.seconds(100))
        let before = clocks.stamp
        clocks.pass(.seconds(5))
        #expect(ages.age(ofChange: before) == .seconds(5))
        clocks.set(by: jump)
        clocks.pass(.seconds(5))
        let tolerance = abs(jump) < .seconds(2) ? abs(jump) : .zero
        #expect(abs(ages.age(ofChange: before) - .seconds(10)) <= tolerance)
        let after = clocks.stamp
        clocks.pass(.seconds(7))
        #expect(ages.age(ofChange: after) == .seconds(7))
        #expect(abs(ages.age(ofChange: before) - .seconds(17)) <= tolerance)
    }

    @Test func `a clock that was set wrong and put right again leaves ages as they were`() {
        let (ages, clocks) = ages()
        clocks.pass(.seconds(100))
        let before = clocks.stamp
        for jump in [Duration.seconds(31_536_000), .seconds(-31_536_000)] {
            clocks.pass(.seconds(10))
            clocks.set(by: jump)
            _ = ages.age(ofChange: clocks.stamp)
        }
        clocks.pass(.seconds(10))
        #expect(ages.age(ofChange: before) == .seconds(30))
    }

    @Test func `what was changed before Ferry began, while the clock was wrong, goes by the right clock`() {
        let (ages, clocks) = ages()
        // At the start the clock stood far behind.
        let year = Duration.seconds(31_536_000)
        let old = (clocks.wall + year - .seconds(1000)).components.seconds * 1_000_000_000
        clocks.set(by: year)
        #expect(ages.age(ofChange: old) == .seconds(1000))
    }

    private func abs(_ duration: Duration) -> Duration { duration < .zero ? .zero - duration : duration }
}
