internal import Glibc
package import SystemPackage

/// An exclusive lock that dies with the process: fcntl(2) with F_OFD_SETLK, on a descriptor that no child inherits.
package struct InstanceLock: ~Copyable {
    private let file: FileDescriptor

    // Glibc's module does not show the commands for locks of an open file description (fcntl.h).
    private static let queryOpenFileLock: Int32 = 36
    private static let setOpenFileLock: Int32 = 37

    /// Makes the file if it misses, and writes the process id into it for a person to read.
    /// Throws `Errno.wouldBlock` when another process, or another lock of this one, holds it.
    package init(at path: FilePath) throws {
        let file = try FileDescriptor.open(path, .readWrite, options: [.create, .closeOnExec], permissions: [.ownerReadWrite])
        var request = Self.exclusive
        guard fcntl(file.rawValue, Self.setOpenFileLock, &request) == 0 else {
            let cause = Errno(rawValue: errno)
            try? file.close()
            throw cause == .permissionDenied ? .wouldBlock : cause
        }
        let pid = Array("\(getpid())\n".utf8)
        _ = try? file.writeAll(toAbsoluteOffset: 0, pid)
        _ = ftruncate(file.rawValue, pid.count)
        self.file = file
    }

    /// Whether some process holds the lock now. Only asks: a process that takes the lock at this moment gets it.
    package static func isHeld(at path: FilePath) -> Bool {
        guard let file = try? FileDescriptor.open(path, .readOnly, options: [.closeOnExec]) else { return false }
        defer { try? file.close() }
        var request = exclusive
        return fcntl(file.rawValue, queryOpenFileLock, &request) == 0 && request.l_type != Int16(F_UNLCK)
    }

    /// The whole file.
    private static var exclusive: Glibc.flock {
        var request = Glibc.flock()
        request.l_type = Int16(F_WRLCK)
        request.l_whence = Int16(SEEK_SET)
        return request
    }

    deinit { try? file.close() }
}
