internal import FerryLLM

/// An answer as the lines of Ollama's /api/chat: calls come whole, and nothing has an id.
struct OllamaSpeech: WireSpeech {
    let turn: ScriptedTurn
    let usage: ModelUsage
    let model: String

    /// A line that brings nothing.
    static let ping = line(["model": "m", "message": ["role": "assistant", "content": ""], "done": false])

    static func error(type: String) -> String { line(["error": .string("a scripted fault: \(type)")]) }

    /// What stands for an answer's calls, since they have no ids.
    static func id(of calls: [(name: String, arguments: JSONValue)]) -> String {
        calls.map { "\($0.name) \($0.arguments.text)" }.joined(separator: "\n")
    }

    /// What the output limit cut does not come at all.
    private var calls: [(name: String, arguments: JSONValue)] { turn.wholeCalls }

    var ids: [String] { calls.isEmpty ? [] : [Self.id(of: calls)] }

    func events() -> [String] {
        var events = turn.thinking.pieces.map { chunk(["role": "assistant", "content": "", "thinking": .string($0)]) }
        events += turn.text.pieces.map { chunk(["role": "assistant", "content": .string($0)]) }
        events += calls.map { call in
            chunk(["role": "assistant", "content": "", "tool_calls": [["function": ["name": .string(call.name), "arguments": call.arguments]]]])
        }
        return events + [last()]
    }

    private func chunk(_ message: JSONValue) -> String {
        Self.line(["model": .string(model), "created_at": "2026-11-21T10:00:00Z", "message": message, "done": false])
    }

    private func last() -> String {
        let reason = turn.stop == .length || turn.stop == .context ? "length" : "stop"
        return Self.line([
            "model": .string(model), "created_at": "2026-11-21T10:00:00Z", "message": ["role": "assistant", "content": ""], "done": true,
            "done_reason": .string(reason), "total_duration": 5_000_000, "load_duration": 1_000_000, "prompt_eval_count": .int(usage.input),
            "prompt_eval_duration": 1_000_000, "eval_count": .int(usage.output), "eval_duration": 3_000_000,
        ])
    }

    private static func line(_ data: JSONValue) -> String { data.text + "\n" }
}

extension ScriptedTurn {
    /// The calls whose arguments are an object.
    var wholeCalls: [(name: String, arguments: JSONValue)] {
        calls.compactMap { call in
            guard let arguments = try? JSONValue(parsing: call.arguments), arguments.members != nil else { return nil }
            return (call.name, arguments)
        }
    }
}
