internal import FerrySystem
package import SystemPackage

/// Opens the database of a vault for the process that serves it, whatever state its files are in. What is damaged is set aside and never overwritten; the
/// newest good snapshot takes its place, and where there is none an empty database. Both then have to be compared with notes, runs and branches.
package struct StoreOpening: Sendable {
    package let files: DatabaseFiles
    /// Where each feature's journal is (see `FeatureJournals`).
    package let journals: FilePath

    package init(database: FilePath, journals: FilePath) {
        files = DatabaseFiles(database: database)
        self.journals = journals
    }

    /// The name of the fact that says that the database does not know all that has happened, with the reason.
    package static let rebuildFact = "rebuild"
    /// The name of the fact that says that what made the database has asked for its rebuild.
    static let madeFact = "made"
    /// The name of the fact that stands while the database is open.
    static let openFact = "open"

    /// On a thread of its own. Throws `StoreError`: of a newer Ferry, or storage that cannot be used now.
    package func opened() async throws -> Store { try await Store.away { try open() } }

    /// As `opened`; blocks.
    package func open() throws -> Store {
        let reason: String
        try storage { try files.takeRescued() }
        if files.isThere {
            do {
                let store = try Store(at: files.database, journals: journals)
                // A database that was not closed has a log. Without it, what was last committed is gone, and SQLite does not see that.
                guard store.wasClosedCleanly || store.hadLog else {
                    try store.setFactNow(Self.rebuildFact, "The database had lost its log (\(files.log.lastComponent?.string ?? "")).")
                    try store.setFactNow(Self.madeFact, Store.now)
                    return store
                }
                // Its maker was ended between the file and the fact that asks for a rebuild.
                if try store.factNow(Self.madeFact) == nil { try ask(for: "The making of the database had been cut off.", in: store) }
                return store
            } catch let error as StoreError where error.code == .corrupt {
                reason = "The database was damaged (\(error.detail ?? error.message))."
            }
        } else if files.isAnythingThere {
            reason = "The database was empty."
        } else {
            reason = "There was no database."
        }
        return try replace(because: reason)
    }

    /// Sets aside what there is, and begins with nothing, not even a snapshot: what journals, notes, runs and branches say is then all there is. On a thread
    /// of its own. Throws `StoreError`.
    package func openedAnew(because reason: String) async throws -> (store: Store, aside: FilePath?) {
        try await Store.away {
            let aside = try storage { try files.setAside(as: "replaced") }
            do { return (try create(because: [reason, Self.sentence(aside)].filter { !$0.isEmpty }.joined(separator: " ")), aside) } catch {
                // On a full disk, say: what was there was good.
                if let aside { try? files.putBack(aside) }
                throw error
            }
        }
    }

    private func replace(because reason: String) throws -> Store {
        let aside = try storage { try files.setAside() }
        for snapshot in try storage({ try files.snapshotList() }) {
            do {
                try storage { try files.restore(snapshot) }
                let store = try Store(at: files.database, journals: journals)
                let words = [reason, Self.sentence(aside), "It was restored from the snapshot \(snapshot.lastComponent?.string ?? "")."]
                try store.setFactNow(Self.rebuildFact, words.filter { !$0.isEmpty }.joined(separator: " "))
                return store
            } catch let error as StoreError where error.code == .corrupt {
                // Not good either: the copy goes, the snapshot stays for whoever wants to look at it.
                try storage { for file in [files.database, files.log] { try Directory.removeTree(file) } }
            }
        }
        return try create(because: [reason, Self.sentence(aside)].filter { !$0.isEmpty }.joined(separator: " "))
    }

    private func create(because reason: String) throws -> Store {
        let store = try Store(at: files.database, journals: journals)
        try ask(for: reason, in: store)
        return store
    }

    private func ask(for reason: String, in store: Store) throws {
        if try store.isWithoutFeatures() { try store.setFactNow(Self.rebuildFact, reason) }
        try store.setFactNow(Self.madeFact, Store.now)
    }

    private static func sentence(_ aside: FilePath?) -> String { aside.map { "What was there is kept in \($0)." } ?? "" }

    private func storage<Value>(_ body: () throws -> Value) throws -> Value {
        do { return try body() } catch let error as Errno {
            throw StoreError(
                code: .storage,
                message:
                    "The database in \(files.database.removingLastComponent()) cannot be put right (\(error)); free some space, or mend its rights.")
        }
    }
}
