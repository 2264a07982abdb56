internal import CFerryLinux
internal import Glibc
package import SystemPackage

/// Whole files, read and replaced. For Ferry's own files; notes are written by `FerryVault` alone. All throw `Errno`.
package enum FileContents {
    /// Reads a regular file of at most `limit` bytes (`Errno.fileTooLarge` above); follows no link in the last component.
    package static func read(_ path: FilePath, limit: Int = 64 << 20) throws -> [UInt8] {
        // Not blocking: a FIFO that bears a note's name must not hold us.
        let file = try FileDescriptor.open(path, .readOnly, options: [.noFollow, .closeOnExec, .nonBlocking])
        defer { try? file.close() }
        return try read(file, limit: limit)
    }

    /// Reads an open regular file from its start.
    package static func read(_ file: FileDescriptor, limit: Int = 64 << 20) throws -> [UInt8] {
        let status = try FileStatus(of: file)
        guard status.kind == .regular else { throw Errno.notSupported }
        guard status.size <= limit else { throw Errno.fileTooLarge }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Int(status.size) + 1)
        var offset: Int64 = 0
        var piece = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = try piece.withUnsafeMutableBytes { try file.read(fromAbsoluteOffset: offset, into: $0) }
            if count == 0 { return bytes }
            bytes.append(contentsOf: piece[..<count])
            offset += Int64(count)
            if bytes.count > limit { throw Errno.fileTooLarge }
        }
    }

    /// Reads a file that the kernel makes up when it is read (/proc), up to `limit` bytes; these say that they have none.
    static func readVirtual(_ path: FilePath, limit: Int = 1 << 20) throws -> [UInt8] {
        let file = try FileDescriptor.open(path, .readOnly, options: [.closeOnExec])
        defer { try? file.close() }
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 1 << 14)
        while bytes.count < limit {
            let count = try piece.withUnsafeMutableBytes { try file.read(into: $0) }
            if count == 0 { break }
            bytes.append(contentsOf: piece[..<count])
        }
        return bytes
    }

    /// Replaces or creates a file so that a reader, or a crash, sees the old or the new content and nothing between.
    package static func write(_ content: some Collection<UInt8>, to path: FilePath, mode: UInt16 = 0o600) throws {
        let temporary = path.removingLastComponent().appending(".ferry-\(UInt64.random(in: .min ... .max))")
        let file = try FileDescriptor.open(
            temporary, .writeOnly, options: [.create, .exclusiveCreate, .closeOnExec],
            permissions: FilePermissions(rawValue: CModeT(mode)))
        do {
            defer { try? file.close() }
            try file.writeAll(content)
            guard fsync(file.rawValue) == 0 else { throw Errno(rawValue: errno) }
        } catch {
            _ = temporary.withPlatformString { unlink($0) }
            throw error
        }
        let renamed = temporary.withPlatformString { from in path.withPlatformString { to in Glibc.rename(from, to) } }
        guard renamed == 0 else {
            let cause = Errno(rawValue: errno)
            _ = temporary.withPlatformString { unlink($0) }
            throw cause
        }
        try Directory.sync(path.removingLastComponent())
    }

    /// Blocks until what was written to the file is on the disk.
    package static func sync(_ path: FilePath) throws {
        let file = try FileDescriptor.open(path, .readOnly, options: [.noFollow, .closeOnExec])
        defer { try? file.close() }
        guard fsync(file.rawValue) == 0 else { throw Errno(rawValue: errno) }
    }

    /// Gives a file another name in the same folder, durably; a file that bears it is replaced.
    package static func rename(_ from: FilePath, to path: FilePath) throws {
        let renamed = from.withPlatformString { from in path.withPlatformString { to in Glibc.rename(from, to) } }
        guard renamed == 0 else { throw Errno(rawValue: errno) }
        try Directory.sync(path.removingLastComponent())
    }

    /// Adds a line end and the text at the end of a file, in one write; makes the file if it misses. Not durable before the system writes it back.
    package static func append(line text: String, to path: FilePath) throws {
        let file = try FileDescriptor.open(path, .writeOnly, options: [.create, .append, .closeOnExec], permissions: [.ownerReadWrite])
        defer { try? file.close() }
        _ = try file.writeAll(("\n" + text).utf8)
    }

    /// Free bytes for an ordinary user on the file system that holds `path`.
    package static func freeBytes(at path: FilePath) throws -> Int64 {
        let free = path.withPlatformString { ferry_free_bytes($0) }
        guard free >= 0 else { throw Errno(rawValue: errno) }
        return free
    }

    /// Files that an ordinary user can still make on the file system that holds `path`; `Int64.max` where it has no such limit. Throws `Errno`.
    package static func freeInodes(at path: FilePath) throws -> Int64 {
        let free = path.withPlatformString { ferry_free_inodes($0) }
        guard free >= 0 else { throw Errno(rawValue: errno) }
        return free
    }
}
