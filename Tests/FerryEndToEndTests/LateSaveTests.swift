internal import FerryModel
internal import FerryStore
internal import FerrySystem
internal import FerryTestSupport
internal import FerryWireServer
internal import SystemPackage
internal import Testing

extension EndToEnd {
    /// A person's editor still has the note open where it was.
    @Suite(.timeLimit(.minutes(1)))
    struct LateSaveTests {
        @Test func `a save that recreates the note where Ferry moved it away from is merged and is no second note`() async throws {
            let gate = Gate()
            let answers: [Answer] = [.planner(), .coder(writes: Hello.farewellWhole).held(by: gate), .tester(), .reviewer()]
            try await Scene.with(answers) { scene in
                try await scene.whileServing {
                    try scene.write(Hello.farewell, "Say goodbye", in: .planned)
                    try await scene.note("Say goodbye", reaches: .inProgress)
                    try await gate.reached()
                    // vim with `backupcopy=no`, whose buffer knows nothing of Ferry's keys: a new file under the old name.
                    let buffer = Hello.farewell.replacing("by name.", with: "by name, politely.")
                    try scene.write(buffer, "Say goodbye", in: .planned)
                    let old = scene.vault.pushing(scene.path("Say goodbye", in: .planned))
                    #expect(try await eventually { try FileStatus.ifPresent(old) == nil })
                    try await scene.note("Say goodbye", in: .inProgress, says: "by name, politely.")
                    gate.open()
                    let feature = try await scene.note("Say goodbye", reaches: .review)
                    #expect(feature.run == RunNumber(1))
                    try await scene.note("Say goodbye", in: .review, says: "by name, politely.")
                    #expect(try await scene.reading { try await $0.features().count } == 1)
                    let folders = FeatureState.allCases.map { scene.vault.pushing(scene.path("x", in: $0)).removingLastComponent() }
                    #expect(try folders.flatMap { try scene.names(in: $0) }.filter { $0 != "README.md" } == ["Say goodbye.md"])
                }
                // The run went on with the text that it began with.
                #expect(scene.prompts("planner").count == 1)
                #expect(scene.prompts("reviewer").allSatisfy { !$0.contains("politely") })
                #expect(scene.server.refusals.isEmpty)
            }
        }
    }
}
