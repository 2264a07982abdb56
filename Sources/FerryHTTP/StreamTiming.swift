/// How long one streamed exchange may take at each of its steps. There is no overall read timeout beside these:
/// a healthy answer of a language model may stream for many minutes.
package struct StreamTiming: Hashable, Sendable {
    /// From the request to the response's head.
    package var firstByte: Duration
    /// Between two arriving pieces, of whatever content.
    package var idle: Duration
    /// Between two pieces that the reader called content (`StreamingResponse.noteContent`): pings can keep a dead answer alive.
    package var content: Duration
    /// The whole exchange.
    package var total: Duration
    /// Bytes of body at most.
    package var bodyLimit: Int

    package init(
        firstByte: Duration = .seconds(300), idle: Duration = .seconds(180), content: Duration = .seconds(600), total: Duration = .seconds(1800),
        bodyLimit: Int = 64 << 20
    ) {
        self.firstByte = firstByte
        self.idle = idle
        self.content = content
        self.total = total
        self.bodyLimit = bodyLimit
    }
}
