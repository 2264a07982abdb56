internal import FerryLLM
package import FerryModel
package import FerryStore
internal import Synchronization

/// What one agent's stage has done, kept in the store, so that it goes on at the turn where it stopped (docs/decisions/0022).
///
/// After an interruption the loop runs again from its beginning, and what was done is answered from here: no model is asked, no tool is run, nothing
/// is paid again. Each thing is recorded before it is done, and its result after.
package final class AgentJournal: Sendable {
    private struct Place {
        let store: Store
        let feature: FeatureID
        let run: RunNumber
    }
    private let place: Place?
    /// What the keys of the stage begin with.
    private let stage: String
    private let known: Mutex<[String: EffectRecord]>
    /// Where a copy of all of it stays when the stage has ended.
    let record: StageRecord?
    /// Set where the loop runs for comparing only: then nothing is really done, and nothing is written.
    let desk: (any ReplayDesk)?

    /// Keeps nothing in a store: work that is interrupted begins anew.
    package init(record: StageRecord? = nil) {
        place = nil
        stage = "agent"
        known = Mutex([:])
        self.record = record
        desk = nil
    }

    /// What a record has, for the loop to run by.
    init(replaying stage: RecordedStage, at desk: any ReplayDesk) {
        place = nil
        self.stage = "agent"
        known = Mutex(Dictionary(stage.rows.map { ("agent/\($0.key)", $0) }, uniquingKeysWith: { $1 }))
        record = nil
        self.desk = desk
    }

    /// `stage` names the stage in the run. Throws `StoreError`.
    package init(store: Store, feature: FeatureID, run: RunNumber, stage: String, record: StageRecord? = nil) async throws {
        place = Place(store: store, feature: feature, run: run)
        self.stage = stage
        self.record = record
        desk = nil
        let effects = try await store.effects(of: feature, run, below: stage)
        // What lies deeper belongs to another stage: one that goes about the same work in another way.
        let own = effects.filter { Self.parts.contains(where: $0.key.dropFirst(stage.utf8.count + 1).hasPrefix) }
        known = Mutex(Dictionary(own.map { ($0.key, $0) }, uniquingKeysWith: { $1 }))
    }

    private static let parts = ["conversation-", "turn-", "stop"]

    /// Whether the stage was begun before.
    package var isBegun: Bool { known.withLock { !$0.isEmpty } }

    /// The stage begins, or goes on: its record is brought up to what is known.
    func begin(_ task: AgentTask, _ model: AgentModel) throws {
        guard let record else { return }
        let rows = known.withLock { Array($0.values) }.sorted { ($0.key.utf8.count, $0.key) < ($1.key.utf8.count, $1.key) }
        try record.begin(task, model, known: rows.map(inRecord))
    }

    /// The name of a turn's model call in the run.
    func call(ofTurn turn: Int) -> String { "\(stage)/turn-\(turn)" }

    // MARK: Conversations

    /// The first message that the stage began with.
    package var prompt: String? { known.withLock { $0["\(stage)/conversation-1"] }.flatMap { ConversationRecord($0.request)?.prompt } }

    /// The conversation as it was begun before, or as it begins now.
    func conversation(_ number: Int, begunAs fresh: ConversationRecord) async throws -> ConversationRecord {
        // What the record began with is compared, not taken.
        if desk != nil { return fresh }
        let key = "\(stage)/conversation-\(number)"
        if let record = known.withLock({ $0[key] }).flatMap({ ConversationRecord($0.request) }) { return record }
        try await begin([EffectRecord(key: key, kind: .conversation, request: fresh.json.text, result: "")])
        return fresh
    }

    /// Whether a conversation was begun.
    func hasConversation(_ number: Int) -> Bool { known.withLock { $0["\(stage)/conversation-\(number)"] != nil } }

    // MARK: Model calls

    /// What is known of a turn: how it was asked, and what was answered.
    func turn(_ number: Int) -> (request: TurnRequest, answer: TurnAnswer?)? {
        guard let record = known.withLock({ $0[call(ofTurn: number)] }), let request = TurnRequest(record.request) else { return nil }
        return (request, record.result.flatMap { TurnAnswer($0) })
    }

    func ask(_ turn: Int, _ request: TurnRequest) async throws {
        try await begin([EffectRecord(key: call(ofTurn: turn), kind: .modelCall, request: request.json.text)])
    }

    func answered(_ turn: Int, _ answer: TurnAnswer) async throws {
        try await finish([(call(ofTurn: turn), answer.json(turn: turn).text, nil)])
    }

    // MARK: Tool calls

    /// What is known of a call of a turn: `nil` where it was not begun; without an output where its end was not seen.
    func toolCall(_ number: Int, turn: Int) -> ToolCallRecord? {
        guard let record = known.withLock({ $0[key(ofCall: number, turn)] }) else { return nil }
        return record.result.flatMap { ToolCallRecord($0, checkpoint: record.checkpoint) } ?? ToolCallRecord()
    }

    /// `names`: the tools, by the numbers of the calls.
    func begin(_ names: [Int: String], turn: Int, mayWrite: Bool) async throws {
        try await begin(
            names.sorted { $0.key < $1.key }.map { number, name in
                EffectRecord(key: key(ofCall: number, turn), kind: mayWrite ? .writingCall : .readingCall, request: name)
            })
    }

    func finish(_ calls: [Int: ToolCallRecord], turn: Int) async throws {
        try await finish(calls.sorted { $0.key < $1.key }.map { (key(ofCall: $0.key, turn), $0.value.json.text, $0.value.checkpoint) })
    }

    /// Calls that were begun and could not be made at all.
    func withdraw(_ numbers: [Int], turn: Int) async throws {
        for number in numbers { try await forget { $0 == self.key(ofCall: number, turn) } }
    }

    private func key(ofCall number: Int, _ turn: Int) -> String { "\(call(ofTurn: turn))/call-\(number)" }

    // MARK: Sessions of programs

    /// The key of the session of a program, whose work is the call with this key.
    static func session(ofCall key: String) -> String { key + "/session" }

    /// The newest program that was begun: its number, and, where its end was not seen, the session that it had told of.
    func lastProgram() -> (number: Int, isOpen: Bool, session: ProgramSession?)? {
        var number = 0
        while toolCall(number + 1, turn: 0) != nil { number += 1 }
        guard number > 0 else { return nil }
        let session = known.withLock { $0[Self.session(ofCall: key(ofCall: number, 0))] }.flatMap { ProgramSession($0.request) }
        return (number, toolCall(number, turn: 0)?.output == nil, session)
    }

    /// The program with this number can go on after an interruption.
    func note(_ session: ProgramSession, ofProgram number: Int) async throws {
        let key = Self.session(ofCall: key(ofCall: number, 0))
        guard known.withLock({ $0[key]?.request }) != session.json.text else { return }
        try await begin([EffectRecord(key: key, kind: .session, request: session.json.text, result: "")])
    }

    /// What the program with this number did is undone: it was never begun.
    func withdrawProgram(_ number: Int) async throws {
        let key = key(ofCall: number, 0)
        try await forget { $0 == key || $0 == Self.session(ofCall: key) }
    }

    // MARK: The end

    /// How the stage was stopped, if it was.
    package var stop: StopRecord? { known.withLock { $0["\(stage)/stop"] }?.result.flatMap { StopRecord($0) } }

    /// The state of the worktree that work goes on from after the stop; `nil` where it stays as it is.
    package var stopCheckpoint: String? { known.withLock { $0["\(stage)/stop"] }?.checkpoint }

    /// The stage is stopped for good; `checkpoint` is the state of the worktree that work goes on from.
    package func stopped(_ record: StopRecord, checkpoint: String?) async throws {
        try await begin([EffectRecord(key: "\(stage)/stop", kind: .stop, request: "", result: record.json.text, checkpoint: checkpoint)])
    }

    // MARK: The rows

    /// Shows that this work may still write for its job. Throws `StoreError` where it may not.
    func renew() async throws {
        try await place?.store.confirmHold()
    }

    /// Forgets this turn and all that follows, and conversations from this one on.
    func forget(from turn: Int, conversation: Int) async throws {
        let (stage, key) = (stage, call(ofTurn: turn))
        func number(_ text: Substring) -> Int { Int(text.prefix { $0.isNumber }) ?? 0 }
        try await forget { known in
            let rest = known.dropFirst(stage.utf8.count + 1)
            if rest.hasPrefix("turn-") { return known == key || number(rest.dropFirst("turn-".count)) >= turn }
            return rest.hasPrefix("conversation-") && number(rest.dropFirst("conversation-".count)) >= conversation
        }
    }

    private func forget(where unwanted: (String) -> Bool) async throws {
        let keys = known.withLock { known in
            let keys = known.keys.filter(unwanted)
            for key in keys { known[key] = nil }
            return keys
        }
        try record?.forget(keys.map { String($0.dropFirst(stage.utf8.count + 1)) })
        guard let place else { return }
        try await place.store.forgetEffects(of: place.feature, place.run, keys: keys)
    }

    private func begin(_ effects: [EffectRecord]) async throws {
        if let place { try await place.store.begin(effects, of: place.feature, place.run) }
        known.withLock { known in for effect in effects { known[effect.key] = effect } }
        for effect in effects { try record?.note(inRecord(effect)) }
    }

    private func finish(_ results: [(key: String, result: String, checkpoint: String?)]) async throws {
        let effects = known.withLock { known in
            results.compactMap { key, result, checkpoint -> EffectRecord? in
                known[key]?.result = result
                known[key]?.checkpoint = checkpoint
                return known[key]
            }
        }
        if let place { try await place.store.finish(effects, of: place.feature, place.run) }
        for effect in effects { try record?.note(inRecord(effect)) }
    }

    /// The row as the record of the stage has it: named without the stage.
    private func inRecord(_ effect: EffectRecord) -> EffectRecord {
        var effect = effect
        effect.key = String(effect.key.dropFirst(stage.utf8.count + 1))
        return effect
    }
}
