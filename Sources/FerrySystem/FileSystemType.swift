internal import CFerryLinux
internal import Glibc
package import SystemPackage

/// The kind of file system that holds a path (statfs(2) magic numbers, linux/magic.h).
package struct FileSystemType: Hashable, Sendable {
    package let magic: Int64

    package init(of path: FilePath) throws {
        magic = path.withPlatformString { ferry_filesystem_type($0) }
        guard magic != -1 else { throw Errno(rawValue: errno) }
    }

    /// Whether another machine or program can change files here without an inotify event: FUSE, NFS, CIFS, SMB2, 9p.
    package var isSilent: Bool { [0x6573_5546, 0x6969, 0xFF53_4D42, 0xFE53_4D42, 0x0102_1997].contains(magic) }
}
