package import FerryModel
internal import FerrySystem
internal import Foundation
internal import GRDB
package import SystemPackage

extension Store {
    /// What is known of a feature; `nil` if it was never seen.
    package func feature(_ id: FeatureID) async throws -> FeatureRecord? {
        try await read { try $0.first("SELECT * FROM feature WHERE id = ?", [id.key], as: Self.feature) }
    }

    /// All features, by id.
    package func features() async throws -> [FeatureRecord] {
        try await read { try $0.all("SELECT * FROM feature", as: Self.feature).sorted { $0.id < $1.id } }
    }

    /// Inserts the feature or replaces what is known of it.
    package func save(_ feature: FeatureRecord) async throws { try await write { try save(feature, $0) } }

    func save(_ feature: FeatureRecord, _ database: Database) throws {
        try Self.save(feature, database)
        // Before its first job nothing of it is to be kept that its note does not say.
        if feature.generation > 0 || feature.run.rawValue > 0 {
            try write(down: "feature", of: feature.id.key, database, where: "id = ?", [feature.id.key])
        }
    }

    static func save(_ feature: FeatureRecord, _ database: Database) throws {
        try database.run(
            "INSERT OR REPLACE INTO feature VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
            [
                feature.id.key, feature.path.blob, feature.title, feature.repository?.rawValue, feature.state?.rawValue,
                feature.isPresent, feature.isHeld, feature.isAmbiguous, feature.priority,
                ColumnList.encode(feature.dependsOn.map(\.description)), feature.generation, feature.run.rawValue, feature.branch,
                feature.base, feature.tip, feature.waitsFor, ColumnList.encode(feature.questions), feature.extraBudget.microdollars,
                feature.noteHash?.description, feature.seenStatus?.rawValue, ColumnList.encode(feature.keyHistory),
                feature.folder?.rawValue, feature.isApproved,
                feature.id.description, feature.block,
            ])
    }

    static func feature(_ row: Row) -> FeatureRecord? {
        guard let id = FeatureID(row["spelling"] as String) else { return nil }
        var feature = FeatureRecord(
            id: id, path: FilePath(blob: row["path"]), title: row["title"], state: (row["state"] as String?).flatMap(FeatureState.init(rawValue:)))
        feature.repository = (row["repository"] as String?).map(RepositoryName.init)
        feature.isPresent = row["present"]
        feature.isHeld = row["held"]
        feature.isAmbiguous = row["ambiguous"]
        feature.priority = row["priority"]
        feature.dependsOn = ColumnList.decode(row["depends_on"]).compactMap { FeatureID($0) }
        feature.generation = row["generation"]
        feature.run = RunNumber(row["run"])
        feature.branch = row["branch"]
        feature.base = row["base"]
        feature.tip = row["tip"]
        feature.waitsFor = row["waits_for"]
        feature.questions = ColumnList.decode(row["questions"])
        feature.extraBudget = Money(microdollars: row["extra_budget"])
        feature.noteHash = (row["note_hash"] as String?).flatMap(ContentHash.init(hex:))
        feature.seenStatus = (row["seen_status"] as String?).flatMap(FeatureState.init(rawValue:))
        feature.keyHistory = ColumnList.decode(row["key_history"])
        feature.folder = (row["folder"] as String?).flatMap(FeatureState.init(rawValue:))
        feature.isApproved = row["approved"]
        feature.block = row["block"]
        return feature
    }

    // MARK: Versions of notes

    /// Why a version of a note was kept.
    package enum VersionReason: String, Sendable {
        /// Ferry moved the note away from this path; a later save there is late.
        case movedFrom
        /// The note as Ferry last read or wrote it, at its present path.
        case known
    }

    /// Keeps the content of a note under the path it had; one version per path.
    package func keepVersion(of feature: FeatureID, at path: FilePath, content: [UInt8], reason: VersionReason) async throws {
        try await write {
            try $0.run("INSERT OR REPLACE INTO note_version VALUES (?,?,?,?)", [path.blob, feature.key, Data(content), reason.rawValue])
        }
    }

    /// The version kept under a path.
    package func version(at path: FilePath) async throws -> (feature: FeatureID, content: [UInt8], reason: VersionReason)? {
        try await read { database in
            guard let row = try database.row("SELECT * FROM note_version WHERE path = ?", [path.blob]),
                let id = FeatureID(row["feature"] as String), let reason = VersionReason(rawValue: row["reason"])
            else { return nil }
            return (id, Array(row["content"] as Data), reason)
        }
    }

    /// The paths of all versions kept for a reason, with their features.
    package func versions(_ reason: VersionReason) async throws -> [FilePath: FeatureID] {
        try await read { database in
            var versions: [FilePath: FeatureID] = [:]
            for row in try database.rows("SELECT path, feature FROM note_version WHERE reason = ?", [reason.rawValue]) {
                if let id = FeatureID(row["feature"] as String) { versions[FilePath(blob: row["path"])] = id }
            }
            return versions
        }
    }

    /// Nothing kept under the path is no error.
    package func forgetVersion(at path: FilePath) async throws {
        try await write { try $0.run("DELETE FROM note_version WHERE path = ?", [path.blob]) }
    }

    // MARK: Last good versions of Ferry's own notes

    /// The last content of a note of Ferry's that could be read; `nil` if there was none.
    package func goodNote(_ path: FilePath) async throws -> [UInt8]? {
        try await read { try $0.value(Data.self, "SELECT content FROM good_note WHERE path = ?", [path.blob]).map(Array.init) }
    }

    /// Does nothing where the same content is kept already.
    package func keepGoodNote(_ path: FilePath, content: [UInt8]) async throws {
        try await write {
            let same = try $0.value(Bool.self, "SELECT content = ? FROM good_note WHERE path = ?", [Data(content), path.blob])
            guard same != true else { return }
            try $0.run("INSERT OR REPLACE INTO good_note VALUES (?,?)", [path.blob, Data(content)])
        }
    }

    // MARK: Facts

    /// A single value that has no table of its own, by its key: `plan:FR-012`.
    package func fact(_ key: String) async throws -> String? {
        try await read { try $0.value(String.self, "SELECT value FROM fact WHERE key = ?", [key]) }
    }

    /// All values whose keys begin so, by the rest of the key.
    package func facts(_ prefix: String) async throws -> [String: String] {
        try await read { database in
            var facts: [String: String] = [:]
            // A range of the primary key: LIKE and GLOB would read characters of the prefix as patterns.
            for row in try database.rows("SELECT key, value FROM fact WHERE key >= ? AND key < ?", [prefix, prefix + "\u{10FFFF}"]) {
                facts[String((row["key"] as String).dropFirst(prefix.count))] = row["value"]
            }
            return facts
        }
    }

    /// Replaces the value; `nil` removes it.
    package func setFact(_ key: String, _ value: String?, _ durability: Durability = .onReturn) async throws {
        try await write(durability) { try setFact(key, value, $0) }
    }

    /// Several in one transaction.
    package func setFacts(_ facts: [String: String]) async throws {
        try await write { database in for (key, value) in facts.sorted(by: { $0.key < $1.key }) { try setFact(key, value, database) } }
    }

    /// The fact that stands while the vault does not hold all that is known of a run; its value is the commit that the run ended with, empty for none.
    package static func runNotesFact(_ feature: FeatureID, _ run: RunNumber) -> String { "run-notes:\(feature.key):\(run)" }

    /// Features with runs of which the vault does not hold all.
    package func featuresWithoutRunNotes() async throws -> Set<FeatureID> {
        Set(try await facts("run-notes:").keys.compactMap { $0.split(separator: ":").first.flatMap { FeatureID(String($0)) } })
    }

    /// The feature's runs of which the vault does not hold all, in their order, with the commit that each ended with.
    package func runsWithoutNotes(of feature: FeatureID) async throws -> [(run: RunNumber, tip: String?)] {
        try await facts("run-notes:\(feature.key):").compactMap { number, tip in
            Int(number).map { (RunNumber($0), tip.isEmpty ? nil : tip) }
        }.sorted { $0.0 < $1.0 }
    }

    func setFact(_ key: String, _ value: String?, _ database: Database) throws {
        let feature = Self.feature(ofFact: key)
        if let value {
            try database.run("INSERT OR REPLACE INTO fact VALUES (?,?)", [key, value])
            if let feature { try write(down: "fact", of: feature, database, where: "key = ?", [key]) }
        } else {
            try database.run("DELETE FROM fact WHERE key = ?", [key])
            if let feature, database.changesCount > 0 { write(downGone: ["key": .text(key)], from: "fact", of: feature, database) }
        }
    }
}
