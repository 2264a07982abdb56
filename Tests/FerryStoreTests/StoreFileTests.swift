internal import FerryModel
internal import FerrySystem
internal import FerryTestSupport
internal import GRDB
internal import SystemPackage
internal import Testing

@testable internal import FerryStore

@Suite(.timeLimit(.minutes(1)))
struct StoreFileTests {
    @Test func `the writing connection syncs every commit in the write-ahead log and maps no memory`() async throws {
        try await withStore { store, _ in
            let settings = try await store.read { database in
                try ["synchronous", "journal_mode", "mmap_size"].map { try String.fetchOne(database, sql: "PRAGMA \($0)") }
            }
            #expect(settings == ["2", "wal", "0"])
        }
    }

    @Test func `what was written is there after closing and opening again`() async throws {
        try await withScratch { folder in
            let file = folder.appending("ferry.db")
            let store = try Store(at: file)
            try await store.save(planned(7))
            store.close()
            let again = try Store(at: file)
            defer { again.close() }
            #expect(try await again.features() == [planned(7)])
        }
    }

    @Test func `a reader sees rows while the writer has the database open`() async throws {
        try await withStore { store, file in
            try await store.save(planned(1))
            let reader = try Store(reading: file)
            defer { reader.close() }
            #expect(try await reader.features().map(\.id) == [FeatureID(number: 1)])
            try await store.save(planned(2))
            #expect(try await reader.features().count == 2)
        }
    }

    @Test func `a reader sees rows when nobody has the database open`() async throws {
        try await withScratch { folder in
            let file = folder.appending("ferry.db")
            let store = try Store(at: file)
            try await store.save(planned(1))
            store.close()
            let reader = try Store(reading: file)
            defer { reader.close() }
            #expect(try await reader.features().count == 1)
        }
    }

    /// What a killed writer leaves: the log with committed rows, and nobody who folds it into the database.
    @Test(arguments: [true, false])
    func `rows that a killed writer left in its log are seen`(byReader: Bool) async throws {
        try await withStore { store, file in
            try await store.save(planned(1))
            let copy = file.removingLastComponent().appending("killed.db")
            for suffix in ["", "-wal"] {
                try FileContents.write(FileContents.read(FilePath(file.string + suffix)), to: FilePath(copy.string + suffix))
            }
            let after = try byReader ? Store(reading: copy) : Store(at: copy)
            defer { after.close() }
            #expect(try await after.features() == [planned(1)])
        }
    }

    @Test func `a reader cannot write`() async throws {
        try await withStore { _, file in
            let reader = try Store(reading: file)
            defer { reader.close() }
            let error = await thrownBy { try await reader.save(planned(1)) }
            #expect(error?.code == .storage)
        }
    }

    @Test func `a reader that finds no database says who makes it, and makes none`() async throws {
        try await withScratch { folder in
            let file = folder.appending("ferry.db")
            let error = await thrownBy { _ = try Store(reading: file) }
            #expect(error?.code == .absent)
            #expect(error?.message.contains("ferry run") == true)
            let made = try FileStatus.ifPresent(file)
            #expect(made == nil)
        }
    }

    @Test func `a reader does not bring an empty file up to date`() async throws {
        try await withScratch(["ferry.db": ""]) { folder in
            let error = await thrownBy { _ = try Store(reading: folder.appending("ferry.db")) }
            #expect(error?.code == .absent)
            let content = try text(folder.appending("ferry.db"))
            #expect(content == "")
        }
    }

    @Test func `a database of a newer Ferry is refused by writer and reader and left as it is`() async throws {
        try await withScratch { folder in
            let file = folder.appending("ferry.db")
            let store = try Store(at: file)
            try await store.save(planned(1))
            try await store.write { try $0.execute(sql: "INSERT INTO grdb_migrations VALUES ('9999')") }
            store.close()
            let writing = await thrownBy { _ = try Store(at: file) }
            #expect(writing?.code == .tooNew)
            let error = await thrownBy { _ = try Store(reading: file) }
            #expect(error?.code == .tooNew)
            #expect(error?.message.contains(file.string) == true)
        }
    }

    @Test func `a file that is no database is said to be damaged, with the remedy, and is not touched`() async throws {
        let content = "# A note, not a database.\n" + String(repeating: "x", count: 5000)
        try await withScratch(["ferry.db": content]) { folder in
            let file = folder.appending("ferry.db")
            let error = await thrownBy { _ = try Store(at: file) }
            #expect(error?.code == .corrupt)
            #expect(error?.message.contains("sets it aside") == true)
            let after = try text(file)
            #expect(after == content)
        }
    }

    @Test func `a damaged page is found when the database is opened`() async throws {
        try await withScratch { folder in
            let file = folder.appending("ferry.db")
            let store = try Store(at: file)
            for number in 1...200 { try await store.save(planned(number)) }
            store.close()
            var bytes = try FileContents.read(file)
            // The type of the last page that holds rows (file format, 1.6: 13 is a leaf of a table): nothing reads it before a row is asked for.
            let leaf = try #require(stride(from: bytes.count - 4096, to: 4096, by: -4096).first { bytes[$0] == 13 })
            bytes[leaf] = 0xFF
            try FileContents.write(bytes, to: file)
            let error = await thrownBy { _ = try Store(at: file) }
            #expect(error?.code == .corrupt)
        }
    }

    @Test func `a full database refuses the write as storage, keeps what it has, and goes on when there is room`() async throws {
        try await withStore { store, _ in
            try await store.save(planned(1))
            try await store.queue.writeWithoutTransaction { try $0.execute(sql: "PRAGMA max_page_count = 1") }
            var large = planned(2)
            large.questions = [String(repeating: "?", count: 1_000_000)]
            let record = large
            let error = await thrownBy { try await store.save(record) }
            #expect(error?.code == .storage)
            #expect(error?.message.contains("free some space") == true)
            #expect(try await store.features() == [planned(1)])
            try await store.queue.writeWithoutTransaction { try $0.execute(sql: "PRAGMA max_page_count = 1000000") }
            try await store.save(record)
            #expect(try await store.features() == [planned(1), record])
        }
    }

    @Test func `a database path that is no text is refused, not repaired`() async throws {
        try await withScratch { folder in
            let odd = folder.appending(try #require(FilePath.Component(bytes: [0x73, 0xFF])))
            try Directory.create(odd)
            let error = await thrownBy { _ = try Store(at: odd.appending("ferry.db")) }
            #expect(error?.code == .failed)
            #expect(try Directory.entries(of: folder).count == 1)
        }
    }

    @Test func `writes in a cancelled task are recorded all the same`() async throws {
        try await withStore { store, _ in
            let task = Task {
                withUnsafeCurrentTask { $0?.cancel() }
                #expect(Task.isCancelled)
                var feature = planned(1)
                _ = try await store.enqueue(&feature)
                try await store.closeJob(feature.id, as: "cancelled")
                try await store.record("cancelled by a person", feature: feature.id)
                return try await store.events().count
            }
            let events = try await task.value
            #expect(events == 1)
            #expect(try await store.openJobs().isEmpty)
            #expect(try await store.jobHistory(FeatureID(number: 1)).count == 1)
        }
    }

    @Test func `a transaction that fails leaves nothing behind`() async throws {
        try await withStore { store, _ in
            var feature = planned(1)
            _ = try await store.enqueue(&feature)
            var stale = planned(1)
            stale.title = "Stale"
            let kept = stale
            let error = await thrownBy {
                var copy = kept; _ = try await store.enqueue(&copy)
            }
            #expect(error?.code == .failed)
            #expect(try await store.features() == [feature])
        }
    }
}
