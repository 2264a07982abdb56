internal import Synchronization

/// Lets a few tests work at once: eighty sandboxes at the same moment on two processors measure the machine and nothing else.
final class Turnstile: Sendable {
    private struct State {
        var free: Int
        var waiting: [(places: Int, enter: CheckedContinuation<Void, Never>)] = []
    }

    private let state: Mutex<State>
    private let places: Int

    init(places: Int) {
        self.places = places
        state = Mutex(State(free: places))
    }

    /// - Parameter alone: whether nothing else may go on meanwhile, as where time is measured.
    func pass<Value>(alone: Bool, _ body: () async throws -> Value) async throws -> Value {
        let needed = alone ? places : 1
        await enter(needed)
        defer { leave(needed) }
        return try await body()
    }

    private func enter(_ needed: Int) async {
        await withCheckedContinuation { continuation in
            let enters = state.withLock { state in
                guard state.waiting.isEmpty, state.free >= needed else {
                    state.waiting.append((needed, continuation))
                    return false
                }
                state.free -= needed
                return true
            }
            if enters { continuation.resume() }
        }
    }

    private func leave(_ places: Int) {
        let entering = state.withLock { state in
            state.free += places
            var entering: [CheckedContinuation<Void, Never>] = []
            while let first = state.waiting.first, first.places <= state.free {
                state.free -= first.places
                entering.append(state.waiting.removeFirst().enter)
            }
            return entering
        }
        for continuation in entering { continuation.resume() }
    }
}
