internal import FerryModel
internal import FerrySystem
internal import Foundation
internal import GRDB
package import SystemPackage

/// The database: queue, runs, steps, money, history. A cache and a journal; what it holds of a feature can be read in the vault as well.
///
/// One process writes, on one connection (SQLite's WAL-reset bug, fixed in 3.51.3, needs two); the command line reads.
package struct Store: Sendable {
    let queue: DatabaseQueue
    private let path: FilePath

    /// Opens, or creates, the database file for writing. Throws `StoreError`.
    package init(at path: FilePath) throws {
        self.path = path
        var configuration = Configuration()
        configuration.label = "ferry"
        configuration.busyMode = .timeout(5)
        configuration.journalMode = .wal
        do {
            queue = try DatabaseQueue(path: Self.text(path), configuration: configuration)
            let level = try queue.writeWithoutTransaction { database in
                // After the opening: GRDB sets NORMAL when it switches to WAL, and NORMAL may lose a commit with the power.
                try database.execute(
                    sql: "PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA mmap_size = 0; PRAGMA journal_size_limit = 67108864")
                return try Int.fetchOne(database, sql: "PRAGMA synchronous")
            }
            guard level == 2 else { throw StoreError(code: .failed, message: "SQLite does not take synchronous=FULL for \(path).") }
            // Opening finds a file that is no database; a damaged page only this does (40 to 60 ms for 30 MB).
            if let damage = try queue.read({ try String.fetchOne($0, sql: "PRAGMA quick_check(1)") }), damage != "ok" {
                throw Self.damaged(path, damage)
            }
            try Self.refuseNewer(queue, path)
            try Migrations.migrator.migrate(queue)
        } catch { throw Self.storeError(error, path) }
    }

    /// Opens an existing database for reading only, while another process writes it or not. Throws `StoreError`, `.absent` where there is none.
    package init(reading path: FilePath) throws {
        self.path = path
        var configuration = Configuration()
        configuration.readonly = true
        configuration.busyMode = .timeout(5)
        do {
            guard try FileStatus.ifPresent(path) != nil else {
                throw StoreError(code: .absent, message: "There is no \(path) yet; `ferry run` makes it.")
            }
            queue = try DatabaseQueue(path: Self.text(path), configuration: configuration)
            try Self.refuseNewer(queue, path)
            guard try queue.read({ try Migrations.migrator.hasCompletedMigrations($0) }) else {
                throw StoreError(code: .absent, message: "\(path) was written by an older Ferry; `ferry run` brings it up to date.")
            }
        } catch { throw Self.storeError(error, path) }
    }

    /// GRDB and SQLite name files by text; repairing a name would open another file.
    private static func text(_ path: FilePath) throws -> String {
        guard let text = String(validating: path) else {
            throw StoreError(code: .failed, message: "\(path) is not UTF-8, which SQLite needs; set XDG_STATE_HOME to a folder whose name is.")
        }
        return text
    }

    private static func refuseNewer(_ queue: DatabaseQueue, _ path: FilePath) throws {
        if try queue.read({ try Migrations.migrator.hasBeenSuperseded($0) }) {
            throw StoreError(code: .tooNew, message: "\(path) was written by a newer Ferry; install that one, or move the file away.")
        }
    }

    private static func damaged(_ path: FilePath, _ damage: String) -> StoreError {
        StoreError(
            code: .corrupt,
            message: "\(path) is damaged (\(damage)); move it away, with its -wal and -shm, and Ferry makes a new one from the vault.")
    }

    /// Folds the log into the file and lets go of both; nothing may be asked afterwards.
    package func close() { try? queue.close() }

    /// In one transaction. In a cancelled task too: what has happened is recorded even when nobody waits for it any more.
    func write<Value: Sendable>(_ body: @Sendable @escaping (Database) throws -> Value) async throws -> Value {
        do {
            // GRDB rolls a write back in a cancelled task; an unstructured task is not cancelled with its parent.
            return try await Task { try await queue.write(body) }.value
        } catch { throw Self.storeError(error, path) }
    }

    func read<Value: Sendable>(_ body: @Sendable @escaping (Database) throws -> Value) async throws -> Value {
        do { return try await Task { try await queue.read(body) }.value } catch { throw Self.storeError(error, path) }
    }

    private static func storeError(_ error: any Error, _ path: FilePath) -> any Error {
        guard let error = error as? DatabaseError else { return error }
        let text = error.message ?? "error \(error.extendedResultCode.rawValue)"
        // ENOSPC shows as FULL, IOERR or CANTOPEN, by the call that it hits.
        return switch error.resultCode {
        case .SQLITE_FULL, .SQLITE_IOERR, .SQLITE_CANTOPEN, .SQLITE_READONLY:
            StoreError(
                code: .storage, message: "\(path) cannot be used (\(text)); free some space or mend the disk or its rights, Ferry goes on by itself.")
        case .SQLITE_CORRUPT, .SQLITE_NOTADB:
            damaged(path, text)
        default: StoreError(code: .failed, message: "\(path): \(text).")
        }
    }

    /// Now, as all times in the database: ISO 8601, UTC, whole seconds.
    package static var now: String { Date.now.formatted(.iso8601) }
    /// Today in UTC, `2026-11-21`: the day that a day's budget means.
    package static var today: String { String(now.prefix(10)) }
}

extension FilePath {
    /// Paths are bytes; SQLite keeps them as a blob.
    var blob: Data { withPlatformString { Data(bytes: $0, count: length) } }
    init(blob: Data) {
        self = blob.withUnsafeBytes { bytes in
            let characters = bytes.map { CChar(bitPattern: $0) } + [0]
            return characters.withUnsafeBufferPointer { buffer in
                buffer.baseAddress.map { FilePath(platformString: $0) } ?? FilePath()
            }
        }
    }
}

extension FeatureID {
    /// One spelling for each feature: `FR-012` and `FR-0012` are the same.
    var key: String { FeatureID(number: number, prefix: prefix).description }
}

/// JSON lists in a column.
enum ColumnList {
    static func encode(_ list: [String]) -> String { (try? String(decoding: JSONEncoder().encode(list), as: UTF8.self)) ?? "[]" }
    static func decode(_ text: String) -> [String] { (try? JSONDecoder().decode([String].self, from: Data(text.utf8))) ?? [] }
}
