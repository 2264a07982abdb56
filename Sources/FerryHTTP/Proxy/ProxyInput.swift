internal import NIOCore

/// What a client sends, read as far as it is asked for.
struct ProxyInput {
    struct TooLong: Error {}

    private var iterator: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator
    private var bytes: [UInt8] = []

    init(_ stream: NIOAsyncChannelInboundStream<ByteBuffer>) { iterator = stream.makeAsyncIterator() }

    /// What has arrived and was not taken, else the next piece; `nil` at the end.
    @concurrent mutating func piece() async throws -> [UInt8]? {
        if !bytes.isEmpty {
            defer { bytes = [] }
            return bytes
        }
        return try await iterator.next().map { Array($0.readableBytesView) }
    }

    /// Everything up to and with the first empty line; `nil` where the input ends before. Throws `TooLong`.
    @concurrent mutating func head(limit: Int) async throws -> [UInt8]? {
        var searched = 0
        while true {
            if let end = Self.headEnd(bytes, from: searched) { return take(end) }
            searched = max(0, bytes.count - 3)
            guard bytes.count < limit else { throw TooLong() }
            guard let more = try await iterator.next() else { return nil }
            bytes += more.readableBytesView
        }
    }

    private static func headEnd(_ bytes: [UInt8], from start: Int) -> Int? {
        guard bytes.count >= start + 4 else { return nil }
        return (start...(bytes.count - 4)).first { bytes[$0] == 13 && bytes[$0 + 1] == 10 && bytes[$0 + 2] == 13 && bytes[$0 + 3] == 10 }.map {
            $0 + 4
        }
    }

    /// A body of so many bytes; `nil` for `length`: in chunks (RFC 9112, section 7.1). `nil` where the input ends before. Throws `TooLong`.
    @concurrent mutating func body(length: Int?, limit: Int) async throws -> [UInt8]? {
        if let length {
            guard length <= limit else { throw TooLong() }
            return try await exactly(length)
        }
        var body: [UInt8] = []
        while true {
            guard let line = try await self.line(), let size = Self.size(line) else { return nil }
            guard body.count + size <= limit else { throw TooLong() }
            if size == 0 { break }
            guard let chunk = try await exactly(size), try await self.line()?.isEmpty == true else { return nil }
            body += chunk
        }
        // Trailers are passed over.
        while let line = try await self.line() { if line.isEmpty { return body } }
        return nil
    }

    private static func size(_ line: [UInt8]) -> Int? {
        let digits = line.prefix { $0 != UInt8(ascii: ";") && $0 != UInt8(ascii: " ") }
        guard (1...8).contains(digits.count) else { return nil }
        return Int(String(decoding: digits, as: UTF8.self), radix: 16).flatMap { $0 < 0 ? nil : $0 }
    }

    @concurrent private mutating func line() async throws -> [UInt8]? {
        while true {
            if let end = bytes.firstIndex(of: 0x0A) {
                let line = take(end + 1).dropLast()
                return Array(line.last == 0x0D ? line.dropLast() : line)
            }
            guard bytes.count < 1 << 14 else { throw TooLong() }
            guard let more = try await iterator.next() else { return nil }
            bytes += more.readableBytesView
        }
    }

    @concurrent private mutating func exactly(_ count: Int) async throws -> [UInt8]? {
        while bytes.count < count {
            guard let more = try await iterator.next() else { return nil }
            bytes += more.readableBytesView
        }
        return take(count)
    }

    private mutating func take(_ count: Int) -> [UInt8] {
        defer { bytes.removeFirst(count) }
        return Array(bytes[..<count])
    }
}
