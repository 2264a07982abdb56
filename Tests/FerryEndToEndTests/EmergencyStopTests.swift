internal import FerryModel
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
    }
}
