package import FerryModel
internal import NIOCore
internal import NIOPosix
package import SystemPackage

/// The one way from a sandbox to any network: a proxy of HTTP on a Unix socket, which is put into the sandbox (docs/decisions/0032).
///
/// `CONNECT` and `http://` requests go to hosts on an allow-list and to nothing else; requests to the proxy itself go to Ferry's own endpoint.
/// It lives as long as the work that it serves.
package struct LocalProxy: Sendable {
    /// Hosts by their exact names, on the ports 443 and 80.
    package var hosts: Set<HostName>
    package var lookup: HostLookup
    /// What is asked of Ferry itself; `nil` answers 404.
    package var endpoint: LocalEndpoint?
    /// Told of each refusal, from any task.
    package var refused: @Sendable (ProxyRefusal) -> Void

    /// Connections at once. A sandbox cannot use up this process's descriptors; who comes later waits.
    static let width = 64
    package static let ports: Set<Int> = [80, 443]

    package init(
        hosts: Set<HostName>, lookup: HostLookup = .system, endpoint: LocalEndpoint? = nil,
        refused: @escaping @Sendable (ProxyRefusal) -> Void = { _ in }
    ) {
        self.hosts = hosts
        self.lookup = lookup
        self.endpoint = endpoint
        self.refused = refused
    }

    /// Serves on a socket with this name in a folder while `body` works, and closes everything afterwards. Throws what `body` throws, and `ProxyFailure`
    /// where no socket can be made.
    package func serve<Result: Sendable>(
        in folder: FilePath, name: String, while body: @escaping @Sendable (_ socket: FilePath) async throws -> Result
    ) async throws -> Result {
        let listener = try await LocalListener(in: folder, name: name)
        defer { listener.close() }
        return try await withThrowingTaskGroup(of: Result?.self) { group in
            group.addTask {
                try await self.accept(from: listener)
                return nil
            }
            group.addTask { try await body(listener.path) }
            defer { group.cancelAll() }
            while let result = try await group.next() { if let result { return result } }
            throw CancellationError()
        }
    }

    private func accept(from listener: LocalListener) async throws {
        try await listener.connections { connections in
            // One connection's trouble is its own.
            await withDiscardingTaskGroup { group in
                let places = Places(Self.width)
                do {
                    for try await connection in connections {
                        await places.take()
                        group.addTask {
                            await ProxyConnection(proxy: self).serve(connection)
                            await places.give()
                        }
                    }
                } catch {}
                group.cancelAll()
            }
        }
    }
}

/// Why the proxy cannot serve.
package struct ProxyFailure: Error, Hashable, Sendable, CustomStringConvertible {
    package let message: String
    package var description: String { message }
}

/// So many may work at once; the others wait.
private actor Places {
    private var free: Int
    private var waiting: [CheckedContinuation<Void, Never>] = []

    init(_ count: Int) { free = count }

    func take() async {
        if free > 0 { free -= 1 } else { await withCheckedContinuation { waiting.append($0) } }
    }

    func give() {
        if waiting.isEmpty { free += 1 } else { waiting.removeFirst().resume() }
    }
}
