internal import FerrySystem
internal import Glibc
internal import Synchronization
internal import SystemPackage

/// Stands in for a service manager: keeps what services send to `NOTIFY_SOCKET`.
package final class NotifyListener: Sendable {
    private let received = Mutex<[String]>([])
    private let socket: FileDescriptor
    private let wake: WakePipe

    /// Listens on a path, or on an abstract name that begins with `@`. Throws `Errno`.
    package init(_ name: String) throws {
        let socket = FileDescriptor(rawValue: Glibc.socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0))
        let wake = try WakePipe()
        (self.socket, self.wake) = (socket, wake)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = name.hasPrefix("@") ? [0] + Array(name.utf8.dropFirst()) : Array(name.utf8)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        let length = socklen_t(MemoryLayout<sa_family_t>.size + bytes.count)
        let bound = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(socket.rawValue, $0, length) }
        }
        guard bound == 0 else { throw Errno(rawValue: errno) }
        onOwnThread { [weak self] in
            var buffer = [UInt8](repeating: 0, count: 8192)
            while Polling.wait(for: [socket, wake.reading]) == [socket] {
                let count = recv(socket.rawValue, &buffer, buffer.count, 0)
                guard count > 0, let self else { break }
                received.withLock { $0.append(String(decoding: buffer[..<count], as: UTF8.self)) }
            }
            try? socket.close()
        }
    }

    deinit { wake.wake() }

    /// Oldest first.
    package var messages: [String] { received.withLock { $0 } }

    /// The lines of all messages that begin so, oldest first.
    package func lines(_ beginning: String) -> [String] {
        messages.flatMap { $0.split(separator: "\n").map(String.init) }.filter { $0.hasPrefix(beginning) }
    }
}
