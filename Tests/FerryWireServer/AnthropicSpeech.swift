internal import FerryLLM

/// An answer as the events of Anthropic Messages, with the padding before closing braces and the pings that the real service sends.
struct AnthropicSpeech: WireSpeech {
    let turn: ScriptedTurn
    let usage: ModelUsage
    let model: String
    /// Makes ids unique over the server's life.
    let number: Int

    var signature: String { "sig-\(number)" }
    func callID(_ index: Int) -> String { "toolu_\(number)_\(index)" }
    var ids: [String] { turn.calls.indices.map(callID) + (turn.thinking.isEmpty ? [] : [signature]) }

    static let ping = event("ping", ["type": "ping"])

    static func error(type: String) -> String {
        event("error", ["type": "error", "error": ["type": .string(type), "message": "a scripted fault"]])
    }

    func events() -> [String] {
        var events = [start()]
        var index = 0
        func block(_ begin: JSONValue, _ deltas: [JSONValue]) {
            events.append(Self.event("content_block_start", ["type": "content_block_start", "index": .int(index), "content_block": begin]))
            if index == 0 { events.append(Self.ping) }
            events += deltas.map { Self.event("content_block_delta", ["type": "content_block_delta", "index": .int(index), "delta": $0]) }
            events.append(Self.event("content_block_stop", ["type": "content_block_stop", "index": .int(index)]))
            index += 1
        }
        if !turn.thinking.isEmpty {
            block(
                ["type": "thinking", "thinking": "", "signature": ""],
                turn.thinking.pieces.map { ["type": "thinking_delta", "thinking": .string($0)] }
                    + [["type": "signature_delta", "signature": .string(signature)]])
        }
        if !turn.text.isEmpty { block(["type": "text", "text": ""], turn.text.pieces.map { ["type": "text_delta", "text": .string($0)] }) }
        for (number, call) in turn.calls.enumerated() {
            // A call without arguments streams one empty piece, as recorded from the service.
            let pieces = call.arguments == "{}" ? [""] : call.arguments.pieces
            block(
                ["type": "tool_use", "id": .string(callID(number)), "name": .string(call.name), "input": .object([])],
                pieces.map { ["type": "input_json_delta", "partial_json": .string($0)] })
        }
        return events + [end(), Self.event("message_stop", ["type": "message_stop"])]
    }

    private func start() -> String {
        let message: JSONValue = [
            "model": .string(model), "id": .string("msg_\(number)"), "type": "message", "role": "assistant", "content": [], "stop_reason": .null,
            "stop_sequence": .null, "usage": counts(output: 1),
        ]
        return Self.event("message_start", ["type": "message_start", "message": message])
    }

    private func end() -> String {
        var delta: JSONValue = ["stop_reason": .string(stopReason), "stop_sequence": .null]
        if turn.stop == .refused {
            delta.set("stop_details", ["type": "refusal", "category": "general_harms", "explanation": "a scripted refusal"])
        }
        return Self.event("message_delta", ["type": "message_delta", "delta": delta, "usage": counts(output: usage.output)])
    }

    private var stopReason: String {
        switch turn.stop {
        case .done?: "end_turn"
        case .tools?: "tool_use"
        case .length?: "max_tokens"
        case .context?: "model_context_window_exceeded"
        case .refused?: "refusal"
        case .paused?: "pause_turn"
        case nil: turn.calls.isEmpty ? "end_turn" : "tool_use"
        }
    }

    private func counts(output: Int) -> JSONValue {
        [
            "input_tokens": .int(usage.inputFresh), "cache_creation_input_tokens": .int(usage.cacheWrite5m + usage.cacheWrite1h),
            "cache_read_input_tokens": .int(usage.cacheRead),
            "cache_creation": [
                "ephemeral_5m_input_tokens": .int(usage.cacheWrite5m), "ephemeral_1h_input_tokens": .int(usage.cacheWrite1h),
            ],
            "output_tokens": .int(output), "output_tokens_details": ["thinking_tokens": .int(usage.reasoning)], "service_tier": "standard",
        ]
    }

    private static func event(_ name: String, _ data: JSONValue) -> String {
        "event: \(name)\ndata: \(data.text.dropLast())   }\n\n"
    }
}

extension String {
    /// Cut so that words and escapes are torn.
    var pieces: [String] {
        guard !isEmpty else { return [] }
        let characters = Array(self)
        return stride(from: 0, to: characters.count, by: 7).map { String(characters[$0..<min($0 + 7, characters.count)]) }
    }
}
