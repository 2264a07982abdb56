internal import FerryLLM
internal import FerryModel
internal import FerrySystem
internal import Synchronization

/// Watches one model call by the clocks of its stage, and ends it when one of them says so.
final class CallWatch: Sendable {
    private let state: Mutex<WorkClocks>
    private let journal: AgentJournal

    init(_ clocks: WorkClocks, _ journal: AgentJournal) {
        state = Mutex(clocks)
        self.journal = journal
    }

    /// As they stand now.
    var clocks: WorkClocks {
        state.withLock {
            $0.look(at: BootClock.now)
            return $0
        }
    }

    /// News of the call. Content is progress; a pause that the provider asks for, or that it caused by failing, is nobody's time.
    func note(_ progress: ModelProgress) {
        let now = BootClock.now
        state.withLock { clocks in
            switch progress {
            case .output(let characters) where characters > 0: clocks.noteProgress(at: now)
            case .waiting(let pause, _): clocks.noteWait(of: pause, at: now)
            case .failed(let attempt): if let pause = attempt.retryIn { clocks.noteWait(of: pause, at: now) }
            case .output, .usage: break
            }
        }
    }

    /// `nil` when a clock ended the work; it has ended by then. Throws what the work throws, and `StoreError` where the job was lost meanwhile.
    func run<Value: Sendable>(_ work: @escaping @Sendable () async throws -> Value) async throws -> Value? {
        try await withThrowingTaskGroup(of: Value?.self) { group in
            group.addTask { try await work() }
            group.addTask {
                try await self.untilEnded()
                return nil
            }
            defer { group.cancelAll() }
            return try await group.next() ?? nil
        }
    }

    private func untilEnded() async throws {
        while true {
            switch clocks.verdict {
            case .fine: break
            case .leaseLost:
                try await journal.renew()
                state.withLock { $0.noteRenewal() }
            case .stalled, .overdue: return
            }
            try await Task.sleep(for: state.withLock { $0.nextLook(at: BootClock.now) })
        }
    }
}
