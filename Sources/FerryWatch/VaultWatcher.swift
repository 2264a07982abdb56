internal import FerrySystem
internal import Synchronization
package import SystemPackage

/// Watches folders of a vault with inotify, on a thread of its own. Watch first, then scan, then announce: what is made in a
/// new folder before its watch stands is found by the scan.
package final class VaultWatcher: Sendable {
    /// One element for one or more changes; then `take()` what has come together. Ends when the watcher is stopped.
    package let signals: AsyncStream<Void>

    private let signal: AsyncStream<Void>.Continuation
    private let wake: WakePipe
    private let pending = Mutex<Set<VaultChange>>([])

    /// `folders` are the vault's folders that matter, watched with all below them; the root itself is watched for their coming
    /// and going. When this returns the watches stand: whatever happens from now on is announced.
    /// Throws `Errno` where inotify is not to be had at all.
    package init(root: FilePath, folders: [FilePath.Component]) throws {
        wake = try WakePipe()
        // One signal waits for the consumer however many changes come: the changes wait in `pending`, each once.
        (signals, signal) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
        var tree = try WatchTree(root: root, folders: folders)
        tree.watchAll()
        announce(tree.takeChanges().subtracting([.everything]))
        let loop = WatchLoop(tree: consume tree, wake: wake)
        onOwnThread { [self] in
            loop.run { changes in announce(changes) }
            signal.finish()
            wake.close()
        }
    }

    /// The changes since the last call.
    package func take() -> Set<VaultChange> {
        pending.withLock { pending in
            defer { pending = [] }
            return pending
        }
    }

    package func stop() { wake.wake() }

    private func announce(_ changes: Set<VaultChange>) {
        guard !changes.isEmpty else { return }
        pending.withLock { pending in
            pending.formUnion(changes)
            // So many single looks cost more than a full one.
            if pending.count > 20_000 { pending = pending.filter { if case .unreliable = $0 { true } else { false } }.union([.everything]) }
        }
        signal.yield()
    }
}

/// Carries the tree to its thread, where alone it is used from then on.
private final class WatchLoop: Sendable {
    private let tree: Mutex<WatchTree>
    private let wake: WakePipe

    init(tree: consuming sending WatchTree, wake: WakePipe) {
        self.tree = Mutex(tree)
        self.wake = wake
    }

    func run(announce: (Set<VaultChange>) -> Void) {
        tree.withLock { tree in
            while true {
                do {
                    guard let events = try tree.inotify.read(wake: wake.reading) else { return }
                    tree.apply(events)
                } catch {
                    return announce([.unreliable("inotify failed (\(error)); the vault is looked at every few seconds instead.")])
                }
                announce(tree.takeChanges())
            }
        }
    }
}
