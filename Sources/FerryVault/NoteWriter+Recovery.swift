internal import FerrySystem
internal import Foundation
internal import Glibc
package import SystemPackage

/// What a kill or a power loss left half done, put in order from the journal and from what lies in the vault.
extension NoteWriter {
    /// Something that a recovery did, or still has to do.
    package struct Recovery: Hashable, Sendable {
        package enum Kind: Hashable, Sendable {
            /// The note is as it was before, or as it was to become; nothing is left over.
            case cleared
            /// The person's version, which a stopped write had swapped out or half overwritten, stands again.
            case restored
            /// A version that belongs to no note any more lies under this path.
            case kept(FilePath)
            /// It cannot be looked after now (somebody has the file open, the disk is full); the next recovery looks again.
            case postponed
        }

        /// The note, relative to the vault.
        package let path: FilePath
        package let kind: Kind

        /// For a person.
        package var sentence: String {
            switch kind {
            case .cleared: "Ferry had been stopped while it wrote \(path); the note is whole."
            case .restored: "Ferry had been stopped while it wrote \(path); the version before that stands again."
            case .kept(let copy):
                "Ferry had been stopped while it wrote \(path); a version that it found is kept as \(copy). Take over what you need and delete it."
            case .postponed: "Ferry had been stopped while it wrote \(path); it cannot be looked after now, so that is done later."
            }
        }
    }

    /// To be called before the first look at the vault. Touches no write that another process is about to finish. Throws `Errno` where the
    /// journal cannot be read; a write that cannot be looked after now is looked after the next time.
    package func recover() async throws -> [Recovery] { try await onOwnQueue { try self.recoverNow() } }

    /// Looks after Ferry's temporaries that were found in the vault, with or without a journal that knows of them. Throws as `recover`.
    package func recover(leftovers: [FilePath]) async throws -> [Recovery] {
        try await onOwnQueue { try self.recoverNow() + leftovers.compactMap { try self.recover(leftover: $0) } }
    }

    private func recoverNow() throws -> [Recovery] {
        var recoveries: [Recovery] = []
        for (record, intent) in try journal?.abandoned() ?? [] {
            guard let intent else {
                record.end()
                continue
            }
            do {
                let kind = try recover(intent)
                if kind != .postponed { record.end(durably: true) }
                recoveries.append(Recovery(path: intent.path, kind: kind))
            } catch Errno.noSuchFileOrDirectory where isThere {
                // The folder is gone, and all that lay in it.
                record.end()
            } catch {
                recoveries.append(Recovery(path: intent.path, kind: .postponed))
            }
        }
        return recoveries
    }

    /// An unmounted vault is a folder with nothing in it, or none.
    private var isThere: Bool { (try? Directory.entries(of: files.root).isEmpty) == false }

    private func recover(_ intent: WriteIntent) throws -> Recovery.Kind {
        let place = try NotePlace(intent.path, in: files)
        switch intent.kind {
        case .exchange, .creation, .removal:
            guard let temporary = intent.temporary else { return .cleared }
            return try recover(temporary, of: place, intent)
        case .inPlace: return try recoverInPlace(place, intent)
        case .move: return try recoverMove(place, intent)
        }
    }

    // MARK: Temporaries

    private func recover(_ temporary: TemporaryName, of place: borrowing NotePlace, _ intent: WriteIntent) throws -> Recovery.Kind {
        try place.folder.unlink(temporary.unfinished)
        guard try place.folder.status(of: temporary.name) != nil else { return .cleared }
        let hold = try NoteHold(temporary.name, in: place)
        defer { withExtendedLifetime(hold) {} }
        let hash = ContentHash(of: try hold.content())
        // Ours, not swapped in; or what we read, and our successor holds all of it.
        if hash == intent.after || hash == intent.before {
            try place.folder.unlink(temporary.name)
            return .cleared
        }
        if intent.kind == .removal {
            do {
                try place.folder.move(temporary.name, to: place.folder, as: place.name)
                try place.folder.sync()
                return .restored
            } catch Errno.fileExists {}
        } else if try putBack(temporary, to: place, expecting: intent.after) {
            return .restored
        }
        return .kept(try keepCopy(temporary.name, of: place, .recovered))
    }

    /// A person's save that was swapped out, where nobody has touched what stands in its place: it goes back, as it would have but for the kill.
    private func putBack(_ temporary: TemporaryName, to place: borrowing NotePlace, expecting after: ContentHash?) throws -> Bool {
        guard let after, try hash(of: place.name, in: place) == after else { return false }
        do { try place.folder.exchange(temporary.name, place.name) } catch Errno.invalidArgument, Errno.noSuchFileOrDirectory { return false }
        guard try hash(of: temporary.name, in: place) == after else {
            // Somebody saved over ours just now: theirs stays.
            try place.folder.exchange(temporary.name, place.name)
            return false
        }
        try place.folder.sync()
        try place.folder.unlink(temporary.name)
        return true
    }

    private func hash(of name: FilePath.Component, in place: borrowing NotePlace) throws -> ContentHash? {
        guard try place.folder.status(of: name)?.kind == .regular else { return nil }
        return ContentHash(of: try place.content(of: name))
    }

    // MARK: Writes in place

    private func recoverInPlace(_ place: borrowing NotePlace, _ intent: WriteIntent) throws -> Recovery.Kind {
        guard let old = intent.old.map(Array.init), let new = intent.new.map(Array.init) else { return .cleared }
        guard let file = try openForRecovery(place) else { return .kept(try keepCopy(content: old, of: intent.path, .recovered)) }
        defer { try? file.close() }
        let lease = try? FileLease(on: file, .write)
        defer { lease?.release() }
        if lease == nil { throw Errno.resourceTemporarilyUnavailable }
        let content = try FileContents.read(file, limit: 2 * NoteBytes.sizeLimit)
        if content == old || content == new { return .cleared }
        // A person's later save wins; what it may not hold any more lies beside it.
        guard Self.isMixture(content, of: old, and: new) else { return .kept(try keepCopy(content: old, of: intent.path, .recovered)) }
        try Self.overwrite(file, content, with: old)
        return .restored
    }

    /// `nil` where there is no note any more.
    private func openForRecovery(_ place: borrowing NotePlace) throws -> FileDescriptor? {
        do { return try place.folder.open(place.name, .readWrite) } catch Errno.noSuchFileOrDirectory { return nil }
    }

    /// Whether every byte is that of one of both versions at its place; a power loss may leave blocks in any order, and zeros where none came.
    static func isMixture(_ content: [UInt8], of old: [UInt8], and new: [UInt8]) -> Bool {
        guard content.count >= min(old.count, new.count), content.count <= max(old.count, new.count) else { return false }
        return content.indices.allSatisfy { index in
            (index < old.count && content[index] == old[index]) || (index < new.count && content[index] == new[index])
                || (index >= old.count && content[index] == 0)
        }
    }

    // MARK: Moves

    /// Both names of one file: the move is finished.
    private func recoverMove(_ place: borrowing NotePlace, _ intent: WriteIntent) throws -> Recovery.Kind {
        guard let destination = intent.destination, let old = try place.folder.status(of: place.name) else { return .cleared }
        let there = try NotePlace(destination, in: files)
        if try there.holds(old) { try place.folder.unlink(place.name) }
        return .cleared
    }

    // MARK: Leftovers

    /// A temporary that no record tells of: the state folder was lost, or the writer had no journal. `nil` for what is no such thing.
    private func recover(leftover path: FilePath) throws -> Recovery? {
        guard let name = path.lastComponent, let temporary = TemporaryName(name) else { return nil }
        do {
            let place = try NotePlace(path, in: files)
            guard let status = try place.folder.status(of: name), status.kind == .regular else { return nil }
            // In this order: a record outlives its temporaries, so that what has none, and is still there afterwards, has no living writer.
            guard try journal?.temporaries().contains(temporary) != true, try place.holds(status) else { return nil }
            return Recovery(path: path, kind: try recover(orphan: name, isWhole: name == temporary.name, in: place))
        } catch Errno.noSuchFileOrDirectory, Errno.notDirectory { return nil } catch Errno.resourceTemporarilyUnavailable {
            return Recovery(path: path, kind: .postponed)
        }
    }

    private func recover(orphan name: FilePath.Component, isWhole: Bool, in place: borrowing NotePlace) throws -> Recovery.Kind {
        let hold = try NoteHold(name, in: place)
        defer { withExtendedLifetime(hold) {} }
        let content = try hold.content()
        let isKnown = try place.folder.entries().contains { entry in
            guard entry.name != name, TemporaryName(entry.name) == nil, entry.name.extension?.lowercased() == "md" else { return false }
            guard let status = try place.folder.status(of: entry.name), status.kind == .regular, status.size == content.count else { return false }
            return try place.content(of: entry.name) == content
        }
        if !isWhole || isKnown || content.isEmpty {
            try place.folder.unlink(name)
            return .cleared
        }
        return .kept(try keepCopy(name, of: place, .recovered, named: "note.md"))
    }
}
