internal import FerryLLM
internal import FerrySystem
internal import FerryTestSupport
internal import FerryWireServer
internal import Foundation
internal import Glibc
internal import SystemPackage
internal import Testing

extension EndToEnd {
    /// `ferry models` and what `ferry doctor` says of models, with a server that plays a provider.
    @Suite(.timeLimit(.minutes(1)))
    struct ModelsCommandTests {
        private static func ferry(_ arguments: String..., in scene: Scene) async throws -> (status: Int32, output: String) {
            let log = scene.folder.appending("ferry.log")
            try Directory.removeTree(log)
            let process = try FerryProcess(arguments + ["--vault", scene.vault.string], in: scene)
            return (try await process.exitStatus(), try text(log))
        }

        private static let ready = Answer("nobody", turns: [.init(text: "ready")])

        @Test func `models are listed with prices and limits, and tried`() async throws {
            var ready = Self.ready
            ready.lines = []
            try await Scene.with([ready], wire: .openai) { scene in
                let plain = try await Self.ferry("models", in: scene)
                #expect(plain.status == 0, "\(plain.output)")
                #expect(plain.output.contains("chat/gpt-5.4-mini") && plain.output.contains("0.75 / 4.5 / 0.075") && plain.output.contains("272k"))
                #expect(plain.output.contains("no key needed") && plain.output.contains("The key ANTHROPIC_API_KEY is not set"))
                #expect(scene.server.requests.isEmpty)
                let probed = try await Self.ferry("models", "--probe", "--json", in: scene)
                let report = try #require(try JSONSerialization.jsonObject(with: Data(probed.output.utf8)) as? [String: Any], "\(probed.output)")
                let models = try #require(report["models"] as? [[String: Any]])
                let model = try #require(models.first { $0["name"] as? String == "chat/gpt-5.4-mini" })
                #expect(probed.status == 0 && model["is_used"] as? Bool == true && model["window_tokens"] as? Int == 272_000)
                #expect((model["answer"] as? [String: Any])?["cost_usd"] as? Double ?? 0 > 0)
                #expect(scene.server.requests.count == 1)
            }
        }

        @Test func `the doctor tells an unknown model, a small context and a provider that is not there`() async throws {
            try await Scene.with(wire: .openai) { scene in
                let doctor = { try await Self.ferry("doctor", geteuid() == 0 ? "--allow-root" : "--json", in: scene) }
                scene.server.offer(["data": [["id": "gpt-5.4-mini", "max_model_len": 16_384]]], at: "/v1/models")
                let small = try await doctor()
                #expect(
                    small.status == 1 && small.output.contains("its provider gives it 16384 tokens, and Ferry counts on 272000"), "\(small.output)")
                scene.server.offer(["data": [["id": "gpt-5.4-nano"]]], at: "/v1/models")
                let unknown = try await doctor()
                #expect(unknown.status == 1 && unknown.output.contains("knows no model `gpt-5.4-mini`"), "\(unknown.output)")
                #expect(unknown.output.contains("It has gpt-5.4-nano"))
                await scene.server.stop()
                let gone = try await doctor()
                #expect(gone.status == 1 && gone.output.contains("No connection to 127.0.0.1"), "\(gone.output)")
                #expect(scene.server.requests.isEmpty)
            }
        }
    }
}
