internal import FerryHTTP
internal import FerryWireServer
internal import Testing

@testable internal import FerryLLM

/// What providers say of their models, and what is said where they do not.
@Suite(.timeLimit(.minutes(1)))
struct ModelLookupTests {
    private func with(
        _ api: ProviderSettings.API, _ path: String, pages: [(path: String, status: Int, page: JSONValue)] = [], key: String? = nil,
        given: String? = nil, replies: [WireReply] = [], _ body: (ModelCatalog, WireServer) async throws -> Void
    ) async throws {
        let server = try await WireServer.start(key: key, replies: replies)
        let client = StreamingHTTPClient()
        for page in pages { server.offer(page.page, at: page.path, status: page.status) }
        let keys = KeyRing(entries: given.map { ["K": KeyRing.Entry(key: Secret($0), hosts: ["127.0.0.1"])] } ?? [:])
        let provider = ProviderSettings(name: "p", api: api, baseURL: server.baseURL + path, key: given == nil ? nil : "K")
        let catalog = ModelCatalog(providers: [provider], keys: keys, client: client, gates: RateGates(), policy: RetryPolicy(base: .milliseconds(1)))
        do { try await body(catalog, server) } catch {
            await client.shutdown()
            await server.stop()
            throw error
        }
        await client.shutdown()
        await server.stop()
    }

    private static let list: JSONValue = [
        "data": [
            ["id": "other"], ["id": "big", "max_model_len": 131_072], ["id": "vendor/middle", "context_length": 65_536],
            ["id": "small", "meta": ["n_ctx": 4_096]],
        ]
    ]

    @Test(arguments: [("big", 131_072), ("middle", 65_536), ("small", 4_096), ("other", nil)] as [(String, Int?)])
    func `the list of a compatible server tells the context, whatever it calls it`(model: String, window: Int?) async throws {
        try await with(.openai, "/v1", pages: [("/v1/models", 200, Self.list)]) { catalog, _ async throws in
            #expect(try await catalog.lookUp("p/\(model)", within: .seconds(10)) == ModelFacts(window: window))
        }
    }

    @Test func `each api has a page of its own`() async throws {
        try await with(.anthropic, "", pages: [("/v1/models/claude-x", 200, ["id": "claude-x", "max_input_tokens": 200_000])], key: "k", given: "k") {
            catalog, _ async throws in
            #expect(try await catalog.lookUp("p/claude-x", within: .seconds(10)) == ModelFacts(window: 200_000))
        }
        try await with(.gemini, "", pages: [("/v1beta/models/g", 200, ["name": "models/g", "inputTokenLimit": 1_048_576])]) {
            catalog, _ async throws in
            #expect(try await catalog.lookUp("p/g", within: .seconds(10)) == ModelFacts(window: 1_048_576))
        }
        try await with(.ollama, "", pages: [("/api/show", 200, ["model_info": ["qwen3.context_length": 40_960]])]) { catalog, _ async throws in
            #expect(try await catalog.lookUp("p/qwen3", within: .seconds(10)) == ModelFacts(window: 40_960))
        }
    }

    @Test func `a model that the provider does not know is told with those that it has`() async throws {
        try await with(.openai, "/v1", pages: [("/v1/models", 200, Self.list)]) { catalog, _ async throws in
            let error = await #expect(throws: ModelError.self) { try await catalog.lookUp("p/bigger", within: .seconds(10)) }
            #expect(error?.kind == .unknownModel && error?.model == "p/bigger")
            #expect(error?.message.contains("knows no model `bigger`") == true && error?.remedy?.hasPrefix("It has big, ") == true)
        }
        try await with(.anthropic, "", pages: [("/v1/models/claude-y", 404, ["error": ["type": "not_found_error", "message": "model: claude-y"]])]) {
            catalog, _ async throws in
            let error = await #expect(throws: ModelError.self) { try await catalog.lookUp("p/claude-y", within: .seconds(10)) }
            #expect(error?.kind == .unknownModel)
        }
        try await with(.ollama, "", pages: [("/api/show", 404, ["error": "model 'qwen3' not found"])]) { catalog, _ async throws in
            let error = await #expect(throws: ModelError.self) { try await catalog.lookUp("p/qwen3", within: .seconds(10)) }
            #expect(error?.remedy == "Fetch it: ollama pull qwen3")
        }
    }

    @Test func `a wrong address is told with the right one`() async throws {
        try await with(.openai, "", pages: [("/v1/models", 200, Self.list)]) { catalog, server async throws in
            let error = await #expect(throws: ModelError.self) { try await catalog.lookUp("p/big", within: .seconds(10)) }
            #expect(error?.kind == .configuration && error?.remedy == "Set base_url to \(server.baseURL)/v1")
        }
        try await with(.anthropic, "/v1/messages") { catalog, server async throws in
            let error = await #expect(throws: ModelError.self) { try await catalog.lookUp("p/claude-x", within: .seconds(10)) }
            #expect(error?.kind == .configuration && error?.remedy == "Set base_url to \(server.baseURL)/v1")
        }
    }

    @Test func `a wrong key, and a server that is not there, are told`() async throws {
        try await with(.openai, "/v1", pages: [("/v1/models", 200, Self.list)], key: "right", given: "wrong-key") { catalog, _ async throws in
            let error = await #expect(throws: ModelError.self) { try await catalog.lookUp("p/big", within: .seconds(10)) }
            #expect(error?.kind == .authentication && error?.description.contains("wrong-key") == false)
        }
        let client = StreamingHTTPClient()
        let gone = ModelCatalog(
            providers: [ProviderSettings(name: "p", api: .openai, baseURL: "http://127.0.0.1:9/v1")], keys: KeyRing(), client: client,
            gates: RateGates())
        let error = await #expect(throws: ModelError.self) { try await gone.lookUp("p/big", within: .seconds(10)) }
        #expect(error?.kind == .network && error?.remedy?.contains("base_url") == true)
        await client.shutdown()
    }

    @Test func `a server that tells nothing is no fault`() async throws {
        for api in [ProviderSettings.API.anthropic, .gemini, .ollama] {
            try await with(api, "") { catalog, _ async throws in #expect(try await catalog.lookUp("p/x", within: .seconds(10)) == nil) }
        }
        try await with(.openai, "/v1") { catalog, _ async throws in #expect(try await catalog.lookUp("p/x", within: .seconds(10)) == nil) }
    }

    @Test func `a probe asks once, and says what came`() async throws {
        try await with(.openai, "/v1", replies: [.text("ready"), .status(503)]) { catalog, server async throws in
            #expect(try await catalog.probe("p/big", within: .seconds(10)).message.text == "ready")
            let error = await #expect(throws: ModelError.self) { try await catalog.probe("p/big", within: .seconds(10)) }
            #expect(error?.kind == .overloaded && error?.model == "p/big")
            #expect(server.requests.count == 2)
        }
    }
}
