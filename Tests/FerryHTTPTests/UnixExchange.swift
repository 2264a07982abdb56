internal import NIOCore
internal import NIOPosix

/// Sends bytes to a Unix socket, and returns all that comes back.
func exchange(_ socket: String, _ bytes: [UInt8]) async throws -> [UInt8] {
    let connection = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
        .channelOption(.allowRemoteHalfClosure, value: true)
        .connect(unixDomainSocketPath: socket) { channel in
            channel.eventLoop.makeCompletedFuture {
                try NIOAsyncChannel<ByteBuffer, ByteBuffer>(
                    wrappingChannelSynchronously: channel, configuration: .init(isOutboundHalfClosureEnabled: true))
            }
        }
    return try await connection.executeThenClose { inbound, outbound in
        async let sent: Void = {
            try await outbound.write(ByteBuffer(bytes: bytes))
            try await connection.channel.writeAndFlush(ByteBuffer()).get()
            outbound.finish()
        }()
        var answer: [UInt8] = []
        for try await piece in inbound { answer += piece.readableBytesView }
        try? await sent
        return answer
    }
}
