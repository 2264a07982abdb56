internal import FerryLLM

/// What the server has said, to see that later requests of a conversation extend it byte for byte (cache marks aside):
/// providers bind caches and thinking blocks to the exact prefix.
struct WireHistory {
    private struct Answer {
        let wire: Wire
        let model: String
        /// System prompt and tools, as sent.
        let frame: [UInt8]
        let messages: [[UInt8]]
        let turn: ScriptedTurn
        let ids: [String]
    }

    /// By what an answer gave out. Where a wire has no ids its calls stand for them, and several answers may be alike.
    private var answers: [String: [Answer]] = [:]

    mutating func note(_ turn: ScriptedTurn, ids: [String], to request: WireRequest) {
        let answer = Answer(
            wire: request.wire, model: request.model, frame: Self.frame(request), messages: request.messages.map(Self.bytes), turn: turn,
            ids: ids)
        for id in ids { answers[id, default: []].append(answer) }
    }

    func complaints(about request: WireRequest) -> [String] {
        let messages = request.messages.map(Self.bytes)
        var complaints: [String] = []
        for (index, message) in request.messages.enumerated() where WireRequest.isAnswer(message) {
            let known = ReplayedAnswer(message, wire: request.wire).ids.lazy.compactMap { answers[$0] }.first ?? []
            let candidates = known.filter { $0.wire == request.wire && $0.model == request.model }
            let faults = candidates.map { Self.faults(of: message, at: index, in: messages, frame: Self.frame(request), answer: $0) }
            // One that fits is enough.
            if let fewest = faults.min(by: { $0.count < $1.count }) { complaints += fewest.map { "messages.\(index): \($0)" } }
        }
        return complaints
    }

    private static func faults(of message: JSONValue, at index: Int, in messages: [[UInt8]], frame: [UInt8], answer: Answer) -> [String] {
        var faults: [String] = []
        if answer.frame != frame { faults.append("system or tools changed since this answer") }
        if answer.messages != Array(messages[..<index]) { faults.append("the messages before this answer were changed") }
        let replayed = ReplayedAnswer(message, wire: answer.wire)
        if let thinking = replayed.thinking, thinking != answer.turn.thinking { faults.append("a thinking block was changed or left out") }
        let said = answer.turn.calls.map { (name: $0.name, arguments: try? JSONValue(parsing: $0.arguments)) }
        // What the output limit cut never arrived where calls come whole.
        let arrived = answer.wire.sendsCallsWhole ? said.filter { $0.arguments?.members != nil } : said
        guard replayed.calls.map(\.name) == arrived.map(\.name) else { return faults + ["tool calls were left out, added or reordered"] }
        for (call, original) in zip(replayed.calls, arrived) where original.arguments?.members != nil && call.arguments != original.arguments {
            faults.append("the arguments of a call to \(original.name) were changed")
        }
        if !Set(answer.ids).isSubset(of: replayed.ids) { faults.append("an id or a signature of this answer was changed or left out") }
        return faults
    }

    private static func frame(_ request: WireRequest) -> [UInt8] {
        let system = request.body["system"] ?? request.body["instructions"] ?? request.body["systemInstruction"]
        return JSONValue.array([system ?? .null, request.body["tools"] ?? .null]).encoded()
    }

    private static func bytes(_ message: JSONValue) -> [UInt8] { withoutCacheMarks(message).encoded() }

    private static func withoutCacheMarks(_ value: JSONValue) -> JSONValue {
        switch value {
        case .object(let members):
            .object(members.filter { $0.key != "cache_control" }.map { JSONValue.Member($0.key, withoutCacheMarks($0.value)) })
        case .array(let elements): .array(elements.map(withoutCacheMarks))
        default: value
        }
    }
}
