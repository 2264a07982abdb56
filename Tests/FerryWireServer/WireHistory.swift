internal import FerryLLM

/// What the server has said, to see that later requests of a conversation extend it byte for byte (cache marks aside):
/// providers bind caches and thinking blocks to the exact prefix.
struct WireHistory {
    private struct Answer {
        let wire: WireRequest.Wire
        let model: String
        /// System prompt and tools, as sent.
        let frame: [UInt8]
        let messages: [[UInt8]]
        let turn: ScriptedTurn
    }

    /// By the ids that an answer gave out: of its calls, and of its thinking.
    private var answers: [String: Answer] = [:]

    mutating func note(_ turn: ScriptedTurn, ids: [String], to request: WireRequest) {
        let answer = Answer(
            wire: request.wire, model: request.model, frame: Self.frame(request), messages: request.messages.map(Self.bytes), turn: turn)
        for id in ids { answers[id] = answer }
    }

    func complaints(about request: WireRequest) -> [String] {
        let messages = request.messages.map(Self.bytes)
        var complaints: [String] = []
        for (index, message) in request.messages.enumerated() where message["role"] == "assistant" {
            guard let answer = Self.ids(in: message).lazy.compactMap({ answers[$0] }).first,
                answer.wire == request.wire, answer.model == request.model
            else { continue }
            if answer.frame != Self.frame(request) { complaints.append("messages.\(index): system or tools changed since this answer") }
            if answer.messages != Array(messages[..<index]) { complaints.append("messages.\(index): the messages before this answer were changed") }
            if let what = Self.difference(message, answer) { complaints.append("messages.\(index): \(what)") }
        }
        return complaints
    }

    private static func difference(_ message: JSONValue, _ answer: Answer) -> String? {
        let turn = answer.turn
        let calls: [(name: String?, arguments: JSONValue?)]
        switch answer.wire {
        case .anthropic:
            let blocks = message["content"]?.array ?? []
            calls = blocks.filter { $0["type"] == "tool_use" }.map { ($0["name"]?.string, $0["input"]) }
            let thinking = blocks.first { $0["type"] == "thinking" }?["thinking"]?.string ?? ""
            if thinking != turn.thinking { return "a thinking block was changed or left out" }
        case .openAI:
            calls = (message["tool_calls"]?.array ?? []).map { call in
                (call["function"]?["name"]?.string, (call["function"]?["arguments"]?.string).flatMap { try? JSONValue(parsing: $0) })
            }
        }
        guard calls.map(\.name) == turn.calls.map(\.name) else { return "tool calls were left out, added or reordered" }
        for (replayed, said) in zip(calls, turn.calls) {
            if let arguments = try? JSONValue(parsing: said.arguments), arguments.members != nil, replayed.arguments != arguments {
                return "the arguments of a call to \(said.name) were changed"
            }
        }
        return nil
    }

    private static func ids(in message: JSONValue) -> [String] {
        let blocks = message["content"]?.array ?? []
        let calls = message["tool_calls"]?.array ?? []
        return (blocks.map { $0["id"] ?? $0["signature"] } + calls.map { $0["id"] }).compactMap { $0?.string }
    }

    private static func frame(_ request: WireRequest) -> [UInt8] {
        JSONValue.array([request.body["system"] ?? .null, request.body["tools"] ?? .null]).encoded()
    }

    private static func bytes(_ message: JSONValue) -> [UInt8] { withoutCacheMarks(message).encoded() }

    private static func withoutCacheMarks(_ value: JSONValue) -> JSONValue {
        switch value {
        case .object(let members):
            .object(members.filter { $0.key != "cache_control" }.map { JSONValue.Member($0.key, withoutCacheMarks($0.value)) })
        case .array(let elements): .array(elements.map(withoutCacheMarks))
        default: value
        }
    }
}
