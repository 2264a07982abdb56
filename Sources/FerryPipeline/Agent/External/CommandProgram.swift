/// Any program: the task on its standard input, and what it prints as its last words. The difference that it leaves decides.
struct CommandProgram: AgentProgram {
    private let task: ProgramTask

    init(_ task: ProgramTask) { self.task = task }

    let arguments: [String] = []
    var environment: [String: String] { ModelEndpoint.environment(token: task.token, model: task.model) }
    let files: [String: [UInt8]] = [:]
    var opening: [UInt8] { Array(task.whole.utf8) }
    let endsInput = true

    mutating func receive(_ line: String) -> [ProgramEvent] { [.line(line)] }
}
