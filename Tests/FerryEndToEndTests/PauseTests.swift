internal import FerryLLM
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
    /// The process stands still for longer than any of its waits, as under a closed lid, while the world goes on.
    @Suite(.timeLimit(.minutes(2)))
    struct PauseTests {
        /// A lease of 0.3 s, an agent's patience of 3 s and 3 s for an answer to begin stand for 45 s, 15 and 5 minutes, so this stop for one of 20 minutes.
        private static let timing =
            "settle=60 firstTouch=30 disappearance=100 noteInterval=50 retryFirst=50 retryCap=400 lease=300 progress=3000 clockInterval=100 "
            + "reconcileInterval=500 upkeepInterval=500 orphanPatience=50"
        private static let stop = Duration.seconds(4)

        /// `please` waits for a command that ends meanwhile, `hello` for one that never ends, `thanks` for its model, `another` comes meanwhile.
        private static func answers(_ asked: Gate, _ endless: EndlessCommand) -> [Answer] {
            let files = Hello.word("please").sorted { $0.key < $1.key }.map {
                ScriptedTurn.Call("write", ["path": .string($0.key), "content": .string($0.value)])
            }
            let command = ScriptedTurn.Call(
                "bash", ["command": "echo ran >> ran.log; until [ -e go ]; do sleep 0.05; done; cat ran.log; rm ran.log go"])
            let finish = ScriptedTurn.Call("finish", ["summary": "It is done.", "answers": [], "questions": []])
            return [
                .planner(), Answer("coder", feature: "FR-001", turns: [.init(calls: files + [command]), .init(calls: [finish])]),
                .coder(feature: "FR-002", runs: [endless.line]), Answer.coder(feature: "FR-003", writes: Hello.word("thanks")).held(by: asked),
                .coder(feature: "FR-004", writes: Hello.word("another")), .tester(), .reviewer(),
            ]
        }

        @Test func `stopped and continued, with the clock set meanwhile, it does nothing twice, calls nothing stuck, and heeds what happened`()
            async throws
        {
            let asked = Gate()
            let endless = EndlessCommand()
            try await Scene.with(Self.answers(asked, endless), settings: ["agents_at_once": "3"]) { scene in
                try scene.change(Scene.settings) { $0 = $0.replacing("api: anthropic,", with: "api: anthropic, first_byte_seconds: 3,") }
                let clock = try WallClock(in: scene.folder)
                try clock.set(seconds: 0)
                let environment = clock.environment.merging(["FERRY_TIMING": Self.timing]) { $1 }
                let process = try FerryProcess(["run", "--vault", scene.vault.string, "--allow-root"], in: scene, environment: environment)
                let worktree = try Self.worktree(1, scene)
                try scene.plan("please", Hello.wordNote("please"))
                #expect(await eventually { (try? FileStatus.ifPresent(worktree.appending("ran.log"))) ?? nil != nil })
                try scene.plan("hello", Hello.wordNote("hello"))
                #expect(await eventually { endless.isRunning })
                try await scene.note("hello", reaches: .inProgress)
                try scene.plan("thanks", Hello.wordNote("thanks"))
                try await asked.reached()

                process.send(SIGSTOP)
                let requests = scene.server.requests.count
                try clock.set(seconds: 86_400)
                try FileContents.write([], to: worktree.appending("go"))
                try scene.move("hello", .inProgress, .ideas)
                try scene.plan("another", Hello.wordNote("another"))
                // Nobody else may take its place meanwhile.
                let second = try FerryProcess(["run", "--vault", scene.vault.string, "--allow-root"], in: scene, environment: environment)
                #expect(try await second.exitStatus() == 1)
                #expect(await !eventually(within: Self.stop) { scene.server.requests.count > requests })
                process.send(SIGCONT)
                // Long enough for every wait that has passed to say so, and short of the next.
                _ = await eventually(within: .seconds(1)) { !endless.isRunning }
                asked.open()
                #expect(await eventually { !endless.isRunning })

                for word in ["please", "thanks"] { #expect(try await scene.note(word, reaches: .review).run == RunNumber(1)) }
                try await scene.note("hello", reaches: .ideas)
                try await scene.note("another", reaches: .inProgress)
                try await Self.checkNothingTwice(scene)
                process.send(SIGTERM)
                #expect(try await process.exitStatus(within: .seconds(40)) == 0)
            }
        }

        private static func worktree(_ number: Int, _ scene: Scene) throws -> FilePath {
            try scene.folders.workspace(FeatureID(number: number), RunNumber(1)).appending("worktree")
        }

        private static func checkNothingTwice(_ scene: Scene) async throws {
            for number in [1, 3] {
                let id = FeatureID(number: number)
                let asked = scene.server.requests.filter { $0.firstUserText.contains("\nFeature: \(id)") }
                #expect(asked.count == 5 && Set(asked.map(\.rawBody)).count == 5, "\(id): a turn was asked twice: \(scene.turns)")
                let history = try await scene.history(id)
                #expect(!history.contains { $0.contains("stuck") }, "\(history)")
                let spending = try await scene.reading { try await $0.spending(feature: id) }
                #expect(spending?.calls == 5 && spending?.estimated == .zero)
            }
            let second = scene.server.requests.first { $0.firstUserText.hasPrefix("Role: coder\nFeature: FR-001") && $0.answers == 1 }
            let output = second?.toolResults.last?.content ?? ""
            #expect(output.contains("ran") && !output.contains("ran\nran"), "\(output)")
        }
    }
}
