extension JSONValue {
    /// An object's value; of several with one key the last, as most readers take it. `nil` when absent, or when this is no object.
    package subscript(_ key: String) -> JSONValue? {
        members?.last { $0.key == key }?.value
    }

    /// `nil` for anything but a string.
    package var string: String? { if case .string(let text) = self { text } else { nil } }
    /// `nil` for anything but true and false.
    package var bool: Bool? { if case .bool(let value) = self { value } else { nil } }
    /// `nil` for anything but an array.
    package var array: [JSONValue]? { if case .array(let elements) = self { elements } else { nil } }
    /// `nil` for anything but an object.
    package var members: [Member]? { if case .object(let members) = self { members } else { nil } }
    package var isNull: Bool { self == .null }

    /// A whole number that fits, also when it is spelled `3.0` or `3e2`; `nil` for anything else.
    package var int: Int? {
        guard case .number(let spelling) = self else { return nil }
        return Int(spelling) ?? Double(spelling).flatMap { Int(exactly: $0) }
    }

    /// A provider's count of tokens: no number of its own makes a sum that is none, or a negative price.
    var tokenCount: Int? { int.map { min(max(0, $0), 1_000_000_000) } }

    /// A number, rounded to what a Double holds.
    package var double: Double? { if case .number(let spelling) = self { Double(spelling) } else { nil } }

    /// A whole number as JSON.
    package static func int(_ value: Int) -> JSONValue { .number(String(value)) }

    /// Sets an object's value in its place, or at the end; any other value becomes an object of this one member.
    package mutating func set(_ key: String, _ value: JSONValue) {
        var members = self.members ?? []
        if let index = members.lastIndex(where: { $0.key == key }) {
            members[index].value = value
        } else {
            members.append(Member(key, value))
        }
        self = .object(members)
    }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral, ExpressibleByArrayLiteral,
    ExpressibleByDictionaryLiteral
{
    package init(stringLiteral value: String) { self = .string(value) }
    package init(booleanLiteral value: Bool) { self = .bool(value) }
    package init(integerLiteral value: Int) { self = .int(value) }
    package init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
    /// Keeps the order as written.
    package init(dictionaryLiteral elements: (String, JSONValue)...) { self = .object(elements.map { Member($0.0, $0.1) }) }
}
