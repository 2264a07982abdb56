internal import FerrySystem
internal import SystemPackage

/// Versions that are kept beside a note.
extension NoteWriter {
    /// Gives a file of the note's folder the first free name of its kind. Throws `Errno`.
    func keepCopy(
        _ file: FilePath.Component, of place: borrowing NotePlace, _ kind: KeptCopy, named note: FilePath.Component? = nil
    ) throws -> FilePath {
        for number in 1...1000 {
            let name = kind.name(for: note ?? place.name, number: number)
            let copy = try NotePlace(place.path.removingLastComponent().appending(name), in: files)
            do { try place.move(file, to: copy) } catch Errno.fileExists { continue }
            try copy.folder.sync()
            return copy.path
        }
        throw Errno.fileExists
    }

    /// Writes a version beside the note, unless it is there already. Throws `Errno`, `VaultError`.
    func keepCopy(content: [UInt8], of path: FilePath, _ kind: KeptCopy) throws -> FilePath {
        guard let note = path.lastComponent else { throw Errno.isDirectory }
        for number in 1...1000 {
            let copy = path.removingLastComponent().appending(kind.name(for: note, number: number))
            if try createNow(copy, content) || (try? files.read(copy, limit: NoteBytes.sizeLimit)) == content { return copy }
        }
        throw Errno.fileExists
    }
}
