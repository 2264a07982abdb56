internal import Glibc
internal import SystemPackage

/// Reading and resolving links. Both throw `Errno`.
enum SymbolicLink {
    static func target(of path: FilePath) throws -> FilePath {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = path.withPlatformString { readlink($0, &buffer, buffer.count - 1) }
        guard count >= 0 else { throw Errno(rawValue: errno) }
        return FilePath(platformString: buffer)
    }

    /// The path of the same file without any link, `.` or `..`; every part of it must exist.
    static func resolved(_ path: FilePath) throws -> FilePath {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        guard path.withPlatformString({ realpath($0, &buffer) }) != nil else { throw Errno(rawValue: errno) }
        return FilePath(platformString: buffer)
    }
}
