internal import Synchronization

/// The clock hand of one exchange: moved on by whoever reads, watched by `expire`.
final class StreamDeadlines: Sendable {
    private struct State {
        var headArrived = false
        var lastPiece: ContinuousClock.Instant
        var lastContent: ContinuousClock.Instant
    }
    private let start = ContinuousClock.now
    private let timing: StreamTiming
    private let host: String
    private let state: Mutex<State>

    init(_ timing: StreamTiming, host: String) {
        self.timing = timing
        self.host = host
        state = Mutex(State(lastPiece: start, lastContent: start))
    }

    func noteHead() {
        let now = ContinuousClock.now
        state.withLock {
            $0.headArrived = true
            $0.lastPiece = now
            $0.lastContent = now
        }
    }

    func notePiece() {
        let now = ContinuousClock.now
        state.withLock { $0.lastPiece = now }
    }

    func noteContent() {
        let now = ContinuousClock.now
        state.withLock { $0.lastContent = now }
    }

    /// Returns only by throwing: `HTTPFailure.stalled` once a limit has passed, or `CancellationError`.
    func expire() async throws -> Never {
        while true {
            let next = nearest()
            guard next.instant > ContinuousClock.now else {
                throw HTTPFailure(
                    .stalled, "\(host) \(next.complaint)", remedy: "Ferry tries again; if it persists, look at the provider's status page")
            }
            // The head's arrival may bring the next limit nearer, though never nearer than this.
            let recheck = ContinuousClock.now + min(timing.idle, timing.content)
            try await ContinuousClock().sleep(until: min(next.instant, recheck))
        }
    }

    private func nearest() -> Limit {
        let now = state.withLock { $0 }
        let total = (start + timing.total, "did not finish its answer within \(timing.total.inSeconds)")
        guard now.headArrived else {
            return earlier(total, (start + timing.firstByte, "did not begin to answer within \(timing.firstByte.inSeconds)"))
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
