internal import FerryModel
internal import FerryPipeline
internal import FerryStore
internal import FerrySystem
internal import FerryTestSupport
internal import FerryWireServer
internal import SystemPackage
internal import Testing

extension EndToEnd {
    /// Several features in one repository.
    @Suite(.timeLimit(.minutes(1)))
    struct TwoFeaturesTests {
        @Test func `two features work side by side, and their merges go one at a time`() async throws {
            let gates = [Gate(), Gate()]
            let answers: [Answer] = [
                .planner(), .coder(feature: "FR-001", writes: Hello.word("thanks")).held(by: gates[0]),
                .coder(feature: "FR-002", writes: Hello.word("please")).held(by: gates[1]), .tester(), .reviewer(),
            ]
            try await Scene.with(answers) { scene in
                let base = try await scene.git("rev-parse", "main")
                try await scene.whileServing {
                    try scene.write("---\nid: FR-001\n---\n" + Hello.wordNote("thanks"), "Thanks", in: .planned)
                    try scene.write("---\nid: FR-002\n---\n" + Hello.wordNote("please"), "Please", in: .planned)
                    // Both are asked before either is answered.
                    for gate in gates { try await gate.reached() }
                    for gate in gates { gate.open() }
                    let thanks = try await scene.note("Thanks", reaches: .review)
                    let please = try await scene.note("Please", reaches: .review)
                    try scene.move("Thanks", .review, .done)
                    try scene.move("Please", .review, .done)
                    try await scene.note("Thanks", reaches: .done)
                    try await scene.note("Please", reaches: .done)
                    let merges = try await scene.git("log", "--first-parent", "--format=%P", "\(base)..main").split(separator: "\n").map(String.init)
                    #expect(merges.count == 2)
                    let tips = Set(merges.compactMap { $0.split(separator: " ").last.map(String.init) })
                    #expect(tips == Set([thanks.tip ?? "", please.tip ?? ""]))
                    #expect(merges.last?.hasPrefix(base) == true)
                    // The base had moved: the second was tested once more, as merged.
                    let second = try #require(merges.first).hasSuffix(thanks.tip ?? "") ? thanks : please
                    let first = second.id == thanks.id ? please : thanks
                    #expect(try Self.mergeLogs(of: second, scene) == 1)
                    #expect(try Self.mergeLogs(of: first, scene) == 0)
                    #expect(try await scene.git("status", "--porcelain") == "")
                }
                #expect(scene.server.refusals.isEmpty)
            }
        }

        /// How often a merged result of the feature was tested.
        private static func mergeLogs(of feature: FeatureRecord, _ scene: Scene) throws -> Int {
            let logs = try scene.folders.run(feature.id, feature.run).appending("logs")
            return try scene.names(in: logs).count { $0.hasPrefix("merge-") }
        }

        @Test func `a merge whose result fails its tests goes back to review, and nothing is merged`() async throws {
            let counting = [
                "tests/test_count.py": """
                import os
                import unittest


                class CountTests(unittest.TestCase):
                    def test_there_is_one_module(self):
                        self.assertEqual([name for name in sorted(os.listdir("hello")) if name.endswith("e.py")], [])

                """
            ]
            let answers: [Answer] = [
                .planner(), .coder(feature: "FR-001", writes: counting), .coder(feature: "FR-002", writes: Hello.word("please")), .tester(),
                .reviewer(),
            ]
            try await Scene.with(answers) { scene in
                try await scene.whileServing {
                    try scene.write("---\nid: FR-001\n---\n# Count\nA test that counts modules.\n", "Count", in: .planned)
                    try scene.write("---\nid: FR-002\n---\n" + Hello.wordNote("please"), "Please", in: .planned)
                    try await scene.note("Count", reaches: .review)
                    try await scene.note("Please", reaches: .review)
                    try scene.move("Count", .review, .done)
                    try await scene.note("Count", reaches: .done)
                    let main = try await scene.git("rev-parse", "main")
                    try scene.move("Please", .review, .done)
                    try await scene.note("Please", in: .review, says: "The merged result does not pass")
                    let please = try await scene.note("Please", reaches: .review)
                    #expect(!please.isApproved)
                    #expect(try await scene.git("rev-parse", "main") == main)
                }
            }
        }

        @Test func `a dependency holds a feature back until it is merged`() async throws {
            let answers: [Answer] = [
                .planner(), .coder(feature: "FR-001", writes: Hello.word("thanks")), .coder(feature: "FR-002", writes: Hello.word("please")),
                .tester(),
                .reviewer(),
            ]
            try await Scene.with(answers) { scene in
                try await scene.whileServing {
                    try scene.write("---\nid: FR-001\n---\n" + Hello.wordNote("thanks"), "Thanks", in: .ideas)
                    try scene.write("---\nid: FR-002\ndepends_on: \"[[Thanks]]\"\n---\n" + Hello.wordNote("please"), "Please", in: .ideas)
                    try scene.move("Please", .ideas, .planned)
                    try await scene.note("Please", in: .planned, says: "waits for FR-001")
                    // It is known by its note alone.
                    #expect(try await scene.record("Thanks") == nil)
                    try scene.move("Thanks", .ideas, .planned)
                    try await scene.note("Thanks", reaches: .review)
                    #expect(scene.prompts("planner").count == 1)
                    #expect(try await scene.record("Please")?.state == .planned)
                    try scene.move("Thanks", .review, .done)
                    let please = try await scene.note("Please", reaches: .review)
                    // It builds on what it waited for.
                    #expect(try await scene.git("ls-tree", "-r", "--name-only", please.tip ?? "").contains("hello/thanks.py"))
                }
                #expect(scene.server.refusals.isEmpty)
            }
        }

        @Test func `one that was taken out of the vault at work, and comes back in done, holds nobody up`() async throws {
            let gate = Gate()
            let answers: [Answer] = [
                .planner(feature: "FR-001").held(by: gate), .planner(), .coder(feature: "FR-002", writes: Hello.word("please")), .tester(),
                .reviewer(),
            ]
            try await Scene.with(answers) { scene in
                try await scene.whileServing {
                    try scene.write("---\nid: FR-001\n---\n" + Hello.wordNote("thanks"), "Thanks", in: .planned)
                    try await gate.reached()
                    try await scene.note("Thanks", reaches: .inProgress)
                    try scene.write("---\nid: FR-002\ndepends_on: FR-001\n---\n" + Hello.wordNote("please"), "Please", in: .planned)
                    try await scene.note("Please", in: .planned, says: "waits for FR-001")
                    let text = try scene.read("Thanks", in: .inProgress)
                    try Directory.removeTree(scene.vault.pushing(scene.path("Thanks", in: .inProgress)))
                    try await scene.note("Please", in: .planned, says: "which was taken out of the vault")
                    try scene.write(text, "Thanks", in: .done)
                    try await scene.note("Please", reaches: .review)
                }
            }
        }

        @Test func `a dependency that is edited to name nobody holds a queued feature, and lets it go when it is corrected`() async throws {
            let answers: [Answer] = [.planner(), .coder(writes: Hello.word("please")), .tester(), .reviewer()]
            try await Scene.with(answers) { scene in
                try await scene.whileServing {
                    try scene.write("# Later\n", "Later", in: .ideas)
                    try scene.write("---\nid: FR-002\ndepends_on: \"[[Later]]\"\n---\n" + Hello.wordNote("please"), "Please", in: .planned)
                    try await scene.told("Please", "It depends on Later, of which there is a note that nobody has planned yet")
                    try scene.edit("Please", in: .planned) { $0 = $0.replacing("depends_on: \"[[Later]]\"", with: "depends_on: FR-001") }
                    try await scene.told("Please", "waits for FR-001")
                    try scene.edit("Please", in: .planned) { $0 = $0.replacing("depends_on: FR-001", with: "depends_on: nobody") }
                    try await scene.told("Please", "It depends on nobody, and no feature bears that name")
                    #expect(scene.server.requests.isEmpty)
                    #expect(try await scene.reading { try await $0.openJobs().isEmpty } == true)
                    try scene.edit("Please", in: .planned) { $0 = $0.replacing("depends_on: nobody\n", with: "") }
                    try await scene.note("Please", reaches: .review)
                }
            }
        }

        @Test func `a note in done that bears no id holds nobody up`() async throws {
            let answers: [Answer] = [.planner(), .coder(writes: Hello.word("please")), .tester(), .reviewer()]
            try await Scene.with(answers) { scene in
                try await scene.whileServing {
                    try scene.write("# Old\n", "Old", in: .drafts)
                    try scene.write("---\ndepends_on: \"[[Old]]\"\n---\n" + Hello.wordNote("please"), "Please", in: .planned)
                    try await scene.told("Please", "nobody has planned yet")
                    try scene.move("Old", .drafts, .done)
                    try await scene.note("Please", reaches: .review)
                    #expect(try scene.read("Old", in: .done) == "# Old\n")
                }
            }
        }

        @Test func `a circle is told to those in it and to those that wait for it, until it is broken`() async throws {
            let gate = Gate()
            try await Scene.with([Answer.planner().held(by: gate)]) { scene in
                @Sendable func plan(_ name: String, _ id: Int, after parent: Int) throws {
                    try scene.write("---\nid: FR-00\(id)\ndepends_on: FR-00\(parent)\n---\n" + Hello.wordNote(name), name, in: .planned)
                }
                try await scene.whileServing {
                    try plan("waits", 3, after: 1)
                    try await scene.told("waits", "waits for FR-001, which is not in the vault")
                    try plan("one", 1, after: 2)
                    try await scene.told("waits", "waits for FR-001, which waits for FR-002, which is not in the vault")
                    try plan("two", 2, after: 1)
                    let circle = "FR-001 → FR-002 → FR-001; take one `depends_on` out"
                    try await scene.told("one", "depends on itself: " + circle)
                    try await scene.told("waits", "waits for FR-001, which depends on itself: " + circle)
                    #expect(try await scene.why("two").hasPrefix("Depends on itself: FR-002 → FR-001 → FR-002"))
                    #expect(scene.server.requests.isEmpty)
                    try scene.edit("two", in: .planned) { $0 = $0.replacing("depends_on: FR-001\n", with: "") }
                    try await gate.reached()
                    try await scene.told("waits", "waits for FR-001, which waits for FR-002, which is at work")
                    gate.open()
                }
            }
        }
    }
}
