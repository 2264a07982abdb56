internal import CFerryLinux
internal import Glibc
internal import SystemPackage

/// The socket on which a service manager hears how a service is, sd_notify(3): a path, or an abstract name that begins with `@`.
package struct NotifySocket: Hashable, Sendable {
    /// As the kernel takes it: an abstract name begins with a zero byte.
    private let name: [UInt8]

    /// `name` is the value of `NOTIFY_SOCKET`; `nil` for one that names no Unix socket.
    package init?(_ name: String) {
        var bytes = Array(name.utf8)
        guard bytes.count > 1, bytes.count < 108, !bytes.contains(0) else { return nil }
        switch bytes[0] {
        case UInt8(ascii: "/"): break
        case UInt8(ascii: "@"): bytes[0] = 0
        default: return nil
        }
        self.name = bytes
    }

    /// Sends one message of lines such as `READY=1`; what follows a line end in a line is left out, since it would be another variable. Never waits.
    /// Throws `Errno`, `.resourceTemporarilyUnavailable` where the manager does not read.
    package func send(_ lines: [String]) throws {
        let message = Array(lines.map { $0.prefix { !$0.isNewline } }.joined(separator: "\n").utf8)
        guard ferry_send_datagram(name, name.count, message, message.count) == 0 else { throw Errno(rawValue: errno) }
    }
}
