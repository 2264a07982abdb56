internal import FerryModel
internal import FerrySystem
package import FerryVault
package import FerryWatch
internal import Synchronization
package import SystemPackage
internal import Foundation

/// The vault as the dispatcher sees and changes it: looks, reads, and all writing, which goes through `NoteWriter`.
package final class VaultDesk: Sendable {
    package let vault: Vault
    let writer: NoteWriter
    private let scan: Mutex<VaultScan>
    private let unreliable = Mutex<String?>(nil)
    /// The setting `property_prefix`: stands before Ferry's keys.
    private let prefix = Mutex("")
    private let read = Mutex<[ContentHash: Reading]>([:])

    /// What a sighting needs of a note's content; read once for each content.
    private struct Reading: Sendable {
        var id: FeatureID?
        var status: FeatureState?
        var keys: String
        var isFeature: Bool
    }

    /// `writes` is the folder of the journal of writes.
    package init(vault: Vault, writes: FilePath) {
        self.vault = vault
        writer = NoteWriter(root: vault.root, journal: WriteJournal(folder: writes))
        scan = Mutex(VaultScan(root: vault.root, layout: vault.layout))
        if (try? FileSystemType(of: vault.root))?.isSilent == true {
            unreliable.withLock { $0 = "The vault lies on a file system that tells of no changes; it is looked at every few seconds." }
        }
    }

    package var vaultID: String { vault.id }
    package var layout: VaultLayout { vault.layout }

    /// To be called when the settings are read; what was read with another prefix is read again.
    package func setPropertyPrefix(_ value: String) {
        let isNew = prefix.withLock { prefix in
            defer { prefix = value }
            return prefix != value
        }
        if isNew { read.withLock { $0 = [:] } }
    }

    // MARK: Looking

    /// News of the watcher: where to look again is found by the status of every note; only what makes events unreliable is kept.
    package func note(_ changes: Set<VaultChange>) {
        for case .unreliable(let reason) in changes { unreliable.withLock { $0 = reason } }
    }

    /// Why events cannot be relied upon; `nil` when they can.
    package var unreliability: String? { unreliable.withLock { $0 } }

    /// The feature notes as they are now; `nil` while the vault is not there, which is never an empty vault.
    package func look() throws -> (notes: [NoteSighting], conflicts: [FilePath: String])? {
        guard let notes = try scan.withLock({ try $0.look() }) else { return nil }
        let now = Date.now.timeIntervalSince1970
        var sightings: [NoteSighting] = []
        var conflicts: [FilePath: String] = [:]
        var readings: [ContentHash: Reading] = [:]
        for note in notes {
            if case .conflictCopy(let original) = note.name {
                conflicts[note.path] = original
                continue
            }
            guard let content = note.content else { continue }
            let reading = reading(of: content, note.hash, note.path)
            readings[note.hash] = reading
            guard reading.isFeature else { continue }
            // A file may bear a time that another device gave it, in the future too; when the inode changed is this machine's own time.
            let modified = Double(min(note.status.modified, note.status.changed)) / 1_000_000_000
            sightings.append(
                NoteSighting(
                    path: note.path, state: note.state, inode: note.status.inode, hash: note.hash, id: reading.id, status: reading.status,
                    keys: reading.keys, age: .seconds(max(0, now - modified)), isUnready: isUnready(note, content)))
        }
        read.withLock { $0 = readings }
        return (sightings, conflicts)
    }

    private func reading(of content: [UInt8], _ hash: ContentHash, _ path: FilePath) -> Reading {
        if let known = read.withLock({ $0[hash] }) { return known }
        let note = FeatureNote(parsing: content, path: path, prefix: prefix.withLock { $0 })
        return Reading(id: note.id, status: note.status, keys: note.keyLine, isFeature: note.isFeature)
    }

    private func isUnready(_ note: VaultScan.Note, _ content: [UInt8]) -> Bool {
        guard note.state == .planned else { return false }
        let isBlank = content.allSatisfy { $0 == 0x20 || $0 == 0x0A || $0 == 0x0D || $0 == 0x09 }
        return isBlank || NoteName.isUntitled(note.path) || isOpen(note.path)
    }

    /// Whether an editor that shows it by a lock file has the note open.
    package func isOpen(_ path: FilePath) -> Bool {
        NoteName.isOpenInEditor(vault.root.pushing(path)) { ((try? FileStatus.ifPresent($0)) ?? nil) != nil }
    }

    // MARK: Reading

    /// The bytes of a note. Throws `Errno`.
    package func read(_ path: FilePath) throws -> [UInt8] { try FileContents.read(vault.root.pushing(path), limit: VaultScan.sizeLimit) }
    /// A feature's note, read. Throws `Errno` where the file cannot be had.
    package func feature(at path: FilePath) throws -> FeatureNote {
        FeatureNote(parsing: try read(path), path: path, prefix: prefix.withLock { $0 })
    }

    /// The highest number that a run folder bears.
    package func highestNumber(prefix: String) -> Int {
        let folder = vault.root.appending(layout.runs)
        let ids = ((try? Directory.entries(of: folder)) ?? []).compactMap { FeatureID($0.name.string) }
        return ids.filter { $0.prefix == prefix }.map(\.number).max() ?? 0
    }

    /// Whether the emergency stop is pulled.
    package var isStopped: Bool { ((try? FileStatus.ifPresent(vault.root.pushing(layout.stop))) ?? nil) != nil }

    // MARK: Late saves

    package enum LateSave: Hashable, Sendable {
        case merged
        /// Under this path, beside the note's own.
        case keptBeside(FilePath)
        case busy
    }

    /// Merges what was saved at `path` into the note at its present place, and takes the file away. Only what is the person's is
    /// merged: a stale buffer lacks Ferry's keys and block, and that is no wish to have them away; `restore` puts them in again.
    /// Throws `Errno`.
    func mergeLateSave(
        at path: FilePath, hash: ContentHash, into present: FilePath, base: [UInt8], restore: @escaping NoteWriter.Change
    ) async throws -> LateSave {
        let saved = try read(path)
        guard ContentHash(of: saved) == hash else { return .busy }
        let hasConflict = Mutex(false)
        let outcome = try await writer.update(present) { [self] (mine: [UInt8]) throws(NoteRefusal) -> [UInt8] in
            let answered = FeatureNote(parsing: mine, path: present).block?.answers.isEmpty == false
            guard !answered, let merged = ThreeWayMerge.merge(base: try own(base), mine: try own(mine), theirs: try own(saved)) else {
                hasConflict.withLock { $0 = true }
                return mine
            }
            return try restore(merged)
        }
        switch outcome {
        case .written, .unchanged:
            if hasConflict.withLock({ $0 }) { return try await keepBeside(path) }
            return try await writer.remove(path, having: hash) ? .merged : .busy
        case .refused, .gone: return try await keepBeside(path)
        case .busy: return .busy
        }
    }

    /// The note without what Ferry writes into it.
    private func own(_ bytes: [UInt8]) throws(NoteRefusal) -> [UInt8] {
        let prefix = prefix.withLock { $0 }
        return try FrontMatterSplice.removing(
            Set(["id", "status", "branch", "pr", "cost_usd"].map { prefix + $0 }), from: try FerryBlock.removing(from: bytes))
    }

    private func keepBeside(_ path: FilePath) async throws -> LateSave {
        guard let name = path.lastComponent else { return .busy }
        for number in 1... {
            let beside = path.removingLastComponent().appending(KeptCopy.lateSave.name(for: name, number: number))
            switch try await writer.move(path, to: beside) {
            case .moved: return .keptBeside(beside)
            case .taken: continue
            case .busy, .gone: return .busy
            }
        }
        return .busy
    }
}
