internal import CFerryLinux
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
        try entries(of: FileDescriptor.open(path, .readOnly, options: [.directory, .closeOnExec]))
    }

    /// The names of the folders in a folder, in no order, without `.` and `..`; links are none. Passes over files without a look at them.
    package static func folders(of path: FilePath) throws -> [FilePath.Component] {
        let folder = try OpenFolder(path)
        var names: [FilePath.Component] = []
        try folder.forEachEntry { name, type, _ in
            guard type == Int(DT_DIR) || type == Int(DT_UNKNOWN) else { return }
            name.withMemoryRebound(to: CChar.self) { characters in
                guard let first = characters.baseAddress, let component = FilePath.Component(platformString: first) else { return }
                if type == Int(DT_UNKNOWN), ((try? folder.entry(first)) ?? nil)?.kind != .directory { return }
                names.append(component)
            }
        }
        return names
    }

    /// The entries of an open folder; closes it.
    static func entries(of folder: FileDescriptor) throws -> [Entry] {
        guard let stream = fdopendir(folder.rawValue) else {
            let cause = Errno(rawValue: errno)
            try? folder.close()
            throw cause
        }
        defer { closedir(stream) }
        var entries: [(bytes: [UInt8], entry: Entry)] = []
        while true {
            errno = 0
            guard let entry = readdir(stream) else {
                if errno != 0 { throw Errno(rawValue: errno) }
                break
            }
            // The bytes beside the name: taking them out of it at every comparison costs more than the listing.
            let (bytes, name) = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { characters in
                    let bytes = [UInt8](UnsafeRawBufferPointer(start: characters, count: strlen(characters)))
                    return (bytes, Self.isDots(bytes) ? nil : FilePath.Component(platformString: characters))
                }
            }
            guard let name else { continue }
            let kind: FileStatus.Kind? =
                switch Int(entry.pointee.d_type) {
                case Int(DT_REG): .regular
                case Int(DT_DIR): .directory
                case Int(DT_LNK): .link
                case Int(DT_UNKNOWN): nil
                default: .other
                }
            entries.append((bytes, Entry(name: name, kind: kind)))
        }
        return entries.sorted { $0.bytes.lexicographicallyPrecedes($1.bytes) }.map(\.entry)
    }

    /// `.` and `..`.
    private static func isDots(_ name: [UInt8]) -> Bool { name.count <= 2 && name.allSatisfy { $0 == UInt8(ascii: ".") } }

    /// Makes an empty folder for this user alone, under a name that begins with `name` and that nothing bears yet; returns its path.
    package static func createTemporary(_ name: String, in folder: FilePath) throws -> FilePath {
        var template = folder.appending("\(name)-XXXXXX").withPlatformString { Array(UnsafeBufferPointer(start: $0, count: strlen($0) + 1)) }
        guard mkdtemp(&template) != nil else { throw Errno(rawValue: errno) }
        return FilePath(platformString: template)
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

    /// Makes durable what another program has written and named anywhere below this folder, where it has synced the content of its files itself. Makes a
    /// file there for a moment, whose name begins with `prefix`. Blocks.
    package static func syncNames(below folder: FilePath, prefix: String) throws {
        guard try FileSystemType(of: folder).keepsOrder else { return try syncFileSystem(of: folder) }
        let marker = folder.appending("\(prefix)\(UInt64.random(in: .min ... .max))")
        let file = try FileDescriptor.open(
            marker, .writeOnly, options: [.create, .exclusiveCreate, .closeOnExec], permissions: [.ownerRead, .ownerWrite])
        defer {
            try? file.close()
            _ = marker.withPlatformString { unlink($0) }
        }
        guard fsync(file.rawValue) == 0 else { throw Errno(rawValue: errno) }
    }

    /// Makes all durable that is on the same file system. Blocks, for as long as others have written much.
    package static func syncFileSystem(of folder: FilePath) throws {
        let open = try FileDescriptor.open(folder, .readOnly, options: [.directory, .closeOnExec])
        defer { try? open.close() }
        guard ferry_sync_filesystem(open.rawValue) == 0 else { throw Errno(rawValue: errno) }
    }

    /// Makes a rename in this folder durable; an empty path is the current folder.
    package static func sync(_ path: FilePath) throws {
        let folder = try FileDescriptor.open(path.isEmpty ? "." : path, .readOnly, options: [.directory, .closeOnExec])
        defer { try? folder.close() }
        guard fsync(folder.rawValue) == 0 else { throw Errno(rawValue: errno) }
    }
}
