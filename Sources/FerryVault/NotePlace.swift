internal import FerrySystem
internal import SystemPackage

/// Where a note is: a name in a folder that is held open, so that no link on the way, and no renamed folder, leads a write astray.
struct NotePlace: ~Copyable {
    let folder: HeldFolder
    let name: FilePath.Component
    /// Relative to the vault.
    let path: FilePath

    /// Throws `Errno`: `.tooManySymbolicLinkLevels` for a link on the way, `.permissionDenied` for a path that leads out of the vault.
    init(_ path: FilePath, in vault: ConfinedFiles, making: ConfinedFiles.Making = .nothing) throws {
        guard let name = path.lastComponent else { throw Errno.isDirectory }
        folder = try vault.folder(path.removingLastComponent(), making: making)
        self.name = name
        self.path = path
    }

    /// Whether the name still stands for this file.
    func holds(_ status: FileStatus) throws -> Bool {
        let present = try folder.status(of: name)
        return present?.inode == status.inode && present?.device == status.device
    }

    /// The content of another file of the folder. Throws `Errno`.
    func content(of name: FilePath.Component) throws -> [UInt8] {
        let file = try folder.open(name, .readOnly)
        defer { try? file.close() }
        return try FileContents.read(file, limit: NoteBytes.sizeLimit)
    }

    /// Moves a file, never over another (`.fileExists`), also where the file system has no call that promises it.
    func move(_ name: FilePath.Component, to place: borrowing NotePlace) throws {
        do { try folder.move(name, to: place.folder, as: place.name) } catch Errno.invalidArgument {
            do { try folder.link(name, to: place.folder, as: place.name) } catch Errno.fileExists { throw Errno.fileExists } catch {
                // No second name to be had either; the window between looking and renaming is as short as it can be.
                guard try place.folder.status(of: place.name) == nil else { throw Errno.fileExists }
                try folder.rename(name, to: place.folder, as: place.name)
                return
            }
            try folder.unlink(name)
        }
    }
}
