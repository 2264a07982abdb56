internal import FerryModel
internal import FerryPipeline
internal import FerrySystem
internal import FerryTestSupport
internal import FerryVault
internal import Glibc
internal import SystemPackage
internal import Testing

extension EndToEnd {
    /// `ferry run` itself, killed while it answers a gesture by writing the note and moving it.
    @Suite(.timeLimit(.minutes(15)))
    struct CrashTests {
        private static let body = "A note of mine.\n\nWith a last line and no end"

        /// `ferry run --once` with the scene's folders, killed at this call into the vault or the journal; 0 for none.
        private func run(_ scene: Scene, at call: Int, trace: FilePath? = nil, _ crash: CrashPoint) throws -> CrashPoint.Ending {
            let environment = [
                "PATH": "/usr/bin:/bin", "HOME": scene.folder.appending("home").string, "XDG_STATE_HOME": scene.stateHome.string,
                "XDG_CACHE_HOME": scene.cacheHome.string, "XDG_CONFIG_HOME": scene.configHome.string,
            ]
            return try crash.run(
                CrashPoint.program("ferry"), ["run", "--once", "--vault", scene.vault.string, "--allow-root"], environment: environment, at: call,
                below: [scene.vault, try scene.folders.writes], trace: trace)
        }

        /// The person edits `status` in the note, and Ferry moves the note and writes it.
        @Test func `a kill at any write of a gesture is put right by the next start`() async throws {
            try await Scene.with { scene in
                let crash = try CrashPoint(in: scene.folder)
                // Nothing is to run: only notes are written.
                try FileContents.write([], to: scene.vault.pushing(VaultLayout().stop), mode: 0o644)
                try scene.write(Self.body, "Mine", in: .planned)
                _ = try run(scene, at: 0, crash)
                #expect(try scene.read("Mine", in: .planned).contains("status: planned"))
                let trace = scene.folder.appending("trace")
                var places = [0]
                while let place = places.popLast() {
                    try scene.edit("Mine", in: .planned) { $0 = $0.replacing("status: planned", with: "status: ideas") }
                    let ending = try run(scene, at: place, trace: place == 0 ? trace : nil, crash)
                    #expect((ending == .killed) == (place != 0), "call \(place): \(ending)")
                    if place != 0 { _ = try run(scene, at: 0, crash) }
                    try check(scene, place)
                    if place == 0 { places = sample(try text(trace)) }
                    try scene.move("Mine", .ideas, .planned)
                    _ = try run(scene, at: 0, crash)
                    #expect(try scene.read("Mine", in: .planned).contains("status: planned"), "after call \(place)")
                }
            }
        }

        /// Places to be killed at: all with FERRY_LONG, else the exchange of the note, its move and one after both.
        private func sample(_ trace: String) -> [Int] {
            let lines = trace.split(separator: "\n")
            print("ferry run: \(lines.count) calls that change the vault or the journal")
            if getenv("FERRY_LONG") != nil { return Array(1...lines.count) }
            let exchange = lines.firstIndex { $0.contains(" exchange ") && $0.hasSuffix("/Mine.md") }
            let move = lines.firstIndex { $0.contains(" rename ") && $0.hasSuffix("01_ideas/Mine.md") }
            #expect(exchange != nil && move != nil, "the note was not written and moved:\n\(trace)")
            return [exchange, move].compactMap { $0.map { $0 + 2 } }
        }

        private func check(_ scene: Scene, _ place: Int) throws {
            let note = try scene.read("Mine", in: .ideas)
            #expect(note.contains(Self.body) && note.contains("status: ideas") && note.contains("id: FR-001"), "call \(place): \(note)")
            let names = try FeatureState.allCases.flatMap { state in
                try scene.names(in: scene.vault.pushing(scene.path("x", in: state)).removingLastComponent())
            }
            #expect(names.filter { $0 != "README.md" } == ["Mine.md"], "call \(place): \(names)")
            #expect(try scene.names(in: scene.folders.writes).isEmpty, "call \(place)")
            let system = try scene.names(in: scene.vault.appending("90_system"))
            #expect(system.allSatisfy { !$0.hasPrefix(".ferry-") }, "call \(place): \(system)")
        }
    }
}
