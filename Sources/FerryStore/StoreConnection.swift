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
    func suspect() { state.withLock { $0.isSuspect = true } }

    /// Whether database and log are still the files that were opened. SQLite itself does not notice: writes into a deleted file succeed.
    var isInPlace: Bool {
        let (file, log) = state.withLock { ($0.file, $0.log) }
        return file == Self.identity(path) && log == Self.identity(log: path)
    }

    /// Closes and opens anew, with the checks of an opening; does nothing where another thread has done so meanwhile. Blocks.
    func reopen() throws {
        try mending.withLock { _ in
            guard isSuspect else { return }
            try replaceQueue()
        }
    }

    /// Writes the database again, from the connection, to where it was; what lies there now is moved into the folder that `aside` gives. Blocks.
    func rescue(aside: () throws -> Void) throws {
        try mending.withLock { _ in
            guard !isInPlace else { return }
            let copy = FilePath(path.string + ".rescue")
            try Directory.removeTree(copy)
            suspect()
            try queue.writeWithoutTransaction { try $0.execute(sql: "VACUUM INTO ?", arguments: [copy.string]) }
            try FileContents.sync(copy)
            try aside()
            // Closed before the copy gets the name: closing removes the log by its name.
            try? queue.close()
            try FileContents.rename(copy, to: path)
            try replaceQueue()
        }
    }

    private func replaceQueue() throws {
        try? queue.close()
        let fresh = try Store.openQueue(path, isReader: isReader)
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
