internal import FerryModel
internal import FerryPipeline
internal import FerrySystem
internal import FerryVault
internal import Foundation
internal import Logging
internal import Synchronization
internal import SystemPackage

/// Tells other machines that this one serves the vault, and heeds theirs, as well as that of a Ferry of this machine whose lock is elsewhere (another
/// `XDG_STATE_HOME`). A notice, no lock: what a sync tool carries cannot be one.
/// docs/decisions/0025-one-machine.md
final class ServingNotice: Sendable {
    private let vault: Vault
    private let writer: NoteWriter
    private let timing: Timing
    private let log: Logger
    private let own: Mutex<ServingNote>
    private let writtenAt = Mutex<Duration?>(nil)
    /// Who took the vault over from this machine.
    private let successor = Mutex<ServingNote?>(nil)

    init(_ vault: Vault, _ folders: StateFolders, _ timing: Timing, _ log: Logger) {
        self.vault = vault
        self.timing = timing
        self.log = log
        writer = NoteWriter(root: vault.root, journal: WriteJournal(folder: folders.writes))
        let now = Self.now
        own = Mutex(
            ServingNote(
                machine: Machine.identity(for: vault.id), host: Machine.hostName, process: .current, since: now, seen: now))
    }

    private static var now: Date { Date(timeIntervalSince1970: Date.now.timeIntervalSince1970.rounded(.down)) }

    /// The notice in the vault, where it is another machine's, or that of another process here. One of this machine whose process is gone is what a kill left.
    private var others: ServingNote? {
        guard let bytes = try? FileContents.read(vault.root.pushing(vault.layout.serving), limit: 1 << 20), let note = ServingNote(parsing: bytes)
        else { return nil }
        let own = own.withLock { $0 }
        return note.machine != own.machine || (note.isAlive && note.process != own.process) ? note : nil
    }

    /// To be called before anything else is done with the vault. Throws `ServiceError` where another machine serves it.
    func claim(takesOver: Bool) throws {
        guard let other = others else { return }
        guard takesOver || !(other.isAlive || other.isFresh(at: Self.now, trust: timing.servingTrust)) else {
            throw refusal(other, "serves this vault")
        }
        // Whatever the clocks say, this machine is the later one.
        own.withLock { $0.since = max($0.since, other.since + 1) }
    }

    /// Writes the notice. The vault's other writes must have been looked after before.
    func announce() async {
        guard lost == nil else { return }
        let note = own.withLock { own in
            own.seen = Self.now
            return own
        }
        writtenAt.withLock { $0 = BootClock.now }
        do { _ = try await writer.replace(vault.layout.serving, content: note.content) } catch {
            log.warning("Writing \(vault.layout.serving), which tells other machines of this one: \(error)")
        }
    }

    /// Another machine has taken the vault over. Once it was, it stays so.
    var lost: ServingNote? { successor.withLock { $0 } }

    /// Looks at the notice again. Returns whether the vault was just lost to another machine.
    func look() async -> Bool {
        guard lost == nil, let other = others else { return false }
        if other.outranks(own.withLock { $0 }) {
            successor.withLock { $0 = other }
            return true
        }
        // An older one that a sync tool brought back. It is answered, but the tool is not fought with.
        let last = writtenAt.withLock { $0 }
        if let last, BootClock.now - last > timing.servingInterval / 24 { await announce() }
        return false
    }

    /// Again after `Timing.servingInterval`, until the task is cancelled.
    func keepAnnouncing() async {
        while (try? await Task.sleep(for: timing.servingInterval)) != nil { await announce() }
    }

    /// Takes the notice away, if it is this machine's. What cannot be removed is passed by in some hours.
    func withdraw() async {
        guard writtenAt.withLock({ $0 }) != nil, let bytes = try? FileContents.read(vault.root.pushing(vault.layout.serving), limit: 1 << 20),
            let note = ServingNote(parsing: bytes), own.withLock({ note.machine == $0.machine && note.process == $0.process })
        else { return }
        do { _ = try await writer.remove(vault.layout.serving, having: ContentHash(of: bytes)) } catch {
            log.warning("Removing \(vault.layout.serving): \(error)")
        }
    }

    func refusal(_ other: ServingNote, _ what: String) -> ServiceError {
        if let process = other.process, other.isAlive, other.machine == own.withLock({ $0.machine }) {
            return ServiceError(
                .servedElsewhere, "Another Ferry of this machine (process \(process.number)), with another state folder, \(what).",
                remedy: "Stop it, or start this one with the same XDG_STATE_HOME; `ferry run --takeover` takes the vault from it.")
        }
        return ServiceError(
            .servedElsewhere,
            "Ferry on \(other.host.isEmpty ? "another machine" : other.host) \(what) (last seen \(other.seen.formatted(.iso8601))).",
            remedy: "Stop it there, or run `ferry run --takeover` here. Where nothing runs there any more, delete \(vault.layout.serving).")
    }
}
