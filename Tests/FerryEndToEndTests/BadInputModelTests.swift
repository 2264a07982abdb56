internal import FerryLLM
internal import FerryModel
internal import FerryService
internal import FerryStore
internal import FerrySystem
internal import FerryTestSupport
internal import FerryVault
internal import FerryWireServer
internal import SystemPackage
internal import Testing

@testable internal import FerryCommands

/// Models that cannot be had, and models that talk nonsense (docs/SPEC.md, section 11, B6, B7, B20 to B24).
@Suite(.serialized, .timeLimit(.minutes(2)))
struct BadInputModelTests {
    // MARK: Keys

    @Test func `a missing key is named where it may be set, and the feature goes on when it is there`() async throws {
        try await Scene.with(Scene.plain) { scene in
            let host = scene.server.baseURL.dropFirst("http://".count)
            try scene.change(Scene.settings) { $0 = $0.replacing("{api: anthropic, ", with: "{api: anthropic, key: TEAM_KEY, ") }
            let keys = scene.configHome.appending("ferry").appending("keys.yaml")
            try Directory.create(keys.removingLastComponent(), mode: 0o700)
            try FileContents.write(Array("TEAM_KEY: {hosts: [\"\(host)\"]}\n".utf8), to: keys, mode: 0o600)
            try await scene.whileServing {
                try scene.plan()
                try await scene.told("Thanks", "The key TEAM_KEY is not set")
                try await scene.told("Thanks", "keys.yaml")
                try await scene.dashboard(says: "The key TEAM_KEY is not set")
                #expect(try await scene.why("Thanks").contains("The key TEAM_KEY is not set"))
                #expect(try await scene.record("Thanks")?.state == .inProgress)
                #expect(scene.server.requests.isEmpty)
                try FileContents.write(Array("TEAM_KEY: {key: \"sesame-sesame-1\", hosts: [\"\(host)\"]}\n".utf8), to: keys, mode: 0o600)
                try await scene.note("Thanks", reaches: .review)
                #expect(scene.server.requests.first?.header("x-api-key") == "sesame-sesame-1")
                #expect(scene.note("Thanks")?.contains("sesame") == false)
            }
        }
    }

    @Test func `a key is not sent to a host that it is not bound to`() async throws {
        try await Scene.with(Scene.plain) { scene in
            try scene.change(Scene.settings) { $0 = $0.replacing("{api: anthropic, ", with: "{api: anthropic, key: ANTHROPIC_API_KEY, ") }
            try await scene.whileServing({ $0.environment = ["ANTHROPIC_API_KEY": "sk-ant-very-secret"] }) {
                try scene.plan()
                try await scene.told("Thanks", "The key ANTHROPIC_API_KEY is bound to api.anthropic.com, not to 127.0.0.1:")
                try await scene.told("Thanks", "was not sent")
                try await scene.dashboard(says: "hosts: [127.0.0.1:")
                #expect(scene.server.requests.isEmpty)
                #expect(!scene.dashboard.contains("very-secret"))
                try scene.change(Scene.settings) { $0 = $0.replacing("key: ANTHROPIC_API_KEY, ", with: "") }
                try await scene.note("Thanks", reaches: .review)
            }
        }
    }

    // MARK: Providers

    /// A provider that always answers so, and what the person is told.
    struct Refusal: CustomTestStringConvertible, Sendable {
        let reply: WireReply
        let says: String
        let remedy: String
        var testDescription: String { says }
    }

    @Test func `a pause that the provider asks for is told while it lasts`() async throws {
        try await Scene.with(Scene.plain) { scene in
            let busy = try await WireServer.start { _ in
                .status(429, type: "rate_limit_error", message: "too fast", headers: [(name: "retry-after", value: "120")])
            }
            try scene.provider(at: busy.baseURL)
            try await scene.whileServing {
                try scene.plan()
                try await scene.told("Thanks", "Ferry is at work: waits until ")
                try await scene.told("Thanks", "asks every user of its key to wait")
                let why = try await scene.why("Thanks")
                #expect(why.contains("Waits until ") && why.contains("asks every user of its key to wait"))
            }
            await busy.stop()
        }
    }

    @Test(arguments: [
        Refusal(reply: .status(401, type: "authentication_error", message: "invalid x-api-key"), says: "invalid x-api-key", remedy: "key"),
        Refusal(
            reply: .status(429, type: "rate_limit_error", message: "too fast", headers: [(name: "retry-after", value: "3600")]), says: "too fast",
            remedy: ""),
        Refusal(reply: .status(500, type: "api_error", message: "internal trouble"), says: "internal trouble", remedy: ""),
        Refusal(reply: .status(404, type: "not_found_error", message: "model: gone"), says: "model: gone", remedy: ""),
        Refusal(reply: .cut(after: 2, of: ScriptedTurn(text: "I was about to")), says: "cut its answer off", remedy: ""),
    ])
    func `a provider that refuses leaves the note where it is, is named, and the feature goes on when it is mended`(_ refusal: Refusal) async throws {
        try await Scene.with(Scene.plain) { scene in
            let reply = refusal.reply
            let sick = try await WireServer.start { _ in reply }
            try scene.provider(at: sick.baseURL)
            try await scene.whileServing(Scene.quickModel) {
                try scene.plan()
                try await scene.told("Thanks", "The model of the planner cannot be had: ")
                try await scene.told("Thanks", refusal.says)
                try await scene.dashboard(says: refusal.says)
                #expect(try await scene.why("Thanks").contains(refusal.says))
                let record = try #require(try await scene.record("Thanks"))
                #expect(record.state == .inProgress)
                try scene.mendProvider(from: sick.baseURL)
                try await scene.note("Thanks", reaches: .review)
                #expect(scene.note("Thanks")?.contains("cannot be had: ") == false || scene.note("Thanks")?.contains("[!warning]") == false)
                try await scene.dashboardForgets(refusal.says)
            }
            await sick.stop()
        }
    }

    @Test func `a model that nobody serves is named, other features go on, and run --once ends with 1`() async throws {
        try await Scene.with(Scene.plain) { scene in
            let sick = try await WireServer.start { _ in .text("") }
            let address = sick.baseURL
            await sick.stop()
            try scene.change(Scene.settings) {
                $0 = $0.replacing("script: {api:", with: "gone: {api: anthropic, base_url: \"\(address)\"}\nscript: {api:")
            }
            try scene.plan("Lost", "---\nmodel: gone/claude-haiku-5-5\n---\n" + Hello.wordNote("lost"))
            try scene.plan()
            let end = try await scene.runOnce(Scene.quickModel)
            guard case .failed(let faults) = end else { throw SceneError(what: "it ended with \(end)") }
            #expect(faults.contains { $0.contains("No connection to \(address.dropFirst("http://".count))") }, "\(faults)")
            #expect(try await scene.record("Thanks")?.state == .review)
            #expect(try await scene.record("Lost")?.state == .inProgress)
            try await scene.dashboard(says: "The model of the planner cannot be had")
        }
    }

    @Test func `a stream that is cut once costs a retry and nothing else`() async throws {
        try await Scene.with(Scene.plain) { scene in
            let first = Once()
            let good = scene.server.baseURL
            let cutting = try await WireServer.start { request in
                if first.take() { return .cut(after: 2, of: ScriptedTurn(text: "I was about to")) }
                return .calls(.init("finish", ["summary": "A plan.", "plan": "Do it.", "questions": []]))
            }
            try scene.change(Scene.settings) {
                $0 = $0.replacing("script: {api:", with: "cut: {api: anthropic, base_url: \"\(cutting.baseURL)\"}\nscript: {api:")
            }
            try scene.change("20_agents/planner.md") { $0 = $0.replacing("role: planner\n", with: "role: planner\nmodel: cut/claude-haiku-5-5\n") }
            try await scene.whileServing(Scene.quickModel) {
                try scene.plan()
                try await scene.note("Thanks", reaches: .review)
            }
            #expect(cutting.requests.count == 2)
            #expect(scene.server.baseURL == good)
            await cutting.stop()
        }
    }

    // MARK: Nonsense

    @Test func `nonsense tool calls are answered with what is wrong, and in the end block the feature with the reason`() async throws {
        try await Scene.with { scene in
            let babbling = try await WireServer.start { request in
                if request.firstUserText.contains("Role: planner") {
                    return .calls(.init("finish", ["summary": "A plan.", "plan": "Do it.", "questions": []]))
                }
                return request.answers % 2 == 0 ? .calls(.init("fly", ["to": "the moon"])) : .calls(.init("read", ["pth": 7]))
            }
            try scene.provider(at: babbling.baseURL)
            try await scene.whileServing(Scene.quickModel) {
                try scene.plan()
                try await scene.note("Thanks", reaches: .blocked)
                try await scene.told("Thanks", "The coder did not get there")
            }
            let results = babbling.requests.flatMap(\.toolResults).filter(\.isError)
            #expect(results.contains { $0.content.contains("fly") })
            #expect(results.contains { $0.content.contains("path") })
            await babbling.stop()
        }
    }

    @Test func `a model that calls tools without end is stopped, and the feature is blocked with what it repeated`() async throws {
        try await Scene.with { scene in
            let endless = try await WireServer.start { request in
                if request.firstUserText.contains("Role: planner") {
                    return .calls(.init("finish", ["summary": "A plan.", "plan": "Do it.", "questions": []]))
                }
                return .calls(.init("bash", ["command": .string("echo \(request.answers)")]))
            }
            try scene.provider(at: endless.baseURL)
            try await scene.whileServing({
                Scene.quickModel(&$0)
                $0.maxIterations = 4
            }) {
                try scene.plan()
                try await scene.note("Thanks", reaches: .blocked)
                try await scene.told("Thanks", "it used all 4 turns (`max_turns`) without a report")
                #expect(try await scene.why("Thanks").contains("it used all 4 turns"))
            }
            await endless.stop()
        }
    }
}
