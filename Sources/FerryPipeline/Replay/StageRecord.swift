internal import FerryLLM
internal import FerryStore
internal import FerrySystem
internal import Synchronization
package import SystemPackage

/// What one stage asked and got, word for word, beside its transcript and for as long: what `ferry replay` feeds (docs/decisions/0039).
///
/// JSON Lines. `stage` is what the agent was given; `row` is a row of the journal; `call` is the body of a request, as far as it differs from the one
/// before, with the SHA-256 of the body that was really sent; `forget`, `anew` and `end` are as they say. Secrets are taken out before a line is written.
package final class StageRecord: Sendable {
    package static let fileExtension = "replay"

    private struct State {
        var file: RecordFile?
        /// What stands in the file of each row, so that an interruption doubles nothing.
        var rows: [String: ContentHash] = [:]
        var trail = BodyTrail()
    }
    private let path: FilePath
    let redactor: Redactor
    private let now: @Sendable () -> String
    private let state = Mutex(State())

    /// The file is made with the first line.
    package init(at path: FilePath, redactor: Redactor, now: @escaping @Sendable () -> String = Transcript.utc) {
        self.path = path
        self.redactor = redactor
        self.now = now
    }

    /// The stage begins, anew or after an interruption; `known` are the rows of its journal. Throws `Errno`.
    func begin(_ task: AgentTask, _ model: AgentModel, known: [EffectRecord]) throws {
        try state.withLock { state in
            let stage = try RecordedStage.read(path)
            if let stage, known.isEmpty, !stage.rows.isEmpty { try append(["anew": true], &state) }
            if stage == nil || known.isEmpty { try append(["stage": StageHeader(task, model, at: now()).json], &state) }
            if !known.isEmpty { for row in stage?.rows ?? [] { state.rows[row.key] = Self.hash(of: Self.line(of: row)) } }
        }
        for row in known { try note(row) }
    }

    /// A row as it is now. Throws `Errno`.
    func note(_ row: EffectRecord) throws {
        let line = redactor.redact(Self.line(of: row))
        try state.withLock { state in
            let hash = Self.hash(of: line)
            guard state.rows.updateValue(hash, forKey: row.key) != hash else { return }
            try append(line, &state)
        }
    }

    func forget(_ keys: [String]) throws {
        try state.withLock { state in
            for key in keys { state.rows[key] = nil }
            try append(["forget": .array(keys.map(JSONValue.string))], &state)
        }
    }

    /// A request: `sent` are the bytes that went to `model`, `kept` the same with secrets taken out. Throws `Errno`.
    func call(turn: Int, model: String, sent: ContentHash, size: Int, kept: [UInt8]) throws {
        let hash = ContentHash(of: kept)
        try state.withLock { state in
            let shared = state.trail.follow(kept)
            var line: JSONValue = ["call": .int(turn), "model": .string(model), "sent": .string("\(sent)"), "bytes": .int(size)]
            if hash != sent { line.set("kept", .string("\(hash)")) }
            line.set("shared", .int(shared))
            line.set("text", .string(String(decoding: kept[shared...], as: UTF8.self)))
            try append(line, &state)
        }
    }

    func end(_ outcome: String) throws {
        try state.withLock { state in try append(["end": .string(redactor.redact(outcome))], &state) }
    }

    private func append(_ line: JSONValue, _ state: inout State) throws {
        let file = try state.file ?? RecordFile(at: path)
        state.file = file
        try file.append(line)
    }

    private static func line(of row: EffectRecord) -> JSONValue {
        var line: JSONValue = ["row": .string(row.key), "kind": .string(row.kind.rawValue), "request": parsed(row.request)]
        if let result = row.result { line.set("result", parsed(result)) }
        if let checkpoint = row.checkpoint { line.set("checkpoint", .string(checkpoint)) }
        return line
    }

    /// What is JSON as such, so that it can be read and so that secrets are looked for in its strings, not in their escapes.
    private static func parsed(_ text: String) -> JSONValue { (try? JSONValue(parsing: text)) ?? .string(text) }

    private static func hash(of line: JSONValue) -> ContentHash { ContentHash(of: line.encoded()) }
}
