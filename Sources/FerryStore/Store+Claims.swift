package import FerryModel
internal import FerrySystem
internal import GRDB

/// Who holds a job. Each change of a held job names the claim (`WHERE sequence = ? AND fence = ?`), so an attempt that was superseded changes nothing.
extension Store {
    /// Takes the ready job of the feature for an attempt, in one statement, and saves the feature with it; `nil`: there is none to take.
    @discardableResult
    package func claim(_ feature: FeatureID, saving record: FeatureRecord? = nil) async throws -> Claim? {
        try await write { database in
            guard
                let row = try database.row(
                    """
                    UPDATE job SET state = 'running', fence = fence + 1, retry_at = NULL, retry_wait = NULL, boot = ?
                    WHERE feature = ? AND state = 'ready' RETURNING sequence, fence
                    """, [BootSession.id, feature.key])
            else { return nil }
            if let record { try save(record, database) }
            try failpoint(.claimAfterIntent)
            return Claim(feature: feature, job: row["sequence"], fence: row["fence"])
        }
    }

    /// Whether the attempt still holds its job.
    package func isCurrent(_ claim: Claim) async throws -> Bool { try await read { try Self.isCurrent(claim, in: $0) } }

    static func isCurrent(_ claim: Claim, in database: Database) throws -> Bool {
        try database.value(
            Bool.self, "SELECT EXISTS (SELECT 1 FROM job WHERE sequence = ? AND fence = ? AND state = 'running')", [claim.job, claim.fence]) ?? false
    }

    /// Puts a claimed job back into the queue: its attempt was interrupted and counts for nothing. Returns whether the claim was good.
    @discardableResult
    package func release(_ claim: Claim) async throws -> Bool {
        try await write { database in
            try database.run(
                "UPDATE job SET state = 'ready', unclean = 0 WHERE sequence = ? AND fence = ? AND state = 'running'", [claim.job, claim.fence])
            return database.changesCount == 1
        }
    }

    /// Puts the feature's job back into the queue where it is held though no attempt of it is alive: the disk called its claim a failure. Returns whether it
    /// was held.
    @discardableResult
    package func release(heldByNobody feature: FeatureID) async throws -> Bool {
        try await write { database in
            try database.run("UPDATE job SET state = 'ready', unclean = 0 WHERE feature = ? AND state = 'running'", [feature.key])
            return database.changesCount == 1
        }
    }

    /// Puts a claimed job back until later, with the feature as it is now and how often in a row it has failed. Returns whether the claim was good.
    @discardableResult
    package func postpone(_ claim: Claim, until wait: DurableWait, failures: Int, saving feature: FeatureRecord) async throws -> Bool {
        try await write { database in
            try database.run(
                """
                UPDATE job SET state = 'ready', unclean = 0, retry_at = ?, retry_wait = ?, failures = ?
                WHERE sequence = ? AND fence = ? AND state = 'running'
                """, [wait.until, wait.milliseconds, failures, claim.job, claim.fence])
            guard database.changesCount == 1 else { return false }
            try save(feature, database)
            return true
        }
    }

    /// Stores where a feature has come to: job, run, facts, history and the feature itself, all of it or nothing. The feature's own row is what
    /// releases those that depend on it, so they are released in the same step. With a `claim` that is void nothing is stored, and the answer is no.
    @discardableResult
    package func complete(_ feature: FeatureRecord, _ completion: Completion, under claim: Claim? = nil) async throws -> Bool {
        try await write { database in
            if let claim {
                guard let job = completion.job else { return false }
                try database.run(
                    "UPDATE job SET state = ?, ended = ? WHERE sequence = ? AND fence = ? AND state = 'running'",
                    [job, Store.now, claim.job, claim.fence])
                guard database.changesCount == 1 else { return false }
            } else if let job = completion.job {
                try Self.close(feature.id, as: job, in: database)
            }
            try save(feature, database)
            if let outcome = completion.run {
                try database.run(
                    """
                    UPDATE run SET outcome = ?, ended = ?
                    WHERE feature = ? AND number = ? AND (outcome IN ('running', 'parked') OR ? = 'merged')
                    """, [outcome.rawValue, Store.now, feature.id.key, feature.run.rawValue, outcome.rawValue])
                if database.changesCount == 1 {
                    try setFact(Self.runNotesFact(feature.id, feature.run), feature.tip ?? "", database)
                    if outcome != .parked {
                        try Self.forgetEffects(feature.id, through: feature.run.rawValue, isMerged: outcome == .merged, in: database)
                    }
                }
                try write(down: "run", of: feature.id.key, database, where: "feature = ? AND number = ?", [feature.id.key, feature.run.rawValue])
            }
            for (key, value) in completion.facts { try setFact(key, value.isEmpty ? nil : value, database) }
            if let line = completion.line { try record(line, feature.id, feature.run, in: database) }
            if claim != nil { try failpoint(.endAfterIntent) } else if completion.run == .merged { try failpoint(.mergeBeforeDone) }
            return true
        }
    }

    // MARK: Open jobs

    /// The open job of a feature.
    package func openJob(_ feature: FeatureID) async throws -> OpenJob? {
        try await read { database in
            try database.first(
                "SELECT \(Self.jobColumns) FROM job WHERE feature = ? AND state IN ('ready', 'running')", [feature.key], as: Self.openJob)
        }
    }

    /// Open jobs in the order of their arrival, a page at a time: those after a place in it.
    package func openJobs(after sequence: Int64, limit: Int) async throws -> [OpenJob] {
        try await read { database in
            try database.all(
                "SELECT \(Self.jobColumns) FROM job WHERE state IN ('ready', 'running') AND sequence > ? ORDER BY sequence LIMIT ?",
                [sequence, limit], as: Self.openJob)
        }
    }

    private static let jobColumns = """
        feature, sequence, generation, state, CAST(strftime('%s', created) AS INTEGER) AS created_at, tier, model, failures, retry_at, retry_wait
        """

    private static func openJob(_ row: Row) -> OpenJob? {
        guard let feature = FeatureID(row["feature"] as String) else { return nil }
        var retry: DurableWait?
        if let until = row["retry_at"] as Int64?, let wait = row["retry_wait"] as Int64? { retry = DurableWait(until: until, milliseconds: wait) }
        return OpenJob(
            feature: feature, sequence: row["sequence"], generation: row["generation"], isRunning: row["state"] == "running",
            created: row["created_at"] ?? 0, tier: (row["tier"] as String?).flatMap(Tier.init(rawValue:)), model: row["model"],
            failures: row["failures"], retry: retry)
    }

    /// A person has changed a setting: waits and counts of failures begin anew.
    package func forgetFailures() async throws {
        try await write {
            try $0.run(
                """
                UPDATE job SET failures = 0, retry_at = NULL, retry_wait = NULL
                WHERE state IN ('ready', 'running') AND (failures > 0 OR retry_at IS NOT NULL)
                """)
        }
    }
}
