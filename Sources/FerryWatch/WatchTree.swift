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
    /// The root has no watch: the vault was unmounted, moved or deleted. Nothing tells of its coming back, so it is looked for.
    private(set) var isBlind = false
    static let blindInterval: Duration = .seconds(2)

    /// Sets the watches. Throws `Errno` where the root is not there or is no folder.
    init(root: FilePath, folders: [FilePath.Component]) throws {
        let inotify = try Inotify()
        // Without watches left the vault is looked at every few seconds; that is no reason not to begin.
        do { _ = try inotify.watch(root, followsLink: true) } catch Errno.noSpace {}
        self.inotify = inotify
        self.root = root
        self.folders = Set(folders)
        watchAll()
    }

    mutating func takeChanges() -> Set<VaultChange> {
        defer { changes = [] }
        return changes
    }

    /// Watches everything again if the root has come back.
    mutating func lookForRoot() {
        if watch(root) { watchAll() }
    }

    /// Sets watches on everything anew and announces a full look.
    private mutating func watchAll() {
        for watch in paths.keys { inotify.remove(watch) }
        paths = [:]
        changes.insert(.everything)
        isBlind = !watch(root)
        guard !isBlind else { return }
        for folder in folders { watchTree(root.appending(folder)) }
    }

    mutating func apply(_ events: [Inotify.Event]) {
        for event in events { apply(event) }
    }

    private mutating func apply(_ event: Inotify.Event) {
        if event.isOverflow || event.isUnmount { return watchAll() }
        // A number that we gave up may still have events queued: what they tell of is found by the look that was announced with the new watch.
        guard let folder = paths[event.watch] else { return }
        if event.isIgnored {
            paths[event.watch] = nil
            return
        }
        guard let name = event.name else {
            if event.isSelf { folder == root ? watchAll() : note(.folder(folder)) }
            return
        }
        let path = folder.appending(name)
        if folder == root {
            guard folders.contains(name) else { return }
        } else if name.isHidden, event.isFolder {
            return
        }
        guard event.isFolder else { return note(.file(path)) }
        // A folder that was moved away still reports under its old path until its watches are taken off.
        if event.isDisappearance { forget(path) }
        // After a disappearance too: another folder may bear the name already (an exchange of two says "from" for both).
        watchTree(path)
        note(.folder(path))
    }

    private mutating func note(_ change: VaultChange) { changes.insert(change) }

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
            paths[try inotify.watch(folder, followsLink: folder == root)] = folder
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

    private mutating func forget(_ folder: FilePath) {
        for (watch, path) in paths where path.lies(in: folder) {
            inotify.remove(watch)
            paths[watch] = nil
        }
    }
}

extension FilePath {
    /// Whether it is the folder itself or something below. Compares bytes: this is asked of every watch for every folder that comes or goes.
    fileprivate func lies(in folder: FilePath) -> Bool {
        let count = folder.length
        guard length >= count else { return false }
        return withPlatformString { mine in
            folder.withPlatformString { theirs in (0..<count).allSatisfy { mine[$0] == theirs[$0] } } && (mine[count] == 0 || mine[count] == 0x2F)
        }
    }
}

extension FilePath.Component {
    /// A dot file or folder: never a note, never watched.
    var isHidden: Bool { withPlatformString { $0.pointee == 0x2E } }
}
