internal import Synchronization

/// The clock hand of one exchange: moved on by whoever reads, watched by `expire`.
final class StreamDeadlines: Sendable {
    private struct State {
        var start: ContinuousClock.Instant
        var headArrived = false
        var lastPiece: ContinuousClock.Instant
        var lastContent: ContinuousClock.Instant
    }
    private let timing: StreamTiming
    private let host: String
    private let now: @Sendable () -> ContinuousClock.Instant
    private let sleep: @Sendable (ContinuousClock.Instant) async throws -> Void
    private let state: Mutex<State>

    /// The longest time between two looks at the limits, and how late a look must come to show that the process stood still meanwhile.
    private static let step = Duration.seconds(1)
    private static let standstill = Duration.seconds(2)

    /// A test may play the clock.
    init(
        _ timing: StreamTiming, host: String, now: @escaping @Sendable () -> ContinuousClock.Instant = { ContinuousClock.now },
        sleep: @escaping @Sendable (ContinuousClock.Instant) async throws -> Void = { try await ContinuousClock().sleep(until: $0) }
    ) {
        self.timing = timing
        self.host = host
        self.now = now
        self.sleep = sleep
        let start = now()
        state = Mutex(State(start: start, lastPiece: start, lastContent: start))
    }

    func noteHead() {
        let now = now()
        state.withLock {
            $0.headArrived = true
            $0.lastPiece = now
            $0.lastContent = now
        }
    }

    func notePiece() {
        let now = now()
        state.withLock { $0.lastPiece = now }
    }

    func noteContent() {
        let now = now()
        state.withLock { $0.lastContent = now }
    }

    /// Returns only by throwing: `HTTPFailure.stalled` once a limit has passed, or `CancellationError`.
    ///
    /// After a standstill (SIGSTOP, a sleep of the machine) all limits begin anew: what came meanwhile has not been read yet, and a call that is given up
    /// is paid twice.
    func expire() async throws -> Never {
        while true {
            let next = nearest()
            let looked = now()
            guard next.instant > looked else {
                throw HTTPFailure(
                    .stalled, "\(host) \(next.complaint)", remedy: "Ferry tries again; if it persists, look at the provider's status page")
            }
            // The head's arrival may bring the next limit nearer, though never nearer than this.
            let until = min(next.instant, looked + min(timing.idle, timing.content, Self.step))
            try await sleep(until)
            if now() - until > Self.standstill { beginAnew() }
        }
    }

    private func beginAnew() {
        let now = now()
        state.withLock { ($0.start, $0.lastPiece, $0.lastContent) = (now, now, now) }
    }

    private func nearest() -> Limit {
        let now = state.withLock { $0 }
        let total = (now.start + timing.total, "did not finish its answer within \(timing.total.inSeconds)")
        guard now.headArrived else {
            return earlier(total, (now.start + timing.firstByte, "did not begin to answer within \(timing.firstByte.inSeconds)"))
        }
        let idle = (now.lastPiece + timing.idle, "sent nothing for \(timing.idle.inSeconds) in the middle of an answer")
        let content = (now.lastContent + timing.content, "sent no content for \(timing.content.inSeconds), only signs of life")
        return earlier(total, earlier(idle, content))
    }

    private typealias Limit = (instant: ContinuousClock.Instant, complaint: String)

    private func earlier(_ left: Limit, _ right: Limit) -> Limit { right.instant < left.instant ? right : left }
}

extension Duration {
    /// `180 s`, `0.25 s`.
    fileprivate var inSeconds: String {
        let (seconds, attoseconds) = components
        let hundredths = attoseconds / 10_000_000_000_000_000
        return hundredths == 0 ? "\(seconds) s" : "\(seconds).\(hundredths < 10 ? "0" : "")\(hundredths) s"
    }
}
