internal import FerryModel
internal import FerryPipeline
internal import FerrySystem
internal import FerryTestSupport
internal import FerryWireServer
internal import Foundation
internal import Glibc
internal import SystemPackage
internal import Testing

extension EndToEnd {
    /// `ferry replay` of a run that the service made.
    @Suite(.timeLimit(.minutes(1)))
    struct ReplayCommandTests {
        private static func ferry(_ arguments: String..., in scene: Scene) async throws -> (status: Int32, output: String) {
            let log = scene.folder.appending("ferry.log")
            try Directory.removeTree(log)
            let process = try FerryProcess(arguments + ["--vault", scene.vault.string], in: scene)
            return (try await process.exitStatus(), try text(log))
        }

        @Test func `a run is gone through again offline, and each request is what the server got`() async throws {
            try await Scene.with([.planner(), .coder(writes: Hello.farewellWhole), .tester(), .reviewer()]) { scene in
                try await scene.whileServing {
                    try scene.write(Hello.farewell, "Say goodbye", in: .planned)
                    try await scene.note("Say goodbye", reaches: .review)
                }
                let got = Set(scene.server.requests.map { ContentHash(of: $0.rawBody).description })
                let again = try await Self.ferry("replay", "FR-001", "--run", "1", "--json", in: scene)
                #expect(again.status == 0, "\(again.output)")
                let report = try #require(try JSONSerialization.jsonObject(with: Data(again.output.utf8)) as? [String: Any])
                let stages = try #require(report["stages"] as? [[String: Any]]).compactMap { $0["replay"] as? [String: Any] }
                #expect(stages.compactMap { $0["name"] as? String } == ["planner", "code", "test", "review"])
                #expect(stages.compactMap { $0["requests"] as? Int }.reduce(0, +) == got.count)
                let replay = try RunReplay(folder: try scene.folders.run(FeatureID(number: 1), RunNumber(1)))
                #expect(Set(replay.stages.flatMap(\.sentHashes)) == got)
                // Nobody was asked.
                #expect(scene.server.requests.count == got.count)

                let root = geteuid() == 0 ? "--allow-root" : "--tools"
                let tools = try await Self.ferry("replay", "FR-001", "--tools", root, in: scene)
                #expect(tools.status == 0 && tools.output.contains("2 tool calls made again, 0 gave something else"), "\(tools.output)")
                let none = try await Self.ferry("replay", "FR-001", "--stage", "other", in: scene)
                #expect(none.status == 1 && none.output.contains("It has planner, code, test, review."), "\(none.output)")
            }
        }
    }
}
