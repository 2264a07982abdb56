internal import Dispatch
package import FerrySystem
internal import Glibc
internal import Synchronization
package import SystemPackage

/// Writes into notes that somebody may be editing; the only place in Ferry that writes, moves or removes a file of a vault.
///
/// A note is read under a read lease, its successor is swapped in by one rename, and what came out is compared with what was read: a
/// person's save at any moment is found and put back. Nothing is written where the result is what already stands, and nothing before the
/// journal tells what is about to be done. All of it blocks, so it runs on a queue of the writer's own, one write after the other.
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

    /// Told at the named moments of an update or a removal, so that a test can come between.
    package struct Hooks: Sendable {
        package var beforeExchange: (@Sendable () -> Void)?
        package var afterExchange: (@Sendable () -> Void)?
        /// What came out was found undisturbed; it still has its temporary name.
        package var afterCheck: (@Sendable () -> Void)?
        package init() {}
    }

    let files: ConfinedFiles
    let journal: WriteJournal?
    let hooks: Hooks
    /// What was swapped out lately; used on the queue alone.
    let displaced = Mutex(DisplacedNotes())
    let weakness = Mutex<String?>(nil)
    private let queue = DispatchQueue(label: "ferry.notes")
    /// Tries of one update, some 25 ms together; a longer wait is the caller's.
    private static let tries = 12

    /// `root` is the vault; paths are relative to it. Without a journal, what a kill leaves behind is told from its content alone.
    package init(root: FilePath, journal: WriteJournal? = nil, hooks: Hooks = Hooks()) {
        files = ConfinedFiles(root: root)
        self.journal = journal
        self.hooks = hooks
    }

    /// To be called once, before anything is written: the signals of a broken lease and of a file limit would end the process.
    package static func ignoreSignals() {
        signal(SIGIO, SIG_IGN)
        signal(SIGXFSZ, SIG_IGN)
    }

    /// What is weaker than usual in this vault, in a sentence for a person; `nil` as long as nothing had to be written so.
    package var caveat: String? { weakness.withLock { $0 } }

    /// Replaces a note's content by what `change` makes of it. `change` may be asked more than once, each time with what stands there then.
    /// Throws `Errno` where the file system fails (no space, no right), and `VaultError` where the journal cannot be written.
    package func update(_ path: FilePath, _ change: @escaping Change) async throws -> Outcome {
        for attempt in 0..<Self.tries {
            if let outcome = try await onOwnQueue({ try self.attempt(path, change) }) { return outcome }
            try? await Task.sleep(for: .microseconds(300 * (attempt + 1)))
        }
        return .busy
    }

    /// Runs what blocks out of the way of the cooperative pool; writes wait for each other. A write that was begun is finished, also in a
    /// cancelled task.
    func onOwnQueue<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            queue.async { continuation.resume(with: Result { try body() }) }
        }
    }

    /// Later, on the queue, if the writer is still there.
    func after(_ wait: DispatchTimeInterval, _ body: @escaping @Sendable (NoteWriter) -> Void) {
        queue.asyncAfter(deadline: .now() + wait) { [weak self] in
            if let self { body(self) }
        }
    }

    /// One try. `nil`: somebody came between; try again.
    func attempt(_ path: FilePath, _ change: Change) throws -> Outcome? {
        do {
            let place = try NotePlace(path, in: files)
            do { return try updateByExchange(place, change) } catch is NeedsWritingInPlace { return try updateInPlace(place, change) }
        } catch Errno.noSuchFileOrDirectory, Errno.notDirectory {
            return .gone
        } catch Errno.resourceTemporarilyUnavailable {
            return nil
        } catch Errno.tooManySymbolicLinkLevels {
            return .refused(.link)
        } catch let refusal as NoteRefusal {
            return .refused(refusal)
        }
    }

    /// The note cannot be exchanged. Thrown, so that our own descriptor is closed first: a write lease suffers no other.
    struct NeedsWritingInPlace: Error {}

    /// Records a write. Throws `VaultError`.
    func begin(_ intent: WriteIntent) throws -> WriteRecord? {
        do { return try journal?.begin(intent) } catch {
            throw VaultError(
                .failed, "\(intent.path) was not written, because Ferry's journal of writes cannot be (\(error))",
                remedy: "make room, or mend the rights, in the state folder; Ferry tries again by itself")
        }
    }
}
