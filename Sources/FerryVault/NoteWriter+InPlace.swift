internal import FerrySystem
internal import Foundation
internal import Glibc
internal import SystemPackage

/// For hard links, for attributes that no new file could have, and for file systems without exchange: the note's own bytes are written over
/// while nobody else has it open at all, and the journal holds them meanwhile.
extension NoteWriter {
    /// `nil`: somebody came between; try again.
    func updateInPlace(_ place: borrowing NotePlace, _ change: Change) throws -> Outcome? {
        let file = try openInPlace(place)
        defer { try? file.close() }
        let lease = try writeLease(on: file)
        defer { lease.release() }
        let status = try FileStatus(of: file)
        guard try place.holds(status) else { return nil }
        let before = try FileContents.read(file, limit: NoteBytes.sizeLimit)
        let after = try change(before)
        if after == before { return .unchanged(ContentHash(of: before)) }
        hooks.beforeExchange?()
        guard lease.holds else { return nil }
        var intent = WriteIntent(.inPlace, place.path, before: ContentHash(of: before), after: ContentHash(of: after))
        intent.old = Data(before)
        intent.new = Data(after)
        let record = try begin(intent)
        do { try Self.overwrite(file, before, with: after) } catch {
            // As it was. Where not even that works, the record stays, and a recovery tries again.
            try Self.overwrite(file, after, with: before)
            record?.end(durably: true)
            throw error
        }
        record?.end(durably: true)
        // Somebody's rename came between: theirs stays, and is the note to be written.
        guard try place.holds(status) else { return nil }
        return .written(ContentHash(of: after))
    }

    private func openInPlace(_ place: borrowing NotePlace) throws -> FileDescriptor {
        do { return try place.folder.open(place.name, .readWrite) } catch Errno.permissionDenied {
            throw NoteRefusal(
                nil, "It is read-only and cannot be replaced (a hard link, or attributes that only its owner may give).",
                remedy: "Make it writable (chmod u+w).")
        }
    }

    private func writeLease(on file: FileDescriptor) throws -> FileLease {
        do { return try FileLease(on: file, .write) } catch Errno.resourceTemporarilyUnavailable {
            throw Errno.resourceTemporarilyUnavailable
        } catch {
            throw NoteRefusal(
                nil, "It cannot be replaced in one step, and its file system does not say who else has it open.",
                remedy: "Take the note's other hard links away, or move the vault to a file system with leases (ext4, xfs, btrfs).")
        }
    }

    /// What is added comes first, at the end: if the disk is full, nothing of the old has been touched.
    static func overwrite(_ file: FileDescriptor, _ old: [UInt8], with new: [UInt8]) throws {
        let common = min(old.count, new.count)
        if new.count > common { try file.writeAll(toAbsoluteOffset: Int64(common), new[common...]) }
        try file.writeAll(toAbsoluteOffset: 0, new[..<common])
        if new.count < old.count { try file.resize(to: Int64(new.count)) }
        guard fsync(file.rawValue) == 0 else { throw Errno(rawValue: errno) }
    }
}
