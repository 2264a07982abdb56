package import FerryModel
internal import FerrySystem
internal import Foundation
internal import GRDB

extension Store {
    /// Registers a job for the feature's next generation and saves the feature, in one transaction: `generation` is counted up,
    /// an open job of an earlier generation is closed. Returns the job's place in the order of arrival.
    /// A generation that had a job before is refused (`StoreError.Code.failed`): nothing is dispatched twice. `feature` changes only on success.
    /// `line` goes into the feature's history with it; `tier` and `model` (the feature's own) tell which models it needs.
    package func enqueue(_ feature: inout FeatureRecord, tier: Tier? = nil, model: String? = nil, saying line: String? = nil) async throws -> Int64 {
        var next = feature
        next.generation += 1
        let record = next
        let sequence = try await write { database in
            try save(record, database)
            try Self.close(record.id, as: "superseded", in: database)
            try database.run(
                "INSERT INTO job (feature, generation, state, created, tier, model) VALUES (?,?,'ready',?,?,?)",
                [record.id.key, record.generation, Store.now, tier?.rawValue, model])
            let sequence = database.lastInsertedRowID
            if let line { try self.record(line, record.id, record.run, in: database) }
            try failpoint(.dispatchAfterIntent)
            return sequence
        }
        feature = record
        return sequence
    }

    /// The order numbers of open jobs (ready or running), by feature: what a restart goes on with.
    package func openJobs() async throws -> [FeatureID: Int64] {
        try await read { database in
            var jobs: [FeatureID: Int64] = [:]
            for row in try database.rows("SELECT feature, sequence FROM job WHERE state IN ('ready', 'running')") {
                if let id = FeatureID(row["feature"] as String) { jobs[id] = row["sequence"] }
            }
            return jobs
        }
    }

    /// Closes the open job: `done`, `cancelled`, `blocked` or another word for the history. With `generation`, only if the open job is
    /// still of that one: an attempt that was superseded while it ended must not close its successor.
    package func closeJob(_ feature: FeatureID, generation: Int? = nil, as state: String) async throws {
        try await write { try Self.close(feature, generation: generation, as: state, in: $0) }
    }

    static func close(_ feature: FeatureID, generation: Int? = nil, as state: String, in database: Database) throws {
        try database.run(
            "UPDATE job SET state = ?, ended = ? WHERE feature = ? AND state IN ('ready', 'running') AND generation = ifnull(?, generation)",
            [state, Store.now, feature.key, generation])
    }

    /// When the newest job of the feature was registered (ISO 8601), and how many it has had.
    package func jobHistory(_ feature: FeatureID) async throws -> (newest: String?, count: Int) {
        try await read { database in
            let row = try database.row("SELECT max(created) AS newest, count(*) AS count FROM job WHERE feature = ?", [feature.key])
            return (row?["newest"], row?["count"] ?? 0)
        }
    }

    // MARK: Runs and steps

    /// Inserts the run or replaces what is known of it. What runs that have ended had begun is forgotten.
    package func save(_ run: RunRecord) async throws {
        try await write { try self.save(run, $0) }
    }

    func save(_ run: RunRecord, _ database: Database) throws {
        try Self.insert(run, database)
        let goesOn = run.outcome == .running || run.outcome == .parked
        try Self.forgetEffects(run.feature, through: run.number.rawValue - (goesOn ? 1 : 0), isMerged: run.outcome == .merged, in: database)
        try write(down: "run", of: run.feature.key, database, where: "feature = ? AND number = ?", [run.feature.key, run.number.rawValue])
    }

    static func insert(_ run: RunRecord, _ database: Database) throws {
        try database.run(
            "INSERT OR REPLACE INTO run VALUES (?,?,?,?,?,?,?,?,?,?,?)",
            [
                run.feature.key, run.number.rawValue, run.outcome.rawValue, run.tier.rawValue, run.score,
                ColumnList.encode(run.reasons), run.branch, run.base, Data(run.note), run.started, run.ended,
            ])
    }

    package func run(_ feature: FeatureID, _ number: RunNumber) async throws -> RunRecord? {
        try await read { database in
            try database.first("SELECT * FROM run WHERE feature = ? AND number = ?", [feature.key, number.rawValue]) { row in
                guard let outcome = RunRecord.Outcome(rawValue: row["outcome"]), let tier = Tier(rawValue: row["tier"]) else { return nil }
                var run = RunRecord(
                    feature: feature, number: number, outcome: outcome, tier: tier, score: row["score"], reasons: ColumnList.decode(row["reasons"]),
                    branch: row["branch"], base: row["base"], note: Array(row["note"] as Data), started: row["started"])
                run.ended = row["ended"]
                return run
            }
        }
    }

    /// The steps of a run that have ended, in the order in which they did; a step that was done again counts from then.
    package func steps(_ feature: FeatureID, _ run: RunNumber) async throws -> [StepRecord] {
        try await read { database in
            try database.all("SELECT * FROM step WHERE feature = ? AND run = ? ORDER BY sequence", [feature.key, run.rawValue]) {
                StepRecord(
                    key: $0["key"], outcome: $0["outcome"], checkpoint: $0["checkpoint"], duration: .milliseconds($0["milliseconds"] as Int64))
            }
        }
    }

    /// Records a step that has ended; the same key again replaces it. Its effects are part of its outcome now, and are forgotten with it.
    package func save(_ step: StepRecord, of feature: FeatureID, _ run: RunNumber) async throws {
        let milliseconds = step.duration / .milliseconds(1)
        try await write {
            try $0.run(
                """
                INSERT OR REPLACE INTO step VALUES (?,?,?,(SELECT ifnull(max(sequence), 0) + 1 FROM step WHERE feature = ? AND run = ?),?,?,?)
                """,
                [
                    feature.key, run.rawValue, step.key, feature.key, run.rawValue, step.outcome, step.checkpoint,
                    Int64(milliseconds),
                ])
            try write(
                down: "step", of: feature.key, $0, where: "feature = ? AND run = ? AND key = ?", [feature.key, run.rawValue, step.key])
            try Self.forgetEffects(feature, run, below: step.key, in: $0)
        }
    }

    /// Forgets steps so that they are done again.
    package func forgetSteps(_ feature: FeatureID, _ run: RunNumber, where unwanted: @escaping @Sendable (String) -> Bool) async throws {
        try await write { database in
            let keys = try database.values(String.self, "SELECT key FROM step WHERE feature = ? AND run = ?", [feature.key, run.rawValue])
            for key in keys where unwanted(key) {
                try database.run("DELETE FROM step WHERE feature = ? AND run = ? AND key = ?", [feature.key, run.rawValue, key])
                write(
                    downGone: ["feature": .text(feature.key), "run": .number(Int64(run.rawValue)), "key": .text(key)], from: "step", of: feature.key,
                    database)
            }
        }
    }

    // MARK: History

    /// Adds a line to the history, with the time of now.
    package func record(_ text: String, feature: FeatureID? = nil, run: RunNumber? = nil) async throws {
        try await write { try self.record(text, feature, run, in: $0) }
    }

    func record(_ text: String, _ feature: FeatureID?, _ run: RunNumber?, in database: Database) throws {
        try database.run("INSERT INTO event (feature, run, time, text) VALUES (?,?,?,?)", [feature?.key, run?.rawValue, Store.now, text])
        guard let feature else { return }
        try write(down: "event", of: feature.key, database, where: "id = ?", [database.lastInsertedRowID])
    }

    /// The newest events first, of one feature or of all.
    package func events(of feature: FeatureID? = nil, limit: Int = 50) async throws -> [EventRecord] {
        try await read { database in
            // Two statements: one for both would have SQLite look at every row.
            let rows =
                if let feature {
                    try database.rows("SELECT * FROM event WHERE feature = ? ORDER BY id DESC LIMIT ?", [feature.key, limit])
                } else {
                    try database.rows("SELECT * FROM event ORDER BY id DESC LIMIT ?", [limit])
                }
            return rows.map {
                EventRecord(
                    feature: ($0["feature"] as String?).flatMap { FeatureID($0) }, run: ($0["run"] as Int?).map(RunNumber.init),
                    time: $0["time"], text: $0["text"])
            }
        }
    }
}
