package import FerryModel
internal import GRDB

/// What a start finds of the process before it.
extension Store {
    /// Puts every job back that was held when the process before ended without a word, and counts such ends: one for each job that was held in this
    /// session of the machine and has come no further since the last count. Returns the jobs that reach `limit`, with their counts.
    ///
    /// `isClean`: that process closed the database, and did not end without a word.
    ///
    /// Further is a step that ended, or a model call that was paid; its cost is bounded by the budgets. One transaction, however many jobs there are.
    package func releaseInterrupted(limit: Int, isClean: Bool = false) async throws -> [(feature: FeatureID, count: Int)] {
        try await write { database in
            try database.run(
                """
                WITH held AS (
                  SELECT sequence, (SELECT count(*) FROM step WHERE step.feature = job.feature)
                    + (SELECT count(*) FROM spending WHERE spending.feature = job.feature AND actual IS NOT NULL) AS reached
                  FROM job WHERE state = 'running')
                UPDATE job SET state = 'ready', progress = held.reached,
                  unclean = CASE WHEN ?2 THEN 0 WHEN boot IS NOT ?1 THEN 0 WHEN held.reached > progress THEN 1 ELSE unclean + 1 END
                FROM held WHERE job.sequence = held.sequence
                """, [BootSession.id, isClean])
            return try database.rows(
                "SELECT feature, unclean FROM job WHERE state = 'ready' AND unclean >= ? ORDER BY sequence", [limit]
            ).compactMap { row in FeatureID(row["feature"] as String).map { ($0, row["unclean"]) } }
        }
    }

    /// Closes jobs in one transaction: of features that are not to be worked on.
    package func closeJobs(_ features: [FeatureID], as state: String) async throws {
        guard !features.isEmpty else { return }
        try await write { database in for feature in features { try Self.close(feature, as: state, in: database) } }
    }

    // MARK: Circuits

    /// The breakers as they were stored, with what was left of their waits.
    package func circuits() async throws -> [Resource: (circuit: Circuit, retry: DurableWait?)] {
        try await read { database in
            var circuits: [Resource: (circuit: Circuit, retry: DurableWait?)] = [:]
            for row in try database.rows("SELECT * FROM circuit") {
                guard let resource = Resource(key: row["resource"]), let kind = FaultClass(rawValue: row["kind"]) else { continue }
                var retry: DurableWait?
                if let until = row["retry_at"] as Int64?, let wait = row["retry_wait"] as Int64? {
                    retry = DurableWait(until: until, milliseconds: wait)
                }
                let circuit = Circuit(kind: kind, reason: row["reason"], failures: row["failures"], phase: row["probing"] ? .probing(nil) : .open)
                circuits[resource] = (circuit, retry)
            }
            return circuits
        }
    }

    /// Replaces what is stored of these resources in one transaction; `nil` forgets one.
    package func save(_ changes: [Resource: (circuit: Circuit, retry: DurableWait?)?]) async throws {
        guard !changes.isEmpty else { return }
        try await write { database in
            for (resource, change) in changes {
                guard let change else {
                    try database.run("DELETE FROM circuit WHERE resource = ?", [resource.key])
                    continue
                }
                try database.run(
                    "INSERT OR REPLACE INTO circuit VALUES (?,?,?,?,?,?,?)",
                    [
                        resource.key, change.circuit.kind.rawValue, change.circuit.reason, change.circuit.failures, change.circuit.phase != .open,
                        change.retry?.until, change.retry?.milliseconds,
                    ])
            }
        }
    }
}
