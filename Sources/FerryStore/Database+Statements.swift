internal import GRDB

/// Statements that are prepared once for each connection: preparing takes longer than most of ours take to run. Each text must be one statement, and one of
/// a fixed number of texts; values are arguments.
extension Database {
    func run(_ sql: String, _ arguments: StatementArguments = []) throws { try cachedStatement(sql: sql).execute(arguments: arguments) }

    /// A copy of the first row: for a few columns, since each is looked for by its name.
    func row(_ sql: String, _ arguments: StatementArguments = []) throws -> Row? {
        try Row.fetchOne(cachedStatement(sql: sql), arguments: arguments)
    }

    func rows(_ sql: String, _ arguments: StatementArguments = []) throws -> [Row] {
        try Row.fetchAll(cachedStatement(sql: sql), arguments: arguments)
    }

    /// What each row says, read where it stands; rows that say nothing are left out.
    func all<Record>(_ sql: String, _ arguments: StatementArguments = [], as read: (Row) -> Record?) throws -> [Record] {
        let cursor = try Row.fetchCursor(cachedStatement(sql: sql), arguments: arguments)
        var records: [Record] = []
        while let row = try cursor.next() { if let record = read(row) { records.append(record) } }
        return records
    }

    /// What the first row says, read where it stands.
    func first<Record>(_ sql: String, _ arguments: StatementArguments = [], as read: (Row) -> Record?) throws -> Record? {
        let cursor = try Row.fetchCursor(cachedStatement(sql: sql), arguments: arguments)
        return try withExtendedLifetime(cursor) { try cursor.next().flatMap(read) }
    }

    /// The first column of the first row.
    func value<Value: DatabaseValueConvertible>(_: Value.Type, _ sql: String, _ arguments: StatementArguments = []) throws -> Value? {
        try Value.fetchOne(cachedStatement(sql: sql), arguments: arguments)
    }

    /// The first column of each row.
    func values<Value: DatabaseValueConvertible>(_: Value.Type, _ sql: String, _ arguments: StatementArguments = []) throws -> [Value] {
        try Value.fetchAll(cachedStatement(sql: sql), arguments: arguments)
    }

    /// As `transaction`, and on the disk as `durability` says.
    func committing<Value>(_ durability: Durability, _ body: (Database) throws -> Value) throws -> Value {
        guard durability == .withNextCommit else { return try transaction(body) }
        // Of the log, which a later commit syncs as a whole: https://www.sqlite.org/pragma.html#pragma_synchronous
        try execute(sql: "PRAGMA synchronous = NORMAL")
        let outcome = Result { try transaction(body) }
        try execute(sql: "PRAGMA synchronous = FULL")
        return try outcome.get()
    }

    /// All of the body is stored, or nothing. A writing transaction is one from its beginning: SQLite refuses one that would become it on the way.
    func transaction<Value>(writing: Bool = true, _ body: (Database) throws -> Value) throws -> Value {
        try run(writing ? "BEGIN IMMEDIATE" : "BEGIN")
        do {
            let value = try body(self)
            try run("COMMIT")
            return value
        } catch {
            // After some errors of the disk SQLite has done so itself.
            if isInsideTransaction { try? run("ROLLBACK") }
            throw error
        }
    }
}
