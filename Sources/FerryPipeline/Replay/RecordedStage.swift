internal import FerryLLM
internal import FerryStore
internal import FerrySystem
package import SystemPackage

/// One stage as its record has it: the newest beginning, if it was begun several times.
package struct RecordedStage: Sendable {
    /// A request, as the file has it.
    struct Call: Hashable, Sendable {
        var turn: Int
        /// `provider/model` that it went to.
        var model: String
        /// Of the body that was really sent.
        var sent: ContentHash
        /// Of the body without secrets, where there were some.
        var kept: ContentHash?
        /// Bytes of the call before that it begins with.
        var shared: Int
        var text: String
    }

    /// `planner`, `code`, `review-2`.
    package var name: String
    var header: StageHeader
    /// In the order in which they were begun.
    var rows: [EffectRecord] = []
    var calls: [Call] = []
    /// How it ended; `nil` where nobody wrote that.
    package var end: String?

    /// `nil` where there is no such file, or no stage in it. Throws `Errno`.
    package static func read(_ path: FilePath) throws -> RecordedStage? {
        guard try FileStatus.ifPresent(path) != nil else { return nil }
        var stage: RecordedStage?
        for line in try RecordFile.read(path) {
            if let header = line["stage"] {
                guard let header = StageHeader(header) else { continue }
                stage = RecordedStage(name: path.stem ?? "", header: header)
            } else {
                stage?.take(line)
            }
        }
        return stage
    }

    /// When it began, as in its transcript.
    package var began: String { header.at }

    private mutating func take(_ line: JSONValue) {
        if let key = line["row"]?.string, let kind = line["kind"]?.string.flatMap(EffectRecord.Kind.init), let request = line["request"] {
            let row = EffectRecord(
                key: key, kind: kind, request: Self.text(request), result: line["result"].map(Self.text), checkpoint: line["checkpoint"]?.string)
            if let index = rows.firstIndex(where: { $0.key == key }) { rows[index] = row } else { rows.append(row) }
        } else if let keys = line["forget"]?.array?.compactMap(\.string) {
            rows.removeAll { keys.contains($0.key) }
        } else if let turn = line["call"]?.int, let sent = line["sent"]?.string.flatMap(ContentHash.init(hex:)) {
            calls.append(
                Call(
                    turn: turn, model: line["model"]?.string ?? "", sent: sent, kept: line["kept"]?.string.flatMap(ContentHash.init(hex:)),
                    shared: line["shared"]?.int ?? 0, text: line["text"]?.string ?? ""))
        } else if let end = line["end"]?.string {
            self.end = end
        }
    }

    private static func text(_ value: JSONValue) -> String { value.string ?? value.text }
}

/// Puts the bodies of recorded requests together, going forward.
struct RecordedBodies: Sendable {
    private let calls: [RecordedStage.Call]
    private var next = 0
    private var body: [UInt8] = []

    init(_ calls: [RecordedStage.Call]) { self.calls = calls }

    /// The newest request of a turn and its body; `nil` where there is none. To be asked turn after turn.
    mutating func call(ofTurn turn: Int) -> (call: RecordedStage.Call, body: [UInt8])? {
        guard let last = calls.lastIndex(where: { $0.turn == turn }), last >= next else { return nil }
        while next <= last {
            body = body.prefix(calls[next].shared) + Array(calls[next].text.utf8)
            next += 1
        }
        return (calls[last], body)
    }
}
