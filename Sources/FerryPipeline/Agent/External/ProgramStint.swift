internal import FerryModel
internal import FoundationEssentials

/// Where the work of an agent program stands between two starts of it.
struct ProgramStint: Sendable {
    /// Of the program that is started next; programs of a stage are counted from 1.
    var number = 1
    var occasion = ReportRequest.Occasion.first
    /// The session that the next program goes on with; `nil`: a new one.
    var resumes: String?
    /// The worktree before all of it.
    private(set) var before: String?
    /// Model calls so far.
    var turn = 0
    /// How long the session that is gone on with has worked.
    private(set) var worked = Duration.zero

    /// From the journal: an interrupted program goes on with its session, if it told of one and the worktree is as it left it; else the work begins anew.
    init(_ task: AgentTask) async throws {
        guard let last = task.journal.lastProgram() else {
            before = try await task.checkpoint()
            return
        }
        number = last.number + 1
        if let session = last.session, !last.isOpen || task.isWorktreeAsLeft || !task.workspace.mayWrite {
            before = session.before
            (resumes, occasion) = (session.id, .interrupted)
            let record = try Transcript.read(task.transcript.path)
            turn = Self.lastTurn(record)
            worked = Self.worked(record, silence: task.timing.progress)
            try task.transcript.append(.resumed(turn: turn + 1))
        } else {
            before = try await task.checkpoint()
        }
        if last.isOpen {
            number = last.number
            if resumes == nil { try await task.journal.withdrawProgram(last.number) }
        }
    }

    /// The session could not be gone on with.
    mutating func beginAnew(_ task: AgentTask) async throws {
        try await task.journal.withdrawProgram(number)
        try await task.putBack(before)
        (resumes, occasion) = (nil, .first)
    }

    /// A name for a session, as Claude Code wants it: a UUID.
    static func newSession() -> String { UUID().uuidString.lowercased() }

    private static func lastTurn(_ record: [TranscriptEntry]) -> Int {
        record.reduce(0) { last, entry in
            switch entry.event {
            case .answered(let turn, _, _, _, _, _, _, _), .failed(let turn, _, _, _): max(last, turn)
            case .began, .said, .result, .ended, .resumed: last
            }
        }
    }

    /// The time of work by its record, to the second: from each entry to the next, but for interruptions. What is longer than `silence`, after which a program
    /// is ended, was a sleep of the machine or a jump of its clock. Work that began anew counts from there; the last entry is where it is taken up now.
    static func worked(_ record: [TranscriptEntry], silence: Duration) -> Duration {
        var sum = Duration.zero
        for (index, (before, entry)) in zip(record, record.dropFirst()).enumerated() {
            switch entry.event {
            case .began(_, _, let conversation, _, _):
                // The next model of a chain goes on with the work; a start that was cut off at once has not begun any.
                guard conversation == 1, let next = record.dropFirst(index + 2).first else { continue }
                switch next.event {
                case .began, .resumed: break
                case .said, .answered, .failed, .result, .ended: sum = .zero
                }
            case .resumed: break
            case .said, .answered, .failed, .result, .ended:
                guard let begin = try? Date(before.at, strategy: .iso8601), let end = try? Date(entry.at, strategy: .iso8601), end > begin else {
                    continue
                }
                sum += min(silence, .seconds(end.timeIntervalSince(begin)))
            }
        }
        return sum
    }
}
