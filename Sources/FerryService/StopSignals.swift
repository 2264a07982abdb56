internal import Glibc
internal import Synchronization
internal import UnixSignals

/// SIGTERM, Ctrl-C and the end of the terminal (SIGHUP), trapped from before the first thing that Ferry does: what comes while the database is opened is not
/// lost, and ends nothing in the middle.
package final class StopSignals: Sendable {
    private struct State {
        var count = 0
        var listener: AsyncStream<Int>.Continuation?
        /// Who listens, counted.
        var listeners = 0
        var trap: Task<Void, Never>?
    }
    private let state = Mutex(State())

    package init() {}

    /// From now on the process does not die of them. SIGHUP stays ignored where whoever started Ferry wants it so (nohup).
    package func begin() async {
        var old = sigaction()
        sigaction(SIGHUP, nil, &old)
        let isIgnored = unsafeBitCast(old.__sigaction_handler.sa_handler, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
        let signals = await UnixSignalsSequence(trapping: isIgnored ? [.sigterm, .sigint] : [.sigterm, .sigint, .sighup])
        let trap = Task { for await signal in signals { self.take(signal.rawValue) } }
        state.withLock { $0.trap = trap }
    }

    /// They are trapped no longer.
    package func end() { state.withLock { $0.trap }?.cancel() }

    /// How many have come.
    package var count: Int { state.withLock { $0.count } }

    /// The number of each that comes, and of those that came before. One may listen at a time.
    func each() -> AsyncStream<Int> {
        let (stream, listener) = AsyncStream<Int>.makeStream()
        let own = state.withLock { state in
            state.listener = listener
            state.listeners += 1
            for number in 0..<state.count { listener.yield(number + 1) }
            return state.listeners
        }
        listener.onTermination = { [weak self] _ in
            self?.state.withLock { if $0.listeners == own { $0.listener = nil } }
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
