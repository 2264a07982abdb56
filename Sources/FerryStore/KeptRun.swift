internal import FerryModel
internal import Foundation
internal import GRDB

/// What a run's note has kept of the run, for the case that the database is lost.
package struct KeptRun: Hashable, Sendable {
    package var run: RunRecord
    /// The commit that it began at.
    package var start: String?
    /// `fresh`, `rework` or `retry`.
    package var kind: String?
    package var account: [AccountLine]

    package init(run: RunRecord, start: String?, kind: String?, account: [AccountLine]) {
        self.run = run
        self.start = start
        self.kind = kind
        self.account = account
    }
}

extension Store {
    /// Takes over what notes have kept where the database knows less; what it knows better it keeps. Done twice it changes nothing twice. Nothing of this
    /// goes into journals: the notes have it.
    package func take(_ kept: [KeptRun]) async throws {
        // One commit waits for the disk; thousands would take minutes.
        for first in stride(from: 0, to: kept.count, by: 500) {
            let some = Array(kept[first..<min(first + 500, kept.count)])
            try await write { database in for kept in some { try Self.take(kept, database) } }
        }
    }

    private static func take(_ kept: KeptRun, _ database: Database) throws {
        let (feature, run) = (kept.run.feature.key, kept.run.number.rawValue)
        try replenish(kept.run.feature, kept.run.number, kept.account, database)
        if let known = try database.row("SELECT ended FROM run WHERE feature = ? AND number = ?", [feature, run]) {
            guard known["ended"] as String? == nil, let ended = kept.run.ended else { return }
            return try database.run(
                "UPDATE run SET outcome = ?, ended = ? WHERE feature = ? AND number = ?", [kept.run.outcome.rawValue, ended, feature, run])
        }
        try insert(kept.run, database)
        for (name, value) in [("start", kept.start), ("kind", kept.kind)] {
            guard let value else { continue }
            try database.run("INSERT OR REPLACE INTO fact VALUES (?,?)", ["\(name):\(kept.run.feature):\(kept.run.number)", value])
        }
    }
}
