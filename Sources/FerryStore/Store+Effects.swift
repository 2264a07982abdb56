package import FerryModel
internal import FerrySystem
internal import GRDB

extension Store {
    /// Records what is about to be done, all in one transaction, before it is done. A key that is there already begins anew: it was not seen to end, or
    /// its outcome is not wanted. An effect that brings its result is recorded as done.
    package func begin(_ effects: [EffectRecord], of feature: FeatureID, _ run: RunNumber) async throws {
        guard !effects.isEmpty else { return }
        try await write(Self.durability(of: effects)) { database in
            for effect in effects {
                try database.run(
                    """
                    INSERT OR REPLACE INTO effect VALUES
                    (?1,?2,?3,(SELECT ifnull(max(sequence), 0) + 1 FROM effect WHERE feature = ?1 AND run = ?2),?4,?5,?6,?7,?8,?9)
                    """,
                    [
                        feature.key, run.rawValue, effect.key, effect.kind.rawValue, effect.request, effect.result, effect.checkpoint, Store.now,
                        effect.result == nil ? nil : Store.now,
                    ])
            }
            try failpoint(.effectAfterIntent)
        }
    }

    /// Records results, and checkpoints where there are any. Throws where one of the effects was not begun; then none is recorded.
    package func finish(_ effects: [EffectRecord], of feature: FeatureID, _ run: RunNumber) async throws {
        guard !effects.isEmpty else { return }
        try await write(Self.durability(of: effects)) { database in
            for effect in effects {
                try database.run(
                    "UPDATE effect SET result = ?, checkpoint = ?, ended = ? WHERE feature = ? AND run = ? AND key = ?",
                    [effect.result, effect.checkpoint, Store.now, feature.key, run.rawValue, effect.key])
                guard database.changesCount == 1 else { throw StoreError(code: .failed, message: "\(effect.key) ended and was never begun.") }
            }
            try failpoint(.effectBeforeDone)
        }
    }

    /// Calls that only read are made again where the power took them; the next model call, which their outcome goes into, makes them safe before it is sent.
    private static func durability(of effects: [EffectRecord]) -> Durability {
        effects.allSatisfy { $0.kind == .readingCall } ? .withNextCommit : .onReturn
    }

    /// The effects of one part of a run, in the order in which they were begun.
    package func effects(of feature: FeatureID, _ run: RunNumber, below part: String) async throws -> [EffectRecord] {
        try await read { database in
            try database.all(
                "SELECT * FROM effect WHERE feature = ? AND run = ? AND key >= ? AND key < ? ORDER BY sequence",
                [feature.key, run.rawValue] + Self.range(below: part), as: Self.effect)
        }
    }

    /// One effect; `nil` where it was never begun.
    package func effect(_ key: String, of feature: FeatureID, _ run: RunNumber) async throws -> EffectRecord? {
        try await read { database in
            try database.first(
                "SELECT * FROM effect WHERE feature = ? AND run = ? AND key = ?", [feature.key, run.rawValue, key], as: Self.effect)
        }
    }

    /// The effects of a kind whose end was not seen, in whatever run of the feature.
    package func unfinished(_ kind: EffectRecord.Kind, of feature: FeatureID) async throws -> [EffectRecord] {
        try await read { database in
            try database.all(
                "SELECT * FROM effect WHERE feature = ? AND kind = ? AND result IS NULL ORDER BY run, sequence", [feature.key, kind.rawValue],
                as: Self.effect)
        }
    }

    /// Forgets the effects of one part of a run: it begins anew.
    package func forgetEffects(of feature: FeatureID, _ run: RunNumber, below part: String) async throws {
        try await write { try Self.forgetEffects(feature, run, below: part, in: $0) }
    }

    /// Forgets single effects: they could not be begun at all, or are not wanted.
    package func forgetEffects(of feature: FeatureID, _ run: RunNumber, keys: [String]) async throws {
        guard !keys.isEmpty else { return }
        try await write { database in
            for key in keys {
                try database.run("DELETE FROM effect WHERE feature = ? AND run = ? AND key = ?", [feature.key, run.rawValue, key])
            }
        }
    }

    /// Writes nothing; throws where whoever holds this database may not write any more, or nothing can be written.
    package func confirmHold() async throws { try await write { _ in } }

    static func forgetEffects(_ feature: FeatureID, _ run: RunNumber, below part: String, in database: Database) throws {
        try database.run(
            "DELETE FROM effect WHERE feature = ? AND run = ? AND key >= ? AND key < ?", [feature.key, run.rawValue] + range(below: part))
    }

    /// Forgets the effects of a run that has ended, and of those before it: no run goes on with them. A branch that was not seen to be set is
    /// remembered until the feature is merged, since nothing else may tell that the commit there is Ferry's.
    static func forgetEffects(_ feature: FeatureID, through run: Int, isMerged: Bool, in database: Database) throws {
        try database.run(
            "DELETE FROM effect WHERE feature = ? AND run <= ? AND (? OR kind != 'branch' OR result IS NOT NULL)", [feature.key, run, isMerged])
    }

    /// Keys that begin with the part and a slash; `0` is what follows the slash.
    private static func range(below part: String) -> StatementArguments { [part + "/", part + "0"] }

    private static func effect(_ row: Row) -> EffectRecord? {
        guard let kind = EffectRecord.Kind(rawValue: row["kind"]) else { return nil }
        return EffectRecord(key: row["key"], kind: kind, request: row["request"], result: row["result"], checkpoint: row["checkpoint"])
    }
}
