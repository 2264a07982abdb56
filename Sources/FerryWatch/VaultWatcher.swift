internal import FerrySystem
internal import Synchronization
package import SystemPackage

/// Watches folders of a vault with inotify, on a thread of its own. Watch first, then scan, then announce: what is made in a
/// new folder before its watch stands is found by the scan.
package final class VaultWatcher: Sendable {
    /// One element for one or more changes; then `take()` what has come together. Ends when the watcher is stopped, and not before.
    /// One consumer.
    package let signals: AsyncStream<Void>

    private let signal: AsyncStream<Void>.Continuation
    private let wake: WakePipe
    private let isRunning = Mutex(true)
    private let pending = Mutex(PendingChanges())

    /// `folders` are the vault's folders that matter, watched with all below them; the root itself is watched for their coming
    /// and going. When this returns the watches stand: whatever happens from now on is announced. Where they cannot stand (limits, a file system
    /// that does not tell) that is announced, and tried again. Throws `Errno` where the root is not there or is no folder. Runs until `stop`.
    package init(root: FilePath, folders: [FilePath.Component]) throws {
        try FileDescriptor.open(root, .readOnly, options: [.directory, .closeOnExec]).close()
        wake = try WakePipe()
        // One signal waits for the consumer however many changes come: the changes wait in `pending`, each once.
        (signals, signal) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
        var tree = WatchTree(root: root, folders: folders)
        // Nobody needs to be told to look: whoever makes a watcher looks after it.
        announce(tree.takeChanges().subtracting([.everything]))
        let loop = WatchLoop(tree: tree, wake: wake)
        onOwnThread { [self] in
            var loop = loop
            loop.run { changes in announce(changes) }
            isRunning.withLock { isRunning in
                isRunning = false
                wake.close()
            }
            signal.finish()
        }
    }

    /// The changes since the last call.
    package func take() -> Set<VaultChange> { pending.withLock { $0.take() } }

    /// Ends the thread and the stream; a second time does nothing.
    package func stop() {
        // The pipe's number may belong to another file once the thread has closed it.
        isRunning.withLock { isRunning in if isRunning { wake.wake() } }
    }

    private func announce(_ changes: Set<VaultChange>) {
        guard !changes.isEmpty else { return }
        pending.withLock { $0.add(changes) }
        signal.yield()
    }
}
