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
    /// The emergency stop, against processes that will not end.
    @Suite(.timeLimit(.minutes(1)))
    struct EmergencyStopTests {
        /// Ignores every signal that can be ignored, forks twice, leaves session and group, and can be found by its mark.
        private struct Stubborn {
            let mark = "\(UInt32.random(in: 1_000_000 ... .max))"
            var line: String {
                """
                sh -c 'trap "" TERM INT HUP; (setsid sh -c "trap \\"\\" TERM; sleep \(mark) & sleep \(mark)" &); \
                perl -e "fork and exit; fork and exit; \\$SIG{TERM} = q(IGNORE); exec qw(sleep \(mark))"; while :; do sleep \(mark); done'
                """
            }
            var isRunning: Bool { Scene.isRunning("sleep\0\(mark)") }
        }

        @Test func `ferry stop --all ends every process of every agent within a second, and nothing starts`() async throws {
            let one = Stubborn()
            let other = Stubborn()
            let answers: [Answer] = [
                .planner(), .coder(feature: "FR-001", runs: [one.line]), .coder(feature: "FR-002", runs: [other.line]), .tester(), .reviewer(),
            ]
            try await Scene.with(answers) { scene in
                try await scene.whileServing {
                    try scene.write(Hello.wordNote("thanks"), "Thanks", in: .planned)
                    try await scene.note("Thanks", reaches: .inProgress)
                    try scene.write(Hello.wordNote("please"), "Please", in: .planned)
                    #expect(await eventually { one.isRunning && other.isRunning })
                    let stop = try FerryProcess(["stop", "--all", "--vault", scene.vault.string], in: scene)
                    #expect(await eventually { (try? FileStatus(of: scene.vault.pushing(VaultLayout().stop))) != nil })
                    let start = ContinuousClock.now
                    #expect(await eventually { !one.isRunning && !other.isRunning })
                    #expect(ContinuousClock.now - start < .seconds(1))
                    #expect(try await stop.exitStatus() == 0)
                    let asked = scene.server.requests.count
                    try scene.write(Hello.wordNote("hello"), "Hello", in: .planned)
                    try await scene.note("Hello", in: .planned, says: "STOP.md")
                    #expect(scene.server.requests.count == asked && !one.isRunning && !other.isRunning)
                    // Interrupted is not failed.
                    for name in ["Thanks", "Please"] { #expect(try await scene.record(name)?.state == .inProgress) }
                    let undo = try FerryProcess(["stop", "--undo", "--vault", scene.vault.string], in: scene)
                    #expect(try await undo.exitStatus() == 0)
                    #expect(await eventually { one.isRunning && other.isRunning })
                }
                #expect(!one.isRunning && !other.isRunning)
            }
        }

        /// The loop is busy for as long as the stop stands; only what watches beside it sees it.
        @Test func `a stop that is taken back before the loop has seen it ends the agents, and their work goes on`() async throws {
            let endless = EndlessCommand()
            let (isHeld, gate) = (Once(), Gate())
            let answers: [Answer] = [.planner(), .coder(writes: Hello.farewellWhole, runs: [endless.line]), .tester(), .reviewer()]
            try await Scene.with(answers) { scene in
                let stop = scene.vault.pushing(VaultLayout().stop)
                try await scene.whileServing {
                    $0.hooks.willLook = { if (try? FileStatus.ifPresent(stop)) ?? nil != nil, isHeld.take() { try? await gate.pass() } }
                } _: {
                    try scene.write(Hello.farewell, "Say goodbye", in: .planned)
                    #expect(await eventually { endless.isRunning })
                    try await scene.note("Say goodbye", reaches: .inProgress)
                    try FileContents.write([], to: stop, mode: 0o644)
                    try await gate.reached()
                    #expect(await eventually { !endless.isRunning })
                    try Directory.removeTree(stop)
                    gate.open()
                    let feature = try await scene.note("Say goodbye", reaches: .review)
                    #expect(feature.run == RunNumber(1))
                    #expect(try await !scene.history(feature.id).contains { $0.hasPrefix("stopped") })
                }
            }
        }
    }
}
