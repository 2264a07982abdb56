internal import FerrySystem
internal import SystemPackage

/// Which inotify watch stands for which folder, and what events mean in terms of paths.
///
/// A folder is known by the number of its watch, which it keeps wherever it is moved. What an event says of a folder is never replayed: the path is
/// asked which folder is there now (`settle`), so folders that are moved, exchanged, deleted and made again, in whatever order their events come,
/// end at their right places. A move costs the same for a folder with a thousand others below it.
struct WatchTree: Sendable {
    let root: FilePath
    /// The folders of the root that matter.
    let folders: Set<FilePath.Component>
    /// `nil` while none is to be had.
    var inotify: Inotify?
    var nodes: [Int32: WatchNode] = [:]
    /// `nil` while there is no folder at `root`, or none that can be watched.
    var rootWatch: Int32?
    /// The link that `root` is, if it is one: tells when it is led elsewhere.
    var linkWatch: Int32?
    /// The folder that the root lies in, watched only while there is no root: tells when it comes. It may be as busy as `/tmp`.
    var parentWatch: Int32?
    /// Folders that left their place, and until when the event of their new one is waited for. What events say from them is not announced.
    var strays: [Int32: Duration] = [:]
    /// Watches that were taken off and may still have events in the queue.
    var removed: Set<Int32> = []
    /// Since when everything is to be looked at anew, because events were lost.
    var brokenSince: Duration?
    /// The first folder that could not be watched, and why.
    var gap: (folder: FilePath, reason: String)?
    /// What was announced last of why events cannot be relied upon.
    var told: String?
    private var paths: [Int32: FilePath] = [:]
    private var changes: Set<VaultChange> = []

    /// How long a folder may be between its old place and its new one (VAULT reference, 1.1: 50 to 100 ms of quiet).
    static let strayTime: Duration = .milliseconds(100)

    /// Sets the watches.
    init(root: FilePath, folders: [FilePath.Component], told: String? = nil) {
        self.root = root
        self.folders = Set(folders)
        self.told = told
        rebuild()
    }

    mutating func takeChanges() -> Set<VaultChange> {
        defer { changes = [] }
        return changes
    }

    mutating func announce(_ change: VaultChange) { changes.insert(change) }

    /// Whether there is no vault, or nothing in it.
    var isEmpty: Bool { rootWatch.flatMap { nodes[$0] }?.children.isEmpty ?? true }

    // MARK: Events

    mutating func apply(_ events: [Inotify.Event]) {
        for event in events { apply(event) }
    }

    private mutating func apply(_ event: Inotify.Event) {
        if event.isOverflow || event.isUnmount { return lose() }
        if event.watch == parentWatch { applyToParent(event) }
        if event.watch == linkWatch {
            if event.isIgnored { linkWatch = nil }
            return lose()
        }
        guard nodes[event.watch] != nil else { return applyToUnknown(event) }
        if event.isIgnored { return forget(event.watch) }
        guard let name = event.name else {
            // Of another folder, the one that it lies in tells.
            if event.isSelf, event.watch == rootWatch { lose() }
            return
        }
        guard let folder = path(of: event.watch) else {
            if event.isFolder { nodes[event.watch]?.isSuspect = true }
            return
        }
        if event.watch == rootWatch, !folders.contains(name) { return }
        guard event.isFolder else { return announce(.file(folder.appending(name))) }
        guard !name.isHidden else { return }
        settle(name, in: event.watch)
        announce(.folder(folder.appending(name)))
    }

    private mutating func applyToParent(_ event: Inotify.Event) {
        if event.isIgnored {
            parentWatch = nil
        } else if event.name == root.lastComponent {
            lose()
        }
    }

    /// A number that we gave up may still have events queued, the last of which says so. Of any other it is not known what happened where.
    private mutating func applyToUnknown(_ event: Inotify.Event) {
        if event.isIgnored {
            removed.remove(event.watch)
        } else if !removed.contains(event.watch), event.watch != parentWatch {
            lose()
        }
    }

    /// Everything is to be looked at anew, once the queue is empty.
    mutating func lose() { brokenSince = brokenSince ?? BootClock.now }

    // MARK: Places

    /// `nil` for a folder that has left its place.
    mutating func path(of watch: Int32) -> FilePath? {
        if watch == rootWatch { return root }
        if let known = paths[watch] { return known }
        guard let node = nodes[watch], let parent = node.parent, let folder = path(of: parent) else { return nil }
        let path = folder.appending(node.name)
        paths[watch] = path
        return path
    }

    mutating func attach(_ watch: Int32, as name: FilePath.Component, to parent: Int32) {
        nodes[watch, default: WatchNode(parent: parent, name: name)].parent = parent
        nodes[watch]?.name = name
        nodes[parent]?.children[name] = watch
        strays[watch] = nil
        paths = [:]
    }

    /// Its new place, if it has one, will be told within `strayTime`.
    mutating func detach(_ watch: Int32) {
        leave(watch)
        strays[watch] = BootClock.now + Self.strayTime
    }

    /// The watch itself is gone.
    private mutating func forget(_ watch: Int32) {
        for child in nodes[watch].map({ Array($0.children.values) }) ?? [] { detach(child) }
        leave(watch)
        nodes[watch] = nil
        strays[watch] = nil
        removed.remove(watch)
        if watch == rootWatch { lose() }
    }

    private mutating func leave(_ watch: Int32) {
        paths = [:]
        guard let node = nodes[watch], let parent = node.parent else { return }
        if nodes[parent]?.children[node.name] == watch { nodes[parent]?.children[node.name] = nil }
        nodes[watch]?.parent = nil
    }

    /// Takes the watches off that folder and all below it.
    mutating func drop(_ watch: Int32) {
        leave(watch)
        guard let node = nodes.removeValue(forKey: watch) else { return }
        strays[watch] = nil
        removed.insert(watch)
        inotify?.remove(watch)
        for child in node.children.values { drop(child) }
    }

    /// Gives up what has left the vault: until its watches are off it reports as if it were still there.
    mutating func dropStrays(at now: Duration) {
        for (watch, end) in strays where end <= now { drop(watch) }
    }
}

extension FilePath.Component {
    /// A dot file or folder: never a note, never watched.
    var isHidden: Bool { withPlatformString { $0.pointee == 0x2E } }
}
