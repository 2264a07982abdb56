internal import FerryLLM
internal import FerryModel
internal import FerryPipeline
internal import FerryService
internal import FerryStore
internal import FerrySystem
internal import FerryTestSupport
internal import FerryVault
internal import FerryWireServer
internal import SystemPackage
internal import Testing

extension EndToEnd {
    /// Work that does not come forward is stopped, put back to its best state, tried once in another way with another model, and then told of.
    @Suite(.timeLimit(.minutes(2)))
    struct StuckTests {
        private static let again = "Somebody has worked on this before you and was stopped"
        private static let models = ["messages/claude-haiku-5-5", "chat/gpt-5.4-mini"]

        /// Each alias is a chain of two models of two providers.
        private static func chain(_ scene: Scene) throws {
            try scene.change(Scene.settings) { $0 = $0.replacing(": \(models[0])\n", with: ": [\(models.joined(separator: ", "))]\n") }
        }

        private static func bash(_ command: String) -> [ScriptedTurn.Call] { [.init("bash", ["command": .string(command)])] }
        private static func writing(_ files: [String: String]) -> [ScriptedTurn.Call] {
            files.sorted { $0.key < $1.key }.map { .init("write", ["path": .string($0.key), "content": .string($0.value)]) }
        }
        private static func circle(_ command: String) -> [Answer.Turn] { Array(repeating: .init(calls: bash(command)), count: 6) }

        /// The coder's requests: those of the first way, and those of the second.
        private static func ways(_ scene: Scene) -> (first: [WireRequest], second: [WireRequest]) {
            let coder = scene.server.requests.filter { $0.firstUserText.hasPrefix("Role: coder\n") && $0.firstUserText.contains("\nRun: 1\n") }
            let start = coder.firstIndex { $0.firstUserText.contains(again) } ?? coder.endIndex
            return (Array(coder[..<start]), Array(coder[start...]))
        }

        @Test func `stuck, it goes back to its best state and to the second model of the chain, then blocks with the story, and a retry goes on`()
            async throws
        {
            let gate = Gate()
            let half = Hello.farewellWrongCode.merging(Hello.farewellTest) { $1 }
            let worse = "echo 'def greet(name): return 1' > hello/greeting.py; echo mine > marker.txt; python3 -m unittest"
            let first = Answer(
                "coder", run: 1,
                turns: [.init(calls: Self.writing(half) + Self.bash("python3 -m unittest")), .init(calls: Self.bash(worse))]
                    + Self.circle("cat README.md"))
            var second = Answer(
                "coder", run: 1,
                turns: [.init(calls: Self.bash("cat hello/greeting.py hello/farewell.py; ls")), .init(calls: Self.bash("pwd"), gate: gate)]
                    + Self.circle("pwd"))
            second.match = [Self.again]
            let retry = Answer.coder(run: 2, writes: Hello.farewellWhole)
            let answers = [second.on(.openAI), first.on(.anthropic), retry, .planner(), .tester(), .reviewer()]
            try await Scene.with(answers, settings: ["fix_rounds": "0"]) { scene in
                try Self.chain(scene)
                try scene.write(Hello.farewell, "Say goodbye", in: .planned)
                // Killed in the middle of the second way: neither way begins anew.
                let process = try FerryProcess(["run", "--vault", scene.vault.string, "--allow-root"], in: scene)
                try await gate.reached()
                process.kill()
                gate.open()
                try await scene.whileServing {
                    let feature = try await scene.note("Say goodbye", reaches: .blocked)
                    #expect(feature.run == RunNumber(1))
                    let story = feature.waitsFor ?? ""
                    for part in Self.models + ["tried once in another way", "made the same call of `bash` 5 times in a row", "USD"] {
                        #expect(story.contains(part), "`\(part)` is not in: \(story)")
                    }
                    try await scene.note("Say goodbye", in: .blocked, says: "tried once in another way")
                    #expect(try await scene.why("Say goodbye").contains("tried once in another way"))
                    try scene.move("Say goodbye", .blocked, .planned)
                    #expect(try await scene.note("Say goodbye", reaches: .review).run == RunNumber(2))
                }
                let (one, two) = Self.ways(scene)
                #expect(one.map(\.wire) == Array(repeating: .anthropic, count: 7), "\(scene.turns)")
                #expect(two.map(\.wire) == Array(repeating: .openAI, count: 7), "\(scene.turns)")
                #expect(two.map { $0.answers } == [0, 1, 1, 2, 3, 4, 5])
                // A fresh conversation that is told of the first one, on the files as they were best.
                let task = two.first?.firstUserText ?? ""
                #expect(task.contains("python3 -m unittest") && task.contains("cat README.md"), "\(task)")
                let seen = two.dropFirst().first?.toolResults.first?.content ?? ""
                #expect(seen.contains("Hello, {name}") && seen.contains("Goodby, {name}") && !seen.contains("marker.txt"), "\(seen)")
                let spending = try await scene.reading { try await $0.spending() }
                #expect(spending?.calls == scene.server.requests.count)
            }
        }

        /// The first model fails, the second one hangs: it is the second that must not be asked again.
        @Test func `a model that only shows signs of life is stopped by the clock of progress, and another one is asked`() async throws {
            let down = Answer("coder", turns: [.init(reply: .status(503, type: "overloaded_error"))])
            let hanging = Answer("coder", turns: [.init(reply: .pinging(after: 1, of: ScriptedTurn(text: "Well"), every: .milliseconds(100)))])
            var other = Answer.coder(writes: Hello.farewellWhole)
            other.match = [Self.again]
            let answers = [other.on(.anthropic), hanging.on(.openAI), down.on(.anthropic), .planner(), .tester(), .reviewer()]
            try await Scene.with(answers) { scene in
                try Self.chain(scene)
                try await scene.whileServing({
                    Scene.quickModel(&$0)
                    // Longer than a healthy answer takes on a busy machine.
                    $0.timing.progress = .seconds(3)
                }) {
                    try scene.write(Hello.farewell, "Say goodbye", in: .planned)
                    let feature = try await scene.note("Say goodbye", reaches: .review)
                    #expect(feature.run == RunNumber(1))
                    let stuck = "The coder was stuck: \(Self.models[1]) sent nothing of an answer for 3 s, only signs of life"
                    let history = try await scene.history(feature.id)
                    #expect(history.contains { $0.contains(stuck) }, "\(history)")
                }
                let (one, two) = Self.ways(scene)
                #expect(one.count { $0.wire == .openAI } == 1)
                #expect(two.map(\.wire) == [.anthropic, .anthropic])
            }
        }

        @Test func `an agent program that gives no sign of work is ended, with all that it started, and the story is told`() async throws {
            let endless = EndlessCommand()
            try await Scene.with([.planner()], settings: ["fix_rounds": "0"]) { scene in
                let command = endless.line.replacing("\"", with: "\\\"")
                try scene.change("20_agents/coder.md") {
                    $0 = $0.replacing("role: coder\n", with: "role: coder\nbackend: command\ncommand: \"\(command)\"\n")
                }
                try await scene.whileServing({ $0.timing.progress = .seconds(2) }) {
                    try scene.write(Hello.farewell, "Say goodbye", in: .planned)
                    #expect(await eventually { endless.isRunning })
                    try await scene.note("Say goodbye", reaches: .blocked)
                    try await scene.told("Say goodbye", "it gave no sign of work for 2 s (command, 0 turns, 0.00 USD)")
                    try await scene.told("Say goodbye", "It was tried once in another way")
                }
                #expect(!endless.isRunning)
            }
        }
    }
}
