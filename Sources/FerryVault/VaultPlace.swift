internal import FerryModel
internal import FerrySystem
internal import Glibc
package import SystemPackage

/// Whether the vault is at its place: there, whole, and the same as before. A vault that is unmounted, that something else is mounted on, or that
/// was emptied is *not there*; what its notes say then is nobody's wish.
package struct VaultPlace: Sendable {
    private struct Known: Sendable {
        var device: UInt64
        var inode: UInt64
        /// On the vault's folders or below them.
        var mounts: Set<MountTable.Mount>
    }

    private let root: FilePath
    private let id: String
    private let layout: VaultLayout
    private let mountTable = try? MountTable()
    private var mounts: Set<MountTable.Mount> = []
    private var known: Known?
    private var before: (points: Set<FilePath>, notes: [FilePath])?

    /// `id` is the vault's `vault_id`: another folder at the same path is the vault if it bears it (mounted anew, restored).
    package init(root: FilePath, id: String, layout: VaultLayout) {
        self.root = root
        self.id = id
        self.layout = layout
        mounts = mountTable.map { Self.mounts($0, root, layout) } ?? []
    }

    /// What was mounted on or below the vault's folders when Ferry saw it last (`mountPoints`), and the notes (below the vault) that lay there then. Where that
    /// is another now, and none of the notes behind the difference is to be seen, the vault is not there.
    package mutating func expect(_ points: Set<FilePath>, notes: [FilePath]) { before = (points, notes) }

    /// What is mounted on or below the vault's folders.
    package var mountPoints: Set<FilePath> { Set(mounts.map(\.point)) }

    /// Why the vault is not there, with the remedy; `nil` where it is. Costs a dozen system calls.
    package mutating func absence() -> String? {
        do { return try lookForAbsence() } catch {
            return "The vault at \(root) cannot be looked at (\(error)). Mend its disk, its share or its rights; Ferry goes on by itself."
        }
    }

    private mutating func lookForAbsence() throws -> String? {
        // Of the folder inside, so that a vault may be reached through a link.
        let features = root.appending(layout.features)
        guard let status = try FileStatus.ifPresent(features), status.kind == .directory else {
            return "The vault is not there: \(features) is missing. Mount its disk or share, or restore the folder; Ferry goes on by itself."
        }
        if let fault = stateFolderFault() { return fault }
        if let mountTable, mountTable.hasChanged { mounts = Self.mounts(mountTable, root, layout) }
        if let known, known.device == status.device, known.inode == status.inode { return mountFault(known.mounts) }
        guard try bearsID() else {
            return
                "At \(root) lies another folder than this vault (`vault_id: \(id)` is not in \(layout.settings)). Mount or restore the vault there."
        }
        if let fault = strangeMount() { return fault }
        before = nil
        known = Known(device: status.device, inode: status.inode, mounts: mounts)
        return nil
    }

    private func stateFolderFault() -> String? {
        var present = 0
        for state in FeatureState.allCases {
            let folder = root.pushing(layout.folder(of: state))
            // No link is followed: the notes behind it would count as gone.
            if let status = try? FileStatus.ifPresent(folder), status.kind == .link {
                return "\(folder) is a symbolic link, and Ferry follows none. Put the folder itself there; Ferry goes on by itself."
            }
            // What is missing is made when it is needed; what cannot be read must not count as empty.
            if folder.withPlatformString({ access($0, R_OK | X_OK) }) == 0 {
                present += 1
            } else if errno != ENOENT {
                return "\(folder) cannot be read (\(Errno(rawValue: errno))). Mend it; Ferry goes on by itself."
            }
        }
        guard present == 0 else { return nil }
        return "None of the state folders in \(root.appending(layout.features)) is there. Restore them, or make them anew; Ferry goes on by itself."
    }

    private func mountFault(_ before: Set<MountTable.Mount>) -> String? {
        guard let other = mounts.symmetricDifference(before).min(by: { $0.number < $1.number }) else { return nil }
        let what = before.contains(other) ? "is mounted no more" : "has something mounted on it"
        return "\(other.point) \(what), so its notes cannot be seen. Undo that, or start Ferry again if it is meant."
    }

    /// A mount that came or went while Ferry did not run, and hides or took with it all the notes that it knew there.
    private func strangeMount() -> String? {
        guard let before else { return nil }
        let root = MountTable.resolved(root)
        for point in before.points.symmetricDifference(mountPoints).sorted(by: { $0.string < $1.string }) {
            let notes = before.notes.map(root.pushing).filter { $0.starts(with: point) }
            guard !notes.isEmpty, notes.allSatisfy({ ((try? FileStatus.ifPresent($0)) ?? nil) == nil }) else { continue }
            let what = before.points.contains(point) ? "is not mounted any more" : "has something mounted on it"
            return "\(point) \(what) since Ferry ran last, and none of the \(notes.count) notes that lay there is to be seen. "
                + "Undo that; Ferry goes on by itself. If they are gone for good, `ferry rebuild` forgets them."
        }
        return nil
    }

    private static func mounts(_ table: MountTable, _ root: FilePath, _ layout: VaultLayout) -> Set<MountTable.Mount> {
        layout.watchedFolders.reduce(into: []) { $0.formUnion(table.mounts(in: root.appending($1))) }
    }

    private func bearsID() throws -> Bool {
        let path = root.pushing(layout.settings)
        guard try FileStatus.ifPresent(path) != nil else { return false }
        return SettingsNote(NoteBytes(try FileContents.read(path, limit: NoteBytes.sizeLimit)), path: layout.settings.string).vaultID == id
    }
}
