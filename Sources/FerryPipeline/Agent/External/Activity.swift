internal import FerryModel
internal import FerrySystem
internal import Synchronization

/// When an agent program last gave a sign of work, and how long it has worked, by a clock that stands still with the machine.
final class Activity: Sendable {
    private let clock: AwakeClock
    private let start: Duration
    private let worked: Duration
    private let last: Mutex<Duration>

    /// `worked`: the time of the work that this one goes on with.
    init(_ clock: AwakeClock, worked: Duration = .zero) {
        self.clock = clock
        self.worked = worked
        start = clock.now
        last = Mutex(start)
    }

    func note() {
        let now = clock.now
        last.withLock { $0 = now }
    }

    var elapsed: Duration { worked + clock.now - start }

    /// Returns once there was no sign for so long; throws `CancellationError`.
    func untilSilent(for patience: Duration, looking interval: Duration) async throws {
        while true {
            let silence = clock.now - last.withLock { $0 }
            guard silence < patience else { return }
            try await Task.sleep(for: max(interval, min(patience - silence, .seconds(60))))
        }
    }
}
