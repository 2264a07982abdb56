package import FerryLLM
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix

/// Decides what to answer. Runs once for each request that passed the checks; may wait for what the test does meanwhile.
package typealias WireScript = @Sendable (WireRequest) async throws -> WireReply

/// A server on 127.0.0.1 that speaks the protocols of `Wire`, streaming, as strictly as the real services:
/// a malformed request gets 400 and is kept in `refusals`.
///
/// For example:
/// ```
/// let server = try await WireServer.start { request in
///     request.answers == 0 ? .calls(.init("bash", ["command": "ls"])) : .text("done")
/// }
/// … base_url: server.baseURL (Anthropic, Gemini, Ollama) or server.baseURL + "/v1" (OpenAI) …
/// #expect(server.refusals.isEmpty)
/// await server.stop()
/// ```
package final class WireServer: Sendable {
    private let channel: any Channel
    private let book: WireBook

    private init(channel: any Channel, book: WireBook) {
        self.channel = channel
        self.book = book
    }

    /// `key`: the only one that is let in; `nil` asks for none. `pieceSize`: send the stream in pieces of so many bytes, wherever that cuts.
    package static func start(key: String? = nil, pieceSize: Int? = nil, script: @escaping WireScript) async throws -> WireServer {
        let book = WireBook(key: key, pieceSize: pieceSize, script: script)
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.backlog, value: 256)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { child in
                child.eventLoop.makeCompletedFuture {
                    book.opened(child)
                    // Pipelining assistance stops reading during an answer, and then a hang-up goes unnoticed.
                    try child.pipeline.syncOperations.configureHTTPServerPipeline(withPipeliningAssistance: false)
                    try child.pipeline.syncOperations.addHandler(WireConnection(book: book))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        return WireServer(channel: channel, book: book)
    }

    /// Answers each request with the next of these, whatever it asks; one too many gets 500.
    package static func start(key: String? = nil, pieceSize: Int? = nil, replies: [WireReply]) async throws -> WireServer {
        try await start(key: key, pieceSize: pieceSize) { request in
            guard request.number <= replies.count else { return .status(500, message: "the test scripted \(replies.count) replies") }
            return replies[request.number - 1]
        }
    }

    /// Answers from a script as `ScriptedModel` does. A turn's error becomes the status that stands for it.
    package static func start(key: String? = nil, pieceSize: Int? = nil, answering script: ModelScript) async throws -> WireServer {
        let errors = ScriptedErrors()
        return try await start(key: key, pieceSize: pieceSize) { request in
            let (place, turn) = try script.turn(firstUserText: request.firstUserText, answers: request.answers)
            if turn.delay > .zero { try await Task.sleep(for: turn.delay) }
            let error = errors.due(turn, at: place, firstUserText: request.firstUserText)
            return error.map { .error($0, insteadOf: turn) } ?? .answer(turn)
        }
    }

    /// `http://127.0.0.1:PORT`
    package var baseURL: String { "http://127.0.0.1:\(channel.localAddress?.port ?? 0)" }
    package var log: WireLog { book.log }
    package var requests: [WireRequest] { book.log.requests }
    package var refusals: [WireLog.Refusal] { book.log.refusals }

    /// Has a page at a path besides, such as `/v1/models`.
    package func offer(_ page: JSONValue, at path: String, status: Int = 200) { book.offer(page.encoded(), at: path, status: status) }

    /// Waits until the log is so. Ends early, and throws, when the test is cancelled.
    package func wait(until holds: @Sendable (WireLog) -> Bool) async throws {
        for await log in book.changes() where holds(log) { return }
        throw CancellationError()
    }

    /// Closes the port and all connections.
    package func stop() async {
        try? await channel.close()
        await book.closeConnections()
    }
}
