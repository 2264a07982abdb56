internal import Glibc
package import SystemPackage

/// Folders: listing, making, removing. Names are bytes (`FilePath.Component`), never `String`. All throw `Errno`.
package enum Directory {
    package struct Entry: Hashable, Sendable {
        package let name: FilePath.Component
        /// `nil` where the file system does not tell it with the name; then ask `FileStatus`.
        package let kind: FileStatus.Kind?
    }

    /// The entries of one folder without `.` and `..`, sorted by their bytes.
    package static func entries(of path: FilePath) throws -> [Entry] {
        guard let stream = path.withPlatformString({ opendir($0) }) else { throw Errno(rawValue: errno) }
        defer { closedir(stream) }
        var entries: [Entry] = []
        while true {
            errno = 0
            guard let entry = readdir(stream) else {
                if errno != 0 { throw Errno(rawValue: errno) }
                break
            }
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { FilePath.Component(platformString: $0) }
            }
            guard let name, name.kind == .regular else { continue }
            let kind: FileStatus.Kind? =
                switch Int(entry.pointee.d_type) {
                case Int(DT_REG): .regular
                case Int(DT_DIR): .directory
                case Int(DT_LNK): .link
                case Int(DT_UNKNOWN): nil
                default: .other
                }
            entries.append(Entry(name: name, kind: kind))
        }
        return entries.sorted { left, right in
            left.name.withPlatformString { l in right.name.withPlatformString { r in strcmp(l, r) < 0 } }
        }
    }

    /// Makes the folder and all that miss above it; one that is there is left as it is.
    package static func create(_ path: FilePath, mode: UInt32 = 0o777) throws {
        if path.withPlatformString({ mkdir($0, mode) }) == 0 { return }
        switch errno {
        case ENOENT where !path.removingLastComponent().isEmpty && path.removingLastComponent() != path:
            try create(path.removingLastComponent(), mode: mode)
            if path.withPlatformString({ mkdir($0, mode) }) != 0, errno != EEXIST { throw Errno(rawValue: errno) }
        case EEXIST:
            var status = stat()
            guard path.withPlatformString({ stat($0, &status) }) == 0 else { throw Errno(rawValue: errno) }
            guard status.st_mode & S_IFMT == S_IFDIR else { throw Errno.notDirectory }
        default: throw Errno(rawValue: errno)
        }
    }

    /// Removes a whole tree, also one whose folders were made unreadable. Follows no link. Nothing there is no error.
    package static func removeTree(_ path: FilePath) throws {
        guard let status = try FileStatus.ifPresent(path) else { return }
        guard status.kind == .directory else {
            guard path.withPlatformString({ unlink($0) }) == 0 || errno == ENOENT else { throw Errno(rawValue: errno) }
            return
        }
        if status.mode & 0o700 != 0o700 { _ = path.withPlatformString { chmod($0, 0o700) } }
        for entry in try entries(of: path) {
            let child = path.appending(entry.name)
            if entry.kind == .directory || entry.kind == nil {
                try removeTree(child)
            } else if child.withPlatformString({ unlink($0) }) != 0, errno != ENOENT {
                throw Errno(rawValue: errno)
            }
        }
        guard path.withPlatformString({ rmdir($0) }) == 0 || errno == ENOENT else { throw Errno(rawValue: errno) }
    }

    /// Makes a rename in this folder durable.
    package static func sync(_ path: FilePath) throws {
        let folder = try FileDescriptor.open(path, .readOnly, options: [.directory, .closeOnExec])
        defer { try? folder.close() }
        guard fsync(folder.rawValue) == 0 else { throw Errno(rawValue: errno) }
    }
}
