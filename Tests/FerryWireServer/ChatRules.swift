internal import FerryLLM

/// What Chat Completions refuses, of the vendor and of the stricter compatible servers.
struct ChatRules {
    private var shape = RequestShape()
    private let request: WireRequest

    static func complaints(about request: WireRequest) -> [String] {
        var rules = ChatRules(request: request)
        rules.check()
        return rules.shape.complaints
    }

    private init(request: WireRequest) { self.request = request }

    private mutating func check() {
        let body = request.body
        // Sampling fields are among the keys that are not permitted: reasoning models refuse them.
        shape.object(
            body, at: "body", keys: "model", "messages", "stream", "stream_options?", "max_tokens?", "max_completion_tokens?", "reasoning_effort?",
            "reasoning?", "tools?", "tool_choice?", "parallel_tool_calls?", "prompt_cache_key?")
        shape.text(body["model"], at: "model")
        shape.require(body["stream"] == true, "stream: this server only streams")
        let limits = [body["max_tokens"], body["max_completion_tokens"]].compactMap { $0?.int }
        shape.require(limits.count == 1 && limits[0] > 0, "max_tokens: one limit, above zero")
        if let options = body["stream_options"] {
            shape.object(options, at: "stream_options", keys: "include_usage")
            shape.require(options["include_usage"]?.bool != nil, "stream_options.include_usage: not a boolean")
        }
        if let effort = body["reasoning_effort"] {
            shape.require(["none", "minimal", "low", "medium", "high", "xhigh", "max"].contains(effort.string), "reasoning_effort: unknown")
        }
        if let choice = body["tool_choice"] { shape.require(choice == "auto" || choice == "none", "tool_choice: forced tool use") }
        checkTools()
        checkMessages()
        checkPairs()
    }

    private mutating func checkTools() {
        for (index, tool) in (request.body["tools"]?.array ?? []).enumerated() {
            let place = "tools.\(index)"
            shape.object(tool, at: place, keys: "type", "function")
            shape.require(tool["type"] == "function", "\(place).type: must be function")
            let function = tool["function"]
            shape.object(function, at: "\(place).function", keys: "name", "description", "parameters", "strict?")
            shape.identifier(function?["name"], at: "\(place).function.name")
            shape.schema(function?["parameters"], at: "\(place).parameters", isStrict: function?["strict"] == true, requiresAll: true)
        }
        shape.require(Set(request.toolNames).count == request.toolNames.count, "tools: names must be unique")
    }

    private mutating func checkMessages() {
        shape.require(!request.messages.isEmpty, "messages: must not be empty")
        shape.require(request.messages.last?["role"] != "assistant", "messages: the last message is the assistant's")
        for (index, message) in request.messages.enumerated() {
            let place = "messages.\(index)"
            switch message["role"]?.string {
            case "system", "developer":
                shape.object(message, at: place, keys: "role", "content")
                shape.require(index == 0, "\(place): instructions come first")
                shape.text(text(message["content"], at: place), at: "\(place).content")
            case "user":
                shape.object(message, at: place, keys: "role", "content")
                shape.text(text(message["content"], at: place), at: "\(place).content")
            case "tool":
                shape.object(message, at: place, keys: "role", "tool_call_id", "content")
                shape.require(text(message["content"], at: place)?.string != nil, "\(place).content: not a string")
            case "assistant": checkAssistant(message, at: place)
            default: shape.require(false, "\(place).role: unknown")
            }
        }
    }

    /// A string, or the string of a list of one part, which may be marked for the cache.
    private mutating func text(_ content: JSONValue?, at place: String) -> JSONValue? {
        guard let parts = content?.array else { return content }
        shape.require(parts.count == 1, "\(place).content: one part")
        shape.object(parts.first, at: "\(place).content", keys: "type", "text", "cache_control?")
        return parts.first?["text"]
    }

    private mutating func checkAssistant(_ message: JSONValue, at place: String) {
        shape.object(message, at: place, keys: "role", "content", "tool_calls?", "reasoning_content?", "reasoning?", "reasoning_details?")
        let calls = message["tool_calls"]?.array ?? []
        shape.require(message["tool_calls"] == nil || !calls.isEmpty, "\(place).tool_calls: must not be empty")
        shape.require(message["content"]?.string != nil || message["content"] == .null && !calls.isEmpty, "\(place).content: neither text nor calls")
        for (number, call) in calls.enumerated() {
            let place = "\(place).tool_calls.\(number)"
            shape.object(call, at: place, keys: "id", "type", "function")
            shape.require(call["type"] == "function", "\(place).type: must be function")
            shape.text(call["id"], at: "\(place).id")
            shape.object(call["function"], at: "\(place).function", keys: "name", "arguments")
            shape.text(call["function"]?["name"], at: "\(place).function.name")
            let arguments = call["function"]?["arguments"]?.string ?? ""
            shape.require((try? JSONValue(parsing: arguments))?.members != nil, "\(place).function.arguments: not a JSON object")
        }
    }

    /// Each call is answered before the next message that is no answer; and no answer without its call.
    private mutating func checkPairs() {
        var open: [String] = []
        for (index, message) in request.messages.enumerated() {
            if message["role"] == "tool" {
                let id = message["tool_call_id"]?.string ?? ""
                shape.require(open.contains(id), "messages.\(index): an answer to `\(id)`, which is no open call")
                open.removeAll { $0 == id }
            } else {
                shape.require(open.isEmpty, "messages.\(index): tool_calls \(open) were not answered")
                open = (message["tool_calls"]?.array ?? []).compactMap { $0["id"]?.string }
                shape.require(Set(open).count == open.count, "messages.\(index): an id stands twice")
            }
        }
        shape.require(open.isEmpty, "messages: tool_calls \(open) were not answered")
    }
}
