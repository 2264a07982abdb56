internal import FerryLLM
package import FerryModel
internal import FerrySystem

/// How a conversation began: all that each of its requests repeats.
struct ConversationRecord: Hashable, Sendable {
    var prompt: String
    var system: String
    var tools: [ToolDefinition]

    init(prompt: String, system: String, tools: [ToolDefinition]) {
        self.prompt = prompt
        self.system = system
        self.tools = tools
    }

    var json: JSONValue {
        let tools = tools.map { JSONValue.array([.string($0.name), .string($0.description), $0.parameters]) }
        return ["prompt": .string(prompt), "system": .string(system), "tools": .array(tools)]
    }

    init?(_ text: String) {
        guard let json = try? JSONValue(parsing: text), let prompt = json["prompt"]?.string, let system = json["system"]?.string else { return nil }
        self.prompt = prompt
        self.system = system
        tools = (json["tools"]?.array ?? []).compactMap { tool in
            guard let parts = tool.array, parts.count == 3, let name = parts[0].string, let description = parts[1].string else { return nil }
            return ToolDefinition(name: name, description: description, parameters: parts[2])
        }
    }
}

/// What one request added to the conversation, besides results of tools, and the digest of all of it.
struct TurnRequest: Hashable, Sendable {
    var text: String?
    /// The bounds that the agent was told of by then.
    var said: Set<TurnNotices.Bound>
    /// Of the whole request (`Conversation.digest`).
    var digest: String
    /// The time that was left, to the millisecond; `nil` in records of earlier versions.
    var left: Duration?
    /// Calls whose effects an interruption may have undone, of which the agent was told.
    var lost: [String]

    init(text: String?, said: Set<TurnNotices.Bound>, digest: String, left: Duration? = nil, lost: [String] = []) {
        self.text = text
        self.said = said
        self.digest = digest
        self.left = left.map { .milliseconds($0.milliseconds) }
        self.lost = lost
    }

    var json: JSONValue {
        let said = TurnNotices.Bound.allCases.filter(said.contains).map { JSONValue.string($0.rawValue) }
        var json: JSONValue = ["text": text.map(JSONValue.string) ?? .null, "said": .array(said), "digest": .string(digest)]
        if let left { json.set("left", .int(left.milliseconds)) }
        if !lost.isEmpty { json.set("lost", .array(lost.map(JSONValue.string))) }
        return json
    }

    init?(_ text: String) {
        guard let json = try? JSONValue(parsing: text), let digest = json["digest"]?.string else { return nil }
        self.text = json["text"]?.string
        said = Set((json["said"]?.array ?? []).compactMap { $0.string.flatMap(TurnNotices.Bound.init) })
        self.digest = digest
        left = json["left"]?.int.map { .milliseconds($0) }
        lost = json["lost"]?.array?.compactMap(\.string) ?? []
    }
}

/// An answer of the model, word for word, with what it and the failed attempts before it cost.
struct TurnAnswer: Hashable, Sendable {
    var response: ModelResponse
    /// Of the answer alone.
    var price: Money?
    /// Of all attempts.
    var usage: ModelUsage
    var cost: Money?
    /// Whole milliseconds: from question to answer, and what of it counted on the stage's clock.
    var duration: Duration
    var counted: Duration
    /// The SHA-256 of the request's body, as it went over the wire.
    var sent: String?

    /// The answer as the transcript has it, with the rest beside it.
    func json(turn: Int) -> JSONValue {
        var line = TranscriptEntry(at: "", event: event(turn: turn)).json
        line.set("model", .string(response.model))
        if let detail = response.stopDetail { line.set("detail", .string(detail)) }
        line.set("used", usage.json)
        line.set("cost", cost.map { .int(Int($0.microdollars)) } ?? .null)
        line.set("counted", .int(counted.milliseconds))
        return line
    }

    func event(turn: Int) -> TranscriptEntry.Event {
        .answered(
            turn: turn, response.message, stop: response.stop, usage: response.usage, cost: price, seconds: duration.seconds,
            requestID: response.requestID, sent: sent)
    }

    init(
        _ response: ModelResponse, price: Money?, usage: ModelUsage, cost: Money?, duration: Duration, counted: Duration, sent: String? = nil
    ) {
        self.response = response
        // Its hash is enough from here on.
        self.response.sent = nil
        self.sent = sent
        self.price = price
        self.usage = usage
        self.cost = cost
        self.duration = .milliseconds(duration.milliseconds)
        self.counted = .milliseconds(counted.milliseconds)
    }

    init?(_ text: String) {
        guard let json = try? JSONValue(parsing: text), let entry = TranscriptEntry(json: json),
            case .answered(_, let message, let stop, let usage, let price, let seconds, let requestID, let sent) = entry.event
        else { return nil }
        response = ModelResponse(
            message: message, stop: stop, usage: usage, requestID: requestID, model: json["model"]?.string ?? "", stopDetail: json["detail"]?.string)
        self.price = price
        self.sent = sent
        self.usage = ModelUsage(json: json["used"])
        cost = json["cost"]?.int.map { Money(microdollars: Int64($0)) }
        duration = .milliseconds(Int((seconds * 1000).rounded()))
        counted = .milliseconds(json["counted"]?.int ?? 0)
    }
}

/// One tool call and its result as it went into the conversation.
struct ToolCallRecord: Hashable, Sendable {
    /// `nil` where the end was not seen.
    var output: ToolOutput?
    /// Whole milliseconds.
    var duration: Duration = .zero
    /// What the agent came to know of files.
    var files: [FileMemory.Note] = []
    /// The worktree after a call that may have changed it; `nil` also where it could not be taken over.
    var checkpoint: String?

    init(output: ToolOutput? = nil, duration: Duration = .zero, files: [FileMemory.Note] = [], checkpoint: String? = nil) {
        self.output = output
        self.duration = duration
        self.files = files
        self.checkpoint = checkpoint
    }

    var json: JSONValue {
        guard let output else { return .null }
        var json: JSONValue = ["text": .string(output.text), "error": .bool(output.isError), "milliseconds": .int(duration.milliseconds)]
        // A mark is enough for telling whether two are the same, and holds once secrets are taken out of the text.
        json.set("identity", .string(RepetitionWatch.mark(of: output.identity)))
        if let tests = output.tests {
            json.set(
                "tests",
                [
                    "runner": .string(tests.runner.rawValue), "failed": .int(tests.failed), "failures": .array(tests.failures.map(JSONValue.string)),
                ])
        }
        if !files.isEmpty {
            json.set("files", .array(files.map { ["path": .string($0.path), "hash": .string("\($0.hash)"), "failed": .int($0.failedEdits)] }))
        }
        return json
    }

    init?(_ text: String, checkpoint: String?) {
        guard let json = try? JSONValue(parsing: text), let text = json["text"]?.string else { return nil }
        var output = ToolOutput(text, isError: json["error"]?.bool ?? false, identity: json["identity"]?.string)
        if let tests = json["tests"], let runner = tests["runner"]?.string.flatMap(TestSummary.Runner.init) {
            output.tests = TestSummary(
                runner, passed: 0, failed: tests["failed"]?.int ?? 0, failures: tests["failures"]?.array?.compactMap(\.string) ?? [])
        }
        self.output = output
        duration = .milliseconds(json["milliseconds"]?.int ?? 0)
        files = (json["files"]?.array ?? []).compactMap { file in
            guard let path = file["path"]?.string, let hash = file["hash"]?.string.flatMap(ContentHash.init(hex:)) else { return nil }
            return FileMemory.Note(path: path, hash: hash, failedEdits: file["failed"]?.int ?? 0)
        }
        self.checkpoint = checkpoint
    }
}

/// By what a program can go on after an interruption.
struct ProgramSession: Hashable, Sendable {
    /// As the program calls it.
    var id: String
    /// The worktree before the program began.
    var before: String?

    var json: JSONValue { ["id": .string(id), "before": before.map(JSONValue.string) ?? .null] }

    init(id: String, before: String?) {
        self.id = id
        self.before = before
    }

    init?(_ text: String) {
        guard let json = try? JSONValue(parsing: text), let id = json["id"]?.string else { return nil }
        self.init(id: id, before: json["before"]?.string)
    }
}

/// How a stage was stopped without a report, for whoever goes on.
package struct StopRecord: Hashable, Sendable {
    /// Why, in words.
    package var reason: String
    /// What the agent had done, for the one that goes on.
    package var handover: String
    /// The model that answered last.
    package var model: String
    package var turns: Int
    /// `nil` where a price is unknown.
    package var cost: Money?

    package init(reason: String, handover: String, model: String, turns: Int, cost: Money?) {
        self.reason = reason
        self.handover = handover
        self.model = model
        self.turns = turns
        self.cost = cost
    }

    /// What was tried, what happened, and what it cost.
    package var story: String { "\(reason) (\(model), \(turns) turns, \(cost.map { "\($0) USD" } ?? "price unknown"))" }

    var json: JSONValue {
        [
            "reason": .string(reason), "handover": .string(handover), "model": .string(model), "turns": .int(turns),
            "cost": cost.map { .int(Int($0.microdollars)) } ?? .null,
        ]
    }

    init?(_ text: String) {
        guard let json = try? JSONValue(parsing: text), let reason = json["reason"]?.string else { return nil }
        self.init(
            reason: reason, handover: json["handover"]?.string ?? "", model: json["model"]?.string ?? "", turns: json["turns"]?.int ?? 0,
            cost: json["cost"]?.int.map { Money(microdollars: Int64($0)) })
    }
}

extension Duration {
    /// Whole milliseconds, rounded down.
    var milliseconds: Int { Int(components.seconds) * 1000 + Int(components.attoseconds / 1_000_000_000_000_000) }
}
