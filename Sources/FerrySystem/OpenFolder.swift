internal import CFerryLinux
internal import Glibc
package import SystemPackage

/// A folder held open, for calls relative to it: what happens to its path meanwhile does not matter. Closed with its last user. All throw `Errno`.
package final class OpenFolder: Sendable {
    let descriptor: Int32
    /// Of the file system that holds it.
    package let device: UInt64

    private init(descriptor: Int32) throws {
        guard descriptor >= 0 else { throw Errno(rawValue: errno) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            let cause = Errno(rawValue: errno)
            close(descriptor)
            throw cause
        }
        self.descriptor = descriptor
        device = UInt64(status.st_dev)
    }

    deinit { close(descriptor) }

    /// The path may lead through links.
    package convenience init(_ path: FilePath) throws {
        try self.init(descriptor: path.withPlatformString { open($0, O_RDONLY | O_DIRECTORY | O_CLOEXEC) })
    }

    /// A folder below another one, reached without links (`.tooManySymbolicLinkLevels`). `path` is relative; empty is the folder itself.
    package convenience init(_ path: FilePath, beneath folder: OpenFolder) throws {
        let path = path.isEmpty ? "." : path
        try self.init(descriptor: path.withPlatformString { ferry_open_beneath(folder.descriptor, $0, O_RDONLY | O_DIRECTORY, 0) })
    }

    /// What one name in the folder stands for now, a link itself included; `nil` where nothing is there. `name` ends in a zero byte.
    package func entry(_ name: UnsafePointer<CChar>) throws -> (kind: FileStatus.Kind, stamp: FileStamp)? {
        var status = stat()
        guard fstatat(descriptor, name, &status, AT_SYMLINK_NOFOLLOW) == 0 else {
            if errno == ENOENT { return nil }
            throw Errno(rawValue: errno)
        }
        return (FileStatus.Kind(mode: status.st_mode), FileStamp(status))
    }

    /// The whole status of one name in the folder, of a link itself; `nil` where nothing is there. `name` ends in a zero byte.
    package func status(of name: UnsafePointer<CChar>) throws -> FileStatus? {
        var status = stat()
        guard fstatat(descriptor, name, &status, AT_SYMLINK_NOFOLLOW) == 0 else {
            if errno == ENOENT { return nil }
            throw Errno(rawValue: errno)
        }
        return FileStatus(status)
    }

    /// The names in the folder but `.` and `..`, each with a zero byte at its end, sorted by their bytes.
    package func names() throws -> [[UInt8]] {
        var names: [[UInt8]] = []
        try forEachEntry { name, _, _ in names.append(Array(name) + [0]) }
        return names.sorted { $0.lexicographicallyPrecedes($1) }
    }

    /// Calls `body` with each name but `.` and `..` (a zero byte follows it), its type (`DT_REG`, …) and its inode, in the order of the file system.
    func forEachEntry(_ body: (_ name: UnsafeRawBufferPointer, _ type: Int, _ inode: UInt64) throws -> Void) throws {
        let size = 1 << 16
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: size, alignment: 8)
        defer { buffer.deallocate() }
        while true {
            let filled = ferry_directory_entries(descriptor, buffer.baseAddress, size)
            guard filled >= 0 else { throw Errno(rawValue: errno) }
            if filled == 0 { return }
            var start = 0
            while start < filled {
                // struct linux_dirent64 of getdents64(2): inode, offset, length of the record, type, name.
                let inode = buffer.loadUnaligned(fromByteOffset: start, as: UInt64.self)
                let length = Int(buffer.loadUnaligned(fromByteOffset: start + 16, as: UInt16.self))
                let type = Int(buffer[start + 18])
                let rest = UnsafeRawBufferPointer(rebasing: buffer[(start + 19)..<(start + length)])
                start += length
                let name = UnsafeRawBufferPointer(rebasing: rest[..<(rest.firstIndex(of: 0) ?? rest.count)])
                let isDots = name.first == 0x2E && (name.count == 1 || (name.count == 2 && name[1] == 0x2E))
                if !isDots { try body(name, type, inode) }
            }
        }
    }

    /// Fills the buffer from the start of a regular file; returns how many bytes came, fewer than fit only at the file's end. After `size` bytes it does
    /// not ask for more, where the caller knows that the file has so many.
    /// Follows no link and waits for nobody. `name` ends in a zero byte.
    package func read(_ name: UnsafePointer<CChar>, into buffer: UnsafeMutableRawBufferPointer, size: Int64 = .max) throws -> Int {
        let file = openat(descriptor, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
        guard file >= 0 else { throw Errno(rawValue: errno) }
        defer { close(file) }
        var filled = 0
        while filled < buffer.count, filled < size {
            let count = Glibc.read(file, buffer.baseAddress?.advanced(by: filled), buffer.count - filled)
            if count == 0 { break }
            if count > 0 { filled += count } else if errno != EINTR { throw Errno(rawValue: errno) }
        }
        return filled
    }
}

extension FileStatus.Kind {
    init(mode: mode_t) {
        self =
            switch mode & S_IFMT {
            case S_IFREG: .regular
            case S_IFDIR: .directory
            case S_IFLNK: .link
            default: .other
            }
    }
}

extension FileStamp {
    init(_ status: stat) {
        self.init(
            device: UInt64(status.st_dev), inode: UInt64(status.st_ino), size: Int64(status.st_size),
            modified: status.st_mtim.nanoseconds,
            changed: status.st_ctim.nanoseconds)
    }
}
