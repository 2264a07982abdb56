internal import Dispatch
package import FerrySystem
internal import Glibc
package import SystemPackage

/// Writes into notes that somebody may be editing; the only place in Ferry that writes, moves or removes a file of a vault.
///
/// A note is read under a read lease, its successor is swapped in by one rename, and what came out is compared with what was read: a
/// person's save at any moment is found and put back. Nothing is written where the result is what already stands.
/// All of it blocks, so it runs on a queue of the writer's own, one write after the other. The process must ignore SIGIO (a broken lease sends it).
package final class NoteWriter: Sendable {
    package enum Outcome: Hashable, Sendable {
        case written(ContentHash)
        /// It already is as wanted; nothing was written.
        case unchanged(ContentHash)
        /// Somebody has it open for writing, or saved it again and again. Try later.
        case busy
        /// It is not there (any more).
        case gone
        /// It cannot be changed without risk to what is not Ferry's.
        case refused(NoteRefusal)
    }

    /// What a note's bytes become. Returns them as they are where nothing is to be written.
    package typealias Change = @Sendable ([UInt8]) throws(NoteRefusal) -> [UInt8]

    /// Told at the named moments of an update, so that a test can come between.
    package struct Hooks: Sendable {
        package var beforeExchange: (@Sendable () -> Void)?
        package var afterExchange: (@Sendable () -> Void)?
        package init() {}
    }

    let root: FilePath
    private let hooks: Hooks
    private let queue = DispatchQueue(label: "ferry.notes")
    /// Tries of one update, some 25 ms together; a longer wait is the caller's.
    private static let tries = 12
    /// How long a program that resolved the name before the exchange has to reach its open (VAULT reference, 5.4 step 9).
    private static let grace: Duration = .milliseconds(2)

    /// `root` is the vault; paths are relative to it.
    package init(root: FilePath, hooks: Hooks = Hooks()) {
        self.root = root
        self.hooks = hooks
    }

    /// Replaces a note's content by what `change` makes of it. `change` may be asked more than once, each time with what stands there then.
    /// Throws `Errno` where the file system fails (no space, no right).
    package func update(_ path: FilePath, _ change: @escaping Change) async throws -> Outcome {
        for attempt in 0..<Self.tries {
            if let outcome = try await onOwnQueue({ try self.attempt(self.root.pushing(path), change) }) { return outcome }
            try? await Task.sleep(for: .microseconds(300 * (attempt + 1)))
        }
        return .busy
    }

    /// Runs what blocks out of the way of the cooperative pool; writes wait for each other. A write that was begun is finished, also in a cancelled task.
    func onOwnQueue<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            queue.async { continuation.resume(with: Result { try body() }) }
        }
    }

    /// `nil`: somebody came between; try again.
    private func attempt(_ path: FilePath, _ change: Change) throws -> Outcome? {
        do { return try attemptUpdate(path, change) } catch is NeedsWritingInPlace {
            return try updateInPlace(path, change)
        } catch Errno.noSuchFileOrDirectory, Errno.notDirectory {
            return .gone
        } catch let refusal as NoteRefusal {
            return .refused(refusal)
        }
    }

    private func attemptUpdate(_ path: FilePath, _ change: Change) throws -> Outcome? {
        let file = try FileDescriptor.open(path, .readOnly, options: [.noFollow, .closeOnExec, .nonBlocking])
        defer { try? file.close() }
        let status = try FileStatus(of: file)
        guard status.kind == .regular else {
            throw NoteRefusal(nil, "It is no regular file.", remedy: "Replace the link or device by the note itself.")
        }
        let lease: FileLease
        do { lease = try FileLease(on: file, .read) } catch Errno.resourceTemporarilyUnavailable { return nil } catch {
            return try updateWithoutLease(path, file, status, change)
        }
        let before = try FileContents.read(file, limit: VaultScan.sizeLimit)
        let after = try change(before)
        if after == before { return .unchanged(ContentHash(of: before)) }
        if status.links > 1 { throw NeedsWritingInPlace() }
        let temporary = try successor(of: path, content: after, like: file)
        var isPending = true
        defer { if isPending { remove(temporary) } }
        guard lease.holds else { return nil }
        hooks.beforeExchange?()
        do { try Renaming.exchange(temporary, path) } catch Errno.invalidArgument { throw NeedsWritingInPlace() }
        hooks.afterExchange?()
        // What came out cannot be looked at: it may be a person's save, so it goes back.
        guard (try? isUndisturbed(temporary, file, status, lease, before)) ?? false else {
            isPending = false
            try putBack(temporary, path, ours: after)
            return nil
        }
        try Directory.sync(path.removingLastComponent())
        return .written(ContentHash(of: after))
    }

    /// What came out of the exchange is what was read, and nobody has asked for it meanwhile.
    private func isUndisturbed(
        _ displaced: FilePath, _ file: FileDescriptor, _ status: FileStatus, _ lease: borrowing FileLease, _ before: [UInt8]
    ) throws -> Bool {
        let out = try FileStatus(of: displaced)
        guard out.inode == status.inode, out.device == status.device else { return false }
        usleep(useconds_t(Self.grace / .microseconds(1)))
        guard lease.holds else { return false }
        return try FileContents.read(file, limit: VaultScan.sizeLimit) == before
    }

    /// Swaps the person's version back. If what comes out is not our own, the person has saved over ours meanwhile: their newest stays.
    private func putBack(_ displaced: FilePath, _ path: FilePath, ours: [UInt8]) throws {
        do { try Renaming.exchange(displaced, path) } catch Errno.noSuchFileOrDirectory {
            // The note was moved away meanwhile, with our content in it; the displaced version goes back under its name.
            try Renaming.move(displaced, to: path)
            return
        }
        if try FileContents.read(displaced, limit: VaultScan.sizeLimit) == ours {
            remove(displaced)
        } else {
            try Renaming.exchange(displaced, path)
            remove(displaced)
        }
    }

    // MARK: Other ways

    /// The note cannot be exchanged. Thrown, so that our own descriptor is closed first: a write lease suffers no other.
    private struct NeedsWritingInPlace: Error {}

    /// For hard links, and file systems without exchange: under a write lease nobody else has the note open.
    private func updateInPlace(_ path: FilePath, _ change: Change) throws -> Outcome? {
        let file = try FileDescriptor.open(path, .readWrite, options: [.noFollow, .closeOnExec, .nonBlocking])
        defer { try? file.close() }
        let lease: FileLease
        do { lease = try FileLease(on: file, .write) } catch Errno.resourceTemporarilyUnavailable { return nil }
        let status = try FileStatus(of: file)
        guard try FileStatus(of: path).inode == status.inode, lease.holds else { return nil }
        let before = try FileContents.read(file, limit: VaultScan.sizeLimit)
        let after = try change(before)
        if after == before { return .unchanged(ContentHash(of: before)) }
        try file.writeAll(toAbsoluteOffset: 0, after)
        if after.count < before.count { try file.resize(to: Int64(after.count)) }
        guard fsync(file.rawValue) == 0 else { throw Errno(rawValue: errno) }
        return .written(ContentHash(of: after))
    }

    /// Where there are no leases: only when the note has been quiet for a while, and compared again just before the rename.
    private func updateWithoutLease(
        _ path: FilePath, _ file: FileDescriptor, _ status: FileStatus, _ change: Change
    ) throws -> Outcome? {
        guard Int64(time(nil)) - status.modified / 1_000_000_000 >= 5 else { return nil }
        let before = try FileContents.read(file, limit: VaultScan.sizeLimit)
        let after = try change(before)
        if after == before { return .unchanged(ContentHash(of: before)) }
        let temporary = try successor(of: path, content: after, like: file)
        guard try FileStatus(of: path) == status, try FileContents.read(path, limit: VaultScan.sizeLimit) == before else {
            remove(temporary)
            return nil
        }
        do { try Renaming.replace(temporary, path) } catch {
            remove(temporary)
            throw error
        }
        try Directory.sync(path.removingLastComponent())
        return .written(ContentHash(of: after))
    }

    // MARK: Temporaries

    /// A finished, durable file beside the note, hidden from editors and from Ferry's own look, with the note's mode, owner and attributes.
    private func successor(of path: FilePath, content: [UInt8], like file: FileDescriptor?) throws -> FilePath {
        let temporary = Self.temporary(beside: path)
        let new = try FileDescriptor.open(
            temporary, .writeOnly, options: [.create, .exclusiveCreate, .closeOnExec], permissions: FilePermissions(rawValue: 0o644))
        do {
            defer { try? new.close() }
            try new.writeAll(content)
            if let file { try FileAttributes.copy(from: file, to: new) }
            guard fsync(new.rawValue) == 0 else { throw Errno(rawValue: errno) }
        } catch {
            remove(temporary)
            throw error
        }
        return temporary
    }

    func fresh(_ path: FilePath, content: [UInt8]) throws -> FilePath { try successor(of: path, content: content, like: nil) }

    /// Short: a note's own name may be as long as names can be.
    static func temporary(beside path: FilePath) -> FilePath {
        let digits = String(UInt64.random(in: .min ... .max), radix: 16)
        return path.removingLastComponent().appending(".ferry-" + String(repeating: "0", count: 16 - digits.count) + digits)
    }

    func remove(_ path: FilePath) { _ = path.withPlatformString { unlink($0) } }
}
