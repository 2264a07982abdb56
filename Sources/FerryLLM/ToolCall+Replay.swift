extension ToolCall {
    /// The arguments as an object; `nil` when the model wrote anything else, which happens.
    package var parsedArguments: JSONValue? {
        guard let value = try? JSONValue(parsing: arguments), value.members != nil else { return nil }
        return value
    }

    /// The arguments as they are sent back: providers refuse a history that holds what is no object, though their models wrote it.
    var replayedArguments: JSONValue { parsedArguments ?? ["malformed_arguments": .string(arguments)] }
}

extension JSONValue {
    /// Whether each object schema in it is closed, as strict tools need.
    var closesEveryObject: Bool {
        everyObjectSchema { $0["additionalProperties"]?.bool == false }
    }

    /// Whether, beyond that, each property is required, as OpenAI's strict tools need.
    var requiresEveryProperty: Bool {
        everyObjectSchema { schema in
            let required = Set((schema["required"]?.array ?? []).compactMap(\.string))
            return Set((schema["properties"]?.members ?? []).map(\.key)) == required
        }
    }

    private func everyObjectSchema(_ holds: (JSONValue) -> Bool) -> Bool {
        switch self {
        case .object(let members):
            (self["type"] != "object" || holds(self)) && members.allSatisfy { $0.value.everyObjectSchema(holds) }
        case .array(let elements): elements.allSatisfy { $0.everyObjectSchema(holds) }
        default: true
        }
    }
}

extension String {
    /// Empty, or nothing but white space.
    var isBlank: Bool { unicodeScalars.allSatisfy { $0.properties.isWhitespace } }
}
