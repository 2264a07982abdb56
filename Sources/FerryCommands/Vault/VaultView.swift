internal import FerryModel
internal import FerryPipeline
internal import FerryService
internal import FerryStore
internal import FerrySystem
internal import FerryVault
internal import SystemPackage

/// One vault as a command sees it: its notes on disk, and what the service has recorded about them.
struct VaultView: Sendable {
    let root: FilePath
    let settings: SettingsNote
    /// `nil` where the vault has no id yet, or where nobody can tell it.
    let vaultID: String?
    /// Of this id.
    let folders: StateFolders?

    var layout: VaultLayout { settings.layout }

    /// Reads the settings; what is wrong in them has its default here, and `check` says so. Throws `CommandError` where there is no vault, `ServiceError`
    /// where Ferry's own folders cannot be made.
    /// `stateHome` and `cacheHome` stand in for the XDG folders.
    init(root: FilePath, stateHome: FilePath? = nil, cacheHome: FilePath? = nil) throws {
        self.root = root
        let bytes: [UInt8]
        do { bytes = try FileContents.read(root.pushing(VaultLayout().settings), limit: 1 << 20) } catch {
            throw CommandError(
                .configuration, "\(VaultLayout().settings) of the vault \(WorkingFolder.shown(root)) cannot be read: \(error).",
                remedy: "Mend the file, or make it anew: `ferry init \(WorkingFolder.shown(root))` restores what is missing.")
        }
        settings = SettingsNote(NoteBytes(bytes))
        let state = stateHome ?? StateFolders.base("XDG_STATE_HOME", ".local/state")
        vaultID = settings.vaultID ?? Self.servedID(root, state)
        folders = try vaultID.map {
            try VaultService.folders(vaultID: $0, state: state, cache: cacheHome)
        }
    }

    /// The id under which a service is at work for this very folder.
    private static func servedID(_ root: FilePath, _ state: FilePath) -> String? {
        let all = state.appending("ferry")
        return ((try? Directory.folders(of: all)) ?? []).first { name in
            HealthFile.read(at: all.appending(name).appending("health.json"))?.vault == root.string
                && InstanceLock.isHeld(at: all.appending(name).appending("lock"))
        }?.string
    }

    init(_ options: VaultOptions) throws { try self.init(root: options.find()) }

    /// Shares its journal with the service: whatever a kill of a command leaves half done is put in order by the next start.
    var writer: NoteWriter { NoteWriter(root: root, journal: folders.map { WriteJournal(folder: $0.writes) }) }

    /// Whether a service is at work for this vault.
    var isServed: Bool { folders.map { InstanceLock.isHeld(at: $0.lock) } ?? false }

    /// Whether the emergency stop is on.
    var isStopped: Bool { (try? FileStatus.ifPresent(root.pushing(layout.stop))) != nil }

    /// What the service has recorded; `nil` before its first run. Throws `StoreError`, and `CommandError` where nobody can tell which vault this is.
    func store() throws -> Store? {
        guard let folders else {
            guard let fault = settings.faults.first else { return nil }
            throw CommandError(
                .configuration, "The settings cannot be read, nor the vault's id in them: \(fault).",
                remedy: "Mend the note; a service that runs goes on with the last good settings meanwhile.")
        }
        do { return try Store(reading: folders.database) } catch let error as StoreError where error.code == .absent { return nil }
    }

    /// The notes of all state folders, not yet read. Blocks on the disk. Throws `CommandError` where the features' folder is not there, `Errno`.
    func notes() throws -> [IndexedNote] {
        var index = VaultIndex(root: root, layout: layout, prefix: settings.propertyPrefix)
        if try index.refresh(.everything) != nil { return FeatureState.allCases.flatMap { Array(index.notes(in: $0)) }.filter { $0.kind == .note } }
        throw CommandError(
            .configuration, "The vault \(WorkingFolder.shown(root)) has no folder \(layout.features).",
            remedy: "If it lies on another disk or a share, mount it; else restore the folder.")
    }

    /// What repository notes may not name.
    var offLimits: OffLimits { OffLimits(home: WorkingFolder.home, vault: root, ferry: folders.map { [$0.state, $0.cache] } ?? []) }

    /// The repository notes, by name; those with faults too.
    func repositories() async throws -> [RepositoryNote] {
        var notes: [RepositoryNote] = []
        for file in try files(in: layout.repositories) {
            notes.append(await RepositoryNote.reading(NoteBytes(file.bytes), path: file.path.string, offLimits))
        }
        return notes
    }

    /// The notes of one of Ferry's own folders, without README, sorted by name; links are left out, and what cannot be read, of which
    /// `ConfigurationLoader` tells. Throws `Errno` where the folder cannot be listed.
    func files(in folder: FilePath.Component) throws -> [(path: FilePath, bytes: [UInt8])] {
        let full = root.appending(folder)
        guard try FileStatus.ifPresent(full) != nil else { return [] }
        return try Directory.entries(of: full).compactMap { entry in
            let path = FilePath(root: nil, [folder, entry.name])
            guard NoteName(path) == .note, try FileStatus.ifPresent(root.pushing(path))?.kind == .regular else {
                return nil
            }
            return (try? FileContents.read(root.pushing(path), limit: VaultIndex.sizeLimit)).map { (path, $0) }
        }
    }
}
