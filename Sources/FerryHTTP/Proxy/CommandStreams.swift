internal import NIOCore
package import SystemPackage

/// The standard input and output of a command in a sandbox, over a socket that is put into it: a conversation while the command runs. The command's helper
/// connects twice, for the input first (Sources/ferry-step/inside.c).
package enum CommandStreams {
    /// Longer lines are cut: what follows up to the line feed is dropped.
    package static let lineLimit = 16 << 20

    /// Serves one command on a socket with this name in a folder: `begin` may write first, `line` is given each line that the command writes, in order.
    /// Returns what `body`, which runs the command, returns, once all its output was taken. Throws what any of them throws, which cancels the others, and
    /// `ProxyFailure` where no socket can be made.
    package static func serve<Result: Sendable>(
        in folder: FilePath, name: String, begin: @escaping @Sendable (CommandInput) async throws -> Void,
        line: @escaping @Sendable (String, CommandInput) async throws -> Void,
        while body: @escaping @Sendable (_ socket: FilePath) async throws -> Result
    ) async throws -> Result {
        let listener = try await LocalListener(in: folder, name: name)
        defer { listener.close() }
        return try await withThrowingTaskGroup(of: Result?.self) { group in
            let taken = ConversationEnd()
            group.addTask {
                try await listener.connections { connections in
                    // The command's own, made before it runs; a third one is nobody's.
                    var connections = connections.makeAsyncIterator()
                    guard let input = try await connections.next() else { return }
                    try await input.executeThenClose { _, outbound in
                        // Only now the helper connects again: connections do not come in the order in which they were made.
                        try await outbound.write(ByteBuffer(bytes: [0x0A]))
                        guard let output = try await connections.next() else { return }
                        try await converse(CommandInput(outbound, input.channel), output, begin, line)
                    }
                }
                taken.end()
                return nil
            }
            group.addTask {
                let result = try await body(listener.path)
                // One that was never executed has made no connection.
                await taken.wait(atMost: .seconds(2))
                return result
            }
            defer { group.cancelAll() }
            while let result = try await group.next() { if let result { return result } }
            throw CancellationError()
        }
    }

    @concurrent private static func converse(
        _ input: CommandInput, _ output: LocalListener.Connection, _ begin: @escaping @Sendable (CommandInput) async throws -> Void,
        _ line: @escaping @Sendable (String, CommandInput) async throws -> Void
    ) async throws {
        try await output.executeThenClose { inbound, _ in
            // Beside the reading: a command may write before it has read all.
            async let begun: Void = begin(input)
            var pending: [UInt8] = []
            do {
                for try await piece in inbound {
                    for part in piece.readableBytesView.split(separator: 0x0A, omittingEmptySubsequences: false).enumerated() {
                        if part.offset > 0 {
                            try await line(String(decoding: pending, as: UTF8.self), input)
                            pending = []
                        }
                        pending += part.element.prefix(lineLimit - pending.count)
                    }
                }
            } catch let error as IOError {
                // Killed in the middle of a line: what came before counts.
                guard error.errnoCode == 104 else { throw error }
            }
            if !pending.isEmpty { try await line(String(decoding: pending, as: UTF8.self), input) }
            try await begun
        }
    }
}

/// What a command reads as its standard input.
package final class CommandInput: Sendable {
    private let writer: NIOAsyncChannelOutboundWriter<ByteBuffer>
    private let channel: any Channel

    init(_ writer: NIOAsyncChannelOutboundWriter<ByteBuffer>, _ channel: any Channel) {
        self.writer = writer
        self.channel = channel
    }

    /// A command that reads no more is no error: its exit status tells.
    package func write(_ bytes: [UInt8]) async { try? await writer.write(ByteBuffer(bytes: bytes)) }

    /// The command sees the end of its input.
    package func end() async {
        try? await channel.untilSent()
        writer.finish()
    }
}

/// The end of a conversation, for one who waits.
private final class ConversationEnd: Sendable {
    private let ended: AsyncStream<Void>
    private let ending: AsyncStream<Void>.Continuation

    init() { (ended, ending) = AsyncStream.makeStream() }

    func end() { ending.finish() }

    func wait(atMost limit: Duration) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { [ended] in for await _ in ended {} }
            group.addTask { try? await Task.sleep(for: limit) }
            await group.next()
            group.cancelAll()
        }
    }
}
