internal import FerryModel
internal import FerrySystem
internal import Foundation
internal import GRDB
internal import Synchronization
package import SystemPackage

/// The database: queue, runs, steps, money, history. A cache and a journal; what it holds of a feature can be read in the vault as well.
///
/// One process writes, on one connection (SQLite's WAL-reset bug, fixed in 3.51.3, needs two); the command line reads.
package struct Store: Sendable {
    let connection: StoreConnection
    let journals: FeatureJournals?
    let path: FilePath
    /// The process that had it open before has closed it.
    package let wasClosedCleanly: Bool
    /// There was a log with something in it when it was opened.
    let hadLog: Bool
    private let isReader: Bool
    /// Whose writes these are; `nil`: those of the dispatcher, which decides.
    private var fence: Claim?

    var queue: DatabaseQueue { connection.queue }

    /// Opens, or creates, the database file for writing; an older one is brought up to date, after a snapshot. `journals` is the folder where what is stored
    /// of each feature is written down as well. Throws `StoreError`.
    package init(at path: FilePath, journals: FilePath? = nil) throws {
        self.path = path
        self.journals = journals.map(FeatureJournals.init)
        isReader = false
        let files = DatabaseFiles(database: path)
        hadLog = files.hasLog
        do {
            let queue = try Self.openQueue(path, isReader: false)
            try Self.refuseNewer(queue, path)
            try Self.migrate(queue, files)
            wasClosedCleanly = try queue.writeWithoutTransaction { database in
                let wasOpen = try String.fetchOne(database, sql: "SELECT value FROM fact WHERE key = ?", arguments: [StoreOpening.openFact])
                try database.execute(sql: "INSERT OR REPLACE INTO fact VALUES (?,?)", arguments: [StoreOpening.openFact, Store.now])
                // Into the file itself, so that it is there also when the log is lost.
                try database.execute(sql: "PRAGMA wal_checkpoint(PASSIVE)")
                return wasOpen == nil
            }
            connection = StoreConnection(path: path, isReader: false, queue)
        } catch { throw Self.storeError(error, path) }
    }

    /// Opens an existing database for reading only, while another process writes it or not. Throws `StoreError`, `.absent` where there is none.
    package init(reading path: FilePath) throws {
        self.path = path
        journals = nil
        isReader = true
        (wasClosedCleanly, hadLog) = (true, true)
        do {
            guard try FileStatus.ifPresent(path) != nil else {
                throw StoreError(code: .absent, message: "There is no \(path) yet; `ferry run` makes it.")
            }
            let queue = try Self.readersQueue(path)
            guard try Self.isMade(queue) else {
                throw StoreError(code: .absent, message: "\(path) was written by an older Ferry; `ferry run` brings it up to date.")
            }
            connection = StoreConnection(path: path, isReader: true, queue)
        } catch { throw Self.storeError(error, path) }
    }

    /// Whether its tables are those of this Ferry. One that is being made just now has none, or not all.
    private static func isMade(_ queue: DatabaseQueue) throws -> Bool {
        do { return try queue.read { try Migrations.migrator.hasCompletedMigrations($0) } } catch let error as DatabaseError
            where error.resultCode == .SQLITE_ERROR && error.message?.hasPrefix("no such table") == true
        { return false }
    }

    /// The connection of a reader, to the file, or to a copy of it where SQLite cannot make the index of the log: on a full disk, or in a folder that
    /// cannot be written, when no service has made it before.
    private static func readersQueue(_ path: FilePath) throws -> DatabaseQueue {
        func opened(_ path: FilePath) throws -> DatabaseQueue {
            let queue = try openQueue(path, isReader: true)
            try refuseNewer(queue, path)
            return queue
        }
        do { return try opened(path) } catch let error as DatabaseError
            where [.SQLITE_IOERR, .SQLITE_CANTOPEN, .SQLITE_FULL, .SQLITE_READONLY].contains(error.resultCode)
        {
            guard let folder = try? Directory.createTemporary("ferry-reading", in: "/tmp") else { throw error }
            // What is open stays readable.
            defer { try? Directory.removeTree(folder) }
            let copy = folder.appending("ferry.db")
            do {
                for end in ["", "-wal"] where try FileStatus.ifPresent(FilePath(path.string + end)) != nil {
                    try FileContents.write(FileContents.read(FilePath(path.string + end), limit: .max), to: FilePath(copy.string + end))
                }
                return try opened(copy)
            } catch is Errno { throw error }
        }
    }

    /// The connection as every opening makes it; a writer's is checked. Throws `StoreError` and what SQLite says.
    static func openQueue(_ path: FilePath, isReader: Bool) throws -> DatabaseQueue {
        var configuration = Configuration()
        configuration.label = "ferry"
        configuration.busyMode = .timeout(5)
        if isReader {
            configuration.readonly = true
        } else {
            try check(path)
            configuration.journalMode = .wal
        }
        let queue = try DatabaseQueue(path: text(path), configuration: configuration)
        guard !isReader else { return queue }
        let level = try queue.writeWithoutTransaction { database in
            // After the opening: GRDB sets NORMAL when it switches to WAL, and NORMAL may lose a commit with the power.
            try database.execute(
                sql: "PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA mmap_size = 0; PRAGMA journal_size_limit = 67108864")
            return try Int.fetchOne(database, sql: "PRAGMA synchronous")
        }
        guard level == 2 else { throw StoreError(code: .failed, message: "SQLite does not take synchronous=FULL for \(path).") }
        return queue
    }

    /// Throws where the file is damaged. By a connection that only reads: a writing one folds the log into the file and removes it, whatever they are worth.
    /// Only where the making of the file was cut off there is a journal instead, which must be rolled back before anything can be read.
    private static func check(_ path: FilePath) throws {
        guard let size = try FileStatus.ifPresent(path)?.size, size > 0 else { return }
        var configuration = Configuration()
        configuration.readonly = !DatabaseFiles(database: path).hasJournal
        configuration.busyMode = .timeout(5)
        let queue = try DatabaseQueue(path: text(path), configuration: configuration)
        defer { try? queue.close() }
        // Opening finds a file that is no database; a damaged page only this does (40 to 60 ms for 30 MB).
        if let damage = try queue.read({ try String.fetchOne($0, sql: "PRAGMA quick_check(1)") }), damage != "ok" { throw damaged(path, damage) }
    }

    private static func migrate(_ queue: DatabaseQueue, _ files: DatabaseFiles) throws {
        let known = try queue.read { try Migrations.migrator.appliedMigrations($0) }
        if !known.isEmpty, try queue.read({ try !Migrations.migrator.hasCompletedMigrations($0) }) {
            try queue.writeWithoutTransaction { try snapshot($0, files) }
        }
        do { try Migrations.migrator.migrate(queue) } catch let error as DatabaseError where error.resultCode == .SQLITE_ERROR {
            // The tables are not those that the list of migrations says.
            throw damaged(files.database, error.message ?? "\(error)")
        }
        // A flipped bit in the name of a table or a column is no damage to SQLite.
        let wanted = try Migrations.columns
        let found = try queue.read { try Migrations.columns($0) }
        guard wanted.isSubset(of: found) else {
            throw damaged(files.database, "it lacks \(wanted.subtracting(found).sorted().prefix(3).joined(separator: ", "))")
        }
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

    static func damaged(_ path: FilePath, _ damage: String) -> StoreError {
        StoreError(code: .corrupt, message: "\(path) is damaged (\(damage)); `ferry run` sets it aside and makes it anew.", detail: damage)
    }

    /// Folds the log into the file and lets go of both; nothing may be asked afterwards.
    package func close() {
        if !isReader { try? queue.write { try $0.execute(sql: "DELETE FROM fact WHERE key = ?", arguments: [StoreOpening.openFact]) } }
        try? queue.close()
    }

    /// The same database for an attempt: each of its writes throws `.superseded`, and changes nothing, once the attempt does not hold its job any more.
    package func fenced(by claim: Claim) -> Store {
        var store = self
        store.fence = claim
        return store
    }

    /// The same database for what has happened whoever holds the job: money that was spent.
    var unfenced: Store {
        var store = self
        store.fence = nil
        return store
    }

    /// In one transaction.
    func write<Value: Sendable>(
        _ durability: Durability = .onReturn, _ body: @Sendable @escaping (Database) throws -> Value
    ) async throws -> Value {
        try await reach { [fence] queue in
            try await Self.ask(queue) { database in
                try database.committing(durability) { database in
                    if let fence, try !Self.isCurrent(fence, in: database) { throw fence.superseded }
                    return try body(database)
                }
            }
        }
    }

    /// As all is at one moment.
    func read<Value: Sendable>(_ body: @Sendable @escaping (Database) throws -> Value) async throws -> Value {
        try await reach { [isReader] queue in
            // Nobody but this connection writes, so only a reader can see a change between two statements.
            try await Self.ask(queue) { isReader ? try $0.transaction(writing: false, body) : try body($0) }
        }
    }

    /// On the connection's queue. In a cancelled task too, where GRDB's own calls roll back: what has happened is recorded even when nobody waits for it.
    static func ask<Value: Sendable>(_ queue: DatabaseQueue, _ body: @Sendable @escaping (Database) throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            queue.asyncWriteWithoutTransaction { database in continuation.resume(with: Result { try body(database) }) }
        }
    }

    /// Asks the connection; one that the disk has made doubtful is opened anew before, and one that was closed for that under way is asked again.
    func reach<Value: Sendable>(_ ask: (DatabaseQueue) async throws -> Value) async throws -> Value {
        do {
            if connection.isSuspect { try await mend() }
            let asked = queue
            // Refused while the database is written to another file, or closed for that.
            do { return try await ask(asked) } catch let error as DatabaseError
                where error.resultCode == .SQLITE_MISUSE
                || (error.resultCode == .SQLITE_READONLY && (connection.isSuspect || connection.queue !== asked))
            {
                try await mend()
                return try await ask(queue)
            }
        } catch {
            // Linux reports a failed write-back once: what this connection takes for written may not be.
            if (error as? DatabaseError)?.resultCode == .SQLITE_IOERR { connection.noteError() }
            throw Self.storeError(error, path)
        }
    }

    /// How many times the disk refused a call. After each, what was to be stored may be there or not: what is remembered of it has to be read again.
    package var errorCount: Int { connection.errorCount }

    private func mend() async throws { try await Self.away { try connection.reopen() } }

    /// What waits for the disk outside of the connection's own thread.
    static func away<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in onOwnThread { continuation.resume(with: Result { try body() }) } }
    }

    /// As `fact`, for the beginning; blocks.
    func factNow(_ key: String) throws -> String? {
        do { return try queue.read { try String.fetchOne($0, sql: "SELECT value FROM fact WHERE key = ?", arguments: [key]) } } catch {
            throw Self.storeError(error, path)
        }
    }

    /// For the beginning; blocks. A database from before `StoreOpening.madeFact` knows features, one whose making was cut off knows none.
    func isWithoutFeatures() throws -> Bool {
        do { return try queue.read { try Int.fetchOne($0, sql: "SELECT 1 FROM feature LIMIT 1") } == nil } catch {
            throw Self.storeError(error, path)
        }
    }

    /// For the beginning, before anybody else asks. Blocks.
    func setFactNow(_ key: String, _ value: String) throws {
        do { try queue.write { try $0.execute(sql: "INSERT OR REPLACE INTO fact VALUES (?,?)", arguments: [key, value]) } } catch {
            throw Self.storeError(error, path)
        }
    }

    static func storeError(_ error: any Error, _ path: FilePath) -> any Error {
        if let error = error as? Errno {
            return StoreError(
                code: .storage, message: "\(path) cannot be used (\(error)); free some space or mend the disk.")
        }
        guard let error = error as? DatabaseError else { return error }
        let text = error.message ?? "error \(error.extendedResultCode.rawValue)"
        // ENOSPC shows as FULL, IOERR or CANTOPEN, by the call that it hits.
        return switch error.resultCode {
        case .SQLITE_FULL, .SQLITE_IOERR, .SQLITE_CANTOPEN, .SQLITE_READONLY:
            StoreError(
                code: .storage, message: "\(path) cannot be used (\(text)); free some space or mend the disk or its rights.")
        case .SQLITE_CORRUPT, .SQLITE_NOTADB:
            damaged(path, text)
        default: StoreError(code: .failed, message: "\(path): \(text).")
        }
    }

    /// Now, as all times in the database: ISO 8601, UTC, whole seconds.
    package static var now: String {
        let second = Date.now.timeIntervalSince1970.rounded(.down)
        return lastSecond.withLock { last in
            if last.second != second { last = (second, Date(timeIntervalSince1970: second).formatted(.iso8601)) }
            return last.text
        }
    }
    /// To write a date takes as long as most statements, and each of them writes one.
    private static let lastSecond = Mutex<(second: Double, text: String)>((-1, ""))
    /// Now in milliseconds since 1970, for waits that outlive the process.
    package static var milliseconds: Int64 { Int64(Date.now.timeIntervalSince1970 * 1000) }
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
    static func encode(_ list: [String]) -> String {
        list.isEmpty ? empty : (try? String(decoding: JSONEncoder().encode(list), as: UTF8.self)) ?? empty
    }
    static func decode(_ text: String) -> [String] { text == empty ? [] : (try? JSONDecoder().decode([String].self, from: Data(text.utf8))) ?? [] }

    /// Most are: a feature has three lists, and is written and read more than anything else.
    private static let empty = "[]"
}
