internal import FerrySystem
internal import Glibc
internal import Synchronization
internal import SystemPackage

/// The usual way: a finished successor is swapped with the note in one step (VAULT reference, 5.4).
extension NoteWriter {
    /// How long a program that resolved the name before the exchange has to reach its open (VAULT reference, 5.4 step 9).
    static let grace: Duration = .milliseconds(2)
    /// How long a note must have been quiet where no lease protects it.
    private static let quiet: Duration = .seconds(5)

    /// `nil`: somebody came between; try again. Throws `NeedsWritingInPlace` where the note cannot be replaced by another file.
    func updateByExchange(_ place: borrowing NotePlace, _ change: Change) throws -> Outcome? {
        let hold = try NoteHold(place)
        defer { withExtendedLifetime(hold) {} }
        let before = try hold.content()
        let after = try change(before)
        if after == before { return .unchanged(ContentHash(of: before)) }
        if hold.lease == nil, !isQuiet(place, hold) { return nil }
        guard hold.status.links == 1 else { throw NeedsWritingInPlace() }
        let temporary = TemporaryName()
        try failpoint(.noteWriteBeforeIntent)
        let record = try begin(
            WriteIntent(.exchange, place.path, temporary: temporary, before: ContentHash(of: before), after: ContentHash(of: after)))
        var isOurs = true
        // What may be a person's stays, and the record with it: a recovery tells what it is.
        defer { if isOurs { clear(temporary, of: place, record) } }
        try failpoint(.noteWriteAfterIntent)
        let own = try makeSuccessor(temporary, of: place, content: after, like: hold.file)
        try failpoint(.noteWriteAfterSend)
        guard hold.isUndisturbed else { return nil }
        hooks.beforeExchange?()
        do {
            isOurs = false
            try place.folder.exchange(temporary.name, place.name)
        } catch {
            isOurs = (try? place.folder.status(of: temporary.name)?.inode == own.inode) ?? false
            guard case Errno.invalidArgument = error else { throw error }
            guard hold.lease == nil else { throw NeedsWritingInPlace() }
            return try replaceUnprotected(place, hold, by: temporary, before, after)
        }
        hooks.afterExchange?()
        try failpoint(.noteWriteAfterEffect)
        // What came out cannot be looked at: it may be a person's save, so it goes back.
        guard (try? isUndisturbed(temporary, of: place, hold, before)) ?? false else {
            try putBack(temporary, to: place, hold, before: before, ours: after)
            isOurs = true
            return nil
        }
        isOurs = true
        hooks.afterCheck?()
        try failpoint(.noteWriteAfterDone)
        try place.folder.sync()
        if hold.lease == nil { tellWeakness() }
        keep(hold, of: place.path, base: before)
        return .written(ContentHash(of: after))
    }

    /// What came out of the exchange is what was read, and nobody has asked for it meanwhile.
    private func isUndisturbed(_ displaced: TemporaryName, of place: borrowing NotePlace, _ hold: NoteHold, _ before: [UInt8]) throws -> Bool {
        guard let out = try place.folder.status(of: displaced.name), out.inode == hold.status.inode, out.device == hold.status.device else {
            return false
        }
        usleep(useconds_t(Self.grace / .microseconds(1)))
        guard hold.isUndisturbed else { return false }
        return try hold.content() == before
    }

    /// Swaps the person's version back. Where what comes out is not our own, somebody has saved over ours meanwhile: their newest stays, and
    /// what it did not know of is merged into it.
    private func putBack(_ displaced: TemporaryName, to place: borrowing NotePlace, _ hold: NoteHold, before: [UInt8], ours: [UInt8]) throws {
        do { try place.folder.exchange(displaced.name, place.name) } catch Errno.noSuchFileOrDirectory {
            // The note was moved away meanwhile, with our content in it; the displaced version goes back under its name.
            try place.folder.move(displaced.name, to: place.folder, as: place.name)
            return
        }
        guard try place.content(of: displaced.name) != ours else { return }
        try place.folder.exchange(displaced.name, place.name)
        let isHeld = try place.folder.status(of: displaced.name)?.inode == hold.status.inode
        keep(isHeld ? hold : try NoteHold(displaced.name, in: place), of: place.path, base: before, isSuspect: true)
    }

    // MARK: Without leases

    /// Where nobody can tell that the note is being written, its own times and the locks of editors must do.
    private func isQuiet(_ place: borrowing NotePlace, _ hold: NoteHold) -> Bool {
        let age = Int64(time(nil)) - hold.status.changed / 1_000_000_000
        let lookalikes = NoteName.isOpenInEditor(FilePath(root: nil, [place.name])) { lock in
            lock.lastComponent.map { (try? place.folder.status(of: $0)) != .some(nil) } ?? false
        }
        return age >= Self.quiet.components.seconds && !lookalikes
    }

    /// Without leases and without exchange: compared again just before the rename, which is all that is to be had.
    private func replaceUnprotected(
        _ place: borrowing NotePlace, _ hold: NoteHold, by temporary: TemporaryName, _ before: [UInt8], _ after: [UInt8]
    ) throws -> Outcome? {
        guard try place.folder.status(of: place.name) == hold.status, try place.content(of: place.name) == before else { return nil }
        try place.folder.rename(temporary.name, to: place.folder, as: place.name)
        try place.folder.sync()
        tellWeakness()
        keep(hold, of: place.path, base: before)
        return .written(ContentHash(of: after))
    }

    private func tellWeakness() {
        weakness.withLock {
            $0 =
                "The vault's file system has no leases, so Ferry cannot see whether a note is being written: it writes notes that have been quiet for \(Self.quiet.components.seconds) s, without protection."
        }
    }
}
