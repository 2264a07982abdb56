internal import NIOCore

extension Channel {
    /// Returns when all that was written is with the kernel. Throws where that cannot be, and when the task is cancelled, which closes the channel.
    func untilSent() async throws {
        try await withTaskCancellationHandler {
            try await writeAndFlush(ByteBuffer()).get()
        } onCancel: {
            close(promise: nil)
        }
    }
}
