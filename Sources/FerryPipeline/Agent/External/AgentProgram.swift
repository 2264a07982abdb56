internal import FerryLLM

/// One kind of agent program: how it is started, and what its lines mean. A value; no I/O.
protocol AgentProgram: Sendable {
    /// After the command of the agent's note.
    var arguments: [String] { get }
    var environment: [String: String] { get }
    /// Files that it reads, by their path inside.
    var files: [String: [UInt8]] { get }
    /// What it reads first.
    var opening: [UInt8] { get }
    /// Whether that is all that it reads.
    var endsInput: Bool { get }
    /// Takes a line of its output. What it cannot understand it passes over.
    mutating func receive(_ line: String) -> [ProgramEvent]
    /// Whether a line that was not said just before shows that it works.
    func isSign(_ line: String) -> Bool
}

extension AgentProgram {
    func isSign(_ line: String) -> Bool { true }
}

/// What a line of an agent program's output says.
enum ProgramEvent: Hashable, Sendable {
    /// Words of the agent; the newest count as its last.
    case said(String)
    /// A line of words, after those before it.
    case line(String)
    /// A tool of its own has run.
    case used(call: String, tool: String, summary: String, text: String, isError: Bool)
    /// The report, as the program itself made sure of it.
    case report(JSONValue)
    /// To be written back.
    case reply([UInt8])
    /// The work is over: it gets no more input.
    case finished
    /// The model refused the task.
    case refused(String)
    /// It says that it failed.
    case failed(String)
    /// Its session, by which it could go on after an interruption.
    case session(String)
}

/// What a program is told.
struct ProgramTask: Sendable {
    let system: String
    /// With the task, and with how to report.
    let prompt: String
    let schema: JSONValue
    let mayWrite: Bool
    let turns: Int
    /// As the provider calls it; `nil` where it reaches none through Ferry.
    let model: String?
    let token: String?
    /// A name for the session that begins, for a program that takes one.
    var session: String?
    /// The session that is to be gone on with; `nil`: a new one.
    var resumes: String?

    /// All in one text, for a program that has no place for instructions.
    var whole: String { system.isEmpty ? prompt : "\(system)\n\n\(prompt)" }
}
