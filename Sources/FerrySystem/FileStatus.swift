internal import Glibc
package import SystemPackage

/// What `lstat` tells of a file. Two values that differ mean that something happened. Equal ones mean that nothing did, but for a write
/// of the same length within the clock tick of the one before (some milliseconds on older kernels): where that matters, compare content.
package struct FileStatus: Hashable, Sendable {
    package enum Kind: Sendable { case regular, directory, link, other }

    package let kind: Kind
    package let device: UInt64
    package let inode: UInt64
    package let size: Int64
    /// Permission bits, with the set-id and sticky bits.
    package let mode: UInt32
    package let links: UInt64
    package let owner: UInt32
    /// Nanoseconds since the epoch: content, then any change.
    package let modified: Int64
    package let changed: Int64

    /// Does not follow a link in the last component. Throws `Errno`.
    package init(of path: FilePath) throws {
        var status = stat()
        guard path.withPlatformString({ lstat($0, &status) }) == 0 else { throw Errno(rawValue: errno) }
        self.init(status)
    }

    package init(of file: FileDescriptor) throws {
        var status = stat()
        guard fstat(file.rawValue, &status) == 0 else { throw Errno(rawValue: errno) }
        self.init(status)
    }

    /// The status, or `nil` where nothing is there (or a folder on the way is not there). Throws other errors.
    package static func ifPresent(_ path: FilePath) throws -> FileStatus? {
        do { return try FileStatus(of: path) } catch Errno.noSuchFileOrDirectory { return nil } catch Errno.notDirectory { return nil }
    }

    init(_ status: stat) {
        kind = Kind(mode: status.st_mode)
        device = UInt64(status.st_dev)
        inode = UInt64(status.st_ino)
        size = Int64(status.st_size)
        mode = status.st_mode & 0o7777
        links = UInt64(status.st_nlink)
        owner = status.st_uid
        modified = status.st_mtim.nanoseconds
        changed = status.st_ctim.nanoseconds
    }
}

extension timespec {
    /// Nanoseconds since the epoch. Whoever may write a file may give it any time, thousands of years away; such a time is told as about 1748 or 2191, so that
    /// the difference of two is still a number.
    var nanoseconds: Int64 { min(max(Int64(tv_sec), -7_000_000_000), 7_000_000_000) * 1_000_000_000 + Int64(tv_nsec) }
}
