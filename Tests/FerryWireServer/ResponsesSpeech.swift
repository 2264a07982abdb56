internal import FerryLLM

/// An answer as the events of Responses.
struct ResponsesSpeech: WireSpeech {
    let turn: ScriptedTurn
    let usage: ModelUsage
    let model: String
    /// Makes ids unique over the server's life.
    let number: Int

    private var encryptedReasoning: String { "gAAA-\(number)" }
    private func callID(_ index: Int) -> String { "call_r\(number)_\(index)" }
    var ids: [String] { turn.calls.indices.map(callID) + (turn.thinking.isEmpty ? [] : [encryptedReasoning]) }

    /// The code stands in `error`, as the real service has it, though the vendor's types say that it stands beside `type`.
    static func error(type: String) -> String {
        event(["type": "error", "sequence_number": 9, "error": ["type": .string(type), "code": .string(type), "message": "a scripted fault"]])
    }

    func events() -> [String] {
        var events = [Self.event(["type": "response.created", "response": response(status: "in_progress", output: [])])]
        var output: [JSONValue] = []
        func item(_ begin: JSONValue, _ end: JSONValue, _ deltas: [JSONValue]) {
            let index = JSONValue.int(output.count)
            events.append(Self.event(["type": "response.output_item.added", "output_index": index, "item": begin]))
            for var delta in deltas {
                delta.set("output_index", index)
                events.append(Self.event(delta))
            }
            events.append(Self.event(["type": "response.output_item.done", "output_index": index, "item": end]))
            output.append(end)
        }
        if !turn.thinking.isEmpty {
            var value: JSONValue = ["type": "reasoning", "id": .string("rs_\(number)"), "summary": [], "status": .null]
            let begin = value
            value.set("summary", [["type": "summary_text", "text": .string(turn.thinking)]])
            value.set("encrypted_content", .string(encryptedReasoning))
            item(
                begin, value,
                turn.thinking.pieces.map { ["type": "response.reasoning_summary_text.delta", "summary_index": 0, "delta": .string($0)] })
        }
        if !turn.text.isEmpty { textItem(item) }
        for (index, call) in turn.calls.enumerated() { callItem(index, call, item) }
        let isCut = turn.stop == .length || turn.stop == .context || turn.stop == .refused
        let last = response(status: isCut ? "incomplete" : "completed", output: output)
        events.append(Self.event(["type": isCut ? "response.incomplete" : "response.completed", "response": last]))
        return events
    }

    private typealias Item = (_ begin: JSONValue, _ end: JSONValue, _ deltas: [JSONValue]) -> Void

    private func textItem(_ item: Item) {
        var value: JSONValue = [
            "type": "message", "id": .string("msg_\(number)"), "role": "assistant", "status": "in_progress", "content": [],
            "phase": turn.calls.isEmpty ? "final_answer" : "commentary",
        ]
        let begin = value
        value.set("status", "completed")
        value.set("content", [["type": "output_text", "text": .string(turn.text), "annotations": []]])
        item(begin, value, turn.text.pieces.map { ["type": "response.output_text.delta", "content_index": 0, "delta": .string($0)] })
    }

    private func callItem(_ index: Int, _ call: ScriptedTurn.Call, _ item: Item) {
        var value: JSONValue = [
            "type": "function_call", "id": .string("fc_\(number)_\(index)"), "call_id": .string(callID(index)), "name": .string(call.name),
            "arguments": "", "status": "in_progress",
        ]
        let begin = value
        value.set("arguments", .string(call.arguments))
        value.set("status", "completed")
        item(begin, value, call.arguments.pieces.map { ["type": "response.function_call_arguments.delta", "delta": .string($0)] })
    }

    private func response(status: String, output: [JSONValue]) -> JSONValue {
        var value: JSONValue = [
            "id": .string("resp_\(number)"), "object": "response", "model": .string(model), "status": .string(status), "output": .array(output),
            "usage": .null, "incomplete_details": .null,
        ]
        guard status != "in_progress" else { return value }
        if status == "incomplete" { value.set("incomplete_details", ["reason": turn.stop == .refused ? "content_filter" : "max_output_tokens"]) }
        value.set(
            "usage",
            [
                "input_tokens": .int(usage.input), "output_tokens": .int(usage.output), "total_tokens": .int(usage.input + usage.output),
                "input_tokens_details": ["cached_tokens": .int(usage.cacheRead), "cache_write_tokens": .int(usage.cacheWrite5m)],
                "output_tokens_details": ["reasoning_tokens": .int(usage.reasoning)],
            ])
        return value
    }

    private static func event(_ data: JSONValue) -> String { "event: \(data["type"]?.string ?? "")\ndata: \(data.text)\n\n" }
}
