internal import FerryModel
internal import FerryPipeline
internal import FerryService
internal import FerryStore
internal import FerrySystem
internal import FerryTestSupport
internal import FerryVault
internal import Synchronization
internal import SystemPackage
internal import Testing

@testable internal import FerryCommands

extension EndToEnd {
    /// A vault that goes away is not one whose features were deleted.
    @Suite(.timeLimit(.minutes(1)))
    struct AbsentVaultTests {
        enum Way: String, CaseIterable { case movedAway, emptyFolder, anotherVault, withoutFeatures, withoutStates }

        @Test(arguments: Way.allCases)
        func `a feature at work survives that the vault goes and comes back`(way: Way) async throws {
            let gate = Gate()
            let answers: [Answer] = [.planner(), .coder(writes: Hello.farewellWhole), Answer.tester().held(by: gate), .reviewer()]
            try await Scene.with(answers) { scene in
                let away = scene.folder.appending("away")
                // Found by the vault's id, which is away, too.
                let database = try scene.folders.database
                try await scene.whileServing({ $0.timing.pollInterval = .milliseconds(50) }) {
                    try scene.write(Hello.farewell, "Say goodbye", in: .planned)
                    try scene.write(Hello.farewell, "Not yet", in: .ideas)
                    try await gate.reached()
                    try await scene.note("Say goodbye", reaches: .inProgress)
                    let (gone, left) = try scene.takeAway(way, to: away)
                    guard try await eventually({ try await Self.fact("absence", in: database) != nil }) else {
                        throw SceneError(what: "nobody saw it go")
                    }
                    // The run goes on; nothing is concluded and nothing is written meanwhile.
                    gate.open()
                    guard await eventually({ scene.turns.contains("reviewer 1") }) else { throw SceneError(what: "the run did not go on") }
                    let written = try left.map { try Directory.entries(of: $0).map(\.name.string) } ?? []
                    #expect(written.allSatisfy { $0 == "90_system" || $0 == "10_features" }, "\(written)")
                    #expect(try await Self.reading(database) { try await $0.openJobs().count } == 1)
                    if let left { try Directory.removeTree(left) }
                    try Renaming.move(away, to: gone)
                    let feature = try await scene.note("Say goodbye", reaches: .review)
                    #expect(feature.run == RunNumber(1))
                    #expect(try await Self.fact("absence", in: database) == nil)
                }
                #expect(scene.turns == ["planner 1", "coder 1", "coder 2", "tester 1", "reviewer 1"])
                let id = try #require(FeatureID("FR-001"))
                let events = try await Self.reading(database) { try await $0.events(of: id, limit: 100) }
                #expect(!events.contains { $0.text.contains("cancel") }, "\(events.map(\.text))")
            }
        }

        @Test func `a vault that goes while its settings are read leaves the run what was read before`() async throws {
            let gate = Gate()
            let answers: [Answer] = [.planner(), .coder(writes: Hello.farewellWhole), Answer.tester().held(by: gate), .reviewer()]
            try await Scene.with(answers) { scene in
                let away = scene.folder.appending("away")
                let departure = Departure { try Renaming.move(scene.vault, to: away) }
                try await scene.whileServing {
                    $0.timing.pollInterval = .milliseconds(50)
                    $0.hooks.willReadSetup = { departure.takePlace() }
                } _: {
                    try scene.write(Hello.farewell, "Say goodbye", in: .planned)
                    try await gate.reached()
                    try await scene.note("Say goodbye", reaches: .inProgress)
                    departure.isDue.store(true, ordering: .relaxed)
                    // Where the dashboard has led to a reading before, there is no vault any more.
                    try? FileContents.write(Array("# A rule\n".utf8), to: scene.vault.appending("30_review_rules/rule.md"), mode: 0o644)
                    guard await eventually({ departure.error != nil || !departure.isDue.load(ordering: .relaxed) }) else {
                        throw SceneError(what: "the settings are not read")
                    }
                    if let error = departure.error { throw error }
                    gate.open()
                    guard await eventually({ scene.turns.contains("reviewer 1") }) else { throw SceneError(what: "the run did not go on") }
                    try Renaming.move(away, to: scene.vault)
                    try await scene.note("Say goodbye", reaches: .review)
                }
            }
        }

        @Test func `a vault that goes takes the emergency stop with it, and that is no word to go on`() async throws {
            try await Scene.with([]) { scene in
                let away = scene.folder.appending("away")
                let departure = Departure { try Renaming.move(scene.vault, to: away) }
                let database = try scene.folders.database
                try await scene.whileServing {
                    $0.timing.pollInterval = .milliseconds(50)
                    $0.hooks.willLook = { departure.takePlace() }
                } _: {
                    try FileContents.write([], to: scene.vault.pushing(VaultLayout().stop), mode: 0o644)
                    try scene.write(Hello.farewell, "Say goodbye", in: .planned)
                    guard try await eventually({ try await Self.story(in: database).contains { $0.hasPrefix("stopped:") } }) else {
                        throw SceneError(what: "the stop was not seen")
                    }
                    departure.isDue.store(true, ordering: .relaxed)
                    // Where another look was due before, there is no vault any more.
                    try? scene.write("# Another\n", "Another", in: .ideas)
                    guard try await eventually({ try await Self.fact("absence", in: database) != nil }) else {
                        throw SceneError(what: "nobody saw it go")
                    }
                    try Renaming.move(away, to: scene.vault)
                    guard try await eventually({ try await Self.fact("absence", in: database) == nil }) else {
                        throw SceneError(what: "nobody saw it come back")
                    }
                }
                #expect(try await !Self.story(in: database).contains("the stop was taken back"))
                #expect(scene.turns == [])
            }
        }

        /// What happens once, at a moment of the service's, when the test says so.
        private final class Departure: Sendable {
            let isDue = Atomic(false)
            private let failure = Mutex<(any Error)?>(nil)
            private let what: @Sendable () throws -> Void
            var error: (any Error)? { failure.withLock { $0 } }

            init(_ what: @escaping @Sendable () throws -> Void) { self.what = what }

            func takePlace() {
                guard isDue.exchange(false, ordering: .acquiringAndReleasing) else { return }
                do { try what() } catch { failure.withLock { $0 = error } }
            }
        }

        private static func story(in database: FilePath) async throws -> [String] {
            try await reading(database) { try await $0.events(of: nil, limit: 100).map(\.text) }
        }

        private static func fact(_ name: String, in database: FilePath) async throws -> String? {
            try await reading(database) { try await $0.fact(name) }
        }

        private static func reading<Value>(_ database: FilePath, _ body: (Store) async throws -> Value) async throws -> Value {
            let store = try Store(reading: database)
            defer { store.close() }
            return try await body(store)
        }
    }
}

extension Scene {
    /// What goes, and what lies in its place then.
    fileprivate func takeAway(_ way: EndToEnd.AbsentVaultTests.Way, to away: FilePath) throws -> (gone: FilePath, left: FilePath?) {
        let features = vault.appending(VaultLayout().features)
        switch way {
        case .movedAway:
            try Renaming.move(vault, to: away)
            return (vault, nil)
        case .emptyFolder:
            try Renaming.move(vault, to: away)
            try Directory.create(vault)
            return (vault, vault)
        case .anotherVault:
            let other = folder.appending("other")
            try FerryTestSupport.write(["10_features/03_planned/": "", "90_system/ferry.md": "---\nvault_id: another\n---\n"], below: other)
            try Renaming.exchange(vault, other)
            try Renaming.move(other, to: away)
            return (vault, vault)
        case .withoutFeatures:
            try Renaming.move(features, to: away)
            return (features, nil)
        case .withoutStates:
            try Renaming.move(features, to: away)
            try Directory.create(features)
            return (features, features)
        }
    }
}
