internal import FerrySystem
internal import Glibc
internal import SystemPackage

/// What a walk saw of a worktree's files and links, for telling what has changed by the next walk.
struct WorktreeSight: Sendable {
    private var folders: [FilePath: [[UInt8]: FileStamp]] = [:]
    /// Stamps of this time or later may stay the same over another write (the kernel's clock ticks every few milliseconds): they count as changed.
    private let unsureSince = Self.realTime - 50_000_000

    /// A file or a link, by its name in its folder.
    mutating func note(_ name: [UInt8], in folder: FilePath, _ status: FileStatus) {
        guard status.changed < unsureSince else {
            folders[folder, default: [:]][name] = FileStamp(device: 0, inode: 0, size: -1, modified: 0, changed: status.changed)
            return
        }
        folders[folder, default: [:]][name] = FileStamp(status)
    }

    func contains(_ path: FilePath) -> Bool {
        guard let name = path.lastComponent else { return false }
        return folders[path.removingLastComponent()]?[name.bytes] != nil
    }

    /// The files and links that are other ones than before, new, or gone.
    func changes(since before: WorktreeSight) -> [FilePath] {
        var changed: [FilePath] = []
        for (folder, files) in folders {
            let known = before.folders[folder] ?? [:]
            for (name, stamp) in files where stamp.size < 0 || known[name] != stamp { changed.append(folder.pushing(FilePath(bytes: name))) }
            for name in known.keys where files[name] == nil { changed.append(folder.pushing(FilePath(bytes: name))) }
        }
        for (folder, files) in before.folders where folders[folder] == nil {
            changed += files.keys.map { folder.pushing(FilePath(bytes: $0)) }
        }
        return changed
    }

    /// Nanoseconds since the epoch, as the file system counts them.
    private static var realTime: Int64 {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        return Int64(now.tv_sec) * 1_000_000_000 + Int64(now.tv_nsec)
    }
}
