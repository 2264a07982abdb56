internal import FerrySystem
internal import SystemPackage

/// What a walk saw of a worktree's files and links, for telling what has changed by the next walk.
struct WorktreeSight: Sendable {
    private struct File: Hashable {
        let name: [UInt8]
        let stamp: FileStamp
    }

    /// In the order in which the folder lists them, which stays the same as long as nobody makes or removes a file there.
    private var folders: [FilePath: [File]] = [:]
    /// Stamps of this time or later may stay the same over another write (the kernel's clock ticks every few milliseconds): they count as changed.
    private let unsureSince = FileTimes.now - 50_000_000

    /// Files and links of a folder, by their names in it.
    mutating func note(_ files: [(name: [UInt8], status: FileStatus)], in folder: FilePath) {
        guard !files.isEmpty else { return }
        folders[folder] = files.map { name, status in
            guard status.changed < unsureSince else {
                return File(name: name, stamp: FileStamp(device: 0, inode: 0, size: -1, modified: 0, changed: status.changed))
            }
            return File(name: name, stamp: FileStamp(status))
        }
    }

    /// Those of the paths at which nothing was seen; each folder is gone through once.
    func absent(among paths: [FilePath]) -> [FilePath] {
        Dictionary(grouping: paths) { $0.removingLastComponent() }.flatMap { folder, paths in
            let names = Set(folders[folder]?.map(\.name) ?? [])
            return paths.filter { path in path.lastComponent.map { !names.contains($0.bytes) } ?? true }
        }
    }

    /// The files and links that are other ones than before, new, or gone.
    func changes(since before: WorktreeSight) -> [FilePath] {
        var changed: [FilePath] = []
        for (folder, files) in folders {
            let old = before.folders[folder] ?? []
            guard old != files || files.contains(where: { $0.stamp.size < 0 }) else { continue }
            let known = Dictionary(old.map { ($0.name, $0.stamp) }) { $1 }
            let names = Set(files.map(\.name))
            let other = files.filter { $0.stamp.size < 0 || known[$0.name] != $0.stamp } + old.filter { !names.contains($0.name) }
            changed += other.map { folder.pushing(FilePath(bytes: $0.name)) }
        }
        for (folder, files) in before.folders where folders[folder] == nil {
            changed += files.map { folder.pushing(FilePath(bytes: $0.name)) }
        }
        return changed
    }
}
