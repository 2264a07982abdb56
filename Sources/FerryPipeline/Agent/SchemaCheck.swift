internal import FerryLLM

/// Checks a value against the part of JSON Schema that the providers' strict tools know, and Ferry's own schemas therefore keep to:
/// `type` (one or a list), `properties`, `required`, `additionalProperties: false`, `items`, `enum`.
struct SchemaCheck {
    private(set) var problems: [String] = []

    /// Problems as `place: what is wrong`; empty where the value fits. At most 20, so that an answer of nonsense stays short.
    static func problems(of value: JSONValue, against schema: JSONValue) -> [String] {
        var check = SchemaCheck()
        check.visit(value, schema, at: "")
        return Array(check.problems.prefix(20))
    }

    private mutating func visit(_ value: JSONValue, _ schema: JSONValue, at place: String) {
        guard checkType(value, schema, at: place) else { return }
        if let allowed = schema["enum"]?.array, !allowed.contains(value) {
            report(place, "\(Self.short(value)) is not one of \(allowed.map { $0.string ?? $0.text }.joined(separator: ", "))")
        }
        switch value {
        case .object(let members): visitObject(members, schema, at: place)
        case .array(let elements): visitArray(elements, schema, at: place)
        case .string, .number, .null, .bool: break
        }
    }

    private mutating func checkType(_ value: JSONValue, _ schema: JSONValue, at place: String) -> Bool {
        guard let type = schema["type"] else { return true }
        let names = type.array?.compactMap(\.string) ?? type.string.map { [$0] } ?? []
        guard !names.isEmpty, !names.contains(where: { Self.is(value, $0) }) else { return true }
        report(place, "\(Self.short(value)) is not of type \(names.joined(separator: " or "))")
        return false
    }

    private static func `is`(_ value: JSONValue, _ type: String) -> Bool {
        switch (value, type) {
        case (.object, "object"), (.array, "array"), (.string, "string"), (.bool, "boolean"), (.null, "null"), (.number, "number"): true
        case (.number, "integer"): value.int != nil
        default: false
        }
    }

    private mutating func visitObject(_ members: [JSONValue.Member], _ schema: JSONValue, at place: String) {
        let known = schema["properties"]
        for name in schema["required"]?.array?.compactMap(\.string) ?? [] where !members.contains(where: { $0.key == name }) {
            report(place, "the required `\(name)` is missing")
        }
        for member in members {
            if let inner = known?[member.key] {
                visit(member.value, inner, at: place.isEmpty ? member.key : "\(place).\(member.key)")
            } else if schema["additionalProperties"]?.bool == false {
                report(place, "`\(member.key)` is not expected here; there are \(known?.members?.map(\.key).joined(separator: ", ") ?? "none")")
            }
        }
    }

    private mutating func visitArray(_ elements: [JSONValue], _ schema: JSONValue, at place: String) {
        guard let inner = schema["items"] else { return }
        for (index, element) in elements.enumerated() where problems.count < 20 { visit(element, inner, at: "\(place)[\(index)]") }
    }

    private mutating func report(_ place: String, _ what: String) {
        problems.append(place.isEmpty ? what : "`\(place)`: \(what)")
    }

    private static func short(_ value: JSONValue) -> String {
        let text = value.text
        return text.utf8.count <= 60 ? text : String(text.unicodeScalars.prefix(50)) + "…"
    }
}
