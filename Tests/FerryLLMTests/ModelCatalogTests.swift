@testable internal import FerryLLM
internal import FerryHTTP
internal import FerryModel
internal import FerrySystem
internal import FerryWireServer
internal import SystemPackage
internal import Testing

@Suite(.timeLimit(.minutes(1)))
struct ModelCatalogTests {
    private func catalog(
        _ providers: [ProviderSettings] = [], aliases: [String: [String]] = [:], environment: [String: String] = [:],
        client: StreamingHTTPClient = StreamingHTTPClient()
    ) -> ModelCatalog {
        ModelCatalog(
            providers: providers, aliases: aliases, keys: KeyRing(environment: environment), client: client, gates: RateGates(),
            policy: RetryPolicy(tries: 1))
    }

    private func fault(_ catalog: ModelCatalog, _ name: String) -> String {
        let error = #expect(throws: ModelError.self) { try catalog.model(named: name) }
        #expect(error?.kind == .configuration)
        #expect(error?.remedy != nil)
        return error?.message ?? ""
    }

    @Test func `an alias is its chain, and provider with model is itself`() throws {
        let catalog = catalog(aliases: ["strong": ["anthropic/claude-opus-5-5", "openai/gpt-6.1-sol"]])
        #expect(try catalog.chain(of: "strong") == ["anthropic/claude-opus-5-5", "openai/gpt-6.1-sol"])
        #expect(try catalog.chain(of: "openai/org/model") == ["openai/org/model"])
    }

    @Test func `each fault in the settings says what and where`() throws {
        let http = try ProviderSettings(name: "lan", fields: ["api": "openai", "base_url": "http://10.0.0.1:8000/v1"])
        let stolen = try ProviderSettings(name: "evil", fields: ["api": "anthropic", "base_url": "https://evil.example", "key": "ANTHROPIC_API_KEY"])
        let script = try ProviderSettings(name: "scripted", fields: ["api": "scripted", "script": "/nowhere/script.jsonl"])
        let catalog = catalog(
            [http, stolen, script], aliases: ["none": [], "typo": ["anthropc/x"], "half": ["anthropic/"]], environment: ["ANTHROPIC_API_KEY": "sk-1"])
        #expect(fault(catalog, "fast").contains("No model alias `fast` (known: half, none, typo)"))
        #expect(fault(catalog, "none").contains("stands for nothing"))
        #expect(fault(catalog, "typo").contains("No provider `anthropc` (known: anthropic, evil, gemini, lan, ollama, openai, scripted)"))
        #expect(fault(catalog, "half").contains("`anthropic/` is no model"))
        #expect(fault(catalog, "lan/m").contains("unencrypted to 10.0.0.1"))
        #expect(fault(catalog, "evil/m").contains("not to evil.example, and was not sent"))
        #expect(fault(catalog, "openai/m").contains("OPENAI_API_KEY is not set"))
        #expect(fault(catalog, "scripted/m").contains("/nowhere/script.jsonl"))
        #expect(try catalog.model(named: "anthropic/claude-opus-5-5").name == "anthropic/claude-opus-5-5")
    }

    @Test(arguments: [
        (["base_url": "https://x.example"], "`api` is missing"), (["api": "gemini", "num_ctx": "4096"], "`num_ctx: 4096`"),
        (["api": "openai-responses", "dialect": "vllm"], "`dialect: vllm`"), (["api": "openai", "dialect": "x"], "`dialect: x`"),
        (["api": "ollama", "num_ctx": "100"], "`num_ctx: 100`"), (["api": "ollama", "first_byte_seconds": "0"], "`first_byte_seconds: 0`"),
        (["api": "grok"], "not known"), (["api": "openai", "url": "x"], "`url: x`"),
        (["api": "openai", "system_role": "boss"], "`system_role: boss`"),
        (["api": "openai", "strict_tools": "yes"], "`strict_tools: yes`"),
        (["api": "anthropic", "max_tokens_field": "max_tokens"], "`max_tokens_field"),
        (["api": "scripted"], "`script` is missing"),
    ])
    func `a faulty provider says which field`(fields: [String: String], what: String) {
        let error = #expect(throws: ModelError.self) { try ProviderSettings(name: "p", fields: fields) }
        #expect(error?.message.contains("Provider `p`") == true)
        #expect(error?.message.contains(what) == true, "\(error?.message ?? "")")
        #expect(error?.remedy != nil)
    }

    @Test func `a server on this machine needs no key, and quirks reach the wire`() async throws {
        let server = try await WireServer.start { _ in .text("yes") }
        let client = StreamingHTTPClient()
        let fields = ["api": "openai", "base_url": server.baseURL + "/v1", "max_tokens_field": "max_completion_tokens", "system_role": "developer"]
        let catalog = catalog([try ProviderSettings(name: "local", fields: fields)], client: client)
        let response = try await catalog.model(named: "local/qwen").respond(to: .asking("go"))
        #expect(response.message.text == "yes")
        let request = try #require(server.requests.first)
        #expect(request.header("authorization") == nil)
        #expect(request.body["max_completion_tokens"] != nil)
        #expect(request.messages.first?["role"] == "developer")
        await client.shutdown()
        await server.stop()
    }

    @Test(arguments: [
        ("openai-responses", "/v1", "/v1/responses"), ("gemini", "", "/v1beta/models/m:streamGenerateContent?alt=sse"), ("ollama", "", "/api/chat"),
    ])
    func `each api reaches its own address`(api: String, base: String, path: String) async throws {
        let server = try await WireServer.start { _ in .text("yes") }
        let client = StreamingHTTPClient()
        let catalog = catalog([try ProviderSettings(name: "own", fields: ["api": api, "base_url": server.baseURL + base])], client: client)
        #expect(try await catalog.model(named: "own/m").respond(to: .asking("go")).message.text == "yes")
        #expect(server.requests.map(\.path) == [path])
        #expect(server.refusals.isEmpty, "\(server.refusals)")
        await client.shutdown()
        await server.stop()
    }

    @Test func `Ollama's window is what it is told to hold, and no more than the model's`() throws {
        let table = PriceTable.reading(
            headings: ["model", "in", "out", "window"], rows: [["small", "0", "0", "32k"], ["large", "0", "0", "200k"]]
        ).table
        let own = try ProviderSettings(name: "own", fields: ["api": "ollama", "num_ctx": "100000"])
        let catalog = ModelCatalog(providers: [own], prices: table, keys: KeyRing(), client: StreamingHTTPClient(), gates: RateGates())
        #expect(
            ["own/small", "own/large", "own/other", "ollama/large", "openai/large"].map(catalog.window) == [
                32_000, 100_000, 100_000, 65_536, 200_000,
            ])
    }

    @Test(arguments: [
        ("anthropic", "", "claude-opus-5-5"), ("openai-responses", "/v1", "gpt-6.1-sol"), ("gemini", "", "gemini-4-argon"), ("openai", "/v1", "x"),
    ])
    func `a model is asked for what its row says that it takes, unless the provider says otherwise`(api: String, base: String, model: String)
        async throws
    {
        let server = try await WireServer.start { _ in .text("yes") }
        let client = StreamingHTTPClient()
        let table = PriceTable.reading(
            headings: ["model", "in", "out", "max out", "thinking", "effort"],
            rows: [["plain/\(model)", "-", "-", "9k", "no", "none"], ["own/\(model)", "1", "1", "-", "yes", "low medium high"]]
        ).table
        let fields = ["api": api, "base_url": server.baseURL + base]
        let providers = [try ProviderSettings(name: "plain", fields: fields), try ProviderSettings(name: "own", fields: fields)]
        let catalog = ModelCatalog(providers: providers, prices: table, keys: KeyRing(), client: client, gates: RateGates())
        for name in ["plain", "own"] {
            let fitted = try catalog.model(named: "\(name)/\(model)")
            let options = ModelOptions(effort: "xhigh")
            _ = try await fitted.respond(to: .asking("go"), options: options) { _ in }
            #expect(server.requests.last?.rawBody == fitted.body(of: .asking("go"), options: options, model: fitted.name))
        }
        let sent = server.requests.map { String(decoding: $0.rawBody, as: UTF8.self) }
        #expect(sent[0].contains("9000") && !sent[0].lowercased().contains("high") && !sent[0].contains("encrypted") && !sent[0].contains("hink"))
        #expect(sent[1].contains("16000") && sent[1].lowercased().contains(#""high""#))
        #expect(server.refusals.isEmpty, "\(server.refusals)")
        await client.shutdown()
        await server.stop()
    }

    @Test func `a limit of one model holds up all models of its key, and no other`() async throws {
        let server = try await WireServer.start { request in
            request.number == 1 ? .status(429, type: "rate_limit_error", headers: [(name: "retry-after", value: "30")]) : .text("yes")
        }
        let client = StreamingHTTPClient()
        let (clock, reports) = (ManualTiming(), Reports())
        let host = String(server.baseURL.dropFirst("http://".count))
        let keys = KeyRing(entries: ["ONE": .init(key: Secret("k1"), hosts: [host]), "TWO": .init(key: Secret("k2"), hosts: [host])])
        let providers = try [("a", "ONE"), ("b", "ONE"), ("c", "TWO")].map { name, key in
            try ProviderSettings(name: name, fields: ["api": "anthropic", "base_url": server.baseURL, "key": key])
        }
        let catalog = ModelCatalog(
            providers: providers, keys: keys, client: client, gates: RateGates(), policy: RetryPolicy(patience: .seconds(20)),
            retryTiming: clock.timing(jitter: 0))
        func ask(_ name: String) async throws {
            _ = try await catalog.model(named: name).respond(to: .asking("go"), options: ModelOptions()) { reports.note($0) }
        }
        let error = await #expect(throws: ModelError.self) { try await ask("a/m") }
        #expect((error?.kind, error?.retryAfter) == (.rate, .seconds(30)))
        try await ask("c/m")
        let held = await #expect(throws: ModelError.self) { try await ask("b/other") }
        #expect((held?.kind, held?.retryAfter) == (.rate, .seconds(30)))
        #expect(server.requests.count == 2)
        clock.advance(by: .seconds(30))
        try await ask("b/other")
        await client.shutdown()
        await server.stop()
    }

    @Test func `a scripted provider answers from its file at its own price`() async throws {
        let path = FilePath("/tmp/ferry-llm-\(UInt64.random(in: .min ... .max)).jsonl")
        try FileContents.write("{\"turns\":[{\"text\":\"yes\"}]}\n{\"prices\":{\"input\":1,\"output\":2}}".utf8, to: path)
        defer { try? Directory.removeTree(path) }
        let catalog = catalog([ProviderSettings(name: "scripted", api: .scripted, script: path)], aliases: ["demo": ["scripted/demo"]])
        let response = try await catalog.model(named: "demo").respond(to: .asking("go"))
        #expect(response.message.text == "yes")
        #expect(response.model == "scripted/demo")
        var usage = ModelUsage()
        usage.output = 1_000_000
        #expect(catalog.cost(of: usage, model: response.model) == Money(dollars: 2))
        #expect(catalog.cost(of: usage, model: "anthropic/unknown") == nil)
    }

    @Test func `who shares a key shares its gate`() {
        let gates = RateGates()
        #expect(gates.gate(for: "a") === gates.gate(for: "a"))
        #expect(gates.gate(for: "a") !== gates.gate(for: "b"))
    }
}
