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
    /// How long ago files were changed.
    let ages = FileAges()
    private let index: Mutex<VaultIndex>
    private let news = Mutex(News())
    private let place: Mutex<VaultPlace>
    private let unreliable = Mutex<String?>(nil)
    /// The setting `property_prefix`: stands before Ferry's keys.
    private let prefix: Mutex<String>
    /// The look that was begun before anybody asked for one.
    private let first = Mutex<Task<FirstLook, any Error>?>(nil)
    /// Notes that the last look has read, by path: what is done next mostly concerns them.
    private let recent = Mutex<[FilePath: (status: FileStatus, note: FeatureNote)]>([:])
    private static let recentLimit = 64
    /// The folder of all features.
    private let featuresFolder: String

    /// What the watcher has told of since the last look.
    struct News {
        var files: Set<FilePath> = []
        var folders: Set<FilePath> = []
        var isEverything = false
        /// Ferry's own notes: settings, agents, rules, repositories.
        var isSetup = false
    }

    /// `writes` is the folder of the journal of writes.
    package init(vault: Vault, writes: FilePath) {
        self.vault = vault
        writer = NoteWriter(root: vault.root, journal: WriteJournal(folder: writes))
        prefix = Mutex(vault.propertyPrefix)
        index = Mutex(VaultIndex(root: vault.root, layout: vault.layout, prefix: vault.propertyPrefix))
        place = Mutex(VaultPlace(root: vault.root, id: vault.id, layout: vault.layout))
        featuresFolder = vault.root.appending(vault.layout.features).string
    }

    package var vaultID: String { vault.id }
    package var layout: VaultLayout { vault.layout }

    /// To be called when the settings are read. What was read with another prefix is read again.
    package func setPropertyPrefix(_ value: String) {
        let isNew = prefix.withLock { prefix in
            defer { prefix = value }
            return prefix != value
        }
        guard isNew else { return }
        forgetRecent()
        first.withLock { $0 = nil }
        index.withLock { $0 = VaultIndex(root: vault.root, layout: layout, prefix: value) }
        news.withLock { $0.isEverything = true }
    }

    // MARK: Looking

    /// News of the watcher: where the next look looks.
    package func note(_ changes: Set<VaultChange>) {
        news.withLock { news in
            for change in changes {
                switch change {
                case .file(let path): if isAmongFeatures(path) { news.files.insert(path) } else { news.isSetup = true }
                case .folder(let path):
                    news.folders.insert(path)
                    if !isAmongFeatures(path) { news.isSetup = true }
                case .everything: news.isEverything = true
                case .unreliable(let reason): unreliable.withLock { $0 = reason }
                }
            }
        }
    }

    private func isAmongFeatures(_ path: FilePath) -> Bool {
        path.string == featuresFolder || path.string.hasPrefix(featuresFolder + "/")
    }

    func takeNews() -> News {
        news.withLock { news in
            defer { news = News() }
            return news
        }
    }

    /// Why the vault is not there; `nil` when it is. An absent vault is never an empty one.
    package func absence() -> String? { place.withLock { $0.absence() } }
    /// What is mounted on or below the vault's folders, as far as it was looked at.
    var mountPoints: Set<FilePath> { place.withLock { $0.mountPoints } }
    /// As `VaultPlace.expect`.
    func expect(_ points: Set<FilePath>, notes: [FilePath]) { place.withLock { $0.expect(points, notes: notes) } }

    /// Why events cannot be relied upon; `nil` when they can.
    package var unreliability: String? { unreliable.withLock { $0 } }

    /// What the first look of a process found, and how long it took.
    struct FirstLook: Sendable {
        /// `nil` where the vault is not there.
        var delta: IndexDelta?
        var count: Int
        var duration: Duration
    }

    /// To be called once, when the watcher stands: looks at everything on a thread of its own, while other things are made ready. `stored` is what an
    /// earlier process knew of the notes; `tell` is called when the look is done.
    func beginLooking(_ stored: [(folder: FilePath, entries: [UInt8])], tell: @escaping @Sendable (FirstLook) -> Void) {
        let look = Task {
            let look = try await Self.away { [self] in try lookFirst(stored) }
            tell(look)
            return look
        }
        first.withLock { $0 = look }
    }

    /// As above, for somebody who does not serve the vault and has no use for what was known.
    package func beginLooking() { beginLooking([]) { _ in } }

    private func lookFirst(_ stored: [(folder: FilePath, entries: [UInt8])]) throws -> FirstLook {
        try index.withLock { index in
            let begin = BootClock.now
            index.restore(stored)
            let delta = try index.refresh(.everything)
            return FirstLook(delta: delta, count: index.count, duration: BootClock.now - begin)
        }
    }

    /// The look that `beginLooking` began, once; `nil` where none was begun, or where another `property_prefix` made it void.
    func takeFirstLook() async throws -> FirstLook? {
        let look = first.withLock { first in
            defer { first = nil }
            return first
        }
        return try await look?.value
    }

    /// Waits for the look that `beginLooking` began, and leaves it to be taken. `false` where none was begun or the vault is not there.
    func isFirstLookTaken() async throws -> Bool { try await first.withLock { $0 }?.value.delta != nil }

    /// Runs what waits for the disk on a thread of its own.
    static func away<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            onOwnThread { continuation.resume(with: Result { try body() }) }
        }
    }

    /// All notes that bear an id, by it.
    func features() -> [FeatureID: [IndexedNote]] {
        index.withLock { index in
            var features: [FeatureID: [IndexedNote]] = [:]
            for state in FeatureState.allCases {
                for note in index.notes(in: state) where note.kind == .note { if let id = note.id { features[id, default: []].append(note) } }
            }
            return features
        }
    }

    /// What is to be stored of what is known, without the notes about which something is still to be decided.
    func takeChangedFolders(excluding open: Set<FilePath>) -> [(folder: FilePath, entries: [UInt8]?)] {
        index.withLock { $0.takeChangedFolders(excluding: open) }
    }

    /// What has changed in the folders since the last call; `nil` while the vault is not there, which is never an empty vault.
    func refresh(_ scope: IndexScope) async throws -> IndexDelta? {
        // A few paths are looked at in less time than a thread takes to begin.
        if case .paths(let files, let folders) = scope, folders.isEmpty, files.count < 16 { return try index.withLock { try $0.refresh(scope) } }
        return try await Self.away { [self] in try index.withLock { try $0.refresh(scope) } }
    }

    func note(at path: FilePath) -> IndexedNote? { index.withLock { $0.note(at: path) } }
    func notes(bearing id: FeatureID) -> [IndexedNote] { index.withLock { $0.notes(bearing: id) } }
    /// Conflict copies, with the names of the notes that they are copies of.
    var conflicts: [FilePath: String] { index.withLock { $0.conflicts } }
    /// Notes that cannot be read and would ask for something if they could.
    var unreadable: [FilePath: NoteFault] {
        index.withLock { index in
            let notes = index.unreadable.compactMap { index.note(at: $0) }.filter { [.planned, .inProgress, .review].contains($0.state) }
            return Dictionary(uniqueKeysWithValues: notes.compactMap { note in note.fault.map { (note.path, $0) } })
        }
    }
    /// Notes without the right to read them: no event tells that it was given. Wherever they lie: one that was moved to done may be an approval.
    var closed: [FilePath] {
        index.withLock { index in index.unreadable.filter { index.note(at: $0)?.fault?.rule == .unreadable } }
    }
    var hasUnreadable: Bool { index.withLock { !$0.unreadable.isEmpty } }
    func isUnreadable(_ path: FilePath) -> Bool { index.withLock { $0.unreadable.contains(path) } }
    /// Whether every note that bears the id lies in done.
    func isDone(_ id: FeatureID) -> Bool {
        let notes = notes(bearing: id)
        return !notes.isEmpty && notes.allSatisfy { $0.state == .done }
    }
    /// The highest number that a note's id bears.
    func highestNoted(prefix: String) -> Int { index.withLock { $0.highestNumber(prefix: prefix) } }

    /// The lowest id of notes with this file name.
    func id(named stem: String) -> FeatureID? {
        guard let name = FilePath.Component(stem + ".md") else { return nil }
        return index.withLock { $0.notes(named: name).compactMap(\.id).min() }
    }

    /// The states in which notes of this file name lie, with an id or without.
    func states(ofNotesNamed stem: String) -> Set<FeatureState> {
        guard let name = FilePath.Component(stem + ".md") else { return [] }
        return index.withLock { Set($0.notes(named: name).map(\.state)) }
    }

    /// Reads a note that a look concerns; `nil` where it is gone, cannot be read, or is no feature.
    func sighting(of entry: IndexedNote) -> NoteSighting? {
        let path = vault.root.pushing(entry.path)
        guard let status = try? FileStatus.ifPresent(path), let content = try? FileContents.read(path, limit: NoteBytes.sizeLimit) else { return nil }
        let note = FeatureNote(parsing: content, path: entry.path, prefix: prefix.withLock { $0 })
        guard note.isFeature else { return nil }
        recent.withLock { if $0.count < Self.recentLimit { $0[entry.path] = (status, note) } }
        // When the inode changed is this machine's own time; the content's date may be another device's.
        let age = ages.age(ofChange: status.changed)
        return NoteSighting(
            path: entry.path, state: entry.state, hash: ContentHash(of: content), id: note.id, status: note.status, keys: note.keyLine,
            block: note.block?.version, age: age, isUnready: isUnready(entry, note),
            hasRun: note.branch != nil || note.status == .done)
    }

    /// To be called before the notes of a look are read.
    func forgetRecent() { recent.withLock { $0 = [:] } }

    private func isUnready(_ entry: IndexedNote, _ note: FeatureNote) -> Bool { entry.state == .planned && unreadiness(of: entry.path, note) != nil }

    private func unreadiness(of path: FilePath, _ note: FeatureNote) -> UnreadyNote? {
        UnreadyNote(vault.root.pushing(path), isEmpty: note.isEmpty, exists: Self.exists)
    }

    /// Why nothing can be begun with the note; `nil` where something can, or where it cannot be read.
    func unreadiness(of path: FilePath) -> UnreadyNote? { (try? feature(at: path)).flatMap { unreadiness(of: path, $0) } }

    /// Whether an editor that shows it by a lock file has the note open.
    package func isOpen(_ path: FilePath) -> Bool { NoteName.isOpenInEditor(vault.root.pushing(path), exists: Self.exists) }

    private static func exists(_ path: FilePath) -> Bool { ((try? FileStatus.ifPresent(path)) ?? nil) != nil }

    /// What the file system says of a note; `nil` where it is not there.
    func status(of path: FilePath) -> FileStatus? { (try? FileStatus.ifPresent(vault.root.pushing(path))) ?? nil }

    // MARK: Reading

    /// The bytes of a note. Throws `Errno`.
    package func read(_ path: FilePath) throws -> [UInt8] { try FileContents.read(vault.root.pushing(path), limit: NoteBytes.sizeLimit) }
    /// A feature's note, read. Throws `Errno` where the file cannot be had.
    package func feature(at path: FilePath) throws -> FeatureNote {
        if let recent = recent.withLock({ $0[path] }), try FileStatus.ifPresent(vault.root.pushing(path)) == recent.status { return recent.note }
        return FeatureNote(parsing: try read(path), path: path, prefix: prefix.withLock { $0 })
    }

    /// The highest number that a run folder bears, of those that count.
    package func highestNumber(prefix: String) -> Int {
        let folder = vault.root.appending(layout.runs)
        return FeatureID.highestNumber(among: ((try? Directory.entries(of: folder)) ?? []).compactMap { FeatureID($0.name.string) }, prefix: prefix)
    }

    /// The highest number of a run that left notes in the vault.
    func highestRun(of id: FeatureID) -> Int {
        let prefix = "\(id) run-"
        let names = ((try? Directory.entries(of: vault.root.appending(layout.runs).appending(id.description))) ?? []).map(\.name.string)
        return names.compactMap { $0.hasPrefix(prefix) ? Int($0.dropFirst(prefix.count).prefix(while: \.isNumber)) : nil }.max() ?? 0
    }

    /// Ferry's temporaries in folders that only Ferry writes and no look goes to, as a loss of power may bring them back. Reads the folder of every run.
    func leftoversAside() async -> [FilePath] {
        let found = try? await Self.away { [vault, layout] in
            let runs = FilePath(root: nil, [layout.runs])
            let each = (try? Directory.folders(of: vault.root.pushing(runs)).map { runs.appending($0) }) ?? []
            return ([FilePath(root: nil, [layout.system])] + each).flatMap { folder in
                let entries = (try? Directory.entries(of: vault.root.pushing(folder))) ?? []
                return entries.filter { $0.name.string.hasPrefix(".ferry-") }.map { folder.appending($0.name) }
            }
        }
        return found ?? []
    }

    /// The heads of the runs' own notes, by feature and run; what is none is passed over. Throws `Errno` where the folder cannot be read.
    func runNotes() async throws -> [RunNote] {
        try await Self.away { [vault, layout] in
            let runs = vault.root.appending(layout.runs)
            guard try FileStatus.ifPresent(runs) != nil else { return [] }
            var notes: [RunNote] = []
            for folder in try Directory.folders(of: runs) {
                guard let id = FeatureID(folder.string) else { continue }
                for entry in try Directory.entries(of: runs.appending(folder)) {
                    // `FR-012 run-1.md`, and none of its companions.
                    let name = entry.name.string
                    guard name.hasPrefix("\(folder.string) run-"), name.hasSuffix(".md"), !name.dropFirst("\(folder.string) ".count).contains(" "),
                        let bytes = try? FileContents.read(runs.appending(folder).appending(entry.name), limit: NoteBytes.sizeLimit),
                        let note = RunNote(NoteBytes(bytes), path: name), note.feature == id, name.contains("run-\(note.run).")
                    else { continue }
                    notes.append(note)
                }
            }
            return notes.sorted { ($0.feature, $0.run) < ($1.feature, $1.run) }
        }
    }

    /// Whether the emergency stop is pulled.
    package var isStopped: Bool { ((try? FileStatus.ifPresent(vault.root.pushing(layout.stop))) ?? nil) != nil }

    // MARK: Late saves

    package enum LateSaveOutcome: Hashable, Sendable {
        case merged
        /// Under this path, beside the note's own.
        case keptBeside(FilePath)
        case busy
    }

    /// Merges what was saved at `path` into the note at its present place (`LateSave`), sets Ferry's keys anew, and takes the file away. `block` is written where
    /// the present note has none. Returns, beside the outcome, the boxes whose ticks came too late. Throws `Errno`.
    func mergeLateSave(
        at path: FilePath, hash: ContentHash, into present: FilePath, base: [UInt8], keys: [(key: String, value: FlatValue)], block: BlockContent
    ) async throws -> (LateSaveOutcome, staleTicks: [String]) {
        let saved = try read(path)
        guard ContentHash(of: saved) == hash else { return (.busy, []) }
        let prefix = prefix.withLock { $0 }
        let found = Mutex<LateSave?>(nil)
        let outcome = try await writer.update(present) { (mine: [UInt8]) throws(NoteRefusal) -> [UInt8] in
            let merged = try LateSave.merge(base: base, present: mine, saved: saved, keys: Set(FeatureNote.writtenKeys.map { prefix + $0 }))
            found.withLock { $0 = merged }
            guard let merged else { return mine }
            return merged.lacksBlock
                ? try FeatureNote.updated(merged.bytes, keys: keys, prefix: prefix, block: block)
                : try FrontMatterSplice.setting(keys.map { (prefix + $0.key, $0.value) }, in: merged.bytes)
        }
        switch outcome {
        case .written, .unchanged:
            guard let merged = found.withLock({ $0 }) else { return (try await keepBeside(path), []) }
            return (try await writer.remove(path, having: hash) ? .merged : .busy, merged.staleTicks)
        case .refused, .gone: return (try await keepBeside(path), [])
        case .busy: return (.busy, [])
        }
    }

    private func keepBeside(_ path: FilePath) async throws -> LateSaveOutcome {
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
