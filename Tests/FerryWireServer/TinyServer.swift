internal import NIOCore
internal import NIOPosix

/// A server on a port of 127.0.0.1 that answers each connection's first piece, or sends every byte back.
package final class TinyServer: Sendable {
    private let channel: any Channel

    package var port: Int { channel.localAddress?.port ?? 0 }

    /// `answer` is given the first piece of each connection; `nil` echoes until the client has ended.
    package static func with<Result>(answer: String? = nil, _ body: (TinyServer) async throws -> Result) async throws -> Result {
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelInitializer { child in
                child.eventLoop.makeCompletedFuture { try child.pipeline.syncOperations.addHandler(Conversation(answer)) }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let server = TinyServer(channel)
        do {
            let result = try await body(server)
            try? await channel.close()
            return result
        } catch {
            try? await channel.close()
            throw error
        }
    }

    private init(_ channel: any Channel) { self.channel = channel }

    private final class Conversation: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer
        private let answer: String?

        init(_ answer: String?) { self.answer = answer }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            guard let answer else { return context.writeAndFlush(data, promise: nil) }
            let asked = String(buffer: unwrapInboundIn(data))
            let text = "HTTP/1.1 200 OK\r\ncontent-length: \(answer.utf8.count + asked.utf8.count)\r\n\r\n\(answer)\(asked)"
            context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: text)), promise: nil)
        }

        func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
            guard case ChannelEvent.inputClosed? = event as? ChannelEvent else { return }
            let channel = context.channel
            context.writeAndFlush(wrapOutboundOut(ByteBuffer())).whenComplete { _ in channel.close(mode: .output, promise: nil) }
        }
    }
}
