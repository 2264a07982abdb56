internal import FerryModel
internal import FerrySystem
internal import SystemPackage

extension VaultIndex {
    /// Looks again, takes in what is other than it was, and says what that is. `nil` when the vault is not there: without its features folder or any
    /// state's folder, or not answering. Then nothing has changed: an absent vault is never an empty one.
    /// The first look is always at everything. Throws `Errno` where this process lacks something (descriptors, memory); then nothing has changed either.
    ///
    /// `now` is `BootClock.now`. Blocks on the disk: not for the cooperative pool.
    package mutating func refresh(_ scope: IndexScope, now: Duration = BootClock.now) throws -> IndexDelta? {
        forgetHalves(before: now - Self.pairing)
        let clock = FileTimes.now
        do {
            guard let vault = try openVault() else { return nil }
            let isRestoredElsewhere = !hasLooked && device != nil && device != vault.device
            // Mounted anew it may bear another number; whether it is the same vault is what `VaultPlace` is asked.
            let scope = hasLooked && device == vault.device ? scope : .everything
            var findings = try findings(looks(scope), beneath: vault.folder, since: clock)
            let losesNotes = findings.contains { !$0.gone.isEmpty || $0.isAbsent }
            if losesNotes || scope == .everything, try !hasStateFolder(vault.folder) { return nil }
            if isRestoredElsewhere, count > 0, findings.allSatisfy({ $0.commonCount == 0 }) { return nil }
            let readCount = try read(&findings, beneath: vault.folder)
            device = vault.device
            var delta = apply(findings, isWhole: scope == .everything, since: clock, now: now)
            delta.readCount = readCount
            hasLooked = true
            return delta
        } catch is VaultUnavailable { return nil }
    }

    /// The vault's folder, and the device of its features; `nil` where they are not there.
    private func openVault() throws -> (folder: OpenFolder, device: UInt64)? {
        do {
            let folder = try OpenFolder(root)
            let features = try OpenFolder(FilePath(root: nil, [layout.features]), beneath: folder)
            return (folder, features.device)
        } catch let error as Errno {
            switch error {
            case .noSuchFileOrDirectory, .notDirectory, .tooManySymbolicLinkLevels, .permissionDenied, .notPermitted: return nil
            default: throw Self.isAway(error) ? VaultUnavailable() : error
            }
        }
    }

    private func hasStateFolder(_ vault: OpenFolder) throws -> Bool {
        for state in FeatureState.allCases {
            let kind = try? layout.folder(of: state).withPlatformString { try vault.entry($0)?.kind }
            if kind == .directory { return true }
        }
        return false
    }

    private mutating func forgetHalves(before time: Duration) {
        if !vanished.isEmpty { vanished = vanished.filter { $0.value.since >= time } }
        if !unpaired.isEmpty { unpaired = unpaired.filter { $0.value.since >= time } }
    }

    // MARK: Where to look

    private func looks(_ scope: IndexScope) -> [FolderLook] {
        let everything = FeatureState.allCases.map { FolderLook(path: layout.folder(of: $0), state: $0, depth: 0) }
        guard case .paths(let files, let wholes) = scope else { return everything }
        var looks: [FilePath: FolderLook] = [:]
        for path in wholes.union(files.filter { isFolder($0) }) {
            guard let path = relative(path) else { continue }
            guard let place = layout.place(of: path) else {
                // The features folder, one above it, or a state's own folder.
                for look in everything where look.path.starts(with: path) { looks[look.path] = look }
                continue
            }
            guard !place.rest.components.contains(where: { $0.withBytes(NoteName.isIgnoredFolder) }), place.rest.components.count <= Self.depthLimit
            else { continue }
            looks[path] = FolderLook(path: path, state: place.state, depth: place.rest.components.count)
        }
        let listed = Set(looks.keys)
        looks = looks.filter { !lies($0.key.removingLastComponent(), in: listed) }
        for path in files {
            guard let path = relative(path), let place = layout.place(of: path), let name = path.lastComponent, isOfInterest(name) else { continue }
            let folder = path.removingLastComponent()
            guard !lies(folder, in: listed), !place.rest.components.dropLast().contains(where: { $0.withBytes(NoteName.isIgnoredFolder) }) else {
                continue
            }
            let depth = place.rest.components.count - 1
            guard depth <= Self.depthLimit else { continue }
            looks[folder, default: FolderLook(path: folder, state: place.state, depth: depth, names: [])].names?.insert(name)
        }
        return looks.values.sorted { $0.path.bytes.lexicographicallyPrecedes($1.path.bytes) }
    }

    /// Relative to the vault; `nil` for what lies outside. The vault itself is empty.
    private func relative(_ path: FilePath) -> FilePath? {
        guard path.isAbsolute else { return path }
        var rest = path
        guard rest.removePrefix(root) else { return nil }
        return rest
    }

    /// Whether what the watcher calls a file is a folder of the index.
    private func isFolder(_ path: FilePath) -> Bool { relative(path).map { folderNumbers[$0] != nil } ?? false }

    private func isOfInterest(_ name: FilePath.Component) -> Bool {
        let bytes = name.bytes
        return EntryName.isHidden(bytes) ? EntryName.isLeftover(bytes) : EntryName.isMarkdown(bytes)
    }

    private func lies(_ folder: FilePath, in listed: Set<FilePath>) -> Bool {
        guard !listed.isEmpty else { return false }
        var folder = folder
        while !folder.isEmpty {
            if listed.contains(folder) { return true }
            folder.removeLastComponent()
        }
        return false
    }
}

extension FilePath.Component {
    var bytes: [UInt8] { withBytes { Array($0) } }
}

extension FilePath {
    var bytes: [UInt8] { withPlatformString { Array(UnsafeRawBufferPointer(start: $0, count: length)) } }
}
