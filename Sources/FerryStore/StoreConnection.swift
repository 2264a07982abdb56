internal import FerrySystem
internal import Foundation
internal import GRDB
internal import Synchronization
internal import SystemPackage

/// The one connection to the database file, and what puts it right while the service runs: after an error of the disk it is opened anew and checked, and a
/// file that was deleted or replaced under it is written again from what the connection still holds.
final class StoreConnection: Sendable {
    /// Which file a name leads to.
    private struct Identity: Hashable { var device, inode: UInt64 }
    private struct State {
        var queue: DatabaseQueue
        var file: Identity?
        var log: Identity?
        /// The disk refused a call: what the connection believes to be written may not be.
        var isSuspect = false
        var errorCount = 0
    }

    let path: FilePath
    private let isReader: Bool
    private let state: Mutex<State>
    /// Held by the one thread that puts the connection right.
    private let mending = Mutex(())

    init(path: FilePath, isReader: Bool, _ queue: DatabaseQueue) {
        self.path = path
        self.isReader = isReader
        state = Mutex(State(queue: queue))
        identify()
    }

    var queue: DatabaseQueue { state.withLock { $0.queue } }
    var isSuspect: Bool { state.withLock { $0.isSuspect } }
    private func suspect() { state.withLock { $0.isSuspect = true } }

    /// The disk refused a call. What was to be stored by it may be there all the same.
    func noteError() {
        state.withLock {
            $0.isSuspect = true
            $0.errorCount += 1
        }
    }
    var errorCount: Int { state.withLock { $0.errorCount } }

    /// Whether database and log are still the files that were opened. SQLite itself does not notice: writes into a deleted file succeed.
    var isInPlace: Bool {
        let (file, log) = state.withLock { ($0.file, $0.log) }
        return file == Self.identity(path) && log == Self.identity(log: path)
    }

    /// Closes and opens anew, with the checks of an opening; does nothing where another thread has done so meanwhile. A file that is gone is written again
    /// first. Throws `StoreError.corrupt` where what is there now is not the database. Blocks.
    func reopen() throws {
        try mending.withLock { _ in
            guard isSuspect else { return }
            guard isReader || isInPlace else {
                // The connection holds the last copy: it stays until that can be written, unless it is of no use itself.
                do { return try writeAgain() } catch let error as DatabaseError
                    where [.SQLITE_MISUSE, .SQLITE_CORRUPT, .SQLITE_NOTADB].contains(error.resultCode)
                { throw Store.damaged(path, "it is not the file any more that was opened") }
            }
            try replaceQueue()
        }
    }

    /// Writes the database again, from the connection, to where it was; what lies there now is set aside. Where that fails the connection goes on as before.
    /// Blocks.
    func rescue() throws {
        try mending.withLock { _ in
            guard !isInPlace else { return }
            try writeAgain()
        }
    }

    private func writeAgain() throws {
        let files = DatabaseFiles(database: path)
        let copy = FilePath(path.string + ".rescue")
        try Directory.create(path.removingLastComponent(), mode: 0o700)
        for old in [copy, files.rescued] { try Directory.removeTree(old) }
        // Nothing may be written behind the copy: whoever waits for the queue is refused, and asks the new file.
        let wasSuspect = isSuspect
        do {
            try queue.writeWithoutTransaction { database in
                try database.execute(sql: "VACUUM INTO ?", arguments: [copy.string])
                suspect()
                try database.execute(sql: "PRAGMA query_only = ON")
            }
            try FileContents.sync(copy)
            // Under this name it is whole: a start after a kill takes it.
            try FileContents.rename(copy, to: files.rescued)
            try files.takeRescued()
        } catch {
            try? Directory.removeTree(files.rescued)
            try? queue.writeWithoutTransaction { try $0.execute(sql: "PRAGMA query_only = OFF") }
            state.withLock { $0.isSuspect = wasSuspect }
            throw error
        }
        identify()
        try replaceQueue()
    }

    private func replaceQueue() throws {
        try? queue.close()
        // An opening would make an empty one.
        guard try FileStatus.ifPresent(path) != nil else { throw Store.damaged(path, "its file is gone") }
        let fresh = try Store.openQueue(path, isReader: isReader)
        guard try fresh.read({ try Migrations.migrator.hasCompletedMigrations($0) }) else { throw Store.damaged(path, "its tables are gone") }
        state.withLock {
            $0.queue = fresh
            $0.isSuspect = false
        }
        identify()
    }

    /// Remembers the files; to be called when the log is there.
    private func identify() {
        let (file, log) = (Self.identity(path), Self.identity(log: path))
        state.withLock { ($0.file, $0.log) = (file, log) }
    }

    private static func identity(_ path: FilePath) -> Identity? {
        ((try? FileStatus.ifPresent(path)) ?? nil).map { Identity(device: $0.device, inode: $0.inode) }
    }
    private static func identity(log path: FilePath) -> Identity? { identity(FilePath(path.string + "-wal")) }
}
