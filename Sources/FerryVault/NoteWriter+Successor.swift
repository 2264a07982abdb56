internal import FerrySystem
internal import Glibc
internal import SystemPackage

/// The file that is to become a note.
extension NoteWriter {
    /// Makes a finished, durable file with the note's mode, owner, ACLs and attributes. Throws `NeedsWritingInPlace` where those cannot be
    /// kept, or where the folder takes no new file.
    func makeSuccessor(
        _ temporary: TemporaryName, of place: borrowing NotePlace, content: [UInt8], like note: FileDescriptor?
    ) throws -> FileStatus {
        let file: FileDescriptor
        do { file = try place.folder.create(temporary.unfinished, mode: note == nil ? 0o644 : 0o600) } catch Errno.permissionDenied
            where note != nil
        { throw NeedsWritingInPlace() }
        defer { try? file.close() }
        try file.writeAll(content)
        if let note, try !FileAttributes.copy(from: note, to: file) { throw NeedsWritingInPlace() }
        guard fsync(file.rawValue) == 0 else { throw Errno(rawValue: errno) }
        // From here on the name says that it is whole.
        try place.folder.rename(temporary.unfinished, to: place.folder, as: temporary.name)
        return try FileStatus(of: file)
    }

    /// Takes the temporaries of a write away, and then its record; what cannot be taken away is left to a recovery.
    func clear(_ temporary: TemporaryName, of place: borrowing NotePlace, _ record: WriteRecord?) {
        do {
            let had = try [temporary.unfinished, temporary.name].map { try place.folder.unlink($0) }
            // Not both in one journal of a file system: without this, the temporary could come back when the power goes, and the record not.
            if record != nil, had.contains(true) { try place.folder.sync() }
        } catch { return }
        record?.end()
    }
}
