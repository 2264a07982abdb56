internal import Glibc
package import SystemPackage

/// Which machine this is.
package enum Machine {
    /// gethostname(2), for a person to read; from outside.
    package static var hostName: String {
        var buffer = [CChar](repeating: 0, count: 256)
        guard gethostname(&buffer, buffer.count - 1) == 0 else { return "" }
        return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// Tells machines apart within `purpose`, and names none outside of it (machine-id(5) asks not to show the id itself): 32 hexadecimal digits.
    package static func identity(for purpose: String) -> String {
        let id = (try? FileContents.read("/etc/machine-id", limit: 4096)) ?? []
        return String(ContentHash(of: Array("ferry \(purpose) \(hostName) ".utf8) + id).description.prefix(32))
    }

    /// Whether this process's standard error goes to the journal (`JOURNAL_STREAM`, systemd.exec(5)); `stream` is that variable.
    package static func isJournal(_ file: FileDescriptor, stream: String?) -> Bool {
        guard let parts = stream?.split(separator: ":"), parts.count == 2, let device = UInt64(parts[0]), let inode = UInt64(parts[1]),
            let status = try? FileStatus(of: file)
        else { return false }
        return status.device == device && status.inode == inode
    }
}
