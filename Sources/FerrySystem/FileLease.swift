internal import CFerryLinux
internal import Glibc
package import SystemPackage

/// A lease on an open file (fcntl(2) F_SETLEASE): while it holds, another program that opens the file for writing waits.
/// The process must ignore SIGIO. Leases are local to the machine and not known to every file system.
package final class FileLease: Sendable {
    package enum Kind: Sendable {
        /// Refused while anybody has the file open for writing; broken by an open for writing or a truncate.
        case read
        /// Refused while anybody else has the file open at all.
        case write
    }

    private let file: Int32
    private let type: Int32

    /// Takes the lease on a descriptor that stays open as long as the lease. Throws `Errno`: `.resourceTemporarilyUnavailable`
    /// when somebody has the file open, `.invalidArgument` or `.notSupported` where there are no leases, `.permissionDenied` on a foreign file.
    package init(on file: FileDescriptor, _ kind: Kind) throws {
        self.file = file.rawValue
        self.type = Int32(kind == .read ? F_RDLCK : F_WRLCK)
        try take()
    }

    /// Whether nobody has asked for the file since the lease was taken.
    package var holds: Bool { ferry_get_lease(file) == type }

    /// Lets those go on who wait for the file.
    package func release() { _ = ferry_set_lease(file, Int32(F_UNLCK)) }

    /// Takes the lease again. Throws as the first time.
    package func take() throws {
        guard ferry_set_lease(file, type) == 0 else { throw Errno(rawValue: errno) }
    }

    deinit { release() }
}
