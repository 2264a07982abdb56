internal import Glibc
internal import Synchronization

/// Does pieces of blocking work on the calling thread and a second one beside it, and returns what they gave, in order. The first error ends it.
/// For calls that wait for a disk: the cooperative pool has as many threads as cores and none to spare.
package func onTwoThreads<Value: Sendable>(_ count: Int, _ body: @escaping @Sendable (Int) throws -> Value) throws -> [Value] {
    guard count > 1 else { return try (0..<count).map(body) }
    let work = SharedWork(count, body)
    // One that cannot be had leaves the work to this thread.
    let helper = JoinedThread { work.run() }
    work.run()
    helper?.join()
    return try work.results()
}

private final class SharedWork<Value: Sendable>: Sendable {
    private struct State {
        var next = 0
        var values: [Value?]
        var error: (any Error)?
    }

    private let count: Int
    private let body: @Sendable (Int) throws -> Value
    private let state: Mutex<State>

    init(_ count: Int, _ body: @escaping @Sendable (Int) throws -> Value) {
        self.count = count
        self.body = body
        state = Mutex(State(values: Array(repeating: nil, count: count)))
    }

    func run() {
        while let index = take() {
            do {
                let value = try body(index)
                state.withLock { $0.values[index] = value }
            } catch {
                state.withLock { $0.error = $0.error ?? error }
                return
            }
        }
    }

    private func take() -> Int? {
        state.withLock { state in
            guard state.error == nil, state.next < count else { return nil }
            defer { state.next += 1 }
            return state.next
        }
    }

    func results() throws -> [Value] {
        try state.withLock { state in
            if let error = state.error { throw error }
            return state.values.compactMap { $0 }
        }
    }
}

/// A thread that somebody waits for.
private struct JoinedThread {
    private final class Box: Sendable {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }

    private let thread: pthread_t

    init?(_ body: @escaping @Sendable () -> Void) {
        var thread = pthread_t()
        let box = Unmanaged.passRetained(Box(body))
        let failed = pthread_create(
            &thread, nil,
            { argument in
                if let argument { Unmanaged<Box>.fromOpaque(argument).takeRetainedValue().body() }
                return nil
            }, box.toOpaque())
        guard failed == 0 else {
            box.release()
            return nil
        }
        self.thread = thread
    }

    func join() { pthread_join(thread, nil) }
}
