internal import Glibc
package import SystemPackage

/// An exclusive lock that dies with the process (flock(2) on a descriptor that no child inherits).
package struct InstanceLock: ~Copyable {
    private let file: FileDescriptor

    /// Throws `Errno.wouldBlock` when another process holds it.
    package init(at path: FilePath) throws {
        let file = try FileDescriptor.open(path, .readWrite, options: [.create, .closeOnExec], permissions: [.ownerReadWrite])
        guard flock(file.rawValue, LOCK_EX | LOCK_NB) == 0 else {
            let cause = Errno(rawValue: errno)
            try? file.close()
            throw cause
        }
        let pid = Array("\(getpid())\n".utf8)
        _ = try? file.writeAll(toAbsoluteOffset: 0, pid)
        self.file = file
    }

    /// Whether some process holds the lock now. The lock itself is not taken for longer than the question.
    package static func isHeld(at path: FilePath) -> Bool {
        guard let file = try? FileDescriptor.open(path, .readOnly, options: [.closeOnExec]) else { return false }
        defer { try? file.close() }
        return flock(file.rawValue, LOCK_SH | LOCK_NB) != 0
    }

    deinit { try? file.close() }
}
