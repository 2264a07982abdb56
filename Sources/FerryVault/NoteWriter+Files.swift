package import FerrySystem
internal import Glibc
package import SystemPackage

/// Whole files: new notes, moves, and notes that are not needed any more.
extension NoteWriter {
    package enum MoveOutcome: Hashable, Sendable {
        case moved
        /// Something else has that name there.
        case taken
        /// Somebody has the note open for writing.
        case busy
        case gone
    }

    // MARK: New notes

    /// Makes a note; it appears with its whole content. Folders on the way are made. `false` if the name is taken. Throws `Errno`, `VaultError`.
    package func create(_ path: FilePath, content: [UInt8]) async throws -> Bool {
        try await onOwnQueue { try self.createNow(path, content) }
    }

    /// Makes an empty file where none is, and needs no space for it but its name: for a disk that is full. Returns whether it is new. Throws `Errno`.
    package func createEmpty(_ path: FilePath) async throws -> Bool {
        try await onOwnQueue {
            let place = try NotePlace(path, in: self.files, making: .quickly)
            do { try place.folder.create(place.name, mode: 0o666).close() } catch Errno.fileExists { return false }
            return true
        }
    }

    func createNow(_ path: FilePath, _ content: [UInt8]) throws -> Bool {
        let place = try NotePlace(path, in: files, making: .durably)
        guard try place.folder.status(of: place.name) == nil else { return false }
        let temporary = TemporaryName()
        try failpoint(.noteCreateBeforeIntent)
        let record = try begin(WriteIntent(.creation, path, temporary: temporary, before: nil, after: ContentHash(of: content)))
        defer { clear(temporary, of: place, record) }
        try failpoint(.noteCreateAfterIntent)
        _ = try makeSuccessor(temporary, of: place, content: content, like: nil)
        try failpoint(.noteCreateAfterSend)
        do { try place.move(temporary.name, to: place) } catch Errno.fileExists { return false }
        try failpoint(.noteCreateAfterEffect)
        try place.folder.sync()
        try failpoint(.noteCreateAfterDone)
        return true
    }

    // MARK: Moves

    /// Moves a note within the vault, never over another, never by copying. A missing folder is made. Throws `Errno`, and `NoteRefusal` for
    /// what is no regular file or lies behind a link.
    package func move(_ path: FilePath, to destination: FilePath) async throws -> MoveOutcome {
        try await onOwnQueue {
            do { return try self.moveNow(path, to: destination) } catch Errno.tooManySymbolicLinkLevels { throw NoteRefusal.link }
        }
    }

    private func moveNow(_ path: FilePath, to destination: FilePath) throws -> MoveOutcome {
        do {
            let from = try NotePlace(path, in: files)
            guard let status = try from.folder.status(of: from.name) else { return .gone }
            guard status.kind == .regular else { throw NoteRefusal.noFile }
            // Whoever is writing now would write to the old name next. What cannot be opened or held is moved all the same: its bytes are not touched.
            var hold: NoteHold?
            do { hold = try NoteHold(from) } catch Errno.resourceTemporarilyUnavailable { return .busy } catch Errno.permissionDenied {
            } catch is NoteRefusal {}
            defer { withExtendedLifetime(hold) {} }
            if let hold, try !from.holds(hold.status) { return .busy }
            let to = try NotePlace(destination, in: files, making: .durably)
            try failpoint(.noteMoveAfterSend)
            do { try rename(from, status, to: to) } catch Errno.fileExists { return .taken }
            try failpoint(.noteMoveAfterEffect)
            followDisplaced(path, to: destination)
            try to.folder.sync()
            try from.folder.sync()
            try failpoint(.noteMoveAfterDone)
            return .moved
        } catch Errno.noSuchFileOrDirectory, Errno.notDirectory { return .gone }
    }

    private func rename(_ from: borrowing NotePlace, _ status: FileStatus, to place: borrowing NotePlace) throws {
        do { try from.folder.move(from.name, to: place.folder, as: place.name) } catch Errno.invalidArgument {
            // Two steps, and a kill between them leaves two names: worth a record.
            let record = try begin(WriteIntent(.move, from.path, destination: place.path, before: nil, after: nil))
            try from.move(from.name, to: place)
            record?.end()
        }
    }

    // MARK: Removals

    /// Takes a note away if it still has this content: it is moved aside, compared, and put back if it has not. `false`: it was left.
    package func remove(_ path: FilePath, having hash: ContentHash) async throws -> Bool {
        try await onOwnQueue {
            do { return try self.removeNow(path, having: hash) } catch Errno.noSuchFileOrDirectory, Errno.notDirectory,
                Errno.resourceTemporarilyUnavailable
            { return false }
        }
    }

    private func removeNow(_ path: FilePath, having hash: ContentHash) throws -> Bool {
        let place = try NotePlace(path, in: files)
        let hold = try NoteHold(place)
        defer { withExtendedLifetime(hold) {} }
        guard try ContentHash(of: hold.content()) == hash else { return false }
        let temporary = TemporaryName()
        let record = try begin(WriteIntent(.removal, path, temporary: temporary, before: hash, after: nil))
        hooks.beforeExchange?()
        try place.folder.rename(place.name, to: place.folder, as: temporary.name)
        hooks.afterExchange?()
        if try isExpendable(temporary, of: place, hold, hash) {
            clear(temporary, of: place, record)
            try place.folder.sync()
            return true
        }
        do { try place.folder.move(temporary.name, to: place.folder, as: place.name) } catch Errno.fileExists {
            // Saved anew under its name meanwhile: that one stays, and this one beside it.
            _ = try keepCopy(temporary.name, of: place, .recovered)
        }
        record?.end()
        return false
    }

    private func isExpendable(_ aside: TemporaryName, of place: borrowing NotePlace, _ hold: NoteHold, _ hash: ContentHash) throws -> Bool {
        guard try place.folder.status(of: aside.name)?.inode == hold.status.inode else { return false }
        usleep(useconds_t(Self.grace / .microseconds(1)))
        return try hold.isUndisturbed && ContentHash(of: hold.content()) == hash
    }
}
