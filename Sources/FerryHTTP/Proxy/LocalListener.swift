internal import NIOCore
internal import NIOPosix
internal import SystemPackage

/// A Unix socket that listens in a folder of Ferry's. Its path may be of any length, which an address of a socket may not.
final class LocalListener: Sendable {
    typealias Connection = NIOAsyncChannel<ByteBuffer, ByteBuffer>

    let path: FilePath
    /// Open as long as the socket: its address leads through it.
    private let folder: SystemPackage.FileDescriptor
    private let channel: NIOAsyncChannel<Connection, Never>

    /// Throws `ProxyFailure`.
    init(in folder: FilePath, name: String) async throws {
        path = folder.appending(name)
        do { self.folder = try SystemPackage.FileDescriptor.open(folder, .readOnly, options: [.directory, .closeOnExec]) } catch {
            throw ProxyFailure(message: "The folder \(folder) of a socket cannot be opened: \(error)")
        }
        do {
            channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .serverChannelOption(.backlog, value: 64)
                .childChannelOption(.allowRemoteHalfClosure, value: true)
                .bind(unixDomainSocketPath: "/proc/self/fd/\(self.folder.rawValue)/\(name)", cleanupExistingSocketFile: true) { child in
                    child.eventLoop.makeCompletedFuture {
                        try Connection(wrappingChannelSynchronously: child, configuration: .init(isOutboundHalfClosureEnabled: true))
                    }
                }
        } catch {
            try? self.folder.close()
            throw ProxyFailure(message: "The socket \(path) cannot be made: \(error)")
        }
    }

    /// Gives the connections as they come, until the task is cancelled.
    func connections(_ body: (NIOAsyncChannelInboundStream<Connection>) async throws -> Void) async throws {
        try await channel.executeThenClose { try await body($0) }
    }

    func close() {
        let folder = folder
        channel.channel.close(promise: nil)
        // The socket's file is removed by its address, which leads through the folder.
        channel.channel.closeFuture.whenComplete { _ in try? folder.close() }
    }
}
