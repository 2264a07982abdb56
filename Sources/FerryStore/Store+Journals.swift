internal import FerryModel
internal import FerrySystem
internal import Foundation
internal import GRDB

/// Writing rows down in a feature's journal, and taking them from there when the database was lost.
extension Store {
    /// Writes these rows of a table down when the transaction is committed.
    func write(down table: String, of feature: String, _ database: Database, where condition: String, _ arguments: StatementArguments) throws {
        guard let journals else { return }
        let entries = try Self.entries(table, database, where: condition, arguments)
        database.afterNextTransaction { _ in journals.append(entries, feature) }
    }

    /// Writes down that a row is gone when the transaction is committed.
    func write(downGone row: [String: FeatureJournals.Value], from table: String, of feature: String, _ database: Database) {
        guard let journals else { return }
        database.afterNextTransaction { _ in journals.append([.init(table: table, gone: row)], feature) }
    }

    private static func entries(
        _ table: String, _ database: Database, where condition: String, _ arguments: StatementArguments
    ) throws -> [FeatureJournals.Entry] {
        try database.rows("SELECT * FROM \(table) WHERE \(condition)", arguments).map { row in
            var values: [String: FeatureJournals.Value] = [:]
            // The number of an event is the database's own.
            for (column, value) in row where !(table == "event" && column == "id") { values[column] = .init(value) }
            return .init(table: table, row: values)
        }
    }

    /// The feature that a fact is about, by its key: `plan:FR-012`, `start:FR-012:2`. What is only shown (`wait:`, `note:`, `confirm:`) is nobody's.
    static func feature(ofFact key: String) -> String? {
        let parts = key.split(separator: ":")
        guard parts.count >= 2, !["wait", "note", "confirm", "bulk"].contains(parts[0]) else { return nil }
        return FeatureID(parts[1])?.key
    }

    /// Takes over what the journals say, a transaction for each feature. Returns how many features there were. Throws `StoreError`.
    package func takeJournals() async throws -> Int {
        guard let journals else { return 0 }
        let features = try await Self.away { try journals.features() }
        for feature in features {
            let entries = try await Self.away { (try? journals.entries(feature)) ?? [] }
            try await write { database in
                for entry in Self.newest(entries) { try Self.take(entry, database) }
            }
        }
        return features.count
    }

    /// The last line about each row, in the order of the first lines.
    private static func newest(_ entries: [FeatureJournals.Entry]) -> [FeatureJournals.Entry] {
        var places: [[String]: Int] = [:]
        var newest: [FeatureJournals.Entry] = []
        for entry in entries {
            let row = entry.row ?? entry.gone ?? [:]
            let name = [entry.table] + (FeatureJournals.keys[entry.table] ?? []).map { "\(row[$0] ?? .null)" }
            if let place = places[name] {
                newest[place] = entry
            } else {
                places[name] = newest.count
                newest.append(entry)
            }
        }
        return newest
    }

    private static func take(_ entry: FeatureJournals.Entry, _ database: Database) throws {
        let known = Set(try database.columns(in: entry.table).map(\.name))
        let row = (entry.row ?? entry.gone ?? [:]).filter { known.contains($0.key) }.sorted { $0.key < $1.key }
        guard !row.isEmpty else { return }
        let names = row.map { $0.key }
        let values = StatementArguments(row.map { $0.value.databaseValue })
        let isSame = names.map { "\($0) IS ?" }.joined(separator: " AND ")
        if entry.row == nil { return try database.run("DELETE FROM \(entry.table) WHERE \(isSame)", values) }
        // An event has no name of its own: the same words at the same time are the same event.
        if entry.table == "event",
            try database.value(Bool.self, "SELECT EXISTS (SELECT 1 FROM event WHERE \(isSame))", values) == true
        {
            return
        }
        let places = Array(repeating: "?", count: names.count).joined(separator: ",")
        do {
            try database.run("INSERT OR REPLACE INTO \(entry.table) (\(names.joined(separator: ","))) VALUES (\(places))", values)
        } catch let error as DatabaseError where error.resultCode == .SQLITE_CONSTRAINT {
            // A line of another version, or one that somebody has changed: it counts for nothing.
        }
    }

    /// Writes the journals anew that are larger than they need to be. Throws `StoreError`.
    package func tidyJournals() async throws {
        guard let journals else { return }
        let large = try await Self.away {
            try journals.features().filter { try FileStatus(of: journals.path($0)).size > FeatureJournals.sizeLimit }
        }
        for feature in large { try await rewriteJournal(feature, journals) }
    }

    func rewriteJournal(_ feature: String, _ journals: FeatureJournals) async throws {
        try await write { database in
            var entries: [FeatureJournals.Entry] = []
            for table in ["run", "step", "spending", "event"] {
                entries += try Self.entries(table, database, where: "feature = ?", [feature])
            }
            entries += try Self.entries("feature", database, where: "id = ?", [feature])
            let keys = try database.values(String.self, "SELECT key FROM fact").filter { Self.feature(ofFact: $0) == feature }
            for key in keys { entries += try Self.entries("fact", database, where: "key = ?", [key]) }
            let encoder = JSONEncoder()
            encoder.outputFormatting = .withoutEscapingSlashes
            let text = try entries.map { String(decoding: try encoder.encode($0), as: UTF8.self) }.joined(separator: "\n")
            // In the transaction: nothing is added meanwhile.
            try FileContents.write(Array(text.utf8), to: journals.path(feature))
        }
    }
}
