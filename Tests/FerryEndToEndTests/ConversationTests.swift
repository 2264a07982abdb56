internal import FerryLLM
internal import FerryModel
internal import FerryPipeline
internal import FerryStore
internal import FerrySystem
internal import FerryTestSupport
internal import FerryWireServer
internal import SystemPackage
internal import Testing

extension EndToEnd {
    /// A conversation goes on at the turn where it stopped, and one that goes in circles is tried once in another way.
    @Suite(.timeLimit(.minutes(2)))
    struct ConversationTests {
        private static func write(_ files: [String: String]) -> [ScriptedTurn.Call] {
            files.sorted { $0.key < $1.key }.map { .init("write", ["path": .string($0.key), "content": .string($0.value)]) }
        }
        private static func bash(_ command: String) -> [ScriptedTurn.Call] { [.init("bash", ["command": .string(command)])] }
        private static let finish: [ScriptedTurn.Call] = [.init("finish", ["summary": "It is done.", "answers": [], "questions": []])]

        /// The requests of the coder's conversation, and of each of them all messages.
        private func conversation(_ scene: Scene) -> [WireRequest] { scene.server.requests.filter { $0.firstUserText.hasPrefix("Role: coder") } }

        @Test(arguments: Scene.Wire.allCases)
        func `a kill in the middle of a conversation costs the turn that was under way and no other`(wire: Scene.Wire) async throws {
            let gate = Gate()
            let coder = Answer(
                "coder",
                turns: [
                    .init(text: "I begin.", calls: Self.write(Hello.farewellCode)),
                    .init(calls: Self.bash("echo ran >> ran.log; cat hello/farewell.py")),
                    .init(calls: Self.write(Hello.farewellTest), gate: gate), .init(calls: Self.bash("rm ran.log; ls")), .init(calls: Self.finish),
                ])
            try await Scene.with([.planner(), coder, .tester(), .reviewer()], wire: wire) { scene in
                try scene.write(Hello.farewell, "Say goodbye", in: .planned)
                let process = try FerryProcess(["run", "--vault", scene.vault.string, "--allow-root"], in: scene)
                try await gate.reached()
                process.kill()
                gate.open()
                try await scene.whileServing {
                    let feature = try await scene.note("Say goodbye", reaches: .review)
                    #expect(feature.run == RunNumber(1))
                    #expect(try await scene.git("diff", "--name-only", "main", feature.tip ?? "") == "hello/farewell.py\ntests/test_farewell.py")
                }
                #expect(scene.turns == ["planner 1"] + [1, 2, 3, 3, 4, 5].map { "coder \($0)" } + ["tester 1", "reviewer 1"])
                let asked = conversation(scene)
                #expect(asked.count == 6 && asked[2].rawBody == asked[3].rawBody, "the turn was asked in other words after the restart")
                for (earlier, later) in zip(asked, asked.dropFirst()) {
                    let shared = later.messages.prefix(earlier.messages.count)
                    #expect(earlier.system == later.system && earlier.toolNames == later.toolNames)
                    if wire == .openai { #expect(Array(shared) == earlier.messages) }
                }
                // The command ran once, though its answer was needed twice.
                #expect(asked[3].messages.description == asked[2].messages.description)
                let spending = try await scene.reading { try await $0.spending() }
                #expect(spending?.calls == 9)
            }
        }

        @Test func `a tool call that was cut off is answered as interrupted, and its files are put back`() async throws {
            let endless = EndlessCommand()
            let coder = Answer(
                "coder",
                turns: [
                    .init(calls: Self.write(Hello.farewellWhole)),
                    .init(calls: Self.bash("echo half > half.txt; rm hello/farewell.py; " + endless.line)),
                    .init(calls: Self.bash("ls; ls hello")), .init(calls: Self.finish),
                ])
            try await Scene.with([.planner(), coder, .tester(), .reviewer()]) { scene in
                try scene.write(Hello.farewell, "Say goodbye", in: .planned)
                let process = try FerryProcess(["run", "--vault", scene.vault.string, "--allow-root"], in: scene)
                let started = await eventually(within: .seconds(30)) { endless.isRunning }
                try #require(started, "the command never ran")
                process.kill()
                try await scene.whileServing { try await scene.note("Say goodbye", reaches: .review) }
                // No turn is asked twice: the call was under way, not the model.
                #expect(scene.turns == ["planner 1"] + (1...4).map { "coder \($0)" } + ["tester 1", "reviewer 1"])
                let asked = conversation(scene)
                #expect(asked.count == 4 && asked[2].toolResults.map(\.isError) == [true])
                #expect(asked[2].toolResults.first?.content.hasPrefix("Interrupted: ") == true)
                let listing = asked[3].toolResults.first?.content ?? ""
                #expect(listing.contains("farewell.py") && !listing.contains("half.txt"), "\(listing)")
                #expect(!endless.isRunning)
            }
        }

        @Test func `an agent that goes in circles is stopped and the work tried once in another way`() async throws {
            let circle = Answer("coder", turns: Array(repeating: .init(calls: Self.bash("cat README.md")), count: 8))
            var other = Answer.coder(writes: Hello.farewellWhole)
            other.match = ["Somebody has worked on this before you and was stopped"]
            try await Scene.with([other, .planner(), circle, .tester(), .reviewer()]) { scene in
                try await scene.whileServing {
                    try scene.write(Hello.farewell, "Say goodbye", in: .planned)
                    let feature = try await scene.note("Say goodbye", reaches: .review)
                    #expect(try await scene.history(feature.id).contains { $0.contains("The coder was stuck") && $0.contains("5 times in a row") })
                }
                #expect(
                    scene.turns == ["planner 1"] + (1...5).map { "coder \($0)" } + ["coder 1", "coder 2", "tester 1", "reviewer 1"])
            }
        }

        @Test func `an agent that is stuck both ways blocks the feature with the story of both`() async throws {
            let circle = Answer("coder", turns: Array(repeating: .init(calls: Self.bash("cat README.md")), count: 8))
            try await Scene.with([.planner(), circle], settings: ["fix_rounds": "0"]) { scene in
                try await scene.whileServing {
                    try scene.write(Hello.farewell, "Say goodbye", in: .planned)
                    try await scene.note("Say goodbye", reaches: .blocked)
                    try await scene.note("Say goodbye", in: .blocked, says: "tried once in another way")
                }
                #expect(scene.turns == ["planner 1"] + (1...5).map { "coder \($0)" } + (1...5).map { "coder \($0)" })
            }
        }
    }
}
