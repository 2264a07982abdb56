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
            queue = try DatabaseQueue(path: path.string, configuration: configuration)
            let level = try queue.writeWithoutTransaction { database in
                // After the opening: GRDB sets NORMAL when it switches to WAL, and NORMAL may lose a commit with the power.
                try database.execute(
                    sql: "PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA mmap_size = 0; PRAGMA journal_size_limit = 67108864")
                return try Int.fetchOne(database, sql: "PRAGMA synchronous")
            }
            guard level == 2 else { throw StoreError(code: .failed, message: "SQLite does not take synchronous=FULL for \(path).") }
            if try queue.read({ try Migrations.migrator.hasBeenSuperseded($0) }) {
                throw StoreError(code: .tooNew, message: "\(path) was written by a newer Ferry; install that one, or move the file away.")
            }
            try Migrations.migrator.migrate(queue)
        } catch { throw Self.storeError(error, path) }
    }

    /// Opens an existing database for reading only. Throws `StoreError`.
    package init(reading path: FilePath) throws {
        self.path = path
        var configuration = Configuration()
        configuration.readonly = true
        configuration.busyMode = .timeout(5)
        do { queue = try DatabaseQueue(path: path.string, configuration: configuration) } catch { throw Self.storeError(error, path) }
    }

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
            StoreError(code: .storage, message: "\(path) cannot be written (\(text)); free some space or mend the disk, Ferry goes on by itself.")
        case .SQLITE_CORRUPT, .SQLITE_NOTADB:
            StoreError(code: .corrupt, message: "\(path) is damaged (\(text)); move it away, Ferry makes a new one from the vault.")
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

/// JSON lists in a column.
enum ColumnList {
    static func encode(_ list: [String]) -> String { (try? String(decoding: JSONEncoder().encode(list), as: UTF8.self)) ?? "[]" }
    static func decode(_ text: String) -> [String] { (try? JSONDecoder().decode([String].self, from: Data(text.utf8))) ?? [] }
}
