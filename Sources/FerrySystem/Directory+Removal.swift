internal import Glibc
package import SystemPackage

extension Directory {
    /// Removes a whole tree, however deep, also one whose folders were made unreadable. Follows no link. Nothing there is no error.
    /// Throws `Errno`.
    package static func removeTree(_ path: FilePath) throws {
        if path.withPlatformString({ unlink($0) }) == 0 || errno == ENOENT || errno == ENOTDIR { return }
        guard errno == EISDIR else { throw Errno(rawValue: errno) }
        let parent = try FileDescriptor.open(parentFolder(of: path), .readOnly, options: [.directory, .closeOnExec])
        defer { try? parent.close() }
        guard let name = path.lastComponent else { throw Errno.invalidArgument }
        if let top = try openToEmpty(name, in: parent) {
            defer { try? top.close() }
            while case let entries = try contents(of: top), !entries.isEmpty {
                for entry in entries { try remove(entry.name, in: top) }
            }
        }
        try check(unlinked(name, in: parent, AT_REMOVEDIR), unless: ENOENT)
    }

    /// Removes one entry of the top folder. The folders in it are moved up to the top first, so that neither the length of a path nor the
    /// depth of the tree is a limit: a program can nest folders far below what PATH_MAX can name.
    private static func remove(_ name: FilePath.Component, in top: FileDescriptor) throws {
        if unlinked(name, in: top) || errno == ENOENT { return }
        guard errno == EISDIR else { throw Errno(rawValue: errno) }
        if unlinked(name, in: top, AT_REMOVEDIR) { return }
        guard let folder = try openToEmpty(name, in: top) else { return }
        defer { try? folder.close() }
        for entry in try contents(of: folder) where !unlinked(entry.name, in: folder) && errno != ENOENT {
            guard errno == EISDIR else { throw Errno(rawValue: errno) }
            // A folder that we may not write cannot change its "..".
            _ = entry.name.withPlatformString { fchmodat(folder.rawValue, $0, 0o700, AT_SYMLINK_NOFOLLOW) }
            let moved = entry.name.withPlatformString { from in
                ".ferry-\(UInt64.random(in: .min ... .max))".withCString { renameat(folder.rawValue, from, top.rawValue, $0) }
            }
            try check(moved == 0, unless: ENOENT)
        }
        try check(unlinked(name, in: top, AT_REMOVEDIR), unless: ENOENT)
    }

    /// Opens a folder so that its entries can be removed; `nil` where it is gone.
    private static func openToEmpty(_ name: FilePath.Component, in parent: FileDescriptor) throws -> FileDescriptor? {
        let number = name.withPlatformString { name in
            let flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC
            let number = openat(parent.rawValue, name, flags)
            guard number < 0, errno == EACCES, fchmodat(parent.rawValue, name, 0o700, AT_SYMLINK_NOFOLLOW) == 0 else { return number }
            return openat(parent.rawValue, name, flags)
        }
        if number < 0, errno == ENOENT { return nil }
        guard number >= 0 else { throw Errno(rawValue: errno) }
        let folder = FileDescriptor(rawValue: number)
        // Where this fails, removing the entries says why.
        if let mode = try? FileStatus(of: folder).mode, mode & 0o700 != 0o700 { _ = fchmod(number, 0o700) }
        return folder
    }

    private static func contents(of folder: FileDescriptor) throws -> [Entry] {
        // An open folder of its own: reading moves the position.
        let number = openat(folder.rawValue, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard number >= 0 else { throw Errno(rawValue: errno) }
        return try entries(of: FileDescriptor(rawValue: number))
    }

    private static func unlinked(_ name: FilePath.Component, in folder: FileDescriptor, _ flags: Int32 = 0) -> Bool {
        name.withPlatformString { unlinkat(folder.rawValue, $0, flags) == 0 }
    }

    private static func check(_ succeeded: Bool, unless benign: Int32) throws {
        if !succeeded, errno != benign { throw Errno(rawValue: errno) }
    }

    private static func parentFolder(of path: FilePath) -> FilePath {
        let parent = path.removingLastComponent()
        return parent.isEmpty ? "." : parent
    }
}
