internal import FerryModel
internal import FerryStore
internal import FerrySystem
internal import FerryTestSupport
internal import FerryWireServer
internal import SystemPackage
internal import Testing

extension EndToEnd {
    /// Nothing that was done is done again.
    @Suite(.timeLimit(.minutes(1)))
    struct RestartTests {
        private static func answers(_ gate: Gate) -> [Answer] {
            [.planner(), .coder(writes: Hello.farewellWhole), Answer.tester().held(by: gate), .reviewer()]
        }
        /// Only the turn that was under way is asked for once more.
        private static let turns = ["planner 1", "coder 1", "coder 2", "tester 1", "tester 1", "reviewer 1"]

        @Test func `a service that was killed goes on from its last finished stage`() async throws {
            let gate = Gate()
            try await Scene.with(Self.answers(gate)) { scene in
                try scene.write(Hello.farewell, "Say goodbye", in: .planned)
                let process = try FerryProcess(["run", "--vault", scene.vault.string, "--allow-root"], in: scene)
                try await gate.reached()
                process.kill()
                gate.open()
                // What a loss of power may bring back where no look at notes goes: half a write that no record tells of.
                let leftovers = ["90_system", "40_runs/FR-001"].map { scene.vault.pushing(FilePath($0)).appending(".ferry-0123456789abcdef.part") }
                for leftover in leftovers { try FileContents.write(Array("half".utf8), to: leftover) }
                try await scene.whileServing {
                    let feature = try await scene.note("Say goodbye", reaches: .review)
                    #expect(feature.run == RunNumber(1))
                    #expect(try await scene.git("diff", "--name-only", "main", feature.tip ?? "") == "hello/farewell.py\ntests/test_farewell.py")
                }
                #expect(scene.turns == Self.turns)
                #expect(scene.server.refusals.isEmpty)
                for leftover in leftovers { #expect(try FileStatus.ifPresent(leftover) == nil, "\(leftover)") }
            }
        }

        @Test func `a service that was told to stop goes on where it stopped`() async throws {
            let gate = Gate()
            try await Scene.with(Self.answers(gate)) { scene in
                try await scene.whileServing {
                    try scene.write(Hello.farewell, "Say goodbye", in: .planned)
                    try await gate.reached()
                    try await scene.note("Say goodbye", reaches: .inProgress)
                }
                #expect(try await scene.record("Say goodbye")?.state == .inProgress)
                #expect(try await scene.reading { try await $0.openJobs().count } == 1)
                gate.open()
                try await scene.whileServing { try await scene.note("Say goodbye", reaches: .review) }
                #expect(scene.turns == Self.turns)
            }
        }
    }
}
