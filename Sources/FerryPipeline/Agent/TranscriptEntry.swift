package import FerryLLM
package import FerryModel

/// One thing that happened in an agent's work, as its transcript keeps it.
package struct TranscriptEntry: Hashable, Sendable {
    /// ISO 8601, UTC, to the second.
    package var at: String
    package var event: Event

    package enum Event: Hashable, Sendable {
        /// The work began, or began anew in a fresh conversation (`conversation` counts from 1).
        case began(role: String, model: String, conversation: Int, system: String, tools: [String])
        /// What Ferry said, besides results of tools: the task, reminders, questions.
        case said(String)
        /// One answer of the model, with what it cost (`nil`: price unknown) and how long it took. `sent`: the SHA-256 of the request's body.
        case answered(
            turn: Int, AssistantMessage, stop: StopKind, usage: ModelUsage, cost: Money?, seconds: Double, requestID: String?, sent: String? = nil)
        /// A call of the model that gave no answer.
        case failed(turn: Int, reason: String, usage: ModelUsage, cost: Money?)
        /// A tool's result as it went into the conversation.
        case result(turn: Int, callID: String, tool: String, summary: String, text: String, isError: Bool, seconds: Double)
        case ended(String)
        /// It went on here after an interruption; what stands above was not asked and not paid again.
        case resumed(turn: Int)
    }

    package init(at: String, event: Event) {
        self.at = at
        self.event = event
    }
}

extension TranscriptEntry {
    /// One line of the file: an object with `at` and `kind` first.
    package var json: JSONValue {
        var line: JSONValue = ["at": .string(at)]
        switch event {
        case .began(let role, let model, let conversation, let system, let tools):
            line.set("kind", "began")
            line.set("role", .string(role))
            line.set("model", .string(model))
            line.set("conversation", .int(conversation))
            line.set("system", .string(system))
            line.set("tools", .array(tools.map(JSONValue.string)))
        case .said(let text):
            line.set("kind", "said")
            line.set("text", .string(text))
        case .answered(let turn, let message, let stop, let usage, let cost, let seconds, let requestID, let sent):
            line.set("kind", "answered")
            line.set("turn", .int(turn))
            line.set("blocks", .array(message.blocks.map(Self.json)))
            line.set("stop", .string(stop.rawValue))
            Self.set(usage, cost, in: &line)
            line.set("seconds", Self.json(seconds))
            if let requestID { line.set("request", .string(requestID)) }
            if let sent { line.set("sent", .string(sent)) }
        case .failed(let turn, let reason, let usage, let cost):
            line.set("kind", "failed")
            line.set("turn", .int(turn))
            line.set("reason", .string(reason))
            Self.set(usage, cost, in: &line)
        case .result(let turn, let callID, let tool, let summary, let text, let isError, let seconds):
            line.set("kind", "result")
            line.set("turn", .int(turn))
            line.set("call", .string(callID))
            line.set("tool", .string(tool))
            line.set("summary", .string(summary))
            line.set("text", .string(text))
            line.set("error", .bool(isError))
            line.set("seconds", Self.json(seconds))
        case .ended(let outcome):
            line.set("kind", "ended")
            line.set("outcome", .string(outcome))
        case .resumed(let turn):
            line.set("kind", "resumed")
            line.set("turn", .int(turn))
        }
        return line
    }

    /// `nil` for what this version does not know.
    package init?(json: JSONValue) {
        guard let at = json["at"]?.string, let kind = json["kind"]?.string, let event = Event(kind, json) else { return nil }
        self.init(at: at, event: event)
    }

    private static func json(_ block: AssistantMessage.Block) -> JSONValue {
        switch block {
        case .text(let text): ["text": .string(text)]
        case .thinking(let text): ["thinking": .string(text)]
        case .toolCall(let call): ["call": .string(call.id), "tool": .string(call.name), "arguments": .string(call.arguments)]
        case .opaque(let provider, let value): ["provider": .string(provider), "opaque": value]
        }
    }

    private static func set(_ usage: ModelUsage, _ cost: Money?, in line: inout JSONValue) {
        line.set("usage", usage.json)
        line.set("microdollars", cost.map { .int(Int($0.microdollars)) } ?? .null)
    }

    private static func json(_ seconds: Double) -> JSONValue { .number("\((seconds * 1000).rounded() / 1000)") }
}

extension TranscriptEntry.Event {
    fileprivate init?(_ kind: String, _ json: JSONValue) {
        let turn = json["turn"]?.int ?? 0
        let usage = ModelUsage(json: json["usage"])
        let cost = json["microdollars"]?.int.map { Money(microdollars: Int64($0)) }
        let seconds = json["seconds"]?.double ?? 0
        switch kind {
        case "began":
            self = .began(
                role: json["role"]?.string ?? "", model: json["model"]?.string ?? "", conversation: json["conversation"]?.int ?? 1,
                system: json["system"]?.string ?? "", tools: json["tools"]?.array?.compactMap(\.string) ?? [])
        case "said": self = .said(json["text"]?.string ?? "")
        case "answered":
            let message = AssistantMessage(blocks: json["blocks"]?.array?.compactMap(Self.block) ?? [])
            self = .answered(
                turn: turn, message, stop: json["stop"]?.string.flatMap(StopKind.init) ?? .done, usage: usage, cost: cost, seconds: seconds,
                requestID: json["request"]?.string, sent: json["sent"]?.string)
        case "failed": self = .failed(turn: turn, reason: json["reason"]?.string ?? "", usage: usage, cost: cost)
        case "result":
            self = .result(
                turn: turn, callID: json["call"]?.string ?? "", tool: json["tool"]?.string ?? "", summary: json["summary"]?.string ?? "",
                text: json["text"]?.string ?? "", isError: json["error"]?.bool ?? false, seconds: seconds)
        case "resumed": self = .resumed(turn: turn)
        case "ended": self = .ended(json["outcome"]?.string ?? "")
        default: return nil
        }
    }

    private static func block(_ json: JSONValue) -> AssistantMessage.Block? {
        if let text = json["text"]?.string { return .text(text) }
        if let text = json["thinking"]?.string { return .thinking(text) }
        if let provider = json["provider"]?.string, let value = json["opaque"] { return .opaque(provider: provider, value) }
        guard let id = json["call"]?.string, let name = json["tool"]?.string else { return nil }
        return .toolCall(ToolCall(id: id, name: name, arguments: json["arguments"]?.string ?? ""))
    }
}
