internal import FerrySystem
internal import Foundation
internal import GRDB
internal import SystemPackage

/// Copies of the whole database, and whether it is still the file that was opened.
extension Store {
    /// Writes a copy of the database to `snapshots/` beside it and removes old copies; nothing where nothing has changed since the last one that this
    /// process made, or where the newest is younger than `age`. By the writing connection, on its own thread. Throws `StoreError`.
    package func snapshot(olderThan age: Duration = .zero) async throws {
        let files = DatabaseFiles(database: path)
        try await reach { queue in
            try await Self.ask(queue) { database in
                if age > .zero, let newest = try files.snapshotList().first, let status = try FileStatus.ifPresent(newest) {
                    let old = Date.now.timeIntervalSince1970 - Double(status.modified) / 1_000_000_000
                    guard old < 0 || .seconds(old) >= age else { return }
                }
                do { try Self.snapshot(database, files) } catch {
                    // A damaged page may call itself a full disk.
                    if let damage = try String.fetchOne(database, sql: "PRAGMA quick_check(1)"), damage != "ok" {
                        throw Self.damaged(path, damage)
                    }
                    throw error
                }
                try files.pruneSnapshots()
            }
        }
    }

    /// A copy is there whole or not at all.
    static func snapshot(_ database: Database, _ files: DatabaseFiles) throws {
        try Directory.create(files.snapshots, mode: 0o700)
        let path = files.snapshotPath()
        let copy = FilePath(path.string + ".part")
        try Directory.removeTree(copy)
        try database.execute(sql: "VACUUM INTO ?", arguments: [copy.string])
        try FileContents.sync(copy)
        try FileContents.rename(copy, to: path)
    }

    /// Whether the database is still the file, with the log, that was opened: a file that was deleted takes writes and loses them.
    package var isInPlace: Bool { connection.isInPlace }

    /// Writes the database again to where it was, from what the connection still holds; what lies there now is set aside.
    /// Throws `StoreError`; the connection goes on with what it holds, and it can be tried again.
    package func rescue() async throws {
        do { try await Self.away { [connection] in try connection.rescue() } } catch { throw Self.storeError(error, path) }
    }
}
