internal import FerryLLM

/// What Responses refuses, and what Ferry must not send to it.
struct ResponsesRules {
    private var shape = RequestShape()
    private let request: WireRequest

    static func complaints(about request: WireRequest) -> [String] {
        var rules = ResponsesRules(request: request)
        rules.check()
        return rules.shape.complaints
    }

    private init(request: WireRequest) { self.request = request }

    private var items: [JSONValue] { request.body["input"]?.array ?? [] }

    private mutating func check() {
        let body = request.body
        // Sampling fields are among the keys that are not permitted: reasoning models refuse them.
        shape.object(
            body, at: "body", keys: "model", "input", "stream", "store", "max_output_tokens?", "instructions?", "include?", "reasoning?", "tools?",
            "tool_choice?", "parallel_tool_calls?", "prompt_cache_key?")
        shape.text(body["model"], at: "model")
        shape.require(body["stream"] == true, "stream: this server only streams")
        shape.require(body["store"] == false, "store: conversations are not to be kept")
        if let instructions = body["instructions"] { shape.text(instructions, at: "instructions") }
        if let limit = body["max_output_tokens"] { shape.require((limit.int ?? 0) >= 16, "max_output_tokens: must be at least 16") }
        if let include = body["include"] { shape.require(include == ["reasoning.encrypted_content"], "include: unknown") }
        if let reasoning = body["reasoning"] {
            shape.object(reasoning, at: "reasoning", keys: "effort?", "summary?")
            shape.require(
                [nil, "none", "minimal", "low", "medium", "high", "xhigh", "max"].contains(reasoning["effort"]?.string), "reasoning.effort: unknown")
            shape.require([nil, "auto", "concise", "detailed"].contains(reasoning["summary"]?.string), "reasoning.summary: unknown")
        }
        if let choice = body["tool_choice"] { shape.require(choice == "auto" || choice == "none", "tool_choice: forced tool use") }
        checkTools()
        checkItems()
        checkPairs()
    }

    /// The tool is flat here, and must say whether it is strict.
    private mutating func checkTools() {
        for (index, tool) in (request.body["tools"]?.array ?? []).enumerated() {
            let place = "tools.\(index)"
            shape.object(tool, at: place, keys: "type", "name", "parameters", "strict", "description?")
            shape.require(tool["type"] == "function", "\(place).type: must be function")
            shape.identifier(tool["name"], at: "\(place).name")
            shape.schema(tool["parameters"], at: "\(place).parameters", isStrict: tool["strict"] == true, requiresAll: true)
        }
        shape.require(Set(request.toolNames).count == request.toolNames.count, "tools: names must be unique")
    }

    private mutating func checkItems() {
        shape.require(!items.isEmpty, "input: must not be empty")
        shape.require(items.last.map(ResponsesItems.isAnswer) == false, "input: the last item is the assistant's")
        for (index, item) in items.enumerated() { check(item, at: "input.\(index)", next: index + 1 < items.count ? items[index + 1] : nil) }
    }

    private mutating func check(_ item: JSONValue, at place: String, next: JSONValue?) {
        switch item["type"]?.string {
        case "message":
            shape.object(item, at: place, keys: "type", "role", "content", "phase?")
            if item["role"] == "assistant" { return shape.text(item["content"], at: "\(place).content") }
            shape.require(item["role"] == "user", "\(place).role: unknown")
            for part in item["content"]?.array ?? [.null] {
                shape.object(part, at: "\(place).content", keys: "type", "text")
                shape.require(part["type"] == "input_text", "\(place).content: must be input_text")
                shape.text(part["text"], at: "\(place).content.text")
            }
        case "reasoning":
            shape.object(item, at: place, keys: "type", "id", "summary", "encrypted_content", "content?", "status?")
            shape.text(item["encrypted_content"], at: "\(place).encrypted_content")
            shape.require(next.map(ResponsesItems.isAnswer) == true, "\(place): a reasoning item without the item that follows it")
        case "function_call":
            shape.object(item, at: place, keys: "type", "call_id", "name", "arguments", "id?", "status?")
            shape.identifier(item["call_id"], at: "\(place).call_id")
            shape.text(item["name"], at: "\(place).name")
            shape.require((try? JSONValue(parsing: item["arguments"]?.string ?? ""))?.members != nil, "\(place).arguments: not a JSON object")
        case "function_call_output":
            shape.object(item, at: place, keys: "type", "call_id", "output")
            shape.require(item["output"]?.string != nil, "\(place).output: not a string")
        default: shape.require(false, "\(place).type: unknown")
        }
    }

    /// Each call is answered once, after it and before anything else is said; and no answer without its call.
    private mutating func checkPairs() {
        var open: [String] = []
        for (index, item) in items.enumerated() {
            let id = item["call_id"]?.string ?? ""
            switch item["type"]?.string {
            case "function_call":
                shape.require(!open.contains(id), "input.\(index): an id stands twice")
                open.append(id)
            case "function_call_output":
                shape.require(open.contains(id), "input.\(index): an output for `\(id)`, which is no open call")
                open.removeAll { $0 == id }
            case "message" where item["role"] == "user": shape.require(open.isEmpty, "input.\(index): no tool output found for \(open)")
            default: break
            }
        }
        shape.require(open.isEmpty, "input: no tool output found for \(open)")
    }
}
