internal import FerryModel
internal import FerryService
internal import FerryStore
internal import FerrySystem
internal import FerryTestSupport
internal import FerryVault
internal import SystemPackage
internal import Testing

extension EndToEnd {
    /// More notes at once than a person moves by hand.
    @Suite(.timeLimit(.minutes(1)))
    struct BulkTests {
        private static let names = ["Alpha", "Beta", "Gamma", "Delta", "Epsilon"]

        @Test func `notes that are moved to planned together wait for one tick on the dashboard, also over a restart`() async throws {
            try await Scene.with(settings: ["ask_above": "3"]) { scene in
                // Nothing shall be at work meanwhile.
                try FileContents.write([], to: scene.vault.appending("90_system/STOP.md"), mode: 0o644)
                let settle: @Sendable (inout ServiceOptions) -> Void = { $0.timing.firstTouch = .seconds(2) }
                try await scene.whileServing(settle) {
                    for name in Self.names { try scene.write("# \(name)\n", name, in: .ideas) }
                    for name in Self.names { try scene.move(name, .ideas, .planned) }
                    try await scene.dashboard(says: "Start 5 features that were moved to planned together")
                    #expect(try await scene.reading { try await $0.openJobs().isEmpty } == true)
                    // Moved back, it is forgotten.
                    try scene.move("Alpha", .planned, .ideas)
                    try await scene.dashboard(says: "Start 4 features that were moved to planned together")
                }
                try scene.move("Beta", .planned, .drafts)
                try scene.move("Gamma", .planned, .drafts)
                try await scene.whileServing(settle) {
                    // Fewer than `ask_above` by now; a restart starts none of them.
                    try await scene.dashboard(says: "Start 2 features that were moved to planned together")
                    #expect(try await scene.reading { try await $0.openJobs().isEmpty } == true)
                    try scene.change(VaultLayout().dashboard) { $0 = $0.replacing("- [ ] Start 2", with: "- [x] Start 2") }
                    #expect(try await eventually { try await scene.reading { try await $0.openJobs().count } == 2 })
                    try await scene.dashboardForgets("that were moved to planned together")
                    #expect(
                        try scene.names(in: scene.vault.pushing(scene.path("x", in: .planned)).removingLastComponent()).count { $0 != "README.md" }
                            == 2)
                }
            }
        }
    }
}
