internal import FerryLLM

/// An answer as the chunks of Chat Completions.
struct ChatSpeech: WireSpeech {
    let turn: ScriptedTurn
    let usage: ModelUsage
    let model: String
    /// Makes ids unique over the server's life.
    let number: Int
    let reportsUsage: Bool

    func callID(_ index: Int) -> String { "call_w\(number)_\(index)" }
    var ids: [String] { turn.calls.indices.map(callID) }

    /// A comment, which is all the sign of life that this wire has.
    static let ping = ": keep-alive\n\n"

    static func error(type: String) -> String {
        line(["error": ["message": "a scripted fault", "type": .string(type), "param": .null, "code": .string(type)]])
    }

    func events() -> [String] {
        var events = [chunk(delta: ["role": "assistant", "content": ""])]
        events += turn.thinking.pieces.map { chunk(delta: ["content": .null, "reasoning_content": .string($0)]) }
        events += turn.text.pieces.map { chunk(delta: ["content": .string($0)]) }
        for (index, call) in turn.calls.enumerated() {
            let begin: JSONValue = [
                "index": .int(index), "id": .string(callID(index)), "type": "function", "function": ["name": .string(call.name), "arguments": ""],
            ]
            events.append(chunk(delta: ["tool_calls": [begin]]))
            for piece in call.arguments.pieces {
                events.append(chunk(delta: ["tool_calls": [["index": .int(index), "function": ["arguments": .string(piece)]]]]))
            }
        }
        events.append(chunk(delta: .object([]), finish: .string(finishReason)))
        if reportsUsage { events.append(counts()) }
        return events + ["data: [DONE]\n\n"]
    }

    private func chunk(delta: JSONValue, finish: JSONValue = .null) -> String {
        Self.line(frame(choices: [["index": 0, "delta": delta, "finish_reason": finish]]))
    }

    private func frame(choices: JSONValue) -> JSONValue {
        [
            "id": .string("chatcmpl-\(number)"), "object": "chat.completion.chunk", "created": 1_795_222_915, "model": .string(model),
            "choices": choices,
        ]
    }

    private func counts() -> String {
        var frame = frame(choices: [])
        frame.set(
            "usage",
            [
                "prompt_tokens": .int(usage.input), "completion_tokens": .int(usage.output), "total_tokens": .int(usage.input + usage.output),
                "prompt_tokens_details": ["cached_tokens": .int(usage.cacheRead), "cache_write_tokens": .int(usage.cacheWrite5m)],
                "completion_tokens_details": ["reasoning_tokens": .int(usage.reasoning)],
            ])
        return Self.line(frame)
    }

    private var finishReason: String {
        switch turn.stop {
        case .length?, .context?: "length"
        case .refused?: "content_filter"
        case .tools?: "tool_calls"
        case .done?, .paused?: "stop"
        case nil: turn.calls.isEmpty ? "stop" : "tool_calls"
        }
    }

    private static func line(_ data: JSONValue) -> String { "data: \(data.text)\n\n" }
}
