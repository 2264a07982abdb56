internal import FerryLLM

/// The arguments of one call, checked against the tool's schema.
struct ToolArguments: Sendable {
    private let value: JSONValue

    /// Throws `ToolMistake`, in words that a model can act on.
    init(_ call: ToolCall, for tool: ToolDefinition) throws(ToolMistake) {
        // A tool without arguments streams no argument text at all.
        let text = call.arguments.isEmpty ? "{}" : call.arguments
        let parsed: JSONValue
        do {
            parsed = try JSONValue(parsing: text)
        } catch {
            throw ToolMistake("The arguments of `\(tool.name)` are \(error). Send one JSON object.")
        }
        guard let all = parsed.members else { throw ToolMistake("The arguments of `\(tool.name)` must be one JSON object.") }
        // Some models send null for what they leave out.
        let members = all.filter { !$0.value.isNull }
        value = .object(members)
        var problems: [String] = []
        for name in tool.parameters["required"]?.array?.compactMap(\.string) ?? [] where value[name] == nil {
            problems.append("The required parameter `\(name)` is missing.")
        }
        let known = tool.parameters["properties"]?.members?.map(\.key) ?? []
        for member in members where !known.contains(member.key) {
            problems.append("An unexpected parameter `\(member.key)` was given; there are \(known.map { "`\($0)`" }.joined(separator: ", ")).")
        }
        if problems.isEmpty { problems = SchemaCheck.problems(of: value, against: tool.parameters).map { "The parameter \($0)." } }
        guard problems.isEmpty else { throw ToolMistake(problems.joined(separator: " ")) }
    }

    /// A parameter that the schema requires.
    func text(_ name: String) -> String { value[name]?.string ?? "" }
    func optionalText(_ name: String) -> String? { value[name]?.string }
    func integer(_ name: String) -> Int? { value[name]?.int }
    func flag(_ name: String) -> Bool { value[name]?.bool ?? false }
    /// The whole object.
    var object: JSONValue { value }
    /// The same arguments always give the same text.
    var canonical: String { String(decoding: value.encoded(sortingKeys: true), as: UTF8.self) }
}
