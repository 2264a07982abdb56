internal import FerryLLM
internal import FerrySandbox

/// Any agent that speaks the Agent Client Protocol, version 1, on its standard input and output (agentclientprotocol.com). Ferry is the client: it begins one
/// session, sends one prompt, and answers what it is asked by policy.
struct ACPProgram: AgentProgram {
    private let task: ProgramTask
    private var text = ""
    /// Whether a session can be gone on with later, by the agent's own word.
    private var keepsSessions = false
    /// While a session is loaded its history comes again.
    private var isLoading = false
    private var titles: [String: String] = [:]
    private var kinds: [String: String] = [:]
    private static let mostTitles = 1000
    /// Of words that come in pieces the end counts.
    private static let mostWords = 64 << 10

    init(_ task: ProgramTask) { self.task = task }

    /// The requests that Ferry makes, by their ids; the agent's own ids are another space.
    private enum Request: Int { case initialize, newSession, prompt, loadSession }

    let arguments: [String] = []
    var environment: [String: String] { ModelEndpoint.environment(token: task.token, model: task.model) }
    let files: [String: [UInt8]] = [:]
    let endsInput = false

    var opening: [UInt8] {
        Self.message(
            .initialize, "initialize",
            [
                "protocolVersion": 1,
                // It has hands of its own in the sandbox.
                "clientCapabilities": ["fs": ["readTextFile": false, "writeTextFile": false], "terminal": false],
                "clientInfo": ["name": "ferry", "version": "0.1"],
            ])
    }

    private static func message(_ request: Request, _ method: String, _ parameters: JSONValue) -> [UInt8] {
        line(["jsonrpc": "2.0", "id": .int(request.rawValue), "method": .string(method), "params": parameters])
    }

    private static func line(_ value: JSONValue) -> [UInt8] { value.encoded() + [UInt8(ascii: "\n")] }

    mutating func receive(_ line: String) -> [ProgramEvent] {
        guard let json = try? JSONValue(parsing: line), json.members != nil else { return [] }
        guard let method = json["method"]?.string else { return answered(json) }
        let parameters = json["params"] ?? .null
        guard let id = json["id"] else { return method == "session/update" ? updated(parameters["update"] ?? .null) : [] }
        guard method == "session/request_permission" else {
            let error: JSONValue = ["code": -32601, "message": "Ferry has no such method"]
            return [.reply(Self.line(["jsonrpc": "2.0", "id": id, "error": error]))]
        }
        return [.reply(Self.line(["jsonrpc": "2.0", "id": id, "result": ["outcome": permission(parameters)]]))]
    }

    private mutating func answered(_ json: JSONValue) -> [ProgramEvent] {
        guard let request = json["id"]?.int.flatMap(Request.init) else { return [] }
        if let error = json["error"], !error.isNull {
            return [.failed("\(request) was refused: \(error["message"]?.string ?? error.text)"), .finished]
        }
        let result = json["result"] ?? .null
        switch request {
        case .initialize:
            guard result["protocolVersion"]?.int == 1 else { return [.failed("it does not speak version 1 of the protocol"), .finished] }
            keepsSessions = result["agentCapabilities"]?["loadSession"]?.bool ?? false
            return begun()
        case .newSession:
            guard let session = result["sessionId"]?.string else { return [.failed("it gave no session"), .finished] }
            return (keepsSessions ? [.session(session)] : []) + [prompted(session)]
        case .loadSession:
            isLoading = false
            return task.resumes.map { [.session($0), prompted($0)] } ?? []
        case .prompt:
            switch result["stopReason"]?.string {
            case "end_turn": return [.finished]
            case "refusal": return [.refused("the agent refused"), .finished]
            case let reason: return [.failed("it stopped: \(reason ?? "without a reason")"), .finished]
            }
        }
    }

    private mutating func begun() -> [ProgramEvent] {
        var parameters: JSONValue = ["cwd": .string(SandboxPolicy.guestWorktree), "mcpServers": []]
        guard let session = task.resumes else { return [.reply(Self.message(.newSession, "session/new", parameters))] }
        guard keepsSessions else { return [.failed("it cannot load a session"), .finished] }
        isLoading = true
        parameters.set("sessionId", .string(session))
        return [.reply(Self.message(.loadSession, "session/load", parameters))]
    }

    private func prompted(_ session: String) -> ProgramEvent {
        let prompt: JSONValue = [["type": "text", "text": .string(task.whole)]]
        return .reply(Self.message(.prompt, "session/prompt", ["sessionId": .string(session), "prompt": prompt]))
    }

    private mutating func updated(_ update: JSONValue) -> [ProgramEvent] {
        guard !isLoading else { return [] }
        switch update["sessionUpdate"]?.string {
        case "agent_message_chunk":
            text += update["content"]?["text"]?.string ?? ""
            if text.utf8.count > 2 * Self.mostWords { text = String(decoding: text.utf8.suffix(Self.mostWords), as: UTF8.self) }
            return [.said(text)]
        case "tool_call", "tool_call_update": return tool(update)
        default: return []
        }
    }

    private mutating func tool(_ update: JSONValue) -> [ProgramEvent] {
        guard let id = update["toolCallId"]?.string else { return [] }
        if let title = update["title"]?.string, titles[id] != nil || titles.count < Self.mostTitles { titles[id] = String(title.prefix(500)) }
        if let kind = update["kind"]?.string, kinds[id] != nil || kinds.count < Self.mostTitles { kinds[id] = kind }
        // Words after a tool are new ones.
        text = ""
        guard let status = update["status"]?.string, status == "completed" || status == "failed" else { return [] }
        let parts = (update["content"]?.array ?? []).compactMap { $0["content"]?["text"]?.string ?? $0["path"]?.string }
        return [
            .used(
                call: id, tool: kinds[id] ?? "tool", summary: titles[id] ?? id, text: parts.joined(separator: "\n"),
                isError: status == "failed")
        ]
    }

    /// The sandbox is the fence, so what may be done there is allowed, once; a role that only reads may not change files. Never left open.
    private func permission(_ parameters: JSONValue) -> JSONValue {
        let kind = parameters["toolCall"]?["kind"]?.string ?? ""
        let isAllowed = task.mayWrite || !["edit", "delete", "move"].contains(kind)
        let wanted = isAllowed ? ["allow_once", "allow_always"] : ["reject_once", "reject_always"]
        let options = parameters["options"]?.array ?? []
        let choice = wanted.lazy.compactMap { kind in options.first { $0["kind"]?.string == kind }?["optionId"]?.string }.first
        guard let choice else { return ["outcome": "cancelled"] }
        return ["outcome": "selected", "optionId": .string(choice)]
    }
}
