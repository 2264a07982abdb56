/// What a scripted model says, and when. It keeps no place in the script: which entry answers is told by the first user message, which turn by
/// the number of answers in the conversation. So a script goes on after a restart where it stopped.
///
/// The text is JSON objects one after the other (JSON Lines is one such form), or a list of them:
/// ```
/// {"role": "coder", "feature": "FR-001", "attempt": 1, "match": ["parser"], "turns": [
///   {"text": "I look first.", "tool_calls": [{"name": "bash", "arguments": {"command": "ls"}}]},
///   {"error": "overloaded", "times": 2, "text": "Done."}]}
/// {"prices": {"input": 3, "output": 15, "cache_read": 0.3, "cache_write": 3.75}}
/// ```
/// The first entry that fits answers. `role feature attempt stage phase run repo` each ask for a line in the first user message such as `Role: coder`
/// (upper or lower case; something may follow the value after a blank); each string of `match` must occur in that message.
package struct ModelScript: Hashable, Sendable {
    struct Entry: Hashable, Sendable {
        /// `key: value`, in lower case.
        var lines: [String] = []
        var match: [String] = []
        var turns: [ScriptedTurn] = []
    }

    let entries: [Entry]
    /// Dollars for a million tokens; `nil`: unknown.
    package let price: ModelPrice?

    /// One entry of these turns, which answers every conversation.
    package init(turns: [ScriptedTurn], price: ModelPrice? = nil) {
        entries = [Entry(turns: turns)]
        self.price = price
    }

    /// Reads a script. Throws `ModelError` of kind `configuration` that says which entry and turn is at fault.
    package init(parsing bytes: some Sequence<UInt8>) throws(ModelError) {
        let values: [JSONValue]
        do {
            values = try JSONValue.sequence(parsing: bytes).flatMap { $0.array ?? [$0] }
        } catch {
            throw ModelError(.configuration, "The script is \(error)", remedy: "A script is JSON objects, one after the other")
        }
        var entries: [Entry] = []
        var price: ModelPrice?
        for (number, value) in values.enumerated() {
            do {
                if let prices = value["prices"] {
                    price = try Self.price(prices)
                } else {
                    entries.append(try Self.entry(value))
                }
            } catch {
                throw ModelError(.configuration, "Entry \(number + 1) of the script: \(error.message)", remedy: error.remedy)
            }
        }
        self.entries = entries
        self.price = price
    }

    /// A turn, and where it stands: entry and turn, both from 0.
    package struct Place: Hashable, Sendable {
        package let entry: Int
        package let turn: Int
    }

    /// The turn for a conversation. `answers`: messages of the assistant in it. An unscripted call is an error that says what was asked.
    package func turn(firstUserText: String, answers: Int) throws(ModelError) -> (place: Place, turn: ScriptedTurn) {
        let lines = Set(
            firstUserText.utf8.split(whereSeparator: { $0 == 0x0A || $0 == 0x0D }).map { Self.normal(String(decoding: $0, as: UTF8.self)) })
        let entry = entries.firstIndex { entry in
            entry.lines.allSatisfy { wanted in lines.contains { $0 == wanted || $0.hasPrefix(wanted + " ") } }
                && entry.match.allSatisfy(firstUserText.contains)
        }
        let asked = "asked: \(firstUserText.prefix(200))"
        guard let entry else {
            throw ModelError(.badRequest, "The script has no entry for this call; \(asked)", remedy: "Add an entry, or loosen its `match`")
        }
        guard answers < entries[entry].turns.count else {
            throw ModelError(
                .badRequest,
                "Entry \(entry + 1) of the script has \(entries[entry].turns.count) turns, and turn \(answers + 1) was called for; \(asked)",
                remedy: "Add a turn, or end the last with what ends the stage")
        }
        return (Place(entry: entry, turn: answers), entries[entry].turns[answers])
    }

    private static let lineKeys: Set<String> = ["role", "feature", "attempt", "stage", "phase", "run", "repo"]

    private static func entry(_ value: JSONValue) throws(ModelError) -> Entry {
        guard let members = value.members else { throw ModelError(.configuration, "an entry is an object") }
        var entry = Entry()
        for member in members {
            switch member.key {
            case let key where lineKeys.contains(key):
                guard let wanted = member.value.string ?? member.value.int.map({ String($0) }) else {
                    throw ModelError(.configuration, "`\(key)` is a word or a number")
                }
                entry.lines.append(normal("\(key): \(wanted)"))
            case "match":
                guard let strings = member.value.array, strings.allSatisfy({ $0.string != nil }) else {
                    throw ModelError(.configuration, "`match` is a list of strings")
                }
                entry.match = strings.compactMap(\.string)
            case "turns":
                guard let turns = member.value.array else { throw ModelError(.configuration, "`turns` is a list") }
                entry.turns = try Self.turns(turns)
            default:
                throw ModelError(
                    .configuration, "an entry knows no `\(member.key)`: it has \(lineKeys.sorted().joined(separator: ", ")), match, turns")
            }
        }
        guard !entry.turns.isEmpty else { throw ModelError(.configuration, "an entry needs `turns`") }
        return entry
    }

    private static func turns(_ values: [JSONValue]) throws(ModelError) -> [ScriptedTurn] {
        var turns: [ScriptedTurn] = []
        for (number, value) in values.enumerated() {
            do { turns.append(try ScriptedTurn(value)) } catch { throw ModelError(.configuration, "turn \(number + 1): \(error.message)") }
        }
        return turns
    }

    private static func price(_ value: JSONValue) throws(ModelError) -> ModelPrice {
        let fields = ["input", "output", "cache_read", "cache_write"]
        guard let members = value.members, members.allSatisfy({ fields.contains($0.key) && $0.value.double != nil }),
            let input = value["input"]?.double, let output = value["output"]?.double
        else { throw ModelError(.configuration, "`prices` has the numbers input and output, and may have cache_read and cache_write") }
        return ModelPrice(input: input, output: output, cacheRead: value["cache_read"]?.double, cacheWrite5m: value["cache_write"]?.double)
    }

    private static func normal(_ line: String) -> String {
        line.split(whereSeparator: \.isWhitespace).joined(separator: " ").lowercased()
    }
}
