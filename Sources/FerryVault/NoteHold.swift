internal import FerrySystem
internal import SystemPackage

/// A note that is held open for reading, under a read lease where the file system has leases: whoever opens it for writing waits.
final class NoteHold: Sendable {
    let file: FileDescriptor
    let status: FileStatus
    /// `nil` where the file system has no leases.
    let lease: FileLease?

    /// Throws `Errno`: `.resourceTemporarilyUnavailable` while somebody has the note open for writing; `NoteRefusal` for what is no regular
    /// file, and for another user's note, which nobody but its owner can hold.
    convenience init(_ place: borrowing NotePlace) throws { try self.init(place.name, in: place) }

    /// As for the note itself, of another file of its folder.
    init(_ name: FilePath.Component, in place: borrowing NotePlace) throws {
        file = try place.folder.open(name, .readOnly)
        do {
            status = try FileStatus(of: file)
            guard status.kind == .regular else { throw NoteRefusal.noFile }
            lease = try Self.lease(on: file)
        } catch {
            try? file.close()
            throw error
        }
    }

    private static func lease(on file: FileDescriptor) throws -> FileLease? {
        do { return try FileLease(on: file, .read) } catch Errno.resourceTemporarilyUnavailable {
            throw Errno.resourceTemporarilyUnavailable
        } catch Errno.permissionDenied {
            throw NoteRefusal(
                nil, "it belongs to another user, so that nobody else can see whether it is being written",
                remedy: "give it to the user that Ferry runs as (chown)")
        } catch { return nil }
    }

    /// Whether nobody has asked to write since the hold began. Without a lease nobody can tell, and the answer is yes.
    var isUndisturbed: Bool { lease?.holds ?? true }

    /// Throws `Errno`; `.fileTooLarge` above the limit of notes.
    func content() throws -> [UInt8] { try FileContents.read(file, limit: NoteBytes.sizeLimit) }

    deinit {
        lease?.release()
        try? file.close()
    }
}

extension NoteRefusal {
    static var noFile: NoteRefusal { NoteRefusal(nil, "it is no regular file", remedy: "replace the link or device by the note itself") }
    static var link: NoteRefusal {
        NoteRefusal(nil, "it is a symbolic link, or lies behind one", remedy: "put the note itself, or its folder, in place of the link")
    }
}
