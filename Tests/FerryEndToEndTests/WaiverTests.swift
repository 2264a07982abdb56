internal import FerryModel
internal import FerryStore
internal import FerryTestSupport
internal import Testing

extension EndToEnd {
    /// A person lets one finding stand, on one commit.
    @Suite(.timeLimit(.minutes(1)))
    struct WaiverTests {
        private static let note = "# Say goodbye\n`farewell(name)` says goodbye.\n\n## Scope\n### Files to modify\n- hello/farewell.py\n"
        private static let beyond = Hello.farewellWhole.merging(["hello/extra.py": "X = 1\n"]) { $1 }

        @Test func `the box of a finding takes exactly the commit that was blocked to review, and ends with it`() async throws {
            let mended = ["hello/farewell.py": "def farewell(name):\n    return f\"Goodbye, {name}\"  # thanks\n"]
            let answers: [Answer] = [
                .planner(), .coder(run: 1, writes: Self.beyond), .coder(run: 3, writes: mended, mends: 1), .tester(), .reviewer(),
            ]
            try await Scene.with(answers, settings: ["fix_rounds": "1"]) { scene in
                try await scene.whileServing {
                    try scene.write(Self.note, "Say goodbye", in: .planned)
                    let blocked = try await scene.note("Say goodbye", reaches: .blocked)
                    let coders = scene.prompts("coder").count
                    let box = "- [ ] Let it stand on this commit: scope hello/extra.py"
                    try await scene.note("Say goodbye", in: .blocked, says: box)
                    #expect(try scene.read("Say goodbye", in: .blocked).contains("it is not named under"))
                    try scene.edit("Say goodbye", in: .blocked) { $0.replace("- [ ] Let it stand", with: "- [x] Let it stand") }
                    let feature = try await scene.note("Say goodbye", reaches: .review)
                    let history = try await scene.history(feature.id)
                    let tip = try #require(feature.tip)
                    #expect(history.contains { $0.hasPrefix("waived by its box on \(tip.prefix(12)): scope hello/extra.py") })
                    #expect(blocked.run == RunNumber(1))
                    #expect(feature.run == RunNumber(2))
                    // The commit is the one that was blocked: nobody worked on it any more.
                    #expect(scene.prompts("coder").count == coders)
                    #expect(scene.prompts("tester").isEmpty)
                    #expect(try #require(scene.prompts("reviewer").last).contains("hello/extra.py"))
                    #expect(try await scene.git("show", "--name-only", "--format=", tip).contains("hello/extra.py"))
                    try await scene.note("Say goodbye", in: .review, says: "only for")

                    // Another commit has to be waived anew.
                    try scene.edit("Say goodbye", in: .review) { $0.replace("<!-- ferry:begin", with: "## Feedback\nA comment.\n\n<!-- ferry:begin") }
                    try scene.move("Say goodbye", .review, .planned)
                    let again = try await scene.note("Say goodbye", reaches: .blocked)
                    #expect(again.waitsFor?.contains("hello/extra.py") == true)
                    try await scene.note("Say goodbye", in: .blocked, says: "<!-- ferry:box waive-")
                }
            }
        }

        private static let phases = note + "\n## Phases\n### Phase 1: goodbye\nSay it.\n### Phase 2: more\nSay more.\n"

        @Test func `a waiver ends with its commit: the next phase asks again, whatever it has changed`() async throws {
            let answers: [Answer] = [
                .planner(), .coder(run: 1, phase: 1, writes: Self.beyond),
                .coder(run: 2, phase: 2, runs: ["echo '# more' >> hello/farewell.py"]), .tester(), .reviewer(),
            ]
            try await Scene.with(answers, settings: ["fix_rounds": "0"]) { scene in
                try await scene.whileServing {
                    try scene.write(Self.phases, "Say goodbye", in: .planned)
                    let blocked = try await scene.note("Say goodbye", reaches: .blocked)
                    try await scene.note("Say goodbye", in: .blocked, says: "- [ ] Let it stand on this commit: scope hello/extra.py")
                    try scene.edit("Say goodbye", in: .blocked) { $0.replace("- [ ] Let it stand", with: "- [x] Let it stand") }
                    #expect(blocked.run == RunNumber(1))
                    try #require(try await eventually { try await scene.record("Say goodbye")?.run == RunNumber(2) })
                    let again = try await scene.note("Say goodbye", reaches: .blocked)
                    #expect(again.waitsFor?.contains("hello/extra.py") == true)
                    try await scene.note("Say goodbye", in: .blocked, says: "- [ ] Let it stand on this commit: scope hello/extra.py")
                }
            }
        }
    }
}
