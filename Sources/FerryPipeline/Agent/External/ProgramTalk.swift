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
        /// It has used a tool.
        var didWork = false
        /// Why it goes in circles.
        var circles: String?

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
        var answers = 0
        // It cannot be warned, and may wait for something by asking again and again.
        var watch = RepetitionWatch(patience: 2)
        private var others = 0

        /// Of the newest lines.
        private var lines: [Int] = []

        init(program: any AgentProgram) { self.program = program }

        /// Whether it has not said just this a short while ago.
        mutating func isNew(_ line: String) -> Bool {
            let hash = line.hashValue
            guard !lines.contains(hash) else { return false }
            lines.append(hash)
            if lines.count > 64 { lines.removeFirst() }
            return true
        }

        /// Why it goes in circles, if it does with this call.
        mutating func circle(_ tool: String, _ summary: String, _ text: String) -> String? {
            let isWatched = ProgramTalk.watched.contains(tool) && !text.isEmpty && summary.utf8.count < ProgramTalk.longestSummary
            if !isWatched { others += 1 }
            // Only in what a test runner prints are numbers times; elsewhere they may tell how far something has come.
            let isOfTests = TestOutput.summary(of: PlainOutput(text.utf8), command: summary) != nil
            let identity = isOfTests ? text : RepetitionWatch.exact(text)
            let verdicts = [
                watch.note(tool: tool, arguments: isWatched ? summary : "\(others)", identity: identity, isError: false), watch.endTurn(),
            ]
            return verdicts.lazy.compactMap { if case .stuck(let reason) = $0 { reason } else { nil } }.first
        }
    }

    /// Tools whose summary and text tell the whole call: the same ones mean that the same was done. Of the others two different calls may read the same.
    private static let watched: Set<String> = ["Bash", "Read", "command", "execute", "read"]

    /// Bytes of a summary that may be cut there.
    private static let longestSummary = 450

    private let task: AgentTask
    private let most: Int
    /// What the model says comes through Ferry, and is recorded there.
    private let isHeard: Bool
    private let state: Mutex<State>
    private let over: AsyncStream<Void>
    private let ending: AsyncStream<Void>.Continuation
    private let circling: AsyncStream<Void>
    private let circled: AsyncStream<Void>.Continuation

    /// - Parameter most: bytes that it may say in all.
    init(_ program: any AgentProgram, _ task: AgentTask, most: Int, isHeard: Bool) {
        self.task = task
        self.most = most
        self.isHeard = isHeard
        state = Mutex(State(program: program))
        (over, ending) = AsyncStream.makeStream()
        (circling, circled) = AsyncStream.makeStream()
    }

    var said: Said { state.withLock { $0.said } }

    /// Returns once the program's work is over, by its own word.
    func untilOver() async { for await _ in over {} }

    /// Returns once it goes in circles.
    func untilCircling() async { for await _ in circling {} }

    /// Takes a line; returns what to write back, the session that it names, whether the input ends with it, and whether it is a sign of work: the same words
    /// again are none. Throws `Errno` where the record cannot be kept, and
    /// `TooMuchTalk`.
    func take(_ line: String) throws -> (replies: [[UInt8]], session: String?, isOver: Bool, isSign: Bool) {
        let bytes = state.withLock { state in
            state.bytes += line.utf8.count + 1
            return state.bytes
        }
        guard bytes <= most else { throw TooMuchTalk() }
        // As the output of any command: a repository, or the program itself, may hold a key.
        let line = task.transcript.redactor.redact(line)
        let (events, first, isSign) = state.withLock { state in
            let events = state.program.receive(line)
            let first = state.calls
            state.calls += events.count
            return (events, first, state.isNew(line) && state.program.isSign(line))
        }
        var replies: [[UInt8]] = []
        var session: String?
        var isOver = false
        for (index, event) in events.enumerated() {
            switch event {
            case .said(let text):
                state.withLock { $0.said.lastWords = text }
                if !isHeard { try record(text) }
            case .line(let line): state.withLock { $0.said.add(line) }
            case .used(let call, let tool, let summary, let text, let isError):
                let isCircling = state.withLock { state in
                    state.said.didWork = true
                    state.said.circles = state.said.circles ?? state.circle(tool, summary, text)
                    return state.said.circles != nil
                }
                if isCircling { circled.finish() }
                try task.transcript.append(
                    .result(
                        turn: 0, callID: call.isEmpty ? "\(first + index + 1)" : call, tool: tool, summary: String(summary.prefix(500)),
                        text: String(text.prefix(16_000)), isError: isError, seconds: 0))
            case .report(let report): state.withLock { $0.said.report = report }
            case .reply(let bytes): replies.append(bytes)
            case .finished: isOver = true
            case .refused(let detail): state.withLock { $0.said.refusal = detail }
            case .failed(let complaint): state.withLock { $0.said.complaint = complaint }
            case .session(let id): session = id
            }
        }
        if isOver { ending.finish() }
        return (replies, session, isOver, isSign)
    }

    /// By the program's own word: what it used and cost, nobody else knows.
    private func record(_ text: String) throws {
        let turn = state.withLock { state in
            state.answers += 1
            return state.answers
        }
        try task.transcript.append(
            .answered(
                turn: turn, AssistantMessage(blocks: [.text(text)]), stop: .done, usage: ModelUsage(), cost: nil, seconds: 0, requestID: nil))
    }
}
