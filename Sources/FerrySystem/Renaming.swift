internal import CFerryLinux
internal import Glibc
package import SystemPackage

/// renameat2(2). Both throw `Errno`; `.invalidArgument` where the file system has no such call (FUSE, old ZFS).
package enum Renaming {
    /// Moves a file; `.fileExists` if the destination is taken.
    package static func move(_ from: FilePath, to destination: FilePath) throws {
        try rename(AT_FDCWD, from, AT_FDCWD, destination, UInt32(FERRY_RENAME_NOREPLACE))
    }

    /// Swaps two files in one step.
    package static func exchange(_ one: FilePath, _ other: FilePath) throws {
        try rename(AT_FDCWD, one, AT_FDCWD, other, UInt32(FERRY_RENAME_EXCHANGE))
    }

    /// Relative paths are below the open folders.
    static func rename(_ folder: Int32, _ from: FilePath, _ other: Int32, _ destination: FilePath, _ flags: UInt32) throws {
        let result = from.withPlatformString { from in
            destination.withPlatformString { ferry_renameat2(folder, from, other, $0, flags) }
        }
        guard result == 0 else { throw Errno(rawValue: errno) }
    }
}
