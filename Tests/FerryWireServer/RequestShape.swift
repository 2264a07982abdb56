internal import FerryLLM

/// Collects what is wrong with a request, each with its place.
struct RequestShape {
    private(set) var complaints: [String] = []

    mutating func require(_ holds: Bool, _ complaint: @autoclosure () -> String) {
        if !holds { complaints.append(complaint()) }
    }

    /// An object with these keys and no others. Keys that end with `?` may be absent.
    mutating func object(_ value: JSONValue?, at place: String, keys: String...) {
        guard let members = value?.members else { return complaints.append("\(place): not an object") }
        let names = members.map(\.key)
        let known = Set(keys.map { $0.hasSuffix("?") ? String($0.dropLast()) : $0 })
        for name in names where !known.contains(name) { complaints.append("\(place).\(name): extra inputs are not permitted") }
        for key in keys where !key.hasSuffix("?") && !names.contains(key) { complaints.append("\(place).\(key): field required") }
        require(Set(names).count == names.count, "\(place): a key stands twice")
    }

    mutating func text(_ value: JSONValue?, at place: String) {
        let text = value?.string
        require(text != nil, "\(place): not a string")
        require(text?.contains { !$0.isWhitespace } != false, "\(place): text must hold more than white space")
    }

    mutating func identifier(_ value: JSONValue?, at place: String) {
        let text = value?.string ?? ""
        let isGood = (1...64).contains(text.utf8.count) && text.utf8.allSatisfy { Self.identifierBytes.contains($0) }
        require(isGood, "\(place): `\(text)` does not match ^[a-zA-Z0-9_-]{1,64}$")
    }

    /// A JSON schema of an object, closed at each level when it is strict.
    mutating func schema(_ value: JSONValue?, at place: String, isStrict: Bool, requiresAll: Bool) {
        guard let value, value["type"] == "object" else { return complaints.append("\(place).type: must be object") }
        let properties = value["properties"]?.members
        require(properties != nil, "\(place).properties: field required")
        let names = Set((properties ?? []).map(\.key))
        let required = Set((value["required"]?.array ?? []).compactMap(\.string))
        require(required.isSubset(of: names), "\(place).required: names no property")
        if isStrict { require(value["additionalProperties"] == false, "\(place): strict needs additionalProperties false") }
        if isStrict, requiresAll { require(required == names, "\(place): strict needs each property to be required") }
        for property in properties ?? [] where property.value["type"] == "object" {
            schema(property.value, at: "\(place).\(property.key)", isStrict: isStrict, requiresAll: requiresAll)
        }
    }

    private static let identifierBytes = Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-".utf8)
}
