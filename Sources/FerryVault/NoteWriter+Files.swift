package import FerrySystem
package import SystemPackage

/// Whole files: new notes, moves, notes that only Ferry writes, and late saves that were merged elsewhere.
extension NoteWriter {
    package enum MoveOutcome: Hashable, Sendable {
        case moved
        /// Something else has that name there.
        case taken
        /// Somebody has the note open for writing.
        case busy
        case gone
    }

    /// Makes a note; it appears with its whole content. Folders on the way are made. `false` if the name is taken. Throws `Errno`.
    package func create(_ path: FilePath, content: [UInt8]) async throws -> Bool {
        try await onOwnQueue { try self.createNow(path, content) }
    }

    private func createNow(_ path: FilePath, _ content: [UInt8]) throws -> Bool {
        let full = root.pushing(path)
        try Directory.create(full.removingLastComponent(), mode: 0o755)
        let temporary = try fresh(full, content: content)
        do { try place(temporary, at: full) } catch {
            remove(temporary)
            if error as? Errno == .fileExists { return false }
            throw error
        }
        try Directory.sync(full.removingLastComponent())
        return true
    }

    /// Moves a note within the vault, never over another, never by copying. A missing folder is made. Throws `Errno`.
    package func move(_ path: FilePath, to destination: FilePath) async throws -> MoveOutcome {
        try await onOwnQueue { try self.moveNow(path, to: destination) }
    }

    private func moveNow(_ path: FilePath, to destination: FilePath) throws -> MoveOutcome {
        let from = root.pushing(path)
        let to = root.pushing(destination)
        do {
            let file = try FileDescriptor.open(from, .readOnly, options: [.noFollow, .closeOnExec, .nonBlocking])
            defer { try? file.close() }
            do {
                // Whoever is writing now would write to the old name next.
                let lease = try FileLease(on: file, .read)
                try Directory.create(to.removingLastComponent(), mode: 0o755)
                try place(from, at: to)
                _ = consume lease
            } catch Errno.resourceTemporarilyUnavailable { return .busy } catch Errno.fileExists { return .taken } catch let error as Errno
                where [.invalidArgument, .notSupported, .permissionDenied].contains(error)
            {
                try Directory.create(to.removingLastComponent(), mode: 0o755)
                do { try place(from, at: to) } catch Errno.fileExists { return .taken }
            }
        } catch Errno.noSuchFileOrDirectory { return .gone }
        try Directory.sync(to.removingLastComponent())
        try Directory.sync(from.removingLastComponent())
        return .moved
    }

    /// Writes a note that only Ferry writes (run notes, the dashboard): makes it, or replaces its content if that differs.
    /// Throws `Errno`.
    package func replace(_ path: FilePath, content: [UInt8]) async throws -> Outcome {
        let outcome = try await update(path) { (_: [UInt8]) throws(NoteRefusal) -> [UInt8] in content }
        if outcome == .gone, try await create(path, content: content) { return .written(ContentHash(of: content)) }
        return outcome
    }

    /// Takes a note away if it still has this content: it is moved aside, compared, and put back if it has not. `false`: it was left.
    package func remove(_ path: FilePath, having hash: ContentHash) async throws -> Bool {
        try await onOwnQueue { try self.removeNow(path, having: hash) }
    }

    private func removeNow(_ path: FilePath, having hash: ContentHash) throws -> Bool {
        let full = root.pushing(path)
        let aside = Self.temporary(beside: full)
        do { try place(full, at: aside) } catch Errno.noSuchFileOrDirectory { return false }
        if let content = try? FileContents.read(aside, limit: VaultScan.sizeLimit), ContentHash(of: content) == hash {
            remove(aside)
            return true
        }
        try place(aside, at: full)
        return false
    }

    private func place(_ from: FilePath, at destination: FilePath) throws {
        do { try Renaming.move(from, to: destination) } catch Errno.invalidArgument {
            // FUSE and the like know no such flag; the window is as short as it can be.
            guard try FileStatus.ifPresent(destination) == nil else { throw Errno.fileExists }
            try Renaming.replace(from, destination)
        }
    }
}
