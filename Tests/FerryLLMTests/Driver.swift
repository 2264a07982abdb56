internal import Testing
@testable internal import FerryLLM
internal import FerryHTTP
internal import FerryWireServer

/// The drivers, each with what it answers from.
enum Driver: CaseIterable, Sendable, CustomTestStringConvertible {
    case anthropic, openAI, responses, gemini, ollama, scripted

    /// Those that speak to a server.
    static let wired: [Driver] = allCases.filter { $0 != .scripted }

    /// Calls arrive with all their arguments or not at all.
    var bringsCallsWhole: Bool { self == .gemini || self == .ollama }

    /// What the wire can tell of a usage.
    func told(_ usage: ModelUsage) -> ModelUsage {
        var told = usage
        switch self {
        case .gemini: (told.inputFresh, told.cacheWrite5m) = (usage.inputFresh + usage.cacheWrite5m, 0)
        case .ollama: (told.inputFresh, told.cacheRead, told.cacheWrite5m, told.reasoning) = (usage.input, 0, 0, 0)
        case .anthropic, .openAI, .responses, .scripted: break
        }
        return told
    }

    var testDescription: String { "\(self)" }

    /// Gives a model that answers from the script, and afterwards checks that no request of it was refused.
    func withModel(
        answering script: ModelScript, pieceSize: Int? = nil, _ body: (any LanguageModel) async throws -> Void
    ) async throws {
        guard self != .scripted else { return try await body(ScriptedModel(script: script)) }
        try await withWire(self, server: WireServer.start(pieceSize: pieceSize, answering: script)) { model, _ in try await body(model) }
    }
}

/// Gives a driver that speaks to a server, and the server; checks that it refused nothing.
func withWire(
    _ driver: Driver, server: WireServer, timing: StreamTiming = StreamTiming(), key: Secret? = nil, refusals: Int = 0,
    _ body: (any LanguageModel, WireServer) async throws -> Void
) async throws {
    let client = StreamingHTTPClient()
    do {
        try await body(try driver.model(at: server.baseURL, client: client, timing: timing, key: key), server)
    } catch {
        await client.shutdown()
        await server.stop()
        throw error
    }
    #expect(server.refusals.count == refusals, "\(server.refusals)")
    await client.shutdown()
    await server.stop()
}

extension Driver {
    func model(at baseURL: String, client: StreamingHTTPClient, timing: StreamTiming = StreamTiming(), key: Secret? = nil) throws -> any LanguageModel
    {
        switch self {
        case .anthropic:
            AnthropicModel(
                provider: "test", model: "claude-opus-5-5", endpoint: try Endpoint(baseURL), key: key, client: client, timing: timing)
        case .openAI, .scripted:
            OpenAIChatModel(provider: "test", model: "gpt", endpoint: try Endpoint(baseURL + "/v1"), key: key, client: client, timing: timing)
        case .responses:
            OpenAIResponsesModel(
                provider: "test", model: "gpt", endpoint: try Endpoint(baseURL + "/v1"), key: key,
                quirks: OpenAIResponsesQuirks(showsSummaries: true, strictTools: true, sendsCacheKey: true), client: client, timing: timing)
        case .gemini:
            GeminiModel(provider: "test", model: "gemini-4-argon", endpoint: try Endpoint(baseURL), key: key, client: client, timing: timing)
        case .ollama:
            OllamaModel(provider: "test", model: "qwen3.8", endpoint: try Endpoint(baseURL), key: key, client: client, timing: timing)
        }
    }
}

extension Conversation {
    static let bash = ToolDefinition(
        name: "bash", description: "Runs a command.",
        parameters: [
            "type": "object", "properties": ["command": ["type": "string", "description": "The command."]], "required": ["command"],
            "additionalProperties": false,
        ])

    /// With one tool and one message of the user.
    static func asking(_ text: String) -> Conversation {
        var conversation = Conversation(system: "You are a careful coder.", tools: [bash])
        conversation.append(.user(UserMessage(text: text)))
        return conversation
    }
}

extension LanguageModel {
    /// Without options, and without looking at progress.
    func respond(to conversation: Conversation) async throws -> ModelResponse {
        try await respond(to: conversation, options: ModelOptions()) { _ in }
    }
}
