internal import FerryModel
internal import FerrySystem
internal import FerryTestSupport
internal import Foundation
internal import Glibc
internal import GRDB
internal import SystemPackage
internal import Testing

@testable internal import FerryStore

/// A database that is missing, damaged, or taken away under the service.
@Suite(.timeLimit(.minutes(1)))
struct StoreOpeningTests {
    private struct Place {
        let folder: FilePath
        var database: FilePath { folder.appending("ferry.db") }
        var log: FilePath { folder.appending("ferry.db-wal") }
        var opening: StoreOpening { StoreOpening(database: database, journals: folder.appending("runs")) }
        var names: [String] { get throws { try Directory.entries(of: folder).map(\.name.string).sorted() } }
        var aside: [FilePath] {
            get throws { try names.filter { $0.hasPrefix("corrupt-") || $0.hasPrefix("replaced-") }.map { folder.appending($0) } }
        }
    }

    private func withPlace(_ body: (Place) async throws -> Void) async throws { try await withScratch { try await body(Place(folder: $0)) } }

    @Test func `a database that was closed is opened as it is and asks for no rebuild`() async throws {
        try await withPlace { place in
            let first = try place.opening.open()
            #expect(try await first.fact(StoreOpening.rebuildFact) == "There was no database.")
            try await first.setFact(StoreOpening.rebuildFact, nil)
            try await first.save(planned(1))
            first.close()
            let again = try place.opening.open()
            defer { again.close() }
            #expect(try await again.fact(StoreOpening.rebuildFact) == nil)
            #expect(try await again.features() == [planned(1)])
        }
    }

    @Test func `what was set aside for one that could not be made is put back`() async throws {
        try await withPlace { place in
            let first = try place.opening.open()
            try await first.save(planned(1))
            first.close()
            let aside = try #require(try place.opening.files.setAside(as: "replaced"))
            for file in [place.database, place.log] { try FileContents.write([], to: file) }
            try place.opening.files.putBack(aside)
            #expect(try place.aside.isEmpty)
            let again = try place.opening.open()
            defer { again.close() }
            #expect(try await again.features() == [planned(1)])
        }
    }

    @Test func `a reader for whose index there is no room reads a copy`() async throws {
        try await withPlace { place in
            let store = try place.opening.open()
            try await store.save(planned(1))
            store.close()
            // As on a full disk: nothing can be made beside the file.
            try #require(chmod(place.folder.string, 0o500) == 0)
            defer { _ = chmod(place.folder.string, 0o700) }
            let names = try place.names
            let reader = try Store(reading: place.database)
            defer { reader.close() }
            #expect(try await reader.features() == [planned(1)])
            #expect(try place.names == names)
        }
    }

    @Test func `a damaged database is set aside byte for byte, and a new one says that it was`() async throws {
        try await withPlace { place in
            let letter = Array(("a letter to my aunt\n" + String(repeating: "x", count: 9000)).utf8)
            try FileContents.write(letter, to: place.database)
            try FileContents.write(letter, to: place.log)
            let store = try place.opening.open()
            defer { store.close() }
            let aside = try #require(try place.aside.first)
            #expect(try FileContents.read(aside.appending("ferry.db")) == letter)
            #expect(try FileContents.read(aside.appending("ferry.db-wal")) == letter)
            let reason = try await store.fact(StoreOpening.rebuildFact)
            #expect(reason?.contains("damaged") == true && reason?.contains(aside.string) == true)
            #expect(try await store.features().isEmpty)
        }
    }

    @Test func `files of no length, as an error while a database is made leaves them, are nothing to set aside`() async throws {
        try await withPlace { place in
            for file in [place.database, place.log] { try FileContents.write([], to: file) }
            let store = try place.opening.open()
            defer { store.close() }
            #expect(try place.aside.isEmpty)
            #expect(try await store.fact(StoreOpening.rebuildFact) == "The database was empty.")
        }
    }

    @Test func `a database whose making was cut off in the middle of a write is opened, and asks for a rebuild`() async throws {
        try await withPlace { place in
            let whole = place.folder.appending("whole.db")
            let queue = try DatabaseQueue(path: whole.string)
            try await queue.writeWithoutTransaction { database in
                // Without room in the cache the file is written before the end; its old pages are in the journal.
                try database.execute(sql: "CREATE TABLE a (b); PRAGMA cache_size = 1; PRAGMA cache_spill = 1; BEGIN")
                for _ in 0..<200 { try database.execute(sql: "INSERT INTO a VALUES (randomblob(3000))") }
                for end in ["", "-journal"] {
                    try FileContents.write(FileContents.read(FilePath(whole.string + end)), to: FilePath(place.database.string + end))
                }
                try database.execute(sql: "ROLLBACK")
            }
            try queue.close()
            #expect(DatabaseFiles(database: place.database).hasJournal)
            let store = try place.opening.open()
            defer { store.close() }
            #expect(try place.aside.isEmpty)
            #expect(try await store.fact(StoreOpening.rebuildFact) == "The making of the database had been cut off.")
        }
    }

    @Test func `a database that was made and asked for no rebuild yet asks for it`() async throws {
        try await withPlace { place in
            // As long as it is open its log is there, as after a kill.
            let half = try Store(at: place.database)
            defer { half.close() }
            let store = try place.opening.open()
            #expect(try await store.fact(StoreOpening.rebuildFact) == "The making of the database had been cut off.")
            try await store.setFact(StoreOpening.rebuildFact, nil)
            store.close()
            let again = try place.opening.open()
            defer { again.close() }
            #expect(try await again.fact(StoreOpening.rebuildFact) == nil)
        }
    }

    @Test func `the newest good snapshot takes the place of a damaged database`() async throws {
        try await withPlace { place in
            let store = try place.opening.open()
            try await store.save(planned(1))
            try await store.snapshot()
            try await store.save(planned(2))
            store.close()
            // A younger one that is none.
            try FileContents.write(Array("no snapshot".utf8), to: place.folder.appending("snapshots").appending("2999-01-01T00-00-00Z.db"))
            try FileContents.write(Array("no database".utf8), to: place.database)
            let again = try place.opening.open()
            defer { again.close() }
            #expect(try await again.features() == [planned(1)])
            #expect(try await again.fact(StoreOpening.rebuildFact)?.contains("snapshot") == true)
        }
    }

    @Test func `a database that was not closed and has lost its log asks for a rebuild`() async throws {
        try await withPlace { place in
            let store = try place.opening.open()
            try await store.setFact(StoreOpening.rebuildFact, nil)
            try await store.save(planned(1))
            // What a kill leaves, without the log.
            let killed = Place(folder: place.folder.appending("killed"))
            try Directory.create(killed.folder)
            try FileContents.write(FileContents.read(place.database), to: killed.database)
            store.close()
            let after = try killed.opening.open()
            defer { after.close() }
            #expect(try await after.fact(StoreOpening.rebuildFact)?.contains("lost its log") == true)
        }
    }

    @Test func `what journals hold is there again when the database is gone`() async throws {
        try await withPlace { place in
            let store = try place.opening.open()
            var feature = planned(1)
            _ = try await store.enqueue(&feature, saying: "dispatch")
            feature.run = RunNumber(1)
            feature.extraBudget = Money(dollars: 5)
            try await store.save(feature)
            let run = RunRecord(
                feature: feature.id, number: RunNumber(1), outcome: .running, tier: .small, score: 1, reasons: ["x"], branch: "ferry/FR-001-a",
                base: "abc", note: [0xFF, 0x00, 0x41], started: "2026-11-25T20:00:00Z")
            try await store.save(run)
            try await store.save(StepRecord(key: "plan", outcome: #"{"a": "ü"}"#, checkpoint: "c1", duration: .zero), of: feature.id, RunNumber(1))
            try await store.save(StepRecord(key: "old", outcome: "{}", checkpoint: nil, duration: .zero), of: feature.id, RunNumber(1))
            try await store.forgetSteps(feature.id, RunNumber(1)) { $0 == "old" }
            try await store.setFact("plan:\(feature.id)", "first")
            try await store.setFact("plan:\(feature.id)", "second")
            try await store.setFact("kind:\(feature.id)", "retry")
            try await store.setFact("kind:\(feature.id)", nil)
            let scope = SpendingScope(feature: feature.id, run: RunNumber(1), agent: "coder", model: "m")
            _ = try await store.reserve(Money(dollars: 2), key: "a", scope: scope, limits: SpendingLimits())
            try await store.settle(key: "a", cost: Money(dollars: 1), inputTokens: 10, outputTokens: 2, isEstimated: true)
            _ = try await store.reserve(Money(dollars: 3), key: "b", scope: scope, limits: SpendingLimits())
            let spent = try await store.spending()
            let events = try await store.events(of: feature.id, limit: 10)
            store.close()
            for name in ["ferry.db", "ferry.db-wal", "ferry.db-shm"] { try Directory.removeTree(place.folder.appending(name)) }
            // A kill in the middle of a line.
            try FileContents.append(line: #"{"t":"step","r":{"feature":"FR-00"#, to: place.folder.appending("runs/FR-001/journal.jsonl"))

            let again = try place.opening.open()
            defer { again.close() }
            for _ in 1...2 {
                #expect(try await again.takeJournals() == 1)
                #expect(try await again.features() == [feature])
                #expect(try await again.run(feature.id, RunNumber(1)) == run)
                let steps = try await again.steps(feature.id, RunNumber(1))
                #expect(steps.map(\.key) == ["plan"] && steps.first?.checkpoint == "c1" && steps.first?.outcome.contains("ü") == true)
                #expect(try await again.fact("plan:\(feature.id)") == "second")
                #expect(try await again.fact("kind:\(feature.id)") == nil)
                #expect(try await again.spending() == spent)
                #expect(try await again.events(of: feature.id, limit: 10).map(\.text) == events.map(\.text))
            }
        }
    }

    @Test func `a journal that has grown too large is written anew and says the same`() async throws {
        try await withPlace { place in
            let store = try place.opening.open()
            var feature = planned(1)
            _ = try await store.enqueue(&feature)
            let text = String(repeating: "word ", count: 20_000)
            for number in 0..<50 { try await store.setFact("plan:\(feature.id)", text + "\(number)") }
            let journal = place.folder.appending("runs/FR-001/journal.jsonl")
            #expect(try FileStatus(of: journal).size > FeatureJournals.sizeLimit)
            try await store.tidyJournals()
            #expect(try FileStatus(of: journal).size < 200_000)
            store.close()
            try Directory.removeTree(place.database)
            let again = try place.opening.open()
            defer { again.close() }
            _ = try await again.takeJournals()
            #expect(try await again.fact("plan:\(feature.id)") == text + "49")
            #expect(try await again.features() == [feature])
        }
    }

    @Test(arguments: [false, true])
    func `a database whose file is taken away while it is open is written anew with all that is in it`(isReplaced: Bool) async throws {
        try await withPlace { place in
            let store = try place.opening.open()
            defer { store.close() }
            try await store.save(planned(1))
            #expect(store.isInPlace)
            for path in [place.database, place.log, FilePath(place.database.string + "-shm")] { try Directory.removeTree(path) }
            if isReplaced { try FileContents.write(Array("somebody's copy".utf8), to: place.database) }
            try await store.save(planned(2))
            #expect(!store.isInPlace)
            try await store.rescue()
            #expect(store.isInPlace)
            try await store.save(planned(3))
            let reader = try Store(reading: place.database)
            defer { reader.close() }
            #expect(try await reader.features().map(\.id.number) == [1, 2, 3])
            #expect(try place.aside.count == (isReplaced ? 1 : 0))
        }
    }

    @Test(arguments: [false, true])
    func `a database that cannot be written anew is held until it can, whether or not the disk refused a call`(isSuspect: Bool) async throws {
        try await withPlace { place in
            let store = try place.opening.open()
            defer { store.close() }
            try await store.save(planned(1))
            // The whole folder is gone, and there is no room for another.
            let folder = place.database.removingLastComponent()
            try Directory.removeTree(folder)
            try FileContents.write([], to: folder)
            if isSuspect { store.connection.noteError() }
            await #expect(throws: StoreError.self) { try await store.rescue() }
            if isSuspect {
                let error = await #expect(throws: StoreError.self) { try await store.save(planned(2)) }
                #expect(error?.code == .storage)
            } else {
                try await store.save(planned(2))
            }
            try Directory.removeTree(folder)
            try await store.save(planned(3))
            if !isSuspect { try await store.rescue() }
            #expect(store.isInPlace)
            let reader = try Store(reading: place.database)
            defer { reader.close() }
            #expect(try await reader.features().map(\.id.number) == (isSuspect ? [1, 3] : [1, 2, 3]))
        }
    }

    @Test func `a database in place of which another file lies is damaged, not empty`() async throws {
        try await withPlace { place in
            let store = try place.opening.open()
            defer { store.close() }
            try await store.save(planned(1))
            // As an error of the disk leaves it: closed, and opened anew.
            for path in [place.database, place.log, FilePath(place.database.string + "-shm")] { try Directory.removeTree(path) }
            try store.queue.close()
            store.connection.noteError()
            let error = await #expect(throws: StoreError.self) { try await store.save(planned(2)) }
            #expect(error?.code == .corrupt)
            #expect(try FileStatus.ifPresent(place.database) == nil)
        }
    }

    @Test func `of snapshots the newest day's hours and a week's days are kept`() async throws {
        try await withPlace { place in
            let files = DatabaseFiles(database: place.database)
            try Directory.create(files.snapshots)
            for day in 10...25 {
                for hour in 10...23 { try FileContents.write([], to: files.snapshots.appending("2026-11-\(day)T\(hour)-00-00Z.db")) }
            }
            try FileContents.write([], to: files.snapshots.appending("mine.db"))
            try files.pruneSnapshots()
            let kept = try files.snapshotList().compactMap { $0.lastComponent?.string }
            #expect(kept.count == 24 + 5 && kept.first == "2026-11-25T23-00-00Z.db" && kept.last == "2026-11-19T23-00-00Z.db")
            #expect(try FileStatus.ifPresent(files.snapshots.appending("mine.db")) != nil)
        }
    }

    @Test func `of databases that were set aside the newest three and the young ones are kept`() async throws {
        try await withPlace { place in
            let files = DatabaseFiles(database: place.database)
            let folder = place.database.removingLastComponent()
            let young = Date.now.formatted(.iso8601).replacing(":", with: "-")
            let names = ["corrupt-2025-01-01T00-00-00Z", "replaced-2025-01-02T00-00-00Z", "corrupt-2025-01-03T00-00-00Z-2", "corrupt-\(young)"]
            for name in names + ["mine", "corrupt"] { try Directory.create(folder.appending(name)) }
            #expect(try files.pruneSetAside(olderThan: .seconds(86_400)) == 1)
            let left = Set(try Directory.folders(of: folder).map(\.string))
            #expect(left.isSuperset(of: names.dropFirst() + ["mine", "corrupt"]) && !left.contains(names[0]))
            #expect(try files.pruneSetAside(olderThan: .seconds(86_400)) == 0)
        }
    }

    @Test func `a database of the release before gets a snapshot before it is brought up to date`() async throws {
        try await withPlace { place in
            let queue = try DatabaseQueue(path: place.database.string)
            try Migrations.migrator.migrate(queue, upTo: "3")
            try await queue.write {
                try $0.execute(
                    sql: """
                        INSERT INTO spending (key, feature, run, agent, model, day, reserved, actual, price_known)
                        VALUES ('k', 'FR-001', 1, 'coder', 'm', '2026-11-25', 9, 7, 1)
                        """)
            }
            try queue.close()
            let store = try place.opening.open()
            defer { store.close() }
            let total = try await store.spending()
            #expect(total.amount == Money(microdollars: 7) && total.calls == 1 && total.estimated == .zero)
            #expect(try DatabaseFiles(database: place.database).snapshotList().count == 1)
        }
    }
}
