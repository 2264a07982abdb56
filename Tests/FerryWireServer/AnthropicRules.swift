internal import FerryLLM

/// What the Messages API (version 2026-10-21, current models) refuses.
struct AnthropicRules {
    private var shape = RequestShape()
    private let request: WireRequest

    static func complaints(about request: WireRequest) -> [String] {
        var rules = AnthropicRules(request: request)
        rules.check()
        return rules.shape.complaints
    }

    private init(request: WireRequest) { self.request = request }

    private mutating func check() {
        let body = request.body
        shape.require(
            ["2026-10-21", "2023-06-01"].contains(request.header("anthropic-version")), "anthropic-version: header is required and must be known")
        // Sampling fields are among the keys that are not permitted.
        shape.object(
            body, at: "body", keys: "model", "max_tokens", "messages", "stream?", "system?", "thinking?", "output_config?", "tools?", "tool_choice?",
            "metadata?")
        shape.text(body["model"], at: "model")
        shape.require((body["max_tokens"]?.int ?? 0) > 0, "max_tokens: must be above zero")
        shape.require(body["stream"] == true, "stream: this server only streams")
        if let thinking = body["thinking"] {
            shape.object(thinking, at: "thinking", keys: "type", "display?")
            shape.require(thinking["type"] == "adaptive", "thinking.type: only adaptive is supported by this model")
        }
        if let output = body["output_config"] {
            shape.object(output, at: "output_config", keys: "effort")
            shape.require(["low", "medium", "high", "xhigh", "max"].contains(output["effort"]?.string), "output_config.effort: unknown")
        }
        if let choice = body["tool_choice"] {
            shape.require(choice["type"] == "auto" || choice["type"] == "none", "tool_choice: forced tool use is refused")
        }
        checkSystem()
        checkTools()
        checkMessages()
        checkPairs()
        checkCacheMarks()
    }

    private mutating func checkSystem() {
        guard let system = request.body["system"] else { return }
        for (index, block) in (system.array ?? [.null]).enumerated() {
            shape.object(block, at: "system.\(index)", keys: "type", "text", "cache_control?")
            shape.text(block["text"], at: "system.\(index).text")
        }
    }

    private mutating func checkTools() {
        let tools = request.body["tools"]?.array ?? []
        for (index, tool) in tools.enumerated() {
            let place = "tools.\(index)"
            shape.object(tool, at: place, keys: "name", "description", "input_schema", "strict?", "cache_control?")
            shape.identifier(tool["name"], at: "\(place).name")
            shape.schema(tool["input_schema"], at: "\(place).input_schema", isStrict: tool["strict"] == true, requiresAll: false)
        }
        shape.require(Set(request.toolNames).count == request.toolNames.count, "tools: names must be unique")
    }

    private mutating func checkMessages() {
        let messages = request.messages
        shape.require(messages.first?["role"] == "user", "messages: the first message must be the user's")
        shape.require(messages.last?["role"] == "user", "messages: the model does not support assistant prefill")
        for (index, message) in messages.enumerated() {
            let place = "messages.\(index)"
            shape.object(message, at: place, keys: "role", "content")
            if index > 0 { shape.require(message["role"] != messages[index - 1]["role"], "\(place): roles must alternate") }
            let blocks = message["content"]?.array ?? []
            shape.require(!blocks.isEmpty, "\(place).content: must be a list that is not empty")
            for (number, block) in blocks.enumerated() { check(block, role: message["role"]?.string, at: "\(place).content.\(number)") }
        }
    }

    private mutating func check(_ block: JSONValue, role: String?, at place: String) {
        switch (role, block["type"]?.string) {
        case (_, "text"):
            shape.object(block, at: place, keys: "type", "text", "cache_control?")
            shape.text(block["text"], at: "\(place).text")
        case ("user", "tool_result"):
            shape.object(block, at: place, keys: "type", "tool_use_id", "content?", "is_error?", "cache_control?")
            shape.identifier(block["tool_use_id"], at: "\(place).tool_use_id")
            shape.require(block["content"]?.string != nil, "\(place).content: not a string")
            if let isError = block["is_error"] { shape.require(isError.bool != nil, "\(place).is_error: not a boolean") }
        case ("assistant", "tool_use"):
            shape.object(block, at: place, keys: "type", "id", "name", "input", "cache_control?")
            shape.identifier(block["id"], at: "\(place).id")
            shape.identifier(block["name"], at: "\(place).name")
            shape.require(block["input"]?.members != nil, "\(place).input: not an object")
        case ("assistant", "thinking"):
            shape.object(block, at: place, keys: "type", "thinking", "signature")
            shape.require(block["signature"]?.string?.isEmpty == false, "\(place).signature: field required")
        case ("assistant", "redacted_thinking"): shape.object(block, at: place, keys: "type", "data")
        default: shape.require(false, "\(place): a block of type \(block["type"]?.text ?? "none") is not allowed here")
        }
    }

    /// Each call is answered by exactly one result in the next message, results first; and no result without its call.
    private mutating func checkPairs() {
        let contents = request.messages.map { $0["content"]?.array ?? [] }
        for (index, blocks) in contents.enumerated() {
            let calls = blocks.filter { $0["type"] == "tool_use" }.compactMap { $0["id"]?.string }
            let next = index + 1 < contents.count ? contents[index + 1] : []
            let results = next.filter { $0["type"] == "tool_result" }.compactMap { $0["tool_use_id"]?.string }
            shape.require(
                calls.sorted() == results.sorted(), "messages.\(index): tool_use ids \(calls) and the tool_result ids \(results) after them differ")
            shape.require(
                next.prefix(results.count).allSatisfy { $0["type"] == "tool_result" }, "messages.\(index + 1): tool_result blocks must come first")
        }
        let orphans = contents.first?.contains { $0["type"] == "tool_result" } ?? false
        shape.require(!orphans, "messages.0: a tool_result without its tool_use")
    }

    private mutating func checkCacheMarks() {
        let blocks =
            (request.body["tools"]?.array ?? []) + (request.body["system"]?.array ?? []) + request.messages.flatMap { $0["content"]?.array ?? [] }
        let marks = blocks.compactMap { $0["cache_control"] }
        shape.require(marks.count <= 4, "cache_control: \(marks.count) marks, at most 4")
        for mark in marks {
            shape.object(mark, at: "cache_control", keys: "type", "ttl?")
            shape.require(mark["type"] == "ephemeral", "cache_control.type: must be ephemeral")
            shape.require([nil, "5m", "1h"].contains(mark["ttl"]?.string), "cache_control.ttl: must be 5m or 1h")
        }
        let hours = marks.map { $0["ttl"] == "1h" }
        shape.require(hours == hours.sorted { $0 && !$1 }, "cache_control: a 1h mark must not come after a 5m mark")
    }
}
