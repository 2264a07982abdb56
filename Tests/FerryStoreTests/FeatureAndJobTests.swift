internal import FerryModel
internal import FerryStore
internal import FerrySystem
internal import FerryTestSupport
internal import SystemPackage
internal import Testing

@Suite(.timeLimit(.minutes(1)))
struct FeatureAndJobTests {
    let one = FeatureID(number: 1)

    @Test func `every field of a feature comes back as it was`() async throws {
        try await withStore { store, _ in
            var feature = planned(12)
            feature.repository = RepositoryName("shop")
            feature.state = .review
            feature.folder = .blocked
            feature.isApproved = true
            feature.isPresent = false
            feature.isHeld = true
            feature.isAmbiguous = true
            feature.priority = 1
            feature.dependsOn = [FeatureID(number: 3), FeatureID(number: 4)]
            feature.generation = 5
            feature.run = RunNumber(2)
            feature.branch = "ferry/FR-012-cart"
            feature.base = String(repeating: "a", count: 40)
            feature.tip = String(repeating: "b", count: 40)
            feature.waitsFor = "an answer to \"Q1\""
            feature.questions = ["Which currency?\nEUR or USD", "größer?"]
            feature.extraBudget = Money(dollars: 5)
            feature.noteHash = ContentHash(of: [1, 2, 3])
            feature.seenStatus = .planned
            feature.keyHistory = ["planned|", "in_progress|ferry/FR-012-cart"]
            try await store.save(feature)
            #expect(try await store.feature(feature.id) == feature)
            feature.state = nil
            feature.repository = nil
            feature.noteHash = nil
            try await store.save(feature)
            #expect(try await store.features() == [feature])
        }
    }

    @Test func `a path that is no UTF-8, or is decomposed, comes back byte for byte`() async throws {
        try await withStore { store, _ in
            for (number, bytes) in [(1, [0x66, 0xFF, 0xFE, 0x0A]), (2, Array("e\u{301}.md".utf8)), (3, Array("\u{E9}.md".utf8))] {
                var feature = planned(number)
                feature.path = FilePath("03_planned").appending(try #require(FilePath.Component(bytes: bytes)))
                try await store.save(feature)
                try await store.keepVersion(of: feature.id, at: feature.path, content: [UInt8(number)], reason: .known)
            }
            let paths = try await store.features().map(\.path)
            #expect(Set(paths).count == 3)
            for (number, path) in zip(1..., paths) { #expect(try await store.version(at: path)?.content == [UInt8(number)]) }
            #expect(paths[0].lastComponent?.withPlatformString { UInt8(bitPattern: $0[1]) } == 0xFF)
        }
    }

    @Test func `features come in the order of their prefixes and numbers`() async throws {
        try await withStore { store, _ in
            for number in [10, 9, 100] { try await store.save(planned(number)) }
            let bug = try #require(FeatureID("BUG-700"))
            try await store.save(FeatureRecord(id: bug, path: "b.md", title: "B", state: .ideas))
            #expect(try await store.features().map(\.id.description) == ["BUG-700", "FR-009", "FR-010", "FR-100"])
        }
    }

    @Test func `two spellings of an id are one feature, shown as it was spelled last`() async throws {
        try await withStore { store, _ in
            let long = try #require(FeatureID("FR-0001"))
            var feature = FeatureRecord(id: long, path: "a.md", title: "A", state: .planned)
            try await store.save(feature)
            #expect(try await store.feature(one)?.id.description == "FR-0001")
            _ = try await store.enqueue(&feature)
            #expect(try await store.openJobs()[one] != nil)
            try await store.closeJob(one, as: "done")
            #expect(try await store.openJobs().isEmpty)
            try await store.save(planned(1))
            #expect(try await store.features().map(\.id.description) == ["FR-001"])
        }
    }

    @Test func `each entry into planned counts one generation and closes the job before it`() async throws {
        try await withStore { store, _ in
            var feature = planned(1)
            let first = try await store.enqueue(&feature)
            #expect(feature.generation == 1)
            try await store.claim(one)
            let second = try await store.enqueue(&feature)
            #expect(feature.generation == 2)
            #expect(second > first)
            #expect(try await store.openJobs() == [one: second])
            #expect(try await store.feature(one)?.generation == 2)
            #expect(try await store.jobHistory(one).count == 2)
        }
    }

    @Test func `one generation never has two jobs, however often it is asked for`() async throws {
        try await withStore { store, _ in
            await withTaskGroup { group in
                for _ in 0..<8 {
                    group.addTask {
                        var feature = planned(1)
                        _ = try? await store.enqueue(&feature)
                    }
                }
            }
            let history = try await store.jobHistory(one)
            #expect(history.count == 1)
            var feature = planned(1)
            let before = feature
            await #expect(throws: StoreError.self) { _ = try await store.enqueue(&feature) }
            #expect(feature == before)
        }
    }

    @Test func `a superseded attempt closes its own job and not the one that came after`() async throws {
        try await withStore { store, _ in
            var feature = planned(1)
            _ = try await store.enqueue(&feature)
            let second = try await store.enqueue(&feature)
            try await store.closeJob(one, generation: 1, as: "cancelled")
            #expect(try await store.openJobs() == [one: second])
            try await store.closeJob(one, generation: 2, as: "done")
            #expect(try await store.openJobs().isEmpty)
        }
    }

    @Test func `jobs of several features stay open until each is closed, claimed or not`() async throws {
        try await withStore { store, _ in
            var sequences: [FeatureID: Int64] = [:]
            for number in 1...3 {
                var feature = planned(number)
                sequences[feature.id] = try await store.enqueue(&feature)
            }
            let claim = try #require(try await store.claim(one))
            #expect(try await store.openJobs() == sequences)
            try await store.release(claim)
            #expect(try await store.openJobs() == sequences)
            try await store.closeJob(one, as: "blocked")
            sequences[one] = nil
            #expect(try await store.openJobs() == sequences)
            #expect(try await store.jobHistory(one).newest?.hasSuffix("Z") == true)
            #expect(try await store.jobHistory(FeatureID(number: 9)).newest == nil)
        }
    }
}
