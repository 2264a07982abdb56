internal import CFerryLinux
internal import Glibc
package import SystemPackage

/// Owner, mode, ACLs and extended attributes of open files.
package enum FileAttributes {
    /// Gives one file what another has. `false` where the owner, the group, an ACL or a user's attribute cannot be given (no right, or no
    /// room); security labels are given where it is allowed. Throws `Errno`.
    package static func copy(from source: FileDescriptor, to destination: FileDescriptor) throws -> Bool {
        switch ferry_copy_attributes(source.rawValue, destination.rawValue) {
        case 0: true
        case 1: false
        default: throw Errno(rawValue: errno)
        }
    }
}
