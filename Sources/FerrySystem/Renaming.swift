internal import CFerryLinux
internal import Glibc
package import SystemPackage

/// renameat2(2). Both throw `Errno`; `.invalidArgument` where the file system has no such call (FUSE, old ZFS).
package enum Renaming {
    /// Moves a file; `.fileExists` if the destination is taken.
    package static func move(_ from: FilePath, to destination: FilePath) throws {
        try rename(from, destination, UInt32(FERRY_RENAME_NOREPLACE))
    }

    /// Swaps two files in one step.
    package static func exchange(_ one: FilePath, _ other: FilePath) throws {
        try rename(one, other, UInt32(FERRY_RENAME_EXCHANGE))
    }

    /// rename(2): replaces what has the name. Only where the others are not to be had.
    package static func replace(_ from: FilePath, _ destination: FilePath) throws {
        try rename(from, destination, 0)
    }

    private static func rename(_ from: FilePath, _ destination: FilePath, _ flags: UInt32) throws {
        let result = from.withPlatformString { from in
            destination.withPlatformString { ferry_renameat2(AT_FDCWD, from, AT_FDCWD, $0, flags) }
        }
        guard result == 0 else { throw Errno(rawValue: errno) }
    }
}
