internal import FerryModel
internal import FerryPipeline
internal import FerryService
internal import FerryStore
internal import FerrySystem
internal import FerryTestSupport
internal import FerryWireServer
internal import SystemPackage
internal import Testing

extension EndToEnd {
    /// A person ends what an agent is doing.
    @Suite(.timeLimit(.minutes(1)))
    struct CancelTests {
        private static let note = """
            # Two words
            ## Phases
            ### Phase 1: thanks
            A function that says thanks.
            ### Phase 2: please
            A function that says please.

            """

        @Test func `moved out while an agent works, its processes are gone within a second and the branch stays`() async throws {
            let endless = EndlessCommand()
            let answers: [Answer] = [
                .planner(), .coder(phase: 1, writes: Hello.word("thanks")), .coder(phase: 2, runs: [endless.line]), .tester(), .reviewer(),
            ]
            try await Scene.with(answers) { scene in
                try await scene.whileServing {
                    try scene.write(Self.note, "Two words", in: .planned)
                    #expect(await eventually { endless.isRunning })
                    let working = try await scene.note("Two words", reaches: .inProgress)
                    let start = ContinuousClock.now
                    try scene.move("Two words", .inProgress, .ideas)
                    #expect(await eventually { !endless.isRunning })
                    #expect(ContinuousClock.now - start < .seconds(1))
                    try await scene.note("Two words", reaches: .ideas)
                    let branch = try #require(working.branch)
                    #expect(try await scene.git("diff", "--name-only", "main", branch) == "hello/thanks.py\ntests/test_thanks.py")
                    #expect(try FileStatus.ifPresent(scene.vault.appending("40_runs/FR-001/FR-001 run-1 phase 1 code.md")) != nil)
                    #expect(try await scene.reading { try await $0.openJobs().isEmpty } == true)
                    #expect(try await scene.reading { try await $0.run(working.id, RunNumber(1))?.outcome } == .cancelled)
                }
            }
        }

        @Test func `a run that began anew goes on from where it was, once it is moved out and in again`() async throws {
            let endless = EndlessCommand()
            let answers: [Answer] = [
                .planner(), .coder(phase: 1, writes: Hello.word("thanks")), .coder(run: 2, phase: 2, runs: [endless.line]),
                .coder(phase: 2, writes: Hello.word("please")), .tester(), .reviewer(),
            ]
            try await Scene.with(answers) { scene in
                try await scene.whileServing {
                    try scene.write(Self.note, "Two words", in: .planned)
                    let first = try await scene.note("Two words", reaches: .review)
                    // Rejected, and begun anew from the base.
                    try scene.move("Two words", .review, .ideas)
                    try await scene.note("Two words", reaches: .ideas)
                    try scene.move("Two words", .ideas, .planned)
                    #expect(await eventually { endless.isRunning })
                    let second = try await scene.note("Two words", reaches: .inProgress)
                    #expect(second.run == RunNumber(2) && second.branch != first.branch)
                    try scene.move("Two words", .inProgress, .ideas)
                    try await scene.note("Two words", reaches: .ideas)
                    try scene.move("Two words", .ideas, .planned)
                    let third = try await scene.note("Two words", reaches: .review)
                    #expect(third.run == RunNumber(3) && third.branch == second.branch)
                }
            }
        }

        @Test func `a run that begins anew does so also when a kill comes at its beginning`() async throws {
            try await Scene.with([.planner(), .coder(writes: Hello.word("thanks")), .tester(), .reviewer()]) { scene in
                let timing = ["FERRY_TIMING": "settle=60 firstTouch=30 noteInterval=50 disappearance=100"]
                let words = ["run", "--vault", scene.vault.string, "--allow-root"]
                let process = try FerryProcess(words, in: scene, environment: timing.merging(["FERRY_FAILPOINTS": "run.afterEffect=kill@2"]) { $1 })
                try scene.plan()
                let first = try await scene.note("Thanks", reaches: .review)
                try scene.move("Thanks", .review, .ideas)
                try await scene.note("Thanks", reaches: .ideas)
                try scene.move("Thanks", .ideas, .planned)
                #expect(try await process.exitStatus() == 128 + 9)
                try await scene.whileServing {
                    let second = try await scene.note("Thanks", reaches: .review)
                    #expect(second.run == RunNumber(2) && second.branch != first.branch)
                }
            }
        }

        @Test func `STOP ends all agents, and without it they go on`() async throws {
            let endless = EndlessCommand()
            let answers: [Answer] = [
                .planner(), .coder(attempt: 1, writes: Hello.farewellWhole, runs: [endless.line]), .tester(), .reviewer(),
            ]
            try await Scene.with(answers) { scene in
                try await scene.whileServing {
                    let stop = scene.vault.appending("90_system/STOP.md")
                    try scene.write(Hello.farewell, "Say goodbye", in: .planned)
                    #expect(await eventually { endless.isRunning })
                    try await scene.note("Say goodbye", reaches: .inProgress)
                    let start = ContinuousClock.now
                    try FileContents.write([], to: stop, mode: 0o644)
                    #expect(await eventually { !endless.isRunning })
                    #expect(ContinuousClock.now - start < .seconds(1))
                    // Nothing starts meanwhile.
                    let asked = scene.server.requests.count
                    try scene.write(Hello.wordNote("thanks"), "Thanks", in: .planned)
                    try await scene.note("Thanks", in: .planned, says: "STOP.md")
                    #expect(scene.server.requests.count == asked)
                    #expect(try await scene.record("Say goodbye")?.state == .inProgress)
                    try scene.move("Thanks", .planned, .ideas)
                    try await scene.note("Thanks", reaches: .ideas)
                    try Directory.removeTree(stop)
                    // The command that was cut off is not run again; the coder is told, and finishes.
                    try await scene.note("Say goodbye", reaches: .review)
                    #expect(scene.turns == ["planner 1", "coder 1", "coder 2", "tester 1", "reviewer 1"])
                }
                #expect(!endless.isRunning)
            }
        }

        @Test func `a note that is moved out at the very moment of its start is no fault of the disk`() async throws {
            let isMoved = Once()
            try await Scene.with(Scene.plain) { scene in
                try await scene.whileServing {
                    $0.hooks.didChange = { feature in
                        guard feature.state == .inProgress, feature.folder == .planned, isMoved.take() else { return }
                        try? scene.move("Thanks", .planned, .ideas)
                    }
                } _: {
                    try scene.plan()
                    let feature = try await scene.note("Thanks", reaches: .ideas)
                    #expect(!isMoved.take())
                    let said = try await scene.history(feature.id) + [scene.dashboard]
                    #expect(!said.contains { $0.contains("refused") }, "\(said)")
                    #expect(try await scene.reading { try await $0.openJobs().isEmpty } == true)
                    // Nothing else waits for a mend.
                    try scene.move("Thanks", .ideas, .planned)
                    try await scene.note("Thanks", reaches: .review)
                }
            }
        }
    }
}
