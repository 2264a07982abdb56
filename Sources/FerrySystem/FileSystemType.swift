internal import CFerryLinux
internal import Glibc
package import SystemPackage

/// The kind of file system that holds a path (statfs(2) magic numbers, linux/magic.h and the sources of the file systems named).
package struct FileSystemType: Hashable, Sendable {
    package let magic: Int64

    package init(of path: FilePath) throws {
        magic = path.withPlatformString { ferry_filesystem_type($0) }
        guard magic != -1 else { throw Errno(rawValue: errno) }
    }

    package init(magic: Int64) { self.magic = magic }

    /// Whether another machine, or the program behind the mount, can change files here without an inotify event.
    package var isSilent: Bool { silentName != nil }

    /// Whether what was named before a file is synced is on the disk with it: one journal, written in order (ext3 and ext4, XFS; tmpfs keeps nothing).
    /// Btrfs and others sync that file alone.
    var keepsOrder: Bool { [0xEF53, 0x5846_5342, 0x0102_1994].contains(UInt32(truncatingIfNeeded: magic)) }

    /// The name of such a file system; `nil` for one that tells of every change.
    package var silentName: String? {
        // statfs gives a long: magic numbers with the highest bit may come with their sign.
        Self.silent[UInt32(truncatingIfNeeded: magic)]
    }

    private static let silent: [UInt32: String] = [
        // FUSE: sshfs, rclone, Cryptomator, encfs, ntfs-3g; virtiofs bears the same number.
        0x6573_5546: "FUSE", 0x6969: "NFS", 0x517B: "SMB", 0xFF53_4D42: "CIFS", 0xFE53_4D42: "SMB2", 0x0102_1997: "9p", 0x5346_414F: "AFS",
        0x6B41_4653: "AFS", 0x7375_7245: "Coda", 0x564C: "NCP", 0x00C3_6400: "Ceph", 0x0BD0_0BD0: "Lustre", 0x4750_4653: "GPFS", 0x0116_1970: "GFS2",
        0x7461_636F: "OCFS2", 0x786F_4256: "vboxsf", 0xBACB_ACBC: "vmhgfs",
    ]
}
