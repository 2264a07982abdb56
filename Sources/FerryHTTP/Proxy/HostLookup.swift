package import FerryModel
internal import Glibc
internal import NIOPosix

/// How the proxy finds a host, and which of its addresses it may reach. It connects to exactly what was looked up and judged, so that a name that
/// means another address a moment later (DNS rebinding) gains nothing.
package struct HostLookup: Sendable {
    /// All addresses of a name, in the order in which to try them. Throws where there is none.
    package var addresses: @Sendable (HostName, _ port: Int) async throws -> [NetworkAddress]
    package var mayReach: @Sendable (NetworkAddress) -> Bool

    package init(
        addresses: @escaping @Sendable (HostName, _ port: Int) async throws -> [NetworkAddress],
        mayReach: @escaping @Sendable (NetworkAddress) -> Bool = \.isPublic
    ) {
        self.addresses = addresses
        self.mayReach = mayReach
    }

    /// This machine's resolver, and the public Internet.
    package static let system = HostLookup { name, port in
        // getaddrinfo blocks for as long as the resolver likes.
        try await NIOThreadPool.singleton.runIfActive { try resolve(name, port: port) }
    }

    private static func resolve(_ name: HostName, port: Int) throws -> [NetworkAddress] {
        var hints = addrinfo()
        hints.ai_family = AF_UNSPEC
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        hints.ai_flags = AI_ADDRCONFIG
        var list: UnsafeMutablePointer<addrinfo>?
        let status = getaddrinfo(name.text, nil, &hints, &list)
        guard status == 0 else { throw LookupFailure(reason: gai_strerror(status).map { String(cString: $0) } ?? "unknown host") }
        defer { freeaddrinfo(list) }
        return sequence(first: list) { $0?.pointee.ai_next }.prefix { $0 != nil }.compactMap { entry in
            entry.flatMap { address(of: $0.pointee, port: port) }
        }
    }

    private static func address(of entry: addrinfo, port: Int) -> NetworkAddress? {
        guard let address = entry.ai_addr else { return nil }
        switch entry.ai_family {
        case AF_INET:
            return address.withMemoryRebound(to: sockaddr_in.self, capacity: 1) {
                withUnsafeBytes(of: $0.pointee.sin_addr) { NetworkAddress(Array($0), port: port) }
            }
        case AF_INET6:
            return address.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) {
                withUnsafeBytes(of: $0.pointee.sin6_addr) { NetworkAddress(Array($0), port: port) }
            }
        default: return nil
        }
    }

    private struct LookupFailure: Error, CustomStringConvertible {
        let reason: String
        var description: String { reason }
    }
}
