internal import FerryLLM

/// An answer of the model as a later request brings it back.
struct ReplayedAnswer {
    struct Call {
        let name: String?
        let arguments: JSONValue?
    }
    private(set) var calls: [Call] = []
    /// What is brought back of the model's thinking; `nil` where the wire brings none back.
    private(set) var thinking: String?
    /// What the server gave out, as `WireSpeech.ids`.
    private(set) var ids: [String] = []

    /// `message`: of `WireRequest.messages`.
    init(_ message: JSONValue, wire: Wire) {
        switch wire {
        case .anthropic: readBlocks(message["content"]?.array ?? [])
        case .openAI: readCalls(message["tool_calls"]?.array ?? [])
        case .ollama:
            readCalls(message["tool_calls"]?.array ?? [])
            thinking = message["thinking"]?.string ?? ""
            ids = calls.isEmpty ? [] : [OllamaSpeech.id(of: calls.map { ($0.name ?? "", $0.arguments ?? .null) })]
        case .responses: readItems(message["content"]?.array ?? [])
        case .gemini: readParts(message["parts"]?.array ?? [])
        }
    }

    private mutating func readBlocks(_ blocks: [JSONValue]) {
        calls = blocks.filter { $0["type"] == "tool_use" }.map { Call(name: $0["name"]?.string, arguments: $0["input"]) }
        thinking = blocks.first { $0["type"] == "thinking" }?["thinking"]?.string ?? ""
        ids = blocks.compactMap { ($0["id"] ?? $0["signature"])?.string }
    }

    private mutating func readCalls(_ list: [JSONValue]) {
        calls = list.map { call in
            let arguments = call["function"]?["arguments"]
            return Call(
                name: call["function"]?["name"]?.string, arguments: arguments?.string.map { (try? JSONValue(parsing: $0)) ?? .null } ?? arguments)
        }
        ids = list.compactMap { $0["id"]?.string }
    }

    private mutating func readItems(_ items: [JSONValue]) {
        let functions = items.filter { $0["type"] == "function_call" }
        calls = functions.map { call in
            Call(name: call["name"]?.string, arguments: (call["arguments"]?.string).flatMap { try? JSONValue(parsing: $0) })
        }
        let reasoning = items.first { $0["type"] == "reasoning" }
        thinking = (reasoning?["summary"]?.array ?? []).compactMap { $0["text"]?.string }.joined()
        ids = functions.compactMap { $0["call_id"]?.string } + [reasoning?["encrypted_content"]?.string].compactMap { $0 }
    }

    /// Thoughts are not brought back, but the signature that stands for them.
    private mutating func readParts(_ parts: [JSONValue]) {
        let functions = parts.compactMap { $0["functionCall"] }
        calls = functions.map { Call(name: $0["name"]?.string, arguments: $0["args"]) }
        ids = parts.compactMap { $0["thoughtSignature"]?.string } + functions.compactMap { $0["id"]?.string }
    }
}
