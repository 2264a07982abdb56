internal import NIOCore

/// A request that a sandbox sends to Ferry itself, not through it.
package struct EndpointRequest: Sendable {
    package let method: String
    /// With its query.
    package let path: String
    /// Names in lower case.
    package let headers: [(name: String, value: String)]
    package let body: [UInt8]

    package init(method: String, path: String, headers: [(name: String, value: String)], body: [UInt8]) {
        self.method = method
        self.path = path
        self.headers = headers
        self.body = body
    }

    /// The first value of a header, its name in lower case.
    package func header(_ name: String) -> String? { headers.first { $0.name == name }?.value }
}

/// Answers the requests of a sandbox. An answer that is not begun when it returns is 500; one that it leaves by throwing is cut off.
package typealias LocalEndpoint = @Sendable (EndpointRequest, EndpointAnswer) async throws -> Void

/// Where the answer to one request goes. Writing throws once nobody reads any more.
package final class EndpointAnswer: Sendable {
    private let writer: NIOAsyncChannelOutboundWriter<ByteBuffer>
    private let state = AnswerState()

    init(_ writer: NIOAsyncChannelOutboundWriter<ByteBuffer>) { self.writer = writer }

    /// Whether a head was sent: it is too late for another answer.
    package var hasBegun: Bool { state.hasBegun }

    /// A whole answer.
    package func send(_ status: Int, type: String = "application/json", headers: [(name: String, value: String)] = [], _ body: [UInt8]) async throws {
        state.begin()
        let head = Self.head(status, [("content-type", type), ("content-length", "\(body.count)")] + headers)
        try await writer.write(ByteBuffer(bytes: head + body))
    }

    /// The beginning of an answer that comes in pieces; ends with `finish`.
    package func begin(_ status: Int, type: String, headers: [(name: String, value: String)] = []) async throws {
        state.begin()
        try await writer.write(ByteBuffer(bytes: Self.head(status, [("content-type", type), ("transfer-encoding", "chunked")] + headers)))
    }

    /// The next piece of an answer that was begun.
    package func write(_ piece: [UInt8]) async throws {
        guard !piece.isEmpty else { return }
        try await writer.write(ByteBuffer(bytes: Array("\(String(piece.count, radix: 16))\r\n".utf8) + piece + [0x0D, 0x0A]))
    }

    /// The end of an answer that was begun.
    package func finish() async throws { try await writer.write(ByteBuffer(bytes: Array("0\r\n\r\n".utf8))) }

    static func head(_ status: Int, _ headers: [(String, String)]) -> [UInt8] {
        var text = "HTTP/1.1 \(status) \(reasons[status] ?? "Answer")\r\nconnection: close\r\n"
        for (name, value) in headers { text += "\(name): \(value)\r\n" }
        return Array((text + "\r\n").utf8)
    }

    private static let reasons = [200: "OK", 400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found", 502: "Bad Gateway"]
}
