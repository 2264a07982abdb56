internal import FerryLLM

/// An answer as the events of Gemini's streamGenerateContent: calls come whole, and each second answer gives them no ids.
struct GeminiSpeech: WireSpeech {
    let turn: ScriptedTurn
    let usage: ModelUsage
    let model: String
    /// Makes ids unique over the server's life.
    let number: Int

    /// Base64, as the real ones.
    private var signature: String {
        let digits = String(number)
        return "c2ln" + String(repeating: "0", count: max(0, 8 - digits.count)) + digits
    }
    private func callID(_ index: Int) -> String? { number.isMultiple(of: 2) ? nil : "gem_\(number)_\(index)" }
    var ids: [String] { (calls.isEmpty && turn.thinking.isEmpty ? [] : [signature]) + calls.indices.compactMap(callID) }

    /// What the output limit cut does not come at all.
    private var calls: [(name: String, arguments: JSONValue)] { turn.wholeCalls }

    static func error(type: String) -> String {
        let (code, status) = ["overloaded_error": (503, "UNAVAILABLE"), "rate_limit_error": (429, "RESOURCE_EXHAUSTED")][type] ?? (500, "INTERNAL")
        return event(["error": ["code": .int(code), "message": "a scripted fault", "status": .string(status)]])
    }

    func events() -> [String] {
        var events = turn.thinking.pieces.map { chunk(part: ["text": .string($0), "thought": true]) }
        events += turn.text.pieces.map { chunk(part: ["text": .string($0)]) }
        for (index, call) in calls.enumerated() {
            var function: JSONValue = ["name": .string(call.name), "args": call.arguments]
            if let id = callID(index) { function.set("id", .string(id)) }
            var part: JSONValue = ["functionCall": function]
            if index == 0 { part.set("thoughtSignature", .string(signature)) }
            events.append(chunk(part: part))
        }
        return events + [last()]
    }

    private func last() -> String {
        var candidate: JSONValue = ["index": 0, "finishReason": .string(finishReason)]
        // Without a call the signature comes at the end, on an empty part.
        if calls.isEmpty, !turn.thinking.isEmpty {
            candidate.set("content", ["role": "model", "parts": [["text": "", "thoughtSignature": .string(signature)]]])
        }
        return Self.event(frame(candidate))
    }

    private func chunk(part: JSONValue) -> String { Self.event(frame(["index": 0, "content": ["role": "model", "parts": [part]]])) }

    private func frame(_ candidate: JSONValue) -> JSONValue {
        [
            "candidates": [candidate], "modelVersion": .string(model), "responseId": .string("gem-\(number)"),
            "usageMetadata": [
                "promptTokenCount": .int(usage.input), "cachedContentTokenCount": .int(usage.cacheRead),
                "candidatesTokenCount": .int(usage.output - usage.reasoning), "thoughtsTokenCount": .int(usage.reasoning),
                "totalTokenCount": .int(usage.input + usage.output),
            ],
        ]
    }

    /// STOP, though there are calls.
    private var finishReason: String {
        switch turn.stop {
        case .length?, .context?: "MAX_TOKENS"
        case .refused?: "SAFETY"
        case .tools?, .done?, .paused?, nil: "STOP"
        }
    }

    private static func event(_ data: JSONValue) -> String { "data: \(data.text)\r\n\r\n" }
}
