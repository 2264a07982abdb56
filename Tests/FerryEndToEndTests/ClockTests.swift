internal import FerryModel
internal import FerryStore
internal import FerrySystem
internal import FerryTestSupport
internal import Glibc
internal import SystemPackage
internal import Testing

extension EndToEnd {
    /// The clock on the wall is set while Ferry works. Its waits are told by another one.
    @Suite(.timeLimit(.minutes(2)))
    struct ClockTests {
        @Test func `jumps of the clock by a day, forth and back, and a stop of the process hold nothing up`() async throws {
            let gates = (Gate(), Gate())
            let answers: [Answer] = [
                .planner(), Answer.coder(writes: Hello.farewellWhole).held(by: gates.0), Answer.tester().held(by: gates.1), .reviewer(),
            ]
            try await Scene.with(answers) { scene in
                let clock = try WallClock(in: scene.folder)
                try clock.set(seconds: 0)
                try scene.write(Hello.farewell, "Say goodbye", in: .planned)
                let process = try FerryProcess(["run", "--vault", scene.vault.string, "--allow-root"], in: scene, environment: clock.environment)
                try await gates.0.reached()
                try clock.set(seconds: 86_400)
                gates.0.open()
                try await gates.1.reached()
                process.send(SIGSTOP)
                try clock.set(seconds: -2 * 86_400)
                gates.1.open()
                process.send(SIGCONT)
                #expect(try await scene.note("Say goodbye", reaches: .review).run == RunNumber(1))
                #expect(scene.turns == ["planner 1", "coder 1", "coder 2", "tester 1", "reviewer 1"])
                try clock.set(seconds: 3600)
                try scene.move("Say goodbye", .review, .done)
                try await scene.note("Say goodbye", reaches: .done)
                process.send(SIGTERM)
                #expect(try await process.exitStatus() == 0)
            }
        }
    }
}
