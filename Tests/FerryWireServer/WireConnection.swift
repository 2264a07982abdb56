internal import FerryLLM
internal import NIOCore
internal import NIOHTTP1

/// One connection: gathers a request, sends its plan, and notices when the client hangs up.
final class WireConnection: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let book: WireBook
    private var head: HTTPRequestHead?
    private var body: [UInt8] = []
    /// The request whose answer has begun and not ended.
    private var open: Int?
    private var pings: RepeatedTask?
    /// Asks the script; ends when the client hangs up.
    private var asking: Task<Void, Never>?

    init(book: WireBook) { self.book = book }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            self.head = head
            body = []
        case .body(let buffer): body += buffer.readableBytesView
        case .end: answer(context)
        }
    }

    private func answer(_ context: ChannelHandlerContext) {
        guard let head else { return }
        let path = head.uri
        let headers = head.headers.map { (name: $0.name, value: $0.value) }
        let (book, body) = (book, body)
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        let loop = context.eventLoop
        asking = Task {
            let plan = await book.plan(path: path, headers: headers, body: body)
            loop.execute {
                let (handler, context) = bound.value
                handler.send(plan, context)
            }
        }
    }

    private func send(_ plan: WirePlan, _ context: ChannelHandlerContext) {
        guard context.channel.isActive else { return book.hungUp(plan.request) }
        open = plan.request
        let fields = HTTPHeaders(plan.headers.map { ($0.name, $0.value) })
        let head = HTTPResponseHead(version: .http1_1, status: HTTPResponseStatus(statusCode: plan.status), headers: fields)
        context.writeAndFlush(wrapOutboundOut(.head(head)), promise: nil)
        for piece in plan.pieces { write(piece, context) }
        switch plan.ending {
        case .finish:
            open = nil
            // Told before the end is sent: who has the whole answer finds it in the log.
            book.answered(plan.request)
            context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        case .hold: break
        case .pings(let ping, let interval):
            let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
            let delay = TimeAmount.nanoseconds(Int64(interval / .nanoseconds(1)))
            pings = context.eventLoop.scheduleRepeatedTask(initialDelay: delay, delay: delay) { _ in
                let (handler, context) = bound.value
                handler.write(Array(ping.utf8), context)
            }
        }
    }

    private func write(_ piece: [UInt8], _ context: ChannelHandlerContext) {
        context.writeAndFlush(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: piece)))), promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        pings?.cancel()
        asking?.cancel()
        if let open { book.hungUp(open) }
        open = nil
        book.closed(context.channel)
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }
}
