internal import CFerryLinux
internal import Glibc
package import SystemPackage

/// Files below one folder, for a caller whose paths and contents are not to be trusted: no symbolic link is followed on the way,
/// nothing above the folder is reached (openat2(2) with RESOLVE_BENEATH and RESOLVE_NO_SYMLINKS), and the names in `offLimits` do not exist.
///
/// Paths are relative to the folder and lexically normal; empty is the folder itself. All throw `Errno`: `.permissionDenied` for an absolute or
/// escaping path and for a name that is off limits, `.tooManySymbolicLinkLevels` for a link, `.notSupported` for what is no regular file.
package struct ConfinedFiles: Hashable, Sendable {
    package let root: FilePath
    /// Names that no component of a path may have; compared without regard to ASCII case.
    private let offLimits: Set<String>

    package init(root: FilePath, offLimits: Set<String> = []) {
        self.root = root
        self.offLimits = Set(offLimits.map { $0.lowercased() })
    }

    /// The status of what the path names, a link itself included; `nil` where nothing is there.
    package func status(of path: FilePath) throws -> FileStatus? {
        do {
            let file = try open(path, FERRY_O_PATH | O_NOFOLLOW)
            defer { try? file.close() }
            return try FileStatus(of: file)
        } catch Errno.noSuchFileOrDirectory { return nil } catch Errno.notDirectory { return nil }
    }

    /// Reads a regular file of at most `limit` bytes (`.fileTooLarge` above).
    package func read(_ path: FilePath, limit: Int = 64 << 20) throws -> [UInt8] {
        // Not blocking: a FIFO must not hold us.
        let file = try open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
        defer { try? file.close() }
        return try FileContents.read(file, limit: limit)
    }

    /// The entries of a folder, sorted by their bytes, without the names that are off limits.
    package func entries(of path: FilePath) throws -> [Directory.Entry] {
        let folder = try open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW)
        defer { try? folder.close() }
        let entries = try Directory.entries(of: FilePath("/proc/self/fd/\(folder.rawValue)"))
        return entries.filter { !isOffLimits($0.name) }
    }

    /// Creates or replaces a regular file in one step and keeps the mode of the one it replaces; missing folders are made.
    /// Not synced to disk: after a power loss a worktree is made anew.
    package func write(_ content: some Collection<UInt8>, to path: FilePath) throws {
        guard let name = path.lastComponent else { throw Errno.isDirectory }
        try check(path)
        let old = try status(of: path)
        switch old?.kind {
        case nil, .regular: break
        case .directory: throw Errno.isDirectory
        case .link: throw Errno.tooManySymbolicLinkLevels
        case .other: throw Errno.notSupported
        }
        let folder = try folder(path.removingLastComponent(), making: .quickly)
        guard let temporary = FilePath.Component(".ferry-\(UInt64.random(in: .min ... .max))") else { throw Errno.invalidArgument }
        do {
            let file = try folder.create(temporary, mode: 0o666)
            defer { try? file.close() }
            try file.writeAll(content)
            if let old, fchmod(file.rawValue, old.mode) != 0 { throw Errno(rawValue: errno) }
            try folder.rename(temporary, to: folder, as: name)
        } catch {
            _ = try? folder.unlink(temporary)
            throw error
        }
    }

    package enum Making: Sendable { case nothing, quickly, durably }

    /// Opens a folder below the root step by step, so that no step can be led astray by a link (`.tooManySymbolicLinkLevels`, or
    /// `.notDirectory`); makes what misses on the way if it is asked to.
    package func folder(_ path: FilePath, making: Making = .nothing) throws -> HeldFolder {
        try check(path)
        var folder = HeldFolder(try open(FilePath(""), FERRY_O_PATH | O_DIRECTORY))
        for name in path.components { folder = try folder.folder(name, making) }
        return folder
    }

    private func open(_ path: FilePath, _ flags: Int32) throws -> FileDescriptor {
        try check(path)
        let top = root.withPlatformString { Glibc.open($0, FERRY_O_PATH | O_DIRECTORY | O_CLOEXEC) }
        guard top >= 0 else { throw Errno(rawValue: errno) }
        let folder = FileDescriptor(rawValue: top)
        if path.isEmpty, flags & FERRY_O_PATH != 0 { return folder }
        defer { try? folder.close() }
        let target = path.isEmpty ? FilePath(".") : path
        let number = target.withPlatformString { ferry_open_beneath(top, $0, flags, 0) }
        guard number >= 0 else { throw Errno(rawValue: errno) }
        return FileDescriptor(rawValue: number)
    }

    private func check(_ path: FilePath) throws {
        let isPlain = path.components.allSatisfy { $0.kind == .regular && !isOffLimits($0) }
        guard path.isRelative, isPlain else { throw Errno.permissionDenied }
    }

    private func isOffLimits(_ name: FilePath.Component) -> Bool {
        !offLimits.isEmpty && offLimits.contains(name.string.lowercased())
    }
}
