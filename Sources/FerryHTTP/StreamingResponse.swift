internal import AsyncHTTPClient
internal import NIOCore
internal import NIOHTTP1

/// A response whose body arrives piece by piece. Read once, inside the closure that was given it.
package struct StreamingResponse: Sendable {
    package let status: Int
    private let fields: HTTPHeaders
    private let content: HTTPClientResponse.Body
    private let deadlines: StreamDeadlines
    private let limit: Int
    private let host: String

    init(_ response: HTTPClientResponse, deadlines: StreamDeadlines, limit: Int, host: String) {
        status = Int(response.status.code)
        fields = response.headers
        content = response.body
        self.deadlines = deadlines
        self.limit = limit
        self.host = host
    }

    /// The first value of a header, its name in any case.
    package func header(_ name: String) -> String? { fields.first(name: name) }

    /// Whether any header's name begins and ends so (lower case).
    package func hasHeader(from prefix: String, to suffix: String) -> Bool {
        fields.contains { $0.name.lowercased().hasPrefix(prefix) && $0.name.lowercased().hasSuffix(suffix) }
    }

    /// Says that what arrived is more than a sign of life (`StreamTiming.content`).
    package func noteContent() { deadlines.noteContent() }

    /// Gives the body to `piece`, as it arrives, until the body ends or `piece` answers false.
    /// Throws `HTTPFailure.tooLarge` beyond the limit, and `CancellationError`.
    package func forEachPiece(_ piece: ([UInt8]) throws -> Bool) async throws {
        var total = 0
        for try await buffer in content {
            deadlines.notePiece()
            total += buffer.readableBytes
            guard total <= limit else {
                throw HTTPFailure(.tooLarge, "\(host) sent more than \(limit) bytes", remedy: "Check that the address is a model's")
            }
            guard try piece(Array(buffer.readableBytesView)) else { return }
        }
        // A cancelled body ends as if it were complete.
        try Task.checkCancellation()
    }

    /// As `forEachPiece`, with time for each piece: nothing more is read before it is dealt with.
    package func forEachPieceInTurn(_ piece: @Sendable ([UInt8]) async throws -> Void) async throws {
        var total = 0
        for try await buffer in content {
            deadlines.notePiece()
            total += buffer.readableBytes
            guard total <= limit else {
                throw HTTPFailure(.tooLarge, "\(host) sent more than \(limit) bytes", remedy: "Check that the address is a model's")
            }
            try await piece(Array(buffer.readableBytesView))
        }
        try Task.checkCancellation()
    }

    /// The body's first bytes, at most `limit`; the rest is not read.
    package func beginning(limit: Int) async throws -> [UInt8] {
        var bytes: [UInt8] = []
        try await forEachPiece { piece in
            bytes += piece.prefix(limit - bytes.count)
            return bytes.count < limit
        }
        return bytes
    }
}
