internal import FerryModel
internal import FerryPipeline
internal import FerryService
internal import FerryStore
internal import FerrySystem
internal import FerryTestSupport
internal import FerryVault
internal import FerryWireServer
internal import Glibc
internal import SystemPackage
internal import Testing

extension EndToEnd {
    /// The database is deleted or damaged: notes, runs and branches say what is needed.
    @Suite(.timeLimit(.minutes(2)))
    struct RebuildTests {
        /// What is gone.
        enum Loss: String, CaseIterable, Sendable {
            /// The database alone: what each step came to is in the journals beside the transcripts.
            case database
            /// The database is there and holds nonsense.
            case damage
            /// All of Ferry's folders: only the vault and the repository are left.
            case everything

            /// What takes no time for each test; all with FERRY_LONG.
            static var usual: [Loss] { getenv("FERRY_LONG") == nil ? [.everything] : [.everything, .database] }
        }

        private static func lose(_ loss: Loss, _ scene: Scene) throws {
            let folders = try scene.folders
            switch loss {
            case .database:
                for name in ["ferry.db", "ferry.db-wal", "ferry.db-shm", "snapshots"] { try Directory.removeTree(folders.state.appending(name)) }
            case .damage:
                try Directory.removeTree(folders.state.appending("snapshots"))
                try FileContents.write(Array(String(repeating: "nonsense", count: 1000).utf8), to: folders.database)
            case .everything: for folder in [folders.state, folders.cache] { try Directory.removeTree(folder) }
            }
        }

        private static let answers: [Answer] = [.planner(), .coder(writes: Hello.farewellWhole), .tester(), .reviewer()]

        @Test(arguments: Loss.usual + [.damage])
        func `a feature at work goes on in its run and its branch, and what it has cost is not forgotten`(loss: Loss) async throws {
            let gate = Gate()
            let answers: [Answer] = [.planner(), .coder(writes: Hello.farewellWhole), Answer.tester().held(by: gate), .reviewer()]
            try await Scene.with(answers) { scene in
                try await scene.whileServing {
                    try scene.write(Hello.farewell, "Say goodbye", in: .planned)
                    try await gate.reached()
                    try await scene.note("Say goodbye", reaches: .inProgress)
                }
                let before = try await scene.reading { try await $0.spending() }
                let branch = try await scene.record("Say goodbye")?.branch
                try Self.lose(loss, scene)
                gate.open()
                try await scene.whileServing {
                    let feature = try await scene.note("Say goodbye", reaches: .review)
                    #expect(feature.run == RunNumber(1) && feature.branch == branch)
                    #expect(try await scene.git("diff", "--name-only", "main", feature.tip ?? "") == "hello/farewell.py\ntests/test_farewell.py")
                }
                let after = try await scene.reading { try await $0.spending() }
                // The call that was under way is in the journal as an estimate; the notes hold what had ended.
                let told = (before?.amount ?? .zero) - (before?.estimated ?? .zero)
                #expect(
                    told > .zero && (after?.amount ?? .zero) > (loss == .everything ? told : before?.amount ?? .zero),
                    "\(String(describing: before)) \(String(describing: after))")
                // With the journals no stage is done again. Without them the coder goes on from what it had made.
                if loss != .everything { #expect(scene.turns == ["planner 1", "coder 1", "coder 2", "tester 1", "tester 1", "reviewer 1"]) }
                #expect(scene.prompts("planner").count == 1)
                #expect(scene.server.refusals.isEmpty)
            }
        }

        @Test(arguments: Loss.usual)
        func `what waits in review waits, and its approval merges exactly the commit that it shows`(loss: Loss) async throws {
            try await Scene.with(Self.answers) { scene in
                try scene.write(Hello.farewell, "Say goodbye", in: .planned)
                #expect(try await scene.runOnce() == .settled)
                let shown = try #require(try await scene.record("Say goodbye"))
                let spent = try await scene.reading { try await $0.spending(feature: shown.id) }
                let text = try scene.read("Say goodbye", in: .review)
                try Self.lose(loss, scene)
                try await scene.whileServing {
                    let feature = try await scene.note("Say goodbye", reaches: .review)
                    #expect(feature.id == shown.id && feature.tip == shown.tip && feature.run == shown.run && feature.branch == shown.branch)
                    #expect(try await scene.reading { try await $0.spending(feature: shown.id).amount } == spent?.amount)
                    if loss != .everything { #expect(try scene.read("Say goodbye", in: .review) == text) }
                    try scene.move("Say goodbye", .review, .done)
                    try await scene.note("Say goodbye", reaches: .done)
                    #expect(try await scene.git("merge-base", "--is-ancestor", shown.tip ?? "", "main").isEmpty)
                }
                #expect(scene.turns.count == 5)
            }
        }

        @Test(arguments: Loss.usual)
        func `a note that was moved to done meanwhile is asked about, and merges when it is approved again`(loss: Loss) async throws {
            try await Scene.with(Self.answers) { scene in
                try scene.write(Hello.farewell, "Say goodbye", in: .planned)
                #expect(try await scene.runOnce() == .settled)
                let base = try await scene.git("rev-parse", "main")
                try Self.lose(loss, scene)
                try scene.move("Say goodbye", .review, .done)
                try await scene.whileServing {
                    try await scene.note("Say goodbye", reaches: .review)
                    try await scene.note("Say goodbye", in: .review, says: "nothing was merged")
                    #expect(try await scene.git("rev-parse", "main") == base)
                    try scene.move("Say goodbye", .review, .done)
                    try await scene.note("Say goodbye", reaches: .done)
                    #expect(try await scene.git("rev-parse", "main") != base)
                }
            }
        }

        @Test func `a blocked feature is as it was: its question is asked still, and the answer counts`() async throws {
            let answers: [Answer] = [
                .planner(questions: ["Which *blue*, [[the light]] one?"]), .planner(), .coder(writes: Hello.word("thanks")), .tester(), .reviewer(),
            ]
            try await Scene.with(answers) { scene in
                try scene.plan("Thanks")
                try await scene.whileServing { try await scene.note("Thanks", reaches: .blocked) }
                let before = try await scene.record("Thanks")
                try Self.lose(.everything, scene)
                try await scene.whileServing {
                    #expect(await eventually { (try? await scene.record("Thanks"))??.questions == before?.questions })
                    try scene.edit("Thanks", in: .blocked) { $0 = $0.replacing("> A1:", with: "> A1: as the sky is") }
                    try scene.move("Thanks", .blocked, .planned)
                    try await scene.note("Thanks", reaches: .review)
                    #expect(scene.prompts("planner").count == 2 && scene.prompts("planner").last?.contains("as the sky is") == true)
                }
            }
        }

        @Test func `a note that was moved to planned meanwhile starts when its box is ticked, and one that was moved away is cancelled at once`()
            async throws
        {
            let gate = Gate()
            let answers: [Answer] = [
                Answer.planner(feature: "FR-001").held(by: gate), .planner(feature: "FR-002", questions: ["Which?"]), .planner(),
                .coder(writes: Hello.word("thanks")),
                .tester(), .reviewer(),
            ]
            try await Scene.with(answers) { scene in
                try await scene.whileServing {
                    try scene.plan("Thanks")
                    try await gate.reached()
                    try await scene.note("Thanks", reaches: .inProgress)
                    try scene.plan("Please", Hello.wordNote("please"))
                    try await scene.note("Please", reaches: .blocked)
                }
                gate.open()
                try Self.lose(.everything, scene)
                try scene.move("Thanks", .inProgress, .ideas)
                try scene.move("Please", .blocked, .planned)
                try scene.edit("Please", in: .planned) { $0 += "\n## Questions\nA1: this one\n" }
                let asked = scene.server.requests.count
                try await scene.whileServing {
                    try await scene.note("Please", in: .planned, says: "Start it")
                    // Ids of notes, of runs and of branches are taken.
                    try scene.plan("Word", Hello.wordNote("word"))
                    let id = try await scene.note("Word", reaches: .review).id
                    #expect(id == FeatureID(number: 3))
                    #expect(try scene.read("Thanks", in: .ideas).contains("id: FR-001"))
                    #expect(
                        scene.server.requests.dropFirst(asked).allSatisfy {
                            !$0.firstUserText.contains("Feature: FR-001\n") && !$0.firstUserText.contains("Feature: FR-002\n")
                        })
                    try scene.edit("Please", in: .planned) { $0 = $0.replacing("- [ ] Start it", with: "- [x] Start it") }
                    let starts = await eventually {
                        scene.server.requests.contains { $0.number > asked && $0.firstUserText.contains("Feature: FR-002\n") }
                    }
                    #expect(starts)
                }
            }
        }

        @Test func `a database that is deleted while the service is at work is written anew`() async throws {
            let gate = Gate()
            let answers: [Answer] = [.planner(), Answer.coder(writes: Hello.word("thanks")).held(by: gate), .tester(), .reviewer()]
            try await Scene.with(answers) { scene in
                let database = try scene.folders.database
                try await scene.whileServing({ $0.timing.upkeepInterval = .milliseconds(50) }) {
                    try scene.plan()
                    try await gate.reached()
                    for suffix in ["", "-wal", "-shm"] { try Directory.removeTree(FilePath(database.string + suffix)) }
                    let isBack = await eventually { (try? FileStatus(of: database)) != nil }
                    #expect(isBack)
                    gate.open()
                    try await scene.note("Thanks", reaches: .review)
                }
                #expect(try await scene.record("Thanks")?.state == .review)
            }
        }

        @Test func `a database that turns out to be damaged while the service is at work is set aside, and work goes on`() async throws {
            let gate = Gate()
            let answers: [Answer] = [.planner(), Answer.coder(writes: Hello.word("thanks")).held(by: gate), .tester(), .reviewer()]
            try await Scene.with(answers) { scene in
                let folders = try scene.folders
                try Directory.create(folders.state, mode: 0o700)
                // More than SQLite keeps in memory, so that it has to read the file again.
                let store = try Store(at: folders.database)
                for number in 0..<60 { try await store.setFact("ballast \(number)", String(repeating: "x", count: 100_000)) }
                store.close()
                try await scene.whileServing({
                    $0.timing.upkeepInterval = .milliseconds(50)
                    $0.timing.snapshotInterval = .milliseconds(300)
                }) {
                    try scene.plan()
                    try await gate.reached()
                    let file = try FileDescriptor.open(folders.database, .writeOnly)
                    _ = try file.writeAll(toAbsoluteOffset: 1 << 20, [UInt8](repeating: 0xA5, count: 4 << 20))
                    try file.close()
                    let isSetAside = await eventually { ((try? scene.names(in: folders.state)) ?? []).contains { $0.hasPrefix("corrupt-") } }
                    #expect(isSetAside)
                    gate.open()
                    let feature = try await scene.note("Thanks", reaches: .review)
                    #expect(feature.run == RunNumber(1))
                }
                #expect(scene.prompts("planner").count == 1)
            }
        }

        @Test func `what ferry rebuild asks is in the note once the service is started`() async throws {
            try await Scene.with([.planner(questions: ["Which?"])]) { scene in
                try scene.plan()
                #expect(try await scene.runOnce() != .settled)
                try Self.lose(.everything, scene)
                try scene.move("Thanks", .blocked, .planned)
                let made = try await VaultService.rebuild(scene.options)
                #expect(made.asked.count == 1)
                try await scene.whileServing { try await scene.note("Thanks", in: .planned, says: "- [ ] Start it") }
            }
        }

        @Test func `ferry rebuild makes the database anew, keeps the old one, and changes no note`() async throws {
            try await Scene.with(Self.answers) { scene in
                try scene.write(Hello.farewell, "Say goodbye", in: .planned)
                #expect(try await scene.runOnce() == .settled)
                let before = try #require(try await scene.record("Say goodbye"))
                let note = try scene.read("Say goodbye", in: .review)
                let made = try await VaultService.rebuild(scene.options)
                #expect(made.features == 1 && made.runs == 1 && made.asked.isEmpty)
                let aside = FilePath(try #require(made.aside))
                #expect(try FileStatus(of: aside.appending("ferry.db")).size > 0)
                let after = try #require(try await scene.record("Say goodbye"))
                #expect(after.tip == before.tip && after.state == before.state && after.run == before.run && after.generation == before.generation)
                #expect(try scene.read("Say goodbye", in: .review) == note)
            }
        }
    }
}
