package import FerryModel
package import FerrySystem
package import SystemPackage

/// Finds the notes of the state folders, and reads again only those whose status changed since the look before.
package struct VaultScan: Sendable {
    /// A note as it is on disk.
    package struct Note: Hashable, Sendable {
        /// Relative to the vault.
        package var path: FilePath
        package var state: FeatureState
        package var name: NoteName
        package var status: FileStatus
        package var hash: ContentHash
        /// `nil` where the note cannot be read (too large, no right); then `hash` is that of nothing.
        package var content: [UInt8]?
    }

    /// Larger notes are listed and not read (VAULT reference, 5.4 step 1).
    package static let sizeLimit = 8 << 20

    private let root: FilePath
    private let layout: VaultLayout
    private var known: [FilePath: Note] = [:]

    package init(root: FilePath, layout: VaultLayout) {
        self.root = root
        self.layout = layout
    }

    /// All notes, in the order of states, and in each by folder and name; `nil` where there is no features folder. Whether the vault is the same
    /// as before is `VaultPlace`'s question.
    package mutating func look() throws -> [Note]? {
        // Of the folder inside, so that a vault may be reached through a link.
        guard let status = try FileStatus.ifPresent(root.appending(layout.features)), status.kind == .directory else { return nil }
        var found: [Note] = []
        found.reserveCapacity(known.count)
        for state in FeatureState.allCases {
            let folder = layout.folder(of: state)
            try walk(folder, FilePath(), state, depth: 0, &found)
        }
        known = Dictionary(found.map { ($0.path, $0) }, uniquingKeysWith: { $1 })
        return found
    }

    private mutating func walk(_ folder: FilePath, _ rest: FilePath, _ state: FeatureState, depth: Int, _ found: inout [Note]) throws {
        let entries: [Directory.Entry]
        do { entries = try Directory.entries(of: root.pushing(folder)) } catch Errno.noSuchFileOrDirectory, Errno.notDirectory, Errno.permissionDenied
        {
            return
        }
        for entry in entries where !entry.name.string.hasPrefix(".") {
            let path = folder.appending(entry.name)
            let inner = rest.appending(entry.name)
            guard let status = try FileStatus.ifPresent(root.pushing(path)) else { continue }
            switch status.kind {
            case .directory: if depth < 32 { try walk(path, inner, state, depth: depth + 1, &found) }
            case .regular: if let note = note(path, inner, state, status) { found.append(note) }
            case .link, .other: continue
            }
        }
    }

    /// `nil` for what is never a note. `inner` is the path within the state's folder.
    private func note(_ path: FilePath, _ inner: FilePath, _ state: FeatureState, _ status: FileStatus) -> Note? {
        if let before = known[path], before.status == status { return before }
        let name = NoteName(path)
        guard name != .ignored else { return nil }
        let content = try? FileContents.read(root.pushing(path), limit: Self.sizeLimit)
        return Note(path: path, state: state, name: name, status: status, hash: ContentHash(of: content ?? []), content: content)
    }
}
