internal import FerrySystem
internal import SystemPackage

/// Which inotify watch stands for which folder, and what events mean in terms of paths.
struct WatchTree: ~Copyable {
    let inotify: Inotify
    private let root: FilePath
    private let folders: Set<FilePath.Component>
    private var paths: [Int32: FilePath] = [:]
    private var changes: Set<VaultChange> = []
    private var isExhausted = false

    init(root: FilePath, folders: [FilePath.Component]) throws {
        inotify = try Inotify()
        self.root = root
        self.folders = Set(folders)
    }

    mutating func takeChanges() -> Set<VaultChange> {
        defer { changes = [] }
        return changes
    }

    /// Sets watches on everything anew and announces a full look.
    mutating func watchAll() {
        for watch in paths.keys { inotify.remove(watch) }
        paths = [:]
        changes.insert(.everything)
        guard watch(root) else { return }
        for folder in folders { watchTree(root.appending(folder)) }
    }

    mutating func apply(_ events: [Inotify.Event]) {
        for event in events { apply(event) }
    }

    private mutating func apply(_ event: Inotify.Event) {
        if event.isOverflow || event.isUnmount { return watchAll() }
        // A number that we gave up may still have events queued: they say that something happened, and nothing else.
        guard let folder = paths[event.watch] else { return }
        if event.isIgnored {
            paths[event.watch] = nil
            return
        }
        guard let name = event.name else {
            if event.isSelf { changes.insert(folder == root ? .everything : .folder(folder)) }
            return
        }
        let path = folder.appending(name)
        if folder == root {
            guard folders.contains(name) else { return }
        } else if name.isHidden, event.isFolder {
            return
        }
        guard event.isFolder else {
            changes.insert(.file(path))
            return
        }
        if event.isDisappearance { forget(path) }
        if event.isAppearance { watchTree(path) }
        changes.insert(.folder(path))
    }

    /// Watches a folder and what is below it, each before it is listed.
    private mutating func watchTree(_ folder: FilePath) {
        guard watch(folder), let entries = try? Directory.entries(of: folder) else { return }
        for entry in entries where !entry.name.isHidden {
            let path = folder.appending(entry.name)
            let kind = entry.kind ?? (try? FileStatus(of: path))?.kind
            if kind == .directory { watchTree(path) }
        }
    }

    private mutating func watch(_ folder: FilePath) -> Bool {
        do {
            paths[try inotify.watch(folder)] = folder
            return true
        } catch Errno.noSpace {
            if !isExhausted {
                isExhausted = true
                changes.insert(
                    .unreliable(
                        "no more inotify watches for \(folder): raise fs.inotify.max_user_watches (sysctl). Until then the vault is looked at every few seconds."
                    ))
            }
            return false
        } catch {
            // It vanished meanwhile, or is no folder: its own event tells.
            return false
        }
    }

    /// A folder that was moved away still reports under its old path until its watches are taken off.
    private mutating func forget(_ folder: FilePath) {
        for (watch, path) in paths where path.starts(with: folder) {
            inotify.remove(watch)
            paths[watch] = nil
        }
    }
}

extension FilePath.Component {
    /// A dot file or folder: never a note, never watched.
    var isHidden: Bool { withPlatformString { $0.pointee == 0x2E } }
}
