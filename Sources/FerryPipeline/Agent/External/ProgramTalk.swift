internal import FerryLLM
internal import Synchronization

/// An agent program says more than it may.
struct TooMuchTalk: Error {}

/// What an agent program has said so far.
final class ProgramTalk: Sendable {
    struct Said: Sendable {
        fileprivate(set) var lastWords = ""
        var report: JSONValue?
        var refusal: String?
        var complaint: String?

        /// Of a long output the end counts.
        fileprivate mutating func add(_ line: String) {
            lastWords += line + "\n"
            if lastWords.utf8.count > 2 * ProgramTalk.mostWords {
                lastWords = String(decoding: lastWords.utf8.suffix(ProgramTalk.mostWords), as: UTF8.self)
            }
        }
    }

    fileprivate static let mostWords = 64 << 10

    private struct State {
        var program: any AgentProgram
        var said = Said()
        var calls = 0
        var bytes = 0
    }

    private let task: AgentTask
    private let most: Int
    private let state: Mutex<State>
    private let over: AsyncStream<Void>
    private let ending: AsyncStream<Void>.Continuation

    /// - Parameter most: bytes that it may say in all.
    init(_ program: any AgentProgram, _ task: AgentTask, most: Int) {
        self.task = task
        self.most = most
        state = Mutex(State(program: program))
        (over, ending) = AsyncStream.makeStream()
    }

    var said: Said { state.withLock { $0.said } }

    /// Returns once the program's work is over, by its own word.
    func untilOver() async { for await _ in over {} }

    /// Takes a line; returns what to write back, and whether the input ends with it. Throws `Errno` where the record cannot be kept, and
    /// `TooMuchTalk`.
    func take(_ line: String) throws -> (replies: [[UInt8]], isOver: Bool) {
        let bytes = state.withLock { state in
            state.bytes += line.utf8.count + 1
            return state.bytes
        }
        guard bytes <= most else { throw TooMuchTalk() }
        // As the output of any command: a repository, or the program itself, may hold a key.
        let line = task.transcript.redactor.redact(line)
        let (events, first) = state.withLock { state in
            let events = state.program.receive(line)
            let first = state.calls
            state.calls += events.count
            return (events, first)
        }
        var replies: [[UInt8]] = []
        var isOver = false
        for (index, event) in events.enumerated() {
            switch event {
            case .said(let text): state.withLock { $0.said.lastWords = text }
            case .line(let line): state.withLock { $0.said.add(line) }
            case .used(let call, let tool, let summary, let text, let isError):
                try task.transcript.append(
                    .result(
                        turn: 0, callID: call.isEmpty ? "\(first + index + 1)" : call, tool: tool, summary: String(summary.prefix(500)),
                        text: String(text.prefix(16_000)), isError: isError, seconds: 0))
            case .report(let report): state.withLock { $0.said.report = report }
            case .reply(let bytes): replies.append(bytes)
            case .finished: isOver = true
            case .refused(let detail): state.withLock { $0.said.refusal = detail }
            case .failed(let complaint): state.withLock { $0.said.complaint = complaint }
            }
        }
        if isOver { ending.finish() }
        return (replies, isOver)
    }
}
