internal import FerryModel
internal import NIOCore
internal import NIOPosix

/// One connection from a sandbox: one request, to a host or to Ferry itself.
struct ProxyConnection: Sendable {
    private typealias Stream = NIOAsyncChannelInboundStream<ByteBuffer>
    private typealias Writer = NIOAsyncChannelOutboundWriter<ByteBuffer>

    let proxy: LocalProxy

    private static let headLimit = 64 << 10
    private static let bodyLimit = 64 << 20
    private static let connectTimeout = TimeAmount.seconds(10)

    @concurrent func serve(_ connection: LocalListener.Connection) async {
        // Whoever hangs up in the middle has nobody left to tell.
        try? await connection.executeThenClose { inbound, outbound in
            var input = ProxyInput(inbound)
            do { try await serve(&input, outbound, connection.channel) } catch let refusal as ProxyRefusal {
                proxy.refused(refusal)
                try await Self.tell(refusal, outbound)
            }
            // Closing drops what is not yet on its way.
            try await connection.channel.untilSent()
        }
    }

    @concurrent private func serve(_ input: inout ProxyInput, _ output: Writer, _ client: any Channel) async throws {
        let head: ProxyHead
        do {
            guard let bytes = try await input.head(limit: Self.headLimit) else { return }
            head = try ProxyHead(bytes)
        } catch let fault as ProxyHead.Fault { throw Self.malformed(fault.what) } catch is ProxyInput.TooLong {
            throw Self.malformed("its head is longer than 64 KiB")
        }
        switch head.target {
        case .tunnel(let host, let port):
            let upstream = try await reach(try allowed(host, port), port)
            try await Self.join(&input, output, client, upstream, greeting: Array("HTTP/1.1 200 Connection established\r\n\r\n".utf8))
        case .absolute(let host, let port, let path):
            let name = try allowed(host, port)
            let (length, expects) = try Self.described { () throws(ProxyHead.Fault) in (try head.bodyLength(), head.header("expect") != nil) }
            guard length != nil, !expects else { throw Self.malformed("its body comes without a length before it", host, port) }
            let first = head.forwarded(host: name, port: port, path: path)
            try await Self.join(&input, output, client, try await reach(name, port), first: first)
        case .endpoint(let path): try await answer(path, head, &input, output)
        }
    }

    private static func described<Value>(_ body: () throws(ProxyHead.Fault) -> Value) throws -> Value {
        do { return try body() } catch { throw malformed(error.what) }
    }

    private static func malformed(_ what: String, _ host: String = "", _ port: Int = 0) -> ProxyRefusal {
        ProxyRefusal(.malformed(what), host: host, port: port)
    }

    private static func tell(_ refusal: ProxyRefusal, _ output: Writer) async throws {
        let text = Array("Ferry: \(refusal).\n".utf8)
        let head = EndpointAnswer.head(refusal.status, [("content-type", "text/plain; charset=utf-8"), ("content-length", "\(text.count)")])
        try await output.write(ByteBuffer(bytes: head + text))
    }

    // MARK: Hosts

    private func allowed(_ host: String, _ port: Int) throws -> HostName {
        guard let name = HostName(host) else { throw ProxyRefusal(.notAName, host: host, port: port) }
        guard proxy.hosts.contains(name) else { throw ProxyRefusal(.notAllowed, host: name.text, port: port) }
        guard LocalProxy.ports.contains(port) else { throw ProxyRefusal(.port, host: name.text, port: port) }
        return name
    }

    /// Connects to one of the host's addresses, all of which must be such as may be reached.
    private func reach(_ name: HostName, _ port: Int) async throws -> LocalListener.Connection {
        func failure(_ reason: ProxyRefusal.Reason) -> ProxyRefusal { ProxyRefusal(reason, host: name.text, port: port) }
        let addresses: [NetworkAddress]
        do { addresses = try await proxy.lookup.addresses(name, port) } catch { throw failure(.unreachable("\(error)")) }
        if let address = addresses.first(where: { !proxy.lookup.mayReach($0) }) { throw failure(.privateAddress(address.description)) }
        var last = "it has no address"
        for address in addresses {
            do { return try await Self.connect(to: address) } catch { last = "nothing answers at \(address)" }
        }
        throw failure(.unreachable(last))
    }

    private static func connect(to address: NetworkAddress) async throws -> LocalListener.Connection {
        let place = try SocketAddress(packedIPAddress: ByteBuffer(bytes: address.bytes), port: address.port)
        return try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connectTimeout(connectTimeout)
            .channelOption(.allowRemoteHalfClosure, value: true)
            .connect(to: place) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try LocalListener.Connection(wrappingChannelSynchronously: channel, configuration: .init(isOutboundHalfClosureEnabled: true))
                }
            }
    }

    /// Passes bytes both ways until both sides have ended, or one has failed. `greeting` goes to the client first, `first` to the server.
    @concurrent private static func join(
        _ input: inout ProxyInput, _ output: Writer, _ client: any Channel, _ upstream: LocalListener.Connection, greeting: [UInt8] = [],
        first: [UInt8] = []
    ) async throws {
        try await upstream.executeThenClose { answers, requests in
            if !greeting.isEmpty { try await output.write(ByteBuffer(bytes: greeting)) }
            async let down: Void = pass(answers, to: output, client)
            do {
                if !first.isEmpty { try await requests.write(ByteBuffer(bytes: first)) }
                while let piece = try await input.piece() { try await requests.write(ByteBuffer(bytes: piece)) }
                try await upstream.channel.untilSent()
                requests.finish()
            } catch {
                // The server takes no more; what it still says is passed on.
            }
            await down
        }
    }

    private static func pass(_ answers: Stream, to output: Writer, _ client: any Channel) async {
        do {
            for try await piece in answers { try await output.write(piece) }
            try await client.untilSent()
            output.finish()
        } catch {
            // Cut off, not ended: the client must see that.
            client.close(promise: nil)
        }
    }

    // MARK: Ferry's own endpoint

    @concurrent private func answer(_ path: String, _ head: ProxyHead, _ input: inout ProxyInput, _ output: Writer) async throws {
        guard let endpoint = proxy.endpoint else {
            throw ProxyRefusal(.malformed("there is no endpoint of Ferry's for this work"), host: "", port: 0)
        }
        let length = try Self.described { () throws(ProxyHead.Fault) in try head.bodyLength() }
        if head.header("expect")?.lowercased() == "100-continue" { try await output.write(ByteBuffer(string: "HTTP/1.1 100 Continue\r\n\r\n")) }
        let body: [UInt8]
        do {
            guard let whole = try await input.body(length: length, limit: Self.bodyLimit) else { return }
            body = whole
        } catch is ProxyInput.TooLong { throw Self.malformed("its body is longer than 64 MiB") }
        let answer = EndpointAnswer(output)
        try await endpoint(EndpointRequest(method: head.method, path: path, headers: head.headers, body: body), answer)
        if !answer.hasBegun { try await answer.send(500, Array(#"{"error":{"message":"Ferry had no answer"}}"#.utf8)) }
    }
}
