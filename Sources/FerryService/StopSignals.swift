internal import Glibc
internal import Synchronization
internal import UnixSignals

/// SIGTERM and Ctrl-C, trapped from before the first thing that Ferry does: what comes while the database is opened is not lost, and ends nothing in the middle.
final class StopSignals: Sendable {
    private struct State {
        var count = 0
        var listener: AsyncStream<Int>.Continuation?
        var trap: Task<Void, Never>?
    }
    private let state = Mutex(State())

    /// From now on the process does not die of them.
    func begin() async {
        let signals = await UnixSignalsSequence(trapping: .sigterm, .sigint)
        let trap = Task { for await signal in signals { self.take(signal.rawValue) } }
        state.withLock { $0.trap = trap }
    }

    func end() { state.withLock { $0.trap }?.cancel() }

    /// How many have come.
    var count: Int { state.withLock { $0.count } }

    /// The number of each that comes, and of those that came before. One may listen at a time.
    func each() -> AsyncStream<Int> {
        let (stream, listener) = AsyncStream<Int>.makeStream()
        state.withLock { state in
            state.listener = listener
            for number in 0..<state.count { listener.yield(number + 1) }
        }
        return stream
    }

    private func take(_ signal: Int32) {
        let isHeard = state.withLock { state in
            state.count += 1
            state.listener?.yield(state.count)
            return state.listener != nil || state.count == 1
        }
        // Nobody listens yet: whoever asks again wants it at once, and a kill at any moment loses nothing.
        if !isHeard { _exit(128 + signal) }
    }
}
