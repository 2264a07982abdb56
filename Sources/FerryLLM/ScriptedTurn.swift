/// What a scripted model says in one turn.
package struct ScriptedTurn: Hashable, Sendable {
    package struct Call: Hashable, Sendable {
        package let name: String
        /// As a model would write them; a script may hold nonsense here on purpose.
        package let arguments: String

        package init(_ name: String, arguments: String) {
            self.name = name
            self.arguments = arguments
        }

        package init(_ name: String, _ arguments: JSONValue) { self.init(name, arguments: arguments.text) }
    }
    package var text = ""
    package var thinking = ""
    package var calls: [Call] = []
    /// `nil`: tools where there are calls, else done.
    package var stop: StopKind?
    /// `nil`: estimated from the bytes.
    package var usage: ModelUsage?
    package var delay = Duration.zero
    /// Thrown instead of the answer.
    package var error: ModelError?
    /// How often the error is thrown before the answer comes; `nil` is always.
    package var errorCount: Int?

    package init(text: String = "", thinking: String = "", calls: [Call] = [], stop: StopKind? = nil, usage: ModelUsage? = nil) {
        self.text = text
        self.thinking = thinking
        self.calls = calls
        self.stop = stop
        self.usage = usage
    }

    /// Reads one turn. Throws `ModelError` of kind `configuration` that names the fault; the caller says where it stands.
    init(_ value: JSONValue) throws(ModelError) {
        guard let members = value.members else { throw Self.fault("a turn is an object") }
        for member in members { try read(member) }
        guard error != nil || errorCount == nil else { throw Self.fault("`times` belongs to an `error`") }
    }

    private static func fault(_ what: String) -> ModelError { ModelError(.configuration, what) }

    private mutating func read(_ member: JSONValue.Member) throws(ModelError) {
        switch member.key {
        case "text": text = try Self.text(member)
        case "thinking": thinking = try Self.text(member)
        case "tool_calls": calls = try Self.calls(member.value)
        case "stop":
            guard let kind = member.value.string.flatMap(StopKind.init) else {
                throw Self.fault("`stop` is one of done, tools, length, context, refused, paused")
            }
            stop = kind
        case "usage": usage = try Self.usage(member.value)
        case "delay_ms":
            guard let milliseconds = member.value.int, milliseconds >= 0 else { throw Self.fault("`delay_ms` is a whole number") }
            delay = .milliseconds(milliseconds)
        case "error": error = try Self.error(member.value)
        case "times":
            guard let times = member.value.int, times > 0 else { throw Self.fault("`times` is a number above zero") }
            errorCount = times
        default: throw Self.fault("a turn knows no `\(member.key)`: it has text, thinking, tool_calls, stop, usage, delay_ms, error, times")
        }
    }

    /// A string, or its lines.
    private static func text(_ member: JSONValue.Member) throws(ModelError) -> String {
        if let text = member.value.string { return text }
        guard let lines = member.value.array, lines.allSatisfy({ $0.string != nil }) else {
            throw fault("`\(member.key)` is a string or a list of lines")
        }
        return lines.compactMap(\.string).joined(separator: "\n")
    }

    private static func calls(_ value: JSONValue) throws(ModelError) -> [Call] {
        guard let elements = value.array else { throw fault("`tool_calls` is a list") }
        var calls: [Call] = []
        for element in elements {
            guard let name = element["name"]?.string, (element.members ?? []).allSatisfy({ $0.key == "name" || $0.key == "arguments" }) else {
                throw fault("a tool call is {\"name\": …, \"arguments\": {…}}")
            }
            let arguments = element["arguments"] ?? .object([])
            calls.append(Call(name, arguments: arguments.string ?? joiningLines(arguments).text))
        }
        return calls
    }

    /// `{"$lines": ["a", "b"]}` anywhere in the arguments stands for "a\nb\n", so that a script of whole files can be read.
    private static func joiningLines(_ value: JSONValue) -> JSONValue {
        switch value {
        case .object(let members):
            if members.count == 1, members[0].key == "$lines", let lines = members[0].value.array {
                return .string(lines.map { ($0.string ?? "") + "\n" }.joined())
            }
            return .object(members.map { JSONValue.Member($0.key, joiningLines($0.value)) })
        case .array(let elements): return .array(elements.map(joiningLines))
        default: return value
        }
    }

    private static func usage(_ value: JSONValue) throws(ModelError) -> ModelUsage {
        var usage = ModelUsage()
        for member in value.members ?? [JSONValue.Member("", .null)] {
            guard let count = member.value.int, count >= 0 else { throw fault("`usage` holds whole numbers") }
            switch member.key {
            case "input": usage.inputFresh = count
            case "cache_read": usage.cacheRead = count
            case "cache_write": usage.cacheWrite5m = count
            case "output": usage.output = count
            case "reasoning": usage.reasoning = count
            default: throw fault("`usage` knows no `\(member.key)`: it has input, cache_read, cache_write, output, reasoning")
            }
        }
        return usage
    }

    /// A kind, or `{"kind": "rate", "message": "…", "retry_after": 2}`.
    private static func error(_ value: JSONValue) throws(ModelError) -> ModelError {
        guard let kind = (value.string ?? value["kind"]?.string).flatMap(ModelError.Kind.init) else {
            throw fault("`error` is a kind such as rate, overloaded, server, authentication, quota, truncated, or an object with that `kind`")
        }
        let message = value["message"]?.string ?? "The script says: \(kind.rawValue)"
        return ModelError(kind, message, retryAfter: value["retry_after"]?.double.map { .milliseconds(Int64($0 * 1000)) })
    }
}
