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
    /// Agent programs of others in the place of the built-in loop, on the whole way. The programs are stand-ins that speak the real ones' formats.
    @Suite(.timeLimit(.minutes(1)))
    struct AgentProgramTests {
        enum Program: String, CaseIterable, Sendable {
            case claude, codex
            var model: String { self == .claude ? "messages/claude-haiku-5-5" : "chat/gpt-5.4-mini" }
        }

        private static let coder = FilePath("20_agents/coder.md")

        private static func use(_ keys: String, _ scene: Scene) throws {
            let fakes = scene.folder.appending("fakes")
            try FakeAgents.install(in: fakes)
            try scene.change(coder) { $0 = $0.replacing("role: coder\n", with: "role: coder\n\(keys)\ntoolchains: [\"\(fakes)\"]\n") }
        }

        private static func use(_ program: Program, _ scene: Scene, more: String = "") throws {
            try use("backend: \(program.rawValue)\nmodel: \(program.model)\(more)", scene)
        }

        /// Told by its first message, wherever the program puts the instructions.
        private static func coding(_ answer: Answer) -> Answer {
            var answer = answer
            answer.lines = []
            answer.match = ["Role: coder\n"]
            return answer
        }

        @Test(arguments: Program.allCases)
        func `a program is the coder: its model is reached through Ferry, nothing else is, and its work is checked`(_ program: Program) async throws {
            let look = "env | sort; python3 -c 'import urllib.request as r; r.urlopen(\"http://evil.example/\")' 2>&1 | tail -n 1"
            let coder = Self.coding(.coder(writes: Hello.farewellWhole, runs: [look]))
            try await Scene.with([.planner(), .tester(), .reviewer(), coder]) { scene in
                try Self.use(program, scene)
                try await scene.whileServing({ $0.environment = ["CANARY_KEY": "canary-secret-value"] }) {
                    try scene.write(Hello.farewell, "Say goodbye", in: .planned)
                    let feature = try await scene.note("Say goodbye", reaches: .review)
                    let tip = try #require(feature.tip)
                    #expect(try await scene.git("diff", "--name-only", "main", tip) == "hello/farewell.py\ntests/test_farewell.py")
                    let history = try await scene.history(feature.id)
                    #expect(
                        history.contains(
                            "evil.example:80 was refused; add it to `network`, and `agents` to `network_for`, in 80_repositories/hello.md if it may be reached."
                        ))
                    let total = try await scene.reading { try await $0.spending(feature: feature.id) }
                    #expect(total?.calls == scene.server.requests.count)
                    let note = try text(scene.vault.appending("40_runs/FR-001/FR-001 run-1 code.md"))
                    #expect(note.contains("### Turn 2"))
                    #expect(note.contains("403"))
                }
                #expect(scene.server.refusals.isEmpty)
                let seen = scene.server.requests.map { String(decoding: $0.rawBody, as: UTF8.self) }
                #expect(seen.contains { $0.contains("HTTPS_PROXY") })
                #expect(!seen.contains { $0.contains("canary-secret-value") })
                // The token is the sandbox's, and goes no further.
                let headers = scene.server.requests.flatMap(\.headers)
                #expect(!headers.contains { $0.value.contains("sk-ferry-") })
            }
        }

        @Test(arguments: Program.allCases)
        func `interrupted, a program goes on with its session, in the files that it left`(_ program: Program) async throws {
            let gate = Gate()
            var coder = Self.coding(.coder(writes: Hello.farewellWhole))
            coder.turns[1].gate = gate
            try await Scene.with([.planner(), .tester(), .reviewer(), coder]) { scene in
                try Self.use(program, scene)
                try await scene.whileServing {
                    try scene.write(Hello.farewell, "Say goodbye", in: .planned)
                    try await gate.reached()
                }
                gate.open()
                try await scene.whileServing {
                    let feature = try await scene.note("Say goodbye", reaches: .review)
                    let tip = try #require(feature.tip)
                    #expect(try await scene.git("diff", "--name-only", "main", tip) == "hello/farewell.py\ntests/test_farewell.py")
                }
                let asked = scene.server.requests.filter { $0.firstUserText.contains("Role: coder\n") }.map(\.answers)
                #expect(asked == [0, 1, 1])
                let last = try #require(scene.server.requests.last { $0.firstUserText.contains("Role: coder\n") })
                #expect(String(decoding: last.rawBody, as: UTF8.self).contains("Ferry was interrupted"))
                #expect(try text(scene.vault.appending("40_runs/FR-001/FR-001 run-1 code.md")).contains("went on here, at turn 3"))
            }
        }

        @Test func `where its session is gone, it begins anew in the files from before`() async throws {
            let gate = Gate()
            var coder = Self.coding(.coder(writes: Hello.farewellWhole))
            coder.turns[1].gate = gate
            try await Scene.with([.planner(), .tester(), .reviewer(), coder]) { scene in
                try Self.use(.claude, scene)
                try await scene.whileServing {
                    try scene.write(Hello.farewell, "Say goodbye", in: .planned)
                    try await gate.reached()
                }
                gate.open()
                let id = try #require(try await scene.record("Say goodbye")?.id)
                let home = try scene.folders.workspace(id, RunNumber(1)).appending("home")
                try Directory.removeTree(home.appending(".claude"))
                try await scene.whileServing { try await scene.note("Say goodbye", reaches: .review) }
                let asked = scene.server.requests.filter { $0.firstUserText.contains("Role: coder\n") }.map(\.answers)
                #expect(asked == [0, 1, 0, 1])
            }
        }

        @Test func `moved out while a program works, it is gone within a second`() async throws {
            let endless = EndlessCommand()
            let coder = Self.coding(.coder(writes: Hello.farewellWhole, runs: [endless.line]))
            try await Scene.with([.planner(), .tester(), .reviewer(), coder]) { scene in
                try Self.use(.claude, scene)
                try await scene.whileServing {
                    try scene.write(Hello.farewell, "Say goodbye", in: .planned)
                    #expect(await eventually { endless.isRunning })
                    try await scene.note("Say goodbye", reaches: .inProgress)
                    let start = ContinuousClock.now
                    try scene.move("Say goodbye", .inProgress, .ideas)
                    #expect(await eventually { !endless.isRunning })
                    #expect(ContinuousClock.now - start < .seconds(1))
                    try await scene.note("Say goodbye", reaches: .ideas)
                }
            }
        }

        @Test(arguments: Program.allCases)
        func `at its budget a program is ended and the feature asks`(_ program: Program) async throws {
            let coder = Self.coding(.coder(writes: Hello.farewellWhole))
            try await Scene.with([.planner(), .tester(), .reviewer(), coder]) { scene in
                try Self.use(program, scene)
                try scene.change(Self.coder) { $0 = $0.replacing("budget_usd: 5", with: "budget_usd: 0.00001") }
                try await scene.whileServing {
                    try scene.write(Hello.farewell, "Say goodbye", in: .planned)
                    try await scene.note("Say goodbye", reaches: .blocked)
                    try await scene.note("Say goodbye", in: .blocked, says: "limit of the coder in one run")
                }
                #expect(scene.turns.allSatisfy { !$0.hasPrefix("coder") })
            }
        }

        @Test func `any command can be the coder, and an ACP agent`() async throws {
            try await Scene.with([.planner(), .tester(), .reviewer()]) { scene in
                try Self.use("backend: command\ncommand: \"sh -c 'echo bye > bye.txt'\"", scene)
                try await scene.whileServing {
                    try scene.write("# Bye\nA file that says bye.\n", "Bye", in: .planned)
                    let feature = try await scene.note("Bye", reaches: .review)
                    let tip = try #require(feature.tip)
                    #expect(try await scene.git("diff", "--name-only", "main", tip) == "bye.txt")
                }
                try scene.change(Self.coder) {
                    $0 = $0.replacing("backend: command\ncommand: \"sh -c 'echo bye > bye.txt'\"", with: "backend: acp\ncommand: acp-agent hi.txt hi")
                }
                try await scene.whileServing {
                    try scene.write("# Hi\nA file that says hi.\n", "Hi", in: .planned)
                    let feature = try await scene.note("Hi", reaches: .review)
                    let tip = try #require(feature.tip)
                    #expect(try await scene.git("diff", "--name-only", "main", tip) == "hi.txt")
                }
            }
        }

        @Test func `a program that is not there is a setting to mend, and the feature stays`() async throws {
            try await Scene.with([.planner()]) { scene in
                try scene.change(Self.coder) { $0 = $0.replacing("role: coder\n", with: "role: coder\nbackend: claude\ncommand: no-such-claude\n") }
                try await scene.whileServing {
                    try scene.write(Hello.farewell, "Say goodbye", in: .planned)
                    try await scene.note("Say goodbye", in: .inProgress, says: "Set `command` in the agent's note")
                }
            }
        }
    }
}
