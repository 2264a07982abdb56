internal import FerrySystem
internal import SystemPackage

/// What the watcher's thread does. Without news it sleeps, but for one question in `checkInterval` whether the vault is still the same folder.
struct WatchLoop: Sendable {
    private var tree: WatchTree
    private let wake: WakePipe
    private let mountTable = try? MountTable()
    private var mounts: Set<MountTable.Mount>
    private var nextCheck: Duration
    private var mendWait = Self.firstMendWait

    /// A vault whose folder is gone has nobody who tells of its return but the folder above, which may be gone too. And a deleted folder that a program
    /// still stands in does not say that it is deleted: it is only empty.
    static let absenceInterval: Duration = .seconds(2)
    static let checkInterval: Duration = .seconds(30)
    static let firstMendWait: Duration = .seconds(2)
    static let longestMendWait: Duration = .seconds(30)
    /// A storm that never ends must not put the look off for ever.
    static let longestStorm: Duration = .seconds(1)

    init(tree: WatchTree, wake: WakePipe) {
        self.tree = tree
        self.wake = wake
        mounts = mountTable?.mounts(around: tree.root) ?? []
        nextCheck = BootClock.now
        planCheck()
    }

    /// Returns when it is woken.
    mutating func run(announce: (Set<VaultChange>) -> Void) {
        while true {
            let files = [wake.reading] + [tree.inotify?.descriptor].compactMap { $0 }
            let ready = Polling.wait(for: files, alarms: [mountTable?.descriptor].compactMap { $0 }, limit: limit)
            if ready.contains(wake.reading) { return }
            if let mountTable, ready.contains(mountTable.descriptor) { lookAtMounts(mountTable) }
            let isQuiet = !readEvents()
            let now = BootClock.now
            tree.dropStrays(at: now)
            if let since = tree.brokenSince, isQuiet || now - since > Self.longestStorm { tree.rebuild() }
            if tree.tellGap() { planCheck() }
            if nextCheck <= now { check() }
            announce(tree.takeChanges())
        }
    }

    /// Until when nothing is to be done without news.
    private var limit: Duration {
        // Lost events are made good as soon as no more come.
        if tree.brokenSince != nil { return .milliseconds(5) }
        let next = tree.strays.values.reduce(nextCheck) { min($0, $1) }
        return max(.zero, next - BootClock.now)
    }

    /// Whether there were any.
    private mutating func readEvents() -> Bool {
        guard let inotify = tree.inotify else { return false }
        do {
            let events = try inotify.read()
            tree.apply(events)
            return !events.isEmpty
        } catch {
            tree.loseInstance()
            return false
        }
    }

    private mutating func lookAtMounts(_ table: MountTable) {
        let now = table.mounts(around: tree.root)
        guard now != mounts else { return }
        mounts = now
        tree.lose()
    }

    private mutating func check() {
        if tree.gap != nil { tree.mend() } else { tree.verify() }
        planCheck()
    }

    private mutating func planCheck() {
        let wait: Duration
        if tree.gap != nil {
            wait = mendWait
            mendWait = min(mendWait * 2, Self.longestMendWait)
        } else {
            mendWait = Self.firstMendWait
            wait = tree.isEmpty ? Self.absenceInterval : Self.checkInterval
        }
        nextCheck = BootClock.now + wait
    }
}
