internal import CFerryLinux
internal import Glibc
package import SystemPackage

/// A folder held open for writing, and the files in it by their names: whatever is renamed or linked on the way to it meanwhile, it stays this folder.
/// All throw `Errno`.
package struct HeldFolder: ~Copyable {
    /// O_PATH: it needs no right to read the folder.
    private let folder: FileDescriptor

    /// Takes the descriptor over.
    init(_ folder: FileDescriptor) { self.folder = folder }

    deinit { try? folder.close() }

    // MARK: Files

    /// What has the name, a link itself included; `nil` where nothing has it.
    package func status(of name: FilePath.Component) throws -> FileStatus? {
        var status = stat()
        let result = name.withPlatformString { fstatat(folder.rawValue, $0, &status, AT_SYMLINK_NOFOLLOW) }
        if result == 0 { return FileStatus(status) }
        guard errno == ENOENT else { throw Errno(rawValue: errno) }
        return nil
    }

    /// Opens a file; `.tooManySymbolicLinkLevels` for a link. Does not wait for a FIFO or a lease (`.wouldBlock`).
    package func open(_ name: FilePath.Component, _ mode: FileDescriptor.AccessMode) throws -> FileDescriptor {
        try openFile(name, mode.rawValue | O_NOFOLLOW | O_NONBLOCK, 0)
    }

    /// Makes a file for writing; `.fileExists` if the name is taken.
    package func create(_ name: FilePath.Component, mode: UInt32) throws -> FileDescriptor {
        try openFile(name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode)
    }

    private func openFile(_ name: FilePath.Component, _ flags: Int32, _ mode: UInt32) throws -> FileDescriptor {
        let number = name.withPlatformString { openat(folder.rawValue, $0, flags | O_CLOEXEC, mode) }
        guard number >= 0 else { throw Errno(rawValue: errno) }
        return FileDescriptor(rawValue: number)
    }

    /// Takes a name away; `false` where nothing had it.
    @discardableResult
    package func unlink(_ name: FilePath.Component) throws -> Bool {
        if name.withPlatformString({ unlinkat(folder.rawValue, $0, 0) }) == 0 { return true }
        guard errno == ENOENT else { throw Errno(rawValue: errno) }
        return false
    }

    /// All names but `.` and `..`, sorted by their bytes.
    package func entries() throws -> [Directory.Entry] { try Directory.entries(of: reopened()) }

    // MARK: Renaming

    /// Moves a file, never over another (`.fileExists`); `.invalidArgument` where the file system cannot promise that.
    package func move(_ name: FilePath.Component, to other: borrowing HeldFolder, as destination: FilePath.Component) throws {
        try Renaming.rename(
            folder.rawValue, FilePath(root: nil, [name]), other.folder.rawValue, FilePath(root: nil, [destination]), UInt32(FERRY_RENAME_NOREPLACE))
    }

    /// Swaps two files of this folder in one step; `.invalidArgument` where the file system cannot.
    package func exchange(_ one: FilePath.Component, _ two: FilePath.Component) throws {
        try Renaming.rename(folder.rawValue, FilePath(root: nil, [one]), folder.rawValue, FilePath(root: nil, [two]), UInt32(FERRY_RENAME_EXCHANGE))
    }

    /// rename(2): what had the destination's name is gone. Only where the others are not to be had.
    package func rename(_ name: FilePath.Component, to other: borrowing HeldFolder, as destination: FilePath.Component) throws {
        try Renaming.rename(folder.rawValue, FilePath(root: nil, [name]), other.folder.rawValue, FilePath(root: nil, [destination]), 0)
    }

    /// Gives a file a second name; `.fileExists` if it is taken, `.notPermitted` or `.notSupported` where there are no hard links.
    package func link(_ name: FilePath.Component, to other: borrowing HeldFolder, as destination: FilePath.Component) throws {
        let target = other.folder.rawValue
        let result = name.withPlatformString { from in destination.withPlatformString { linkat(folder.rawValue, from, target, $0, 0) } }
        guard result == 0 else { throw Errno(rawValue: errno) }
    }

    // MARK: The folder

    /// Makes what was made, renamed and taken away in it durable.
    package func sync() throws {
        let folder = try reopened()
        defer { try? folder.close() }
        guard fsync(folder.rawValue) == 0 else { throw Errno(rawValue: errno) }
    }

    /// The folder below with this name.
    func folder(_ name: FilePath.Component, _ making: ConfinedFiles.Making) throws -> HeldFolder {
        if making != .nothing {
            if name.withPlatformString({ mkdirat(folder.rawValue, $0, 0o777) }) == 0 {
                if making == .durably { try sync() }
            } else if errno != EEXIST {
                throw Errno(rawValue: errno)
            }
        }
        let next = name.withPlatformString { ferry_open_beneath(folder.rawValue, $0, FERRY_O_PATH | O_DIRECTORY, 0) }
        guard next >= 0 else { throw Errno(rawValue: errno) }
        return HeldFolder(FileDescriptor(rawValue: next))
    }

    /// A descriptor of the same folder that can be read and synced.
    private func reopened() throws -> FileDescriptor {
        let number = openat(folder.rawValue, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard number >= 0 else { throw Errno(rawValue: errno) }
        return FileDescriptor(rawValue: number)
    }
}
