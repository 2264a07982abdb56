internal import FerryLLM
internal import FerryModel
internal import FerrySandbox

/// What an agent's stage was given besides its first message: with it, the same loop asks the same.
struct StageHeader: Hashable, Sendable {
    var at: String
    var role: String
    /// The body of the agent's note, filled in.
    var system: String
    /// `ReportSchema.name`
    var report: String
    /// `provider/model` that is asked first.
    var model: String
    var options: ModelOptions
    var window: Int?
    var limits: AgentLimits
    /// Sorted.
    var tools: [String]
    var mayWrite: Bool
    /// Its commands reached some hosts; `bash` says so.
    var hasNetwork: Bool
    /// The longest time of one command.
    var command: Duration
    var start: StageStart?

    init(_ task: AgentTask, _ model: AgentModel, at: String) {
        self.at = at
        role = task.role
        system = task.system
        report = task.report.name
        self.model = model.model.name
        options = model.options
        window = model.window
        limits = task.limits
        tools = task.workspace.tools.sorted()
        mayWrite = task.workspace.mayWrite
        hasNetwork = task.workspace.policy.proxy != nil
        command = task.workspace.policy.limits.time
        start = task.start
    }

    var json: JSONValue {
        var json: JSONValue = [
            "at": .string(at), "role": .string(role), "system": .string(system), "report": .string(report), "model": .string(model),
            "max_output": .int(options.maxOutputTokens), "turns": .int(limits.turns), "milliseconds": .int(limits.time.milliseconds),
            "tools": .array(tools.map(JSONValue.string)), "writes": .bool(mayWrite), "network": .bool(hasNetwork),
            "command_milliseconds": .int(command.milliseconds),
        ]
        if let effort = options.effort { json.set("effort", .string(effort)) }
        if let window { json.set("window", .int(window)) }
        if let budget = limits.budget { json.set("microdollars", .int(Int(budget.microdollars))) }
        if let start {
            json.set("commit", .string(start.commit))
            if let tree = start.tree { json.set("tree", .string(tree)) }
        }
        return json
    }

    init?(_ json: JSONValue) {
        guard let role = json["role"]?.string, let system = json["system"]?.string, let model = json["model"]?.string,
            let turns = json["turns"]?.int, let time = json["milliseconds"]?.int
        else { return nil }
        at = json["at"]?.string ?? ""
        self.role = role
        self.system = system
        report = json["report"]?.string ?? ""
        self.model = model
        options = ModelOptions(maxOutputTokens: json["max_output"]?.int ?? 16_000, effort: json["effort"]?.string)
        window = json["window"]?.int
        limits = AgentLimits(
            turns: turns, time: .milliseconds(time), budget: json["microdollars"]?.int.map { Money(microdollars: Int64($0)) })
        tools = json["tools"]?.array?.compactMap(\.string) ?? []
        mayWrite = json["writes"]?.bool ?? false
        hasNetwork = json["network"]?.bool ?? false
        command = .milliseconds(json["command_milliseconds"]?.int ?? 600_000)
        start = json["commit"]?.string.map { StageStart(commit: $0, tree: json["tree"]?.string) }
    }
}
