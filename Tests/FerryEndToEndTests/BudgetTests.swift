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

@testable internal import FerryCommands

extension EndToEnd {
    /// Limits of money: what is asked at them, and what lets work go on.
    @Suite(.timeLimit(.minutes(1)))
    struct BudgetTests {
        /// Less than one call of a model may cost.
        private static let poor = "---\nbudget_usd: 0.001\n---\n" + Hello.wordNote("thanks")

        @Test func `a tick that comes together with the move to planned counts`() async throws {
            try await Scene.with(Scene.plain) { scene in
                try await scene.whileServing {
                    try scene.write(Self.poor, "Thanks", in: .planned)
                    let feature = try await scene.note("Thanks", reaches: .blocked)
                    try await scene.told("Thanks", "Tick the box to allow 5.00 USD more")
                    // As a sync tool brings both.
                    let note = try #require(scene.note("Thanks"))
                    try scene.write(note.replacing("- [ ] Allow 5.00", with: "- [x] Allow 5.00"), "Thanks", in: .planned)
                    try Directory.removeTree(scene.vault.pushing(scene.path("Thanks", in: .blocked)))
                    try await scene.note("Thanks", reaches: .review)
                    #expect(try await scene.history(feature.id).contains { $0.hasSuffix("more allowed by its box") })
                }
            }
        }

        @Test(arguments: ["box", "note", "settings"])
        func `at its limit a feature parks and asks, also after a restart, and goes on when more is allowed`(by way: String) async throws {
            let isOfSettings = way == "settings"
            try await Scene.with(Scene.plain, settings: isOfSettings ? ["budget_run_usd": "0.001"] : [:]) { scene in
                try await scene.whileServing {
                    try scene.write(isOfSettings ? Hello.wordNote("thanks") : Self.poor, "Thanks", in: .planned)
                    let feature = try await scene.note("Thanks", reaches: .blocked)
                    try await scene.told(
                        "Thanks", "Spent 0.00 of 0.0010 USD (\(isOfSettings ? "run" : "feature") limit). Tick the box to allow 5.00 USD more")
                    #expect(feature.run == RunNumber(1))
                    #expect(scene.server.requests.isEmpty)
                }
                try await scene.whileServing {
                    switch way {
                    case "box":
                        try scene.edit("Thanks", in: .blocked) { $0 = $0.replacing("- [ ] Allow 5.00", with: "- [x] Allow 5.00") }
                    case "note": try scene.edit("Thanks", in: .blocked) { $0 = $0.replacing("budget_usd: 0.001", with: "budget_usd: 1.5") }
                    default: try scene.change(Scene.settings) { $0 = $0.replacing("budget_run_usd: 0.001", with: "budget_run_usd: 2") }
                    }
                    let feature = try await scene.note("Thanks", reaches: .review)
                    #expect(feature.run == RunNumber(1))
                    let total = try await scene.reading { try await $0.spending(feature: feature.id) }
                    #expect((total?.calls ?? 0) > 0 && (total?.amount ?? .zero) > .zero)
                    #expect(scene.note("Thanks")?.contains("limit") == false || feature.waitsFor == nil)
                }
                #expect(scene.server.refusals.isEmpty)
            }
        }

        @Test func `the day's limit leaves the feature where it is, uses no attempt, and ends when it is raised`() async throws {
            try await Scene.with(Scene.plain, settings: ["budget_day_usd": "0.001"]) { scene in
                try await scene.whileServing {
                    try scene.plan()
                    try await scene.told("Thanks", "more than a whole day allows. Raise `budget_day_usd`")
                    let feature = try await scene.note("Thanks", reaches: .inProgress)
                    #expect(feature.run == RunNumber(1))
                }
                try await scene.whileServing {
                    try await scene.told("Thanks", "more than a whole day allows. Raise `budget_day_usd`")
                    #expect(scene.server.requests.isEmpty)
                    try scene.change(Scene.settings) { $0 = $0.replacing("budget_day_usd: 0.001", with: "budget_day_usd: 20") }
                    let feature = try await scene.note("Thanks", reaches: .review)
                    #expect(feature.run == RunNumber(1) && feature.generation == 1)
                }
            }
        }

        @Test func `a call that a kill cut off stays in the account as an estimate`() async throws {
            let gate = Gate()
            let answers: [Answer] = [.planner(), Answer.coder(writes: Hello.word("thanks")).held(by: gate), .tester(), .reviewer()]
            try await Scene.with(answers) { scene in
                try scene.plan()
                let process = try FerryProcess(["run", "--vault", scene.vault.string, "--allow-root"], in: scene)
                try await gate.reached()
                process.kill()
                let cut = try await scene.reading { try await $0.spending() }
                #expect((cut?.estimated ?? .zero) > .zero)
                gate.open()
                try await scene.whileServing {
                    let feature = try await scene.note("Thanks", reaches: .review)
                    let total = try await scene.reading { try await $0.spending(feature: feature.id) }
                    #expect(total?.estimated == cut?.estimated)
                    try await scene.told("Thanks", "of it estimated")
                }
            }
        }

        @Test func `when the clock on the wall comes to the next day, what waited for its money goes on by itself`() async throws {
            try await Scene.with(Scene.plain, settings: ["budget_day_usd": "0.02"]) { scene in
                // Another feature has had most of today's money.
                try Directory.create(scene.folders.state, mode: 0o700)
                let store = try Store(at: scene.folders.database)
                let scope = SpendingScope(feature: FeatureID(number: 900), run: RunNumber(1), agent: "coder", model: "m")
                _ = try await store.reserve(Money(dollars: 0.015), key: "today", scope: scope, limits: SpendingLimits())
                store.close()
                let clock = try WallClock(in: scene.folder)
                try clock.set(seconds: 0)
                let arguments = ["run", "--vault", scene.vault.string, "--allow-root"]
                let first = try FerryProcess(arguments, in: scene, environment: clock.environment)
                try scene.plan()
                try await scene.told("Thanks", "It goes on by itself tomorrow")
                // A restart knows what it waits for.
                first.send(SIGTERM)
                #expect(try await first.exitStatus() == 0)
                let process = try FerryProcess(arguments, in: scene, environment: clock.environment)
                defer { process.kill() }
                #expect(try await eventually { try await FeatureReader(scene.view()).status().service?.isReady == true })
                #expect(scene.server.requests.isEmpty)
                try clock.set(seconds: 86_400)
                // Something happens, so that nobody has to wait for the next regular look.
                try scene.write("An idea.", "Idea", in: .ideas)
                let feature = try await scene.note("Thanks", reaches: .review)
                #expect(feature.run == RunNumber(1) && feature.generation == 1)
            }
        }

        @Test func `a price that nobody knows is said and is never nothing`() async throws {
            try await Scene.with(Scene.plain) { scene in
                try scene.change("90_system/models.md") { $0 = $0.replacing("| claude-haiku-5-5 |", with: "| claude-haiku-5-4 |") }
                try await scene.whileServing {
                    try scene.plan()
                    try await scene.note("Thanks", reaches: .review)
                    try await scene.told("Thanks", "price unknown (5 calls)")
                    try await scene.dashboard(says: "price unknown (5 calls) of 50.00 USD")
                    let note = try #require(scene.note("Thanks"))
                    #expect(!note.contains("cost_usd") && !note.contains("0.00 USD"))
                    let report = try await FeatureReader(scene.view()).status()
                    #expect(report.features.first?.costUsd == nil && report.features.first?.unpricedCalls == 5)
                    let lines = StatusText(report, Style(isColoured: false)).lines
                    #expect(lines.contains { $0.contains("price unknown") } && !lines.contains { $0.contains("$0") }, "\(lines)")
                }
            }
        }
    }
}
