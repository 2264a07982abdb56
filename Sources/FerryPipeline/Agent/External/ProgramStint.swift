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
            turn = try Self.lastTurn(task.transcript)
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

    private static func lastTurn(_ transcript: Transcript) throws -> Int {
        try Transcript.read(transcript.path).reduce(0) { last, entry in
            switch entry.event {
            case .answered(let turn, _, _, _, _, _, _, _), .failed(let turn, _, _, _): max(last, turn)
            case .began, .said, .result, .ended, .resumed: last
            }
        }
    }
}
