internal import FerryLLM
internal import FerrySandbox

/// Codex without a terminal: `codex exec --json` (version 0.163).
struct CodexProgram: AgentProgram {
    private let task: ProgramTask

    init(_ task: ProgramTask) { self.task = task }

    private static let schemaFile = "/ferry/agent/report.json"
    private static let tokenName = "FERRY_MODEL_TOKEN"

    var arguments: [String] {
        // Its own sandbox cannot be made inside Ferry's, which is the fence.
        var list = ["exec", "--json", "--skip-git-repo-check", "-C", SandboxPolicy.guestWorktree, "--dangerously-bypass-approvals-and-sandbox"]
        list += ["--output-schema", Self.schemaFile]
        // What it would tell or ask its vendor beside the work.
        for setting in ["analytics.enabled=false", "check_for_update_on_startup=false", "features.plugins=false", "features.remote_plugin=false"] {
            list += ["-c", setting]
        }
        if let model = task.model {
            list += ["-m", model]
            let provider = "model_providers.ferry"
            let settings = [
                "model_provider=\"ferry\"", "\(provider).name=\"ferry\"", "\(provider).base_url=\"\(ModelEndpoint.baseURL)/v1\"",
                "\(provider).env_key=\"\(Self.tokenName)\"", "\(provider).wire_api=\"responses\"",
            ]
            for setting in settings { list += ["-c", setting] }
        }
        if let session = task.resumes { list += ["resume", session] }
        return list + ["-"]
    }

    var environment: [String: String] { task.token.map { [Self.tokenName: $0] } ?? [:] }
    var files: [String: [UInt8]] { [Self.schemaFile: task.schema.encoded()] }
    var opening: [UInt8] { Array(task.whole.utf8) }
    var endsInput: Bool { true }

    mutating func receive(_ line: String) -> [ProgramEvent] {
        guard let json = try? JSONValue(parsing: line) else { return [] }
        switch json["type"]?.string {
        case "thread.started": return json["thread_id"]?.string.map { [.session($0)] } ?? []
        case "item.completed": return json["item"].flatMap(Self.event).map { [$0] } ?? []
        // "Reconnecting… 1/5" comes as `error`, too, and is none.
        case "turn.failed": return [.failed(json["error"]?["message"]?.string ?? "the turn failed")]
        default: return []
        }
    }

    private static func event(_ item: JSONValue) -> ProgramEvent? {
        let id = item["id"]?.string ?? ""
        switch item["type"]?.string {
        case "agent_message": return item["text"]?.string.map(ProgramEvent.said)
        case "command_execution":
            return .used(
                call: id, tool: "command", summary: item["command"]?.string ?? "", text: item["aggregated_output"]?.string ?? "",
                isError: item["exit_code"]?.int ?? 0 != 0)
        case "file_change":
            let changes = (item["changes"]?.array ?? []).map { "\($0["kind"]?.string ?? "") \($0["path"]?.string ?? "")" }
            return .used(
                call: id, tool: "edit", summary: "file change", text: changes.joined(separator: "\n"), isError: item["status"]?.string == "failed")
        default: return nil
        }
    }
}
