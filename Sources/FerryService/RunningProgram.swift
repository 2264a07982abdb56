internal import FerrySystem
internal import Glibc
package import SystemPackage

/// The file that a process executes, also when another one has taken its name since.
package enum RunningProgram {
    /// Whether the process executes another program than the one that lies at this path now: it was started before an upgrade.
    /// `nil` where that cannot be told.
    package static func differs(_ process: Int32, from path: FilePath) -> Bool? {
        guard let running = try? FileDescriptor.open(FilePath("/proc/\(process)/exe"), .readOnly, options: [.closeOnExec]) else { return nil }
        defer { try? running.close() }
        guard let installed = try? FileDescriptor.open(path, .readOnly, options: [.closeOnExec]) else { return nil }
        defer { try? installed.close() }
        guard let one = try? FileStatus(of: running), let other = try? FileStatus(of: installed) else { return nil }
        if one.device == other.device, one.inode == other.inode { return false }
        guard one.size == other.size else { return true }
        return (try? hash(running)) != (try? hash(installed))
    }

    /// The path at which the process's program lay when it was started; `nil` where it cannot be told.
    package static func path(of process: Int32) -> FilePath? {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX) + 1)
        guard readlink("/proc/\(process)/exe", &buffer, Int(PATH_MAX)) > 0 else { return nil }
        let text = buffer.withUnsafeBufferPointer { buffer in buffer.baseAddress.map { FilePath(platformString: $0) } ?? FilePath() }
        let replaced = " (deleted)"
        return text.string.hasSuffix(replaced) ? FilePath(String(text.string.dropLast(replaced.count))) : text
    }

    /// Installing the same program again makes another file of it.
    private static func hash(_ file: FileDescriptor) throws -> ContentHash {
        var stream = ContentHash.Stream()
        var piece = [UInt8](repeating: 0, count: 1 << 20)
        while true {
            let count = try piece.withUnsafeMutableBytes { try file.read(into: $0) }
            if count == 0 { return stream.finish() }
            stream.update(piece[..<count])
        }
    }
}
