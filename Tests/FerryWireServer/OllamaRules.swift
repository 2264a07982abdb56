internal import FerryLLM

/// What Ollama's /api/chat takes, and what Ferry must not leave to it.
struct OllamaRules {
    private var shape = RequestShape()
    private let request: WireRequest

    static func complaints(about request: WireRequest) -> [String] {
        var rules = OllamaRules(request: request)
        rules.check()
        return rules.shape.complaints
    }

    private init(request: WireRequest) { self.request = request }

    private mutating func check() {
        let body = request.body
        shape.object(
            body, at: "body", keys: "model", "messages", "stream", "options", "truncate", "shift", "think?", "keep_alive?", "tools?", "format?")
        shape.text(body["model"], at: "model")
        shape.require(body["stream"] == true, "stream: this server only streams")
        shape.require(body["truncate"] == false && body["shift"] == false, "truncate, shift: the front of a conversation must not be dropped")
        shape.object(body["options"], at: "options", keys: "num_ctx", "num_predict?", "temperature?")
        let context = body["options"]?["num_ctx"]?.int ?? 0
        shape.require(context > 0, "options.num_ctx: left out, the context is as small as 4096")
        if let limit = body["options"]?["num_predict"]?.int {
            shape.require((1...context).contains(limit), "options.num_predict: not in the context")
        }
        if let think = body["think"] {
            shape.require(think.bool != nil || ["low", "medium", "high"].contains(think.string), "think: unknown")
        }
        for (index, tool) in (body["tools"]?.array ?? []).enumerated() {
            shape.object(tool, at: "tools.\(index)", keys: "type", "function")
            shape.require(tool["type"] == "function", "tools.\(index).type: must be function")
            shape.object(tool["function"], at: "tools.\(index).function", keys: "name", "description", "parameters")
            shape.schema(tool["function"]?["parameters"], at: "tools.\(index).parameters", isStrict: false, requiresAll: false)
        }
        checkMessages()
    }

    /// A result belongs to a call by its place and its name.
    private mutating func checkMessages() {
        let messages = request.messages
        shape.require(messages.last?["role"] != "assistant", "messages: the last message is the assistant's")
        var open: [String] = []
        for (index, message) in messages.enumerated() {
            let place = "messages.\(index)"
            shape.require(message["content"]?.string != nil, "\(place).content: not a string")
            switch message["role"]?.string {
            case "system":
                shape.object(message, at: place, keys: "role", "content")
                shape.require(index == 0, "\(place): instructions come first")
            case "user":
                shape.object(message, at: place, keys: "role", "content")
                shape.require(open.isEmpty, "\(place): calls of \(open) were not answered")
            case "tool":
                shape.object(message, at: place, keys: "role", "content", "tool_name")
                shape.require(open.first == message["tool_name"]?.string, "\(place): an answer out of its order")
                if !open.isEmpty { open.removeFirst() }
            case "assistant":
                shape.object(message, at: place, keys: "role", "content", "thinking?", "tool_calls?")
                shape.require(open.isEmpty, "\(place): calls of \(open) were not answered")
                open = checkCalls(message["tool_calls"], at: place)
            default: shape.require(false, "\(place).role: unknown")
            }
        }
        shape.require(open.isEmpty, "messages: calls of \(open) were not answered")
    }

    private mutating func checkCalls(_ calls: JSONValue?, at place: String) -> [String] {
        (calls?.array ?? []).map { call in
            shape.object(call, at: "\(place).tool_calls", keys: "function")
            shape.object(call["function"], at: "\(place).tool_calls.function", keys: "name", "arguments")
            shape.require(call["function"]?["arguments"]?.members != nil, "\(place).tool_calls.arguments: not an object")
            return call["function"]?["name"]?.string ?? ""
        }
    }
}
