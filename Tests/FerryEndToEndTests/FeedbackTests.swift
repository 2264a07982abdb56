internal import FerryModel
internal import FerryStore
internal import FerryTestSupport
internal import FerryWireServer
internal import SystemPackage
internal import Testing

extension EndToEnd {
    /// A person is not content, or has to be asked.
    @Suite(.timeLimit(.minutes(1)))
    struct FeedbackTests {
        @Test func `feedback is handed to the coder, who works on the same branch`() async throws {
            let polite = ["hello/farewell.py": "def farewell(name):\n    return f\"Goodbye, {name}\"  # and thanks\n"]
            let answers: [Answer] = [
                .planner(), .coder(run: 1, writes: Hello.farewellWhole), .coder(run: 2, writes: polite, mends: 1), .tester(), .reviewer(),
            ]
            try await Scene.with(answers) { scene in
                try await scene.whileServing {
                    try scene.write(Hello.farewell, "Say goodbye", in: .planned)
                    let first = try await scene.note("Say goodbye", reaches: .review)
                    try scene.edit("Say goodbye", in: .review) {
                        $0.replace("<!-- ferry:begin", with: "## Feedback\nSay thanks in a comment.\n\n<!-- ferry:begin")
                    }
                    try scene.move("Say goodbye", .review, .planned)
                    let second = try await scene.note("Say goodbye", reaches: .review)
                    #expect(second.run == RunNumber(2))
                    #expect(second.branch == first.branch)
                    #expect(second.tip != first.tip)
                    try await scene.git("merge-base", "--is-ancestor", first.tip ?? "", second.tip ?? "")
                    try await scene.note("Say goodbye", in: .review, says: "## Feedback\nSay thanks in a comment.\n")
                }
                #expect(try #require(scene.prompts("coder").last).contains("Say thanks in a comment."))
                #expect(scene.prompts("planner").count == 1)
                #expect(scene.server.refusals.isEmpty)
            }
        }

        @Test func `rework without feedback goes back to review and says what is missing`() async throws {
            try await Scene.with([.planner(), .coder(writes: Hello.farewellWhole), .tester(), .reviewer()]) { scene in
                try await scene.whileServing {
                    try scene.write(Hello.farewell, "Say goodbye", in: .planned)
                    let first = try await scene.note("Say goodbye", reaches: .review)
                    let asked = scene.server.requests.count
                    try scene.move("Say goodbye", .review, .planned)
                    let second = try await scene.note("Say goodbye", reaches: .review)
                    try await scene.note("Say goodbye", in: .review, says: "what is to be changed")
                    #expect(second.run == RunNumber(1))
                    #expect(second.tip == first.tip)
                    #expect(scene.server.requests.count == asked)
                    // What was to be decided still can be.
                    try scene.move("Say goodbye", .review, .done)
                    try await scene.note("Say goodbye", reaches: .done)
                }
            }
        }

        @Test func `a question blocks the feature, and its answer goes to the coder without a new plan`() async throws {
            let question = "May the name be empty?"
            let answers: [Answer] = [.planner(questions: [question]), .coder(writes: Hello.farewellWhole), .tester(), .reviewer()]
            try await Scene.with(answers) { scene in
                try await scene.whileServing {
                    try scene.write(Hello.farewell, "Say goodbye", in: .planned)
                    try await scene.note("Say goodbye", reaches: .blocked)
                    try await scene.note("Say goodbye", in: .blocked, says: "> [!question] Q1 \(question)\n> A1:")
                    // Moved without an answer: it comes back.
                    try scene.move("Say goodbye", .blocked, .planned)
                    try await scene.note("Say goodbye", in: .blocked, says: "no answer yet")
                    try await scene.note("Say goodbye", reaches: .blocked)
                    #expect(scene.turns == ["planner 1"])
                    try scene.edit("Say goodbye", in: .blocked) { $0.replace("A1:", with: "A1: No, that is a mistake of the caller.") }
                    try scene.move("Say goodbye", .blocked, .planned)
                    let feature = try await scene.note("Say goodbye", reaches: .review)
                    #expect(feature.run == RunNumber(1))
                    #expect(feature.questions.isEmpty)
                }
                #expect(try #require(scene.prompts("coder").first).contains("A1: No, that is a mistake of the caller."))
                #expect(scene.prompts("planner").count == 1)
                #expect(scene.server.refusals.isEmpty)
            }
        }
    }
}
