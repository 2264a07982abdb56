internal import FerrySystem
internal import Foundation
internal import Glibc
package import SystemPackage

/// The writes into one vault that are in progress: a small file for each, outside the vault, made durable before the vault is touched and taken
/// away at the end. A living writer holds a lock on its file (flock(2)), so that what is not locked was left by a kill or a power loss.
///
/// Files and no database, because commands write beside the service, and because they outlive the loss of the database.
package struct WriteJournal: Hashable, Sendable {
    private let folder: FilePath

    /// `folder` is made with the first write.
    package init(folder: FilePath) { self.folder = folder }

    /// Records a write. Throws `Errno`; then nothing may be written.
    func begin(_ intent: WriteIntent) throws -> WriteRecord {
        try Directory.create(folder, mode: 0o700)
        let path = folder.appending(TemporaryName().digits)
        let file = try FileDescriptor.open(path, .readWrite, options: [.create, .exclusiveCreate, .closeOnExec], permissions: [.ownerReadWrite])
        let record = WriteRecord(path, file)
        do {
            // Nobody but a recovery that has just seen the empty file could hold it, and that takes it away.
            guard flock(file.rawValue, LOCK_EX | LOCK_NB) == 0, try FileStatus(of: file).links == 1 else {
                throw Errno.resourceTemporarilyUnavailable
            }
            try file.writeAll(JSONEncoder().encode(intent))
            guard fsync(file.rawValue) == 0 else { throw Errno(rawValue: errno) }
            try Directory.sync(folder)
        } catch {
            record.end()
            throw error
        }
        return record
    }

    /// The writes that nobody lives to finish, each now locked by the caller; `nil` in place of an intent that is not whole, whose write had
    /// not begun. Throws `Errno`.
    func abandoned() throws -> [(record: WriteRecord, intent: WriteIntent?)] {
        try files().compactMap { path in
            guard let file = try? FileDescriptor.open(path, .readWrite, options: [.noFollow, .closeOnExec]) else { return nil }
            let record = WriteRecord(path, file)
            guard flock(file.rawValue, LOCK_EX | LOCK_NB) == 0, try FileStatus(of: file).links == 1 else { return nil }
            return (record, Self.intent(in: file))
        }
    }

    /// The temporaries of all writes that are recorded, living ones too.
    func temporaries() throws -> Set<TemporaryName> {
        Set(
            try files().compactMap { path in
                guard let file = try? FileDescriptor.open(path, .readOnly, options: [.noFollow, .closeOnExec]) else { return nil }
                defer { try? file.close() }
                return Self.intent(in: file)?.temporary
            })
    }

    private func files() throws -> [FilePath] {
        guard try FileStatus.ifPresent(folder) != nil else { return [] }
        return try Directory.entries(of: folder).map { folder.appending($0.name) }
    }

    private static func intent(in file: FileDescriptor) -> WriteIntent? {
        (try? FileContents.read(file)).flatMap { try? JSONDecoder().decode(WriteIntent.self, from: Data($0)) }
    }
}

/// One write in the journal, locked as long as this lives. If it does not end, a recovery looks after it.
final class WriteRecord: Sendable {
    private let path: FilePath
    private let file: FileDescriptor

    init(_ path: FilePath, _ file: FileDescriptor) {
        self.path = path
        self.file = file
    }

    /// Nothing of the write is left to look after. `durably`, where the record must not come back with a power loss.
    func end(durably: Bool = false) {
        _ = path.withPlatformString { unlink($0) }
        if durably { try? Directory.sync(path.removingLastComponent()) }
    }

    deinit { try? file.close() }
}
