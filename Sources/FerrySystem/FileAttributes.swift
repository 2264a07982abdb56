internal import CFerryLinux
internal import Glibc
package import SystemPackage

/// Owner, mode, ACLs and extended attributes of open files.
package enum FileAttributes {
    /// Gives one file what another has; what an ordinary user may not give (an owner) is left out. Throws `Errno`.
    package static func copy(from source: FileDescriptor, to destination: FileDescriptor) throws {
        guard ferry_copy_attributes(source.rawValue, destination.rawValue) == 0 else { throw Errno(rawValue: errno) }
    }
}
