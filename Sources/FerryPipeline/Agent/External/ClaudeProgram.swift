internal import FerryLLM

/// Claude Code without a terminal: `claude -p`, stream-json (version 2.1).
struct ClaudeProgram: AgentProgram {
    private let task: ProgramTask
    /// Calls whose results have not come: names, and what is told of them.
    private var calls: [String: (name: String, summary: String)] = [:]
    /// More are not waited for at once.
    private static let mostCalls = 1000

    init(_ task: ProgramTask) { self.task = task }

    private static let systemFile = "/ferry/agent/system.md"

    var arguments: [String] {
        // Ferry's sandbox is the fence: nobody is there to be asked.
        var list = ["-p", "--output-format", "stream-json", "--verbose", "--permission-mode", "bypassPermissions", "--strict-mcp-config"]
        list += ["--max-turns", "\(task.turns)", "--json-schema", task.schema.text]
        if let model = task.model { list += ["--model", model] }
        if let session = task.resumes { list += ["--resume", session] } else if let session = task.session { list += ["--session-id", session] }
        if !task.system.isEmpty { list += ["--append-system-prompt-file", Self.systemFile] }
        if !task.mayWrite { list += ["--disallowedTools", "Edit,Write,NotebookEdit"] }
        return list
    }

    var environment: [String: String] {
        var environment = [
            "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1", "DISABLE_AUTOUPDATER": "1",
            // It asks for 128,000, and money for all of them would have to be set aside for each call.
            "CLAUDE_CODE_MAX_OUTPUT_TOKENS": "\(ModelEndpoint.usualOutput)",
        ]
        if let token = task.token, let model = task.model {
            environment["ANTHROPIC_BASE_URL"] = ModelEndpoint.baseURL
            environment["ANTHROPIC_AUTH_TOKEN"] = token
            for name in ["ANTHROPIC_MODEL", "ANTHROPIC_SMALL_FAST_MODEL", "ANTHROPIC_DEFAULT_HAIKU_MODEL"] { environment[name] = model }
        }
        return environment
    }

    var files: [String: [UInt8]] { task.system.isEmpty ? [:] : [Self.systemFile: Array(task.system.utf8)] }
    var opening: [UInt8] { Array(task.prompt.utf8) }
    var endsInput: Bool { true }

    mutating func receive(_ line: String) -> [ProgramEvent] {
        guard let json = try? JSONValue(parsing: line) else { return [] }
        switch json["type"]?.string {
        case "assistant": return (json["message"]?["content"]?.array ?? []).compactMap { block in said(block) }
        case "user": return (json["message"]?["content"]?.array ?? []).compactMap { block in used(block) }
        case "result": return end(json)
        case "system": return Self.retried(json)
        default: return []
        }
    }

    /// What it tells of itself, such as tries of a call that fails, is no work.
    func isSign(_ line: String) -> Bool { (try? JSONValue(parsing: line))?["type"]?.string != "system" }

    private mutating func said(_ block: JSONValue) -> ProgramEvent? {
        if block["type"]?.string == "tool_use", let id = block["id"]?.string {
            let name = block["name"]?.string ?? "tool"
            let subject = block["input"]?["command"]?.string ?? block["input"]?["file_path"]?.string ?? ""
            if calls.count < Self.mostCalls { calls[id] = (name, "\(name) \(subject.prefix(500))") }
            return nil
        }
        guard block["type"]?.string == "text", let text = block["text"]?.string else { return nil }
        return .said(text)
    }

    private mutating func used(_ block: JSONValue) -> ProgramEvent? {
        guard block["type"]?.string == "tool_result", let id = block["tool_use_id"]?.string else { return nil }
        let call = calls.removeValue(forKey: id)
        let text = block["content"]?.string ?? (block["content"]?.array ?? []).compactMap { $0["text"]?.string }.joined(separator: "\n")
        return .used(call: id, tool: call?.name ?? "tool", summary: call?.summary ?? "tool", text: text, isError: block["is_error"]?.bool ?? false)
    }

    /// It tries a login ten times that its vendor refuses, for minutes. With a key of Ferry's it is ended before it can tell.
    private static func retried(_ json: JSONValue) -> [ProgramEvent] {
        guard json["subtype"]?.string == "api_retry", let status = json["error_status"]?.int, status == 401 || status == 403 else { return [] }
        return [.failed("its vendor refuses the login (\(status))"), .finished]
    }

    /// `subtype` says "success" also of an error of the provider; `is_error` is what counts.
    private func end(_ json: JSONValue) -> [ProgramEvent] {
        var events: [ProgramEvent] = []
        if let text = json["result"]?.string { events.append(.said(text)) }
        if let report = json["structured_output"], report.members != nil { events.append(.report(report)) }
        if json["is_error"]?.bool == true { events.append(.failed(json["result"]?.string ?? json["subtype"]?.string ?? "an error")) }
        return events
    }
}
