@testable internal import FerryLLM
internal import FerryHTTP
internal import FerryWireServer
internal import Testing

/// What a long conversation pays, by the rules of the providers' caches.
@Suite(.timeLimit(.minutes(1)))
struct PromptCacheTests {
    /// Thirty turns, some with more blocks than a mark of Anthropic's looks back over.
    private func requests(_ driver: Driver) async throws -> [WireRequest] {
        let turns = (0..<30).map { turn in
            ScriptedTurn(
                text: "turn \(turn)", thinking: "hm \(turn)",
                calls: (0..<(turn % 10 == 7 ? 25 : 2)).map { .init("bash", ["command": .string("echo \(turn) \($0)")]) })
        }
        let server = try await WireServer.start(answering: ModelScript(turns: turns))
        let client = StreamingHTTPClient()
        let model = try driver.model(at: server.baseURL, client: client)
        var conversation = Conversation.asking("go")
        for _ in turns {
            let answer = try await model.respond(to: conversation).message
            conversation.append(.assistant(answer))
            conversation.append(.user(UserMessage(results: answer.toolCalls.map { ToolResult(callID: $0.id, content: "result of \($0.arguments)") })))
        }
        let requests = server.requests
        await client.shutdown()
        await server.stop()
        return requests
    }

    /// Anthropic: a mark writes all before it, and finds what was written at itself or at one of the twenty blocks before.
    @Test func `each block is written into Anthropic's cache once, and read from then on`() async throws {
        var written: Set<Int> = []
        var paid = 0
        var blocks: [(bytes: [UInt8], isMarked: Bool)] = []
        for request in try await requests(.anthropic) {
            blocks = Self.blocks(request)
            let marks = blocks.indices.filter { blocks[$0].isMarked }
            // The hash of the beginning that ends at each block.
            var hasher = Hasher()
            let beginnings = blocks.map { block in
                hasher.combine(block.bytes)
                return hasher.finalize()
            }
            let read = marks.flatMap { mark in (max(0, mark - 20)...mark).filter { written.contains(beginnings[$0]) } }.max().map { $0 + 1 } ?? 0
            #expect(marks.last == blocks.count - 1)
            paid += blocks.count - read
            written.formUnion(marks.map { beginnings[$0] })
        }
        #expect(paid == blocks.count)
        #expect(blocks.count > 250)
    }

    /// Tools, system and messages, in the order in which they are cached, without their marks.
    private static func blocks(_ request: WireRequest) -> [(bytes: [UInt8], isMarked: Bool)] {
        let messages = request.messages.flatMap { message in
            (message["content"]?.array ?? []).map { (role: message["role"]?.string ?? "", block: $0) }
        }
        let all = ((request.body["tools"]?.array ?? []) + (request.body["system"]?.array ?? [])).map { (role: "", block: $0) } + messages
        return all.map { role, block in
            let bare = JSONValue.object((block.members ?? []).filter { $0.key != "cache_control" })
            return (JSONValue.array([.string(role), bare]).encoded(), block["cache_control"] != nil)
        }
    }

    /// The others cache whatever begins with the same bytes.
    @Test(arguments: [Driver.openAI, .responses, .gemini, .ollama])
    func `each request begins with the one before it`(driver: Driver) async throws {
        let requests = try await requests(driver)
        #expect(requests.count == 30)
        for (earlier, later) in zip(requests, requests.dropFirst()) {
            #expect(Self.frame(earlier) == Self.frame(later))
            let (before, after) = (Self.list(earlier), Self.list(later))
            #expect(after.count > before.count && Array(after.prefix(before.count)) == before)
        }
    }

    private static let lists: Set = ["messages", "input", "contents"]
    private static func list(_ request: WireRequest) -> [JSONValue] {
        (request.body.members ?? []).first { lists.contains($0.key) }?.value.array ?? []
    }
    private static func frame(_ request: WireRequest) -> JSONValue { .object((request.body.members ?? []).filter { !lists.contains($0.key) }) }
}
