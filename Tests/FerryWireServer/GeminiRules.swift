internal import FerryLLM

/// What Gemini's streamGenerateContent refuses of a request to a current model (Gemini 3 and later).
struct GeminiRules {
    private var shape = RequestShape()
    private let request: WireRequest

    static func complaints(about request: WireRequest) -> [String] {
        var rules = GeminiRules(request: request)
        rules.check()
        return rules.shape.complaints
    }

    private init(request: WireRequest) { self.request = request }

    private mutating func check() {
        let body = request.body
        shape.require(request.path.hasSuffix("?alt=sse"), "alt: events come with ?alt=sse only, and a key is not for an address")
        shape.object(body, at: "body", keys: "contents", "systemInstruction?", "tools?", "toolConfig?", "generationConfig?")
        if let system = body["systemInstruction"] {
            shape.object(system, at: "systemInstruction", keys: "parts")
            for part in system["parts"]?.array ?? [.null] { shape.text(part["text"], at: "systemInstruction.parts") }
        }
        if let generation = body["generationConfig"] {
            // Sampling fields are among the keys that are not permitted: the vendor advises against them.
            shape.object(generation, at: "generationConfig", keys: "maxOutputTokens?", "thinkingConfig?")
            if let limit = generation["maxOutputTokens"] { shape.require((limit.int ?? 0) > 0, "maxOutputTokens: must be above zero") }
            if let thinking = generation["thinkingConfig"] {
                shape.object(thinking, at: "thinkingConfig", keys: "includeThoughts?", "thinkingLevel?")
                shape.require([nil, "MINIMAL", "LOW", "MEDIUM", "HIGH"].contains(thinking["thinkingLevel"]?.string), "thinkingLevel: unknown")
            }
        }
        checkTools()
        checkContents()
        checkPairs()
    }

    private mutating func checkTools() {
        for (index, tool) in (request.body["tools"]?.array ?? []).enumerated() {
            shape.object(tool, at: "tools.\(index)", keys: "functionDeclarations")
            for function in tool["functionDeclarations"]?.array ?? [.null] {
                shape.object(function, at: "tools.\(index)", keys: "name", "description", "parametersJsonSchema")
                shape.identifier(function["name"], at: "tools.\(index).name")
                shape.schema(function["parametersJsonSchema"], at: "tools.\(index).parameters", isStrict: false, requiresAll: false)
            }
        }
        shape.require(Set(request.toolNames).count == request.toolNames.count, "tools: names must be unique")
    }

    private mutating func checkContents() {
        let contents = request.messages
        shape.require(contents.first?["role"] == "user", "contents: the first is the user's")
        shape.require(contents.last?["role"] == "user", "contents: the last is the user's")
        for (index, content) in contents.enumerated() {
            let place = "contents.\(index)"
            shape.object(content, at: place, keys: "role", "parts")
            if index > 0 { shape.require(content["role"] != contents[index - 1]["role"], "\(place): roles must alternate") }
            let parts = content["parts"]?.array ?? []
            shape.require(!parts.isEmpty, "\(place).parts: must not be empty")
            for (number, part) in parts.enumerated() { check(part, role: content["role"]?.string, at: "\(place).parts.\(number)") }
            if let first = parts.first(where: { $0["functionCall"] != nil }) {
                let signature = first["thoughtSignature"]?.string ?? ""
                shape.require(!signature.isEmpty, "\(place): Function call is missing a thought_signature")
                shape.require(signature.utf8.count.isMultiple(of: 4), "\(place).thoughtSignature: not base64")
            }
        }
    }

    private mutating func check(_ part: JSONValue, role: String?, at place: String) {
        switch role {
        case "model" where part["functionCall"] != nil:
            shape.object(part, at: place, keys: "functionCall", "thoughtSignature?")
            shape.object(part["functionCall"], at: "\(place).functionCall", keys: "name", "args", "id?")
            shape.identifier(part["functionCall"]?["name"], at: "\(place).functionCall.name")
            shape.require(part["functionCall"]?["args"]?.members != nil, "\(place).functionCall.args: not an object")
        case "model": shape.object(part, at: place, keys: "text", "thoughtSignature?")
        case "user" where part["functionResponse"] != nil:
            shape.object(part, at: place, keys: "functionResponse")
            shape.object(part["functionResponse"], at: "\(place).functionResponse", keys: "name", "response", "id?")
            shape.object(part["functionResponse"]?["response"], at: "\(place).functionResponse.response", keys: "output?", "error?")
        case "user":
            shape.object(part, at: place, keys: "text")
            shape.text(part["text"], at: "\(place).text")
        default: shape.require(false, "\(place): unknown role")
        }
    }

    /// As many responses as calls, in their order and under their names; ids where the calls have them; responses before text.
    private mutating func checkPairs() {
        var open: [JSONValue] = []
        for (index, content) in request.messages.enumerated() {
            let parts = content["parts"]?.array ?? []
            let responses = parts.compactMap { $0["functionResponse"] }
            if content["role"] == "user" {
                shape.require(
                    open.map { $0["name"] } == responses.map { $0["name"] } && open.map { $0["id"] } == responses.map { $0["id"] },
                    "contents.\(index): the function response parts differ from the function call parts of the turn before")
                shape.require(
                    parts.prefix(responses.count).allSatisfy { $0["functionResponse"] != nil }, "contents.\(index): responses must come first")
            }
            open = parts.compactMap { $0["functionCall"] }
        }
    }
}
