internal import AsyncHTTPClient
internal import Glibc
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix

/// The one HTTP client: posts bytes and streams the answer. Follows no redirect, since a redirect would carry a key elsewhere.
package final class StreamingHTTPClient: Sendable {
    private let client: HTTPClient

    package init(connectTimeout: Duration = .seconds(10)) {
        var configuration = HTTPClient.Configuration(
            redirectConfiguration: .disallow,
            timeout: .init(connect: TimeAmount(connectTimeout), read: nil),
            decompression: .disabled
        )
        // A refused connection is told at once; waiting and trying again is the caller's policy.
        configuration.connectionPool.retryConnectionEstablishment = false
        // Hundreds of agents may wait for the same host at once.
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 256
        client = HTTPClient(eventLoopGroup: .singletonMultiThreadedEventLoopGroup, configuration: configuration)
    }

    deinit {
        // The library traps when a client goes without a shutdown; after `shutdown()` this one does nothing.
        client.shutdown { _ in }
    }

    /// Closes all connections; calls on the way fail. The client is of no use afterwards.
    package func shutdown() async {
        // Throws only when it was shut down before.
        try? await client.shutdown()
    }

    /// Posts, and gives the response to `read` in a child task. Throws `HTTPFailure`, `CancellationError`, or what `read` throws.
    /// Cancelling, or returning before the body's end, closes the connection.
    package func post<Answer: Sendable>(
        _ request: HTTPPost, timing: StreamTiming = StreamTiming(), read: @escaping @Sendable (StreamingResponse) async throws -> Answer
    ) async throws -> Answer {
        var outgoing = HTTPClientRequest(url: request.url)
        outgoing.method = .POST
        outgoing.headers = HTTPHeaders(request.headers.map { ($0.name, $0.value) })
        outgoing.body = .bytes(ByteBuffer(bytes: request.body))
        return try await send(outgoing, host: request.host, timing: timing, read: read)
    }

    /// Asks for what lies at an address. Otherwise as `post`.
    package func get<Answer: Sendable>(
        _ url: String, host: String, headers: [(name: String, value: String)], timing: StreamTiming,
        read: @escaping @Sendable (StreamingResponse) async throws -> Answer
    ) async throws -> Answer {
        var outgoing = HTTPClientRequest(url: url)
        outgoing.headers = HTTPHeaders(headers.map { ($0.name, $0.value) })
        return try await send(outgoing, host: host, timing: timing, read: read)
    }

    private func send<Answer: Sendable>(
        _ request: HTTPClientRequest, host: String, timing: StreamTiming, read: @escaping @Sendable (StreamingResponse) async throws -> Answer
    ) async throws -> Answer {
        let deadlines = StreamDeadlines(timing, host: host)
        return try await withThrowingTaskGroup(of: Answer.self) { group in
            defer { group.cancelAll() }
            group.addTask { try await self.exchange(request, host: host, limit: timing.bodyLimit, deadlines: deadlines, read: read) }
            group.addTask { () async throws -> Answer in try await deadlines.expire() }
            guard let answer = try await group.next() else { throw CancellationError() }
            return answer
        }
    }

    private func exchange<Answer: Sendable>(
        _ request: HTTPClientRequest, host: String, limit: Int, deadlines: StreamDeadlines,
        read: @Sendable (StreamingResponse) async throws -> Answer
    ) async throws -> Answer {
        do {
            let response = try await client.execute(request, deadline: .distantFuture)
            deadlines.noteHead()
            return try await read(StreamingResponse(response, deadlines: deadlines, limit: limit, host: host))
        } catch {
            try Task.checkCancellation()
            throw Self.failure(error, host: host) ?? error
        }
    }

    /// Names what the library threw; `nil` for errors that are the reader's own.
    private static func failure(_ error: any Error, host: String) -> HTTPFailure? {
        switch error {
        case let error as HTTPClientError where invalid.contains(error):
            HTTPFailure(.invalidRequest, "The request to \(host) cannot be sent: \(error.shortDescription)", remedy: "Check the base_url and the key")
        case let error as HTTPClientError where error == .connectTimeout:
            HTTPFailure(.unreachable, "\(host) does not answer to connecting", remedy: "Check the network and the base_url")
        case is NIOConnectionError:
            HTTPFailure(.unreachable, "No connection to \(host)", remedy: "Check the network, the base_url, and whether the server runs")
        case let error as HTTPClientError:
            HTTPFailure(.broken, "The connection to \(host) broke: \(error.shortDescription)", remedy: "Ferry tries again")
        case let error as IOError where [ECONNREFUSED, EHOSTUNREACH, ENETUNREACH, ETIMEDOUT].contains(error.errnoCode):
            HTTPFailure(.unreachable, "No connection to \(host)", remedy: "Check the network, the base_url, and whether the server runs")
        case is IOError:
            HTTPFailure(.broken, "The connection to \(host) broke", remedy: "Ferry tries again")
        case is HTTPParserError, is ChannelError:
            HTTPFailure(.broken, "\(host) sent what is not HTTP", remedy: "Check the base_url: https or http, and the port")
        // By name: the TLS library is no dependency of ours.
        case _ where String(reflecting: type(of: error)).hasPrefix("NIOSSL."):
            HTTPFailure(
                .certificate, "No trusted connection to \(host): \(error)", remedy: "Check the base_url and the machine's certificates and clock")
        default: nil
        }
    }

    private static let invalid: [HTTPClientError] = [.invalidURL, .emptyHost, .emptyScheme]
}
