internal import FerryModel
internal import FerryPipeline
internal import FerryStore
internal import FerrySystem
internal import FerryTestSupport
internal import FerryVault
internal import FerryWireServer
internal import Glibc
internal import SystemPackage
internal import Testing

extension EndToEnd {
    /// The whole way, from a moved note to merged code.
    @Suite(.timeLimit(.minutes(1)))
    struct WholeWayTests {
        @Test(arguments: Scene.Wire.allCases)
        func `a feature goes from planned to review, is approved, and is merged`(_ wire: Scene.Wire) async throws {
            try await Scene.with([.planner(), .coder(writes: Hello.farewellWhole), .tester(), .reviewer()], wire: wire) { scene in
                let base = try await scene.git("rev-parse", "main")
                try await scene.whileServing {
                    try scene.write(Hello.farewell, "Say goodbye", in: .ideas)
                    try scene.move("Say goodbye", .ideas, .planned)
                    let feature = try await scene.note("Say goodbye", reaches: .review)
                    try await Self.checkReview(feature, scene, base: base)
                    try scene.move("Say goodbye", .review, .done)
                    let merged = try await scene.note("Say goodbye", reaches: .done)
                    try await Self.checkMerge(merged, scene, base: base)
                }
                #expect(scene.server.refusals.isEmpty)
                #expect(scene.server.requests.allSatisfy { $0.wire == (wire == .anthropic ? .anthropic : .openAI) })
                #expect(scene.turns == ["planner 1", "coder 1", "coder 2", "tester 1", "reviewer 1"])
            }
        }

        private static func checkReview(_ feature: FeatureRecord, _ scene: Scene, base: String) async throws {
            let tip = try #require(feature.tip)
            #expect(feature.id.description == "FR-001")
            #expect(try await scene.git("rev-parse", "main") == base)
            #expect(try await scene.git("rev-parse", "ferry/FR-001-say-goodbye") == tip)
            #expect(try await scene.git("diff", "--name-only", base, tip) == "hello/farewell.py\ntests/test_farewell.py")
            #expect(
                try await scene.git("log", "-1", "--format=%(trailers:key=Ferry-Feature,valueonly)%(trailers:key=Ferry-Run,valueonly)", tip)
                    == "FR-001\n1")
            let check = try #require(try await scene.reading { try await $0.checkResult(feature.id) } ?? nil)
            #expect(check.commit == tip)
            #expect(check.evidence.map(\.commit) == [tip, tip])
            #expect(check.evidence.map(\.verdict) == [.passed, .passed])
            #expect(check.evidence.first?.command == "python3 -m unittest")
            // The test that was there, and the coder's.
            #expect(check.evidence.first?.tests?.passed == 2)
            #expect(check.evidence.last?.command.contains("from hello.farewell import farewell") == true)
            try await scene.note("Say goodbye", in: .review, says: "ferry:box approve run-1 \(tip.prefix(12))")
            try Self.checkPersonsBytes(scene, in: .review)
            for kind in ["", " plan", " code", " test", " review", " diff"] {
                #expect(try FileStatus.ifPresent(scene.vault.appending("40_runs/FR-001/FR-001 run-1\(kind).md")) != nil, "\(kind)")
            }
            #expect(try text(scene.vault.appending("40_runs/FR-001/FR-001 run-1 diff.md")).contains("+def farewell(name):"))
            #expect(try text(scene.vault.appending("40_runs/FR-001/FR-001 run-1.md")).contains("Ran 2 tests in"))
        }

        private static func checkMerge(_ feature: FeatureRecord, _ scene: Scene, base: String) async throws {
            let tip = try #require(feature.tip)
            #expect(try await scene.git("log", "-1", "--format=%P", "main") == "\(base) \(tip)")
            #expect(try await scene.git("symbolic-ref", "HEAD") == "refs/heads/main")
            #expect(try await scene.git("status", "--porcelain") == "")
            #expect(try text(scene.repository.appending("hello/farewell.py")) == Hello.farewellCode["hello/farewell.py"])
            let merge = try await scene.git("rev-parse", "main")
            try await scene.note("Say goodbye", in: .done, says: "Merged as `\(merge.prefix(12))`")
            try checkPersonsBytes(scene, in: .done)
            #expect(try await scene.reading { try await $0.openJobs().isEmpty } == true)
            for key in ["branch", "merge"] {
                let left = try await scene.reading { try await $0.effect(key, of: feature.id, feature.run) } ?? nil
                #expect(left == nil)
            }
        }

        /// Ferry's keys and block taken out, every byte is the person's.
        private static func checkPersonsBytes(_ scene: Scene, in state: FeatureState) throws {
            let text = try scene.read("Say goodbye", in: state)
            let bytes = try FerryBlock.removing(from: Array(text.utf8))
            let keys = ["id: ", "status: ", "branch: ", "cost_usd: "]
            let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
            for key in keys { #expect(lines.count { $0.hasPrefix(key) } == 1, "\(key)") }
            let rest = lines.filter { line in !keys.contains { line.hasPrefix($0) } }.joined(separator: "\n")
            // Blank lines at the end cannot be told from those that part text and block.
            #expect(rest == Hello.farewell.dropLast())
            #expect(text.contains(Hello.farewell.split(separator: "---\n", maxSplits: 1, omittingEmptySubsequences: true)[1]))
        }

        @Test func `a two-line note without front matter is carried to review`() async throws {
            try await Scene.with([.planner(), .coder(writes: Hello.word("thanks")), .tester(), .reviewer()]) { scene in
                try await scene.whileServing {
                    try scene.write(Hello.wordNote("thanks"), "Thanks", in: .planned)
                    let feature = try await scene.note("Thanks", reaches: .review)
                    #expect(feature.title == "Say thanks")
                    try await scene.note("Thanks", in: .review, says: Hello.wordNote("thanks"))
                }
                #expect(scene.server.refusals.isEmpty)
            }
        }

        @Test func `a note whose time is in the future, as from a phone with a wrong clock, is carried to review`() async throws {
            try await Scene.with([.planner(), .coder(writes: Hello.word("thanks")), .tester(), .reviewer()]) { scene in
                try scene.write(Hello.wordNote("thanks"), "Thanks", in: .planned)
                let tomorrow = timespec(tv_sec: time(nil) + 86_400, tv_nsec: 0)
                let note = scene.vault.pushing(scene.path("Thanks", in: .planned))
                #expect(utimensat(AT_FDCWD, note.string, [tomorrow, tomorrow], 0) == 0)
                try await scene.whileServing { try await scene.note("Thanks", reaches: .review) }
            }
        }
    }
}
