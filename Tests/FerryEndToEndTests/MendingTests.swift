internal import FerryModel
internal import FerryStore
internal import FerryTestSupport
internal import FerryWireServer
internal import SystemPackage
internal import Testing

extension EndToEnd {
    /// What is wrong goes back to the coder, as often as the settings allow.
    @Suite(.timeLimit(.minutes(1)))
    struct MendingTests {
        private static let wrong = Hello.farewellTest.merging(Hello.farewellWrongCode) { $1 }

        @Test func `failing tests are mended by the fix loop`() async throws {
            let answers: [Answer] = [
                .planner(), .coder(attempt: 1, writes: Self.wrong), .coder(attempt: 2, writes: Hello.farewellCode, mends: 1), .tester(), .reviewer(),
            ]
            try await Scene.with(answers) { scene in
                try await scene.whileServing {
                    try scene.write(Hello.farewell, "Say goodbye", in: .planned)
                    let feature = try await scene.note("Say goodbye", reaches: .review)
                    #expect(try await scene.git("show", "\(feature.tip ?? ""):hello/farewell.py").contains("Goodbye"))
                }
                let second = try #require(scene.prompts("coder").last)
                #expect(second.contains("Attempt: 2"))
                #expect(second.contains("test_it_says_goodbye_by_name"))
                #expect(second.contains("Goodby, Ada"))
                // Tests that fail cost neither a tester's nor a reviewer's turn.
                #expect(scene.turns == ["planner 1", "coder 1", "coder 2", "coder 1", "coder 2", "tester 1", "reviewer 1"])
                #expect(scene.server.refusals.isEmpty)
            }
        }

        @Test func `a reviewer's finding goes back to the coder and is mended`() async throws {
            let finding = Answer.Finding(
                path: "hello/farewell.py", line: 2, message: "A name of blanks is greeted as if it were one.", fix: "Strip the name first.")
            let mended = ["hello/farewell.py": "def farewell(name):\n    return f\"Goodbye, {name.strip()}\"\n"]
            let answers: [Answer] = [
                .planner(), .coder(attempt: 1, writes: Hello.farewellWhole), .coder(attempt: 2, writes: mended, mends: 1), .tester(),
                .reviewer(attempt: 1, findings: [finding]), .reviewer(attempt: 2),
            ]
            try await Scene.with(answers) { scene in
                try await scene.whileServing {
                    try scene.write(Hello.farewell, "Say goodbye", in: .planned)
                    let feature = try await scene.note("Say goodbye", reaches: .review)
                    #expect(try await scene.git("show", "\(feature.tip ?? ""):hello/farewell.py").contains("strip"))
                }
                let second = try #require(scene.prompts("coder").last)
                for part in [finding.message, finding.fix, "hello/farewell.py:2"] { #expect(second.contains(part)) }
                #expect(try #require(scene.prompts("reviewer").last).contains(finding.message))
                #expect(scene.prompts("tester").count == 1)
                #expect(scene.server.refusals.isEmpty)
            }
        }

        @Test func `after the last fix round it is blocked with the reason, and moved to planned it goes on from there`() async throws {
            let answers: [Answer] = [
                .planner(), .coder(run: 1, writes: Self.wrong), .coder(run: 2, writes: Hello.farewellCode, mends: 1), .tester(), .reviewer(),
            ]
            try await Scene.with(answers, settings: ["fix_rounds": "1"]) { scene in
                let base = try await scene.git("rev-parse", "main")
                try await scene.whileServing {
                    try scene.write(Hello.farewell, "Say goodbye", in: .planned)
                    let blocked = try await scene.note("Say goodbye", reaches: .blocked)
                    #expect(blocked.waitsFor?.contains("after 1 round of mending") == true)
                    #expect(blocked.waitsFor?.contains("test_it_says_goodbye_by_name") == true)
                    try await scene.note("Say goodbye", in: .blocked, says: "still has findings")
                    #expect(scene.prompts("coder").count == 2)
                    try scene.move("Say goodbye", .blocked, .planned)
                    let feature = try await scene.note("Say goodbye", reaches: .review)
                    #expect(feature.run == RunNumber(2))
                    #expect(feature.waitsFor == nil)
                }
                let retry = try #require(scene.prompts("coder").last)
                #expect(retry.contains("Run: 2"))
                #expect(retry.contains("test_it_says_goodbye_by_name"))
                #expect(scene.prompts("planner").count == 1)
                #expect(try await scene.git("rev-parse", "main") == base)
                #expect(scene.server.refusals.isEmpty)
            }
        }
    }
}
