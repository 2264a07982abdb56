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
        guard let name = path.lastComponent?.withPlatformString({ Array(UnsafeBufferPointer(start: $0, count: strlen($0) + 1)) }) else {
            throw Errno.invalidArgument
        }
        if let top = try openToEmpty(name, in: parent) {
            defer { try? top.close() }
            while case let names = try names(in: top), !names.isEmpty {
                for name in names { try remove(name, in: top) }
            }
        }
        try check(unlinked(name, in: parent, AT_REMOVEDIR), unless: ENOENT)
    }

    /// Removes one entry of the top folder. The folders in it are moved up to the top first, so that neither the length of a path nor the
    /// depth of the tree is a limit: a program can nest folders far below what PATH_MAX can name.
    private static func remove(_ name: Name, in top: FileDescriptor) throws {
        if unlinked(name, in: top) || errno == ENOENT { return }
        guard errno == EISDIR else { throw Errno(rawValue: errno) }
        if unlinked(name, in: top, AT_REMOVEDIR) { return }
        guard let folder = try openToEmpty(name, in: top) else { return }
        defer { try? folder.close() }
        for name in try names(in: folder) where !unlinked(name, in: folder) && errno != ENOENT {
            guard errno == EISDIR else { throw Errno(rawValue: errno) }
            // A folder that we may not write cannot change its "..".
            fchmodat(folder.rawValue, name, 0o700, AT_SYMLINK_NOFOLLOW)
            let moved = ".ferry-\(UInt64.random(in: .min ... .max))".withCString { renameat(folder.rawValue, name, top.rawValue, $0) }
            try check(moved == 0, unless: ENOENT)
        }
        try check(unlinked(name, in: top, AT_REMOVEDIR), unless: ENOENT)
    }

    /// Opens a folder so that its entries can be removed; `nil` where it is gone.
    private static func openToEmpty(_ name: Name, in parent: FileDescriptor) throws -> FileDescriptor? {
        let flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC
        var number = openat(parent.rawValue, name, flags)
        if number < 0, errno == EACCES, fchmodat(parent.rawValue, name, 0o700, AT_SYMLINK_NOFOLLOW) == 0 {
            number = openat(parent.rawValue, name, flags)
        }
        if number < 0, errno == ENOENT { return nil }
        guard number >= 0 else { throw Errno(rawValue: errno) }
        let folder = FileDescriptor(rawValue: number)
        // Where this fails, removing the entries says why.
        if let mode = try? FileStatus(of: folder).mode, mode & 0o700 != 0o700 { _ = fchmod(number, 0o700) }
        return folder
    }

    /// The bytes of a name and a zero: making paths of them costs more than removing the files.
    private typealias Name = [CChar]

    private static func names(in folder: FileDescriptor) throws -> [Name] {
        // An open folder of its own: reading moves the position.
        let number = openat(folder.rawValue, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard number >= 0 else { throw Errno(rawValue: errno) }
        guard let stream = fdopendir(number) else {
            let cause = Errno(rawValue: errno)
            close(number)
            throw cause
        }
        defer { closedir(stream) }
        var names: [Name] = []
        while true {
            errno = 0
            guard let entry = readdir(stream) else {
                if errno != 0 { throw Errno(rawValue: errno) }
                return names
            }
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { Array(UnsafeBufferPointer(start: $0, count: strlen($0) + 1)) }
            }
            if ![[0x2E, 0], [0x2E, 0x2E, 0]].contains(name) { names.append(name) }
        }
    }

    private static func unlinked(_ name: Name, in folder: FileDescriptor, _ flags: Int32 = 0) -> Bool {
        unlinkat(folder.rawValue, name, flags) == 0
    }

    private static func check(_ succeeded: Bool, unless benign: Int32) throws {
        if !succeeded, errno != benign { throw Errno(rawValue: errno) }
    }

    private static func parentFolder(of path: FilePath) -> FilePath {
        let parent = path.removingLastComponent()
        return parent.isEmpty ? "." : parent
    }
}
