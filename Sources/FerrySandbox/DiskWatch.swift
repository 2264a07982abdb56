internal import Dispatch
internal import FerrySystem
internal import SystemPackage

/// Waits until a command has used up its disk space: RLIMIT_FSIZE bounds one file, nothing in the kernel bounds their number.
struct DiskWatch: Sendable {
    private let folders: [FilePath]
    private let limit: Int64
    /// One thread for all sandboxes, and not one of the concurrency pool's: a walk blocks for as long as the tree is large.
    private static let thread = DispatchQueue(label: "ferry.disk-watch", qos: .utility)
    private static let shortest = Duration.milliseconds(250)

    init(_ policy: SandboxPolicy) {
        folders = [policy.worktree, policy.temporary, policy.home] + (policy.agentGit.map { [$0] } ?? [])
        limit = policy.limits.diskBytes
    }

    /// Returns once the limit is passed; throws `CancellationError` when it is no longer wanted.
    func waitUntilOver() async throws {
        let free = room
        let reserve = Room(bytes: min(free.bytes / 2, 256 << 20), inodes: min(free.inodes / 2, 20_000))
        // What makes a look at every file worth its time. An inode counts as a block, as in `DiskUsage`.
        let much = Room(bytes: limit / 8, inodes: limit / 8 / 4096)
        var last = free
        var baseline: Int64?
        // Short commands end before anything is counted.
        var next = ContinuousClock.now + .seconds(1)
        while true {
            try await Task.sleep(for: Self.shortest)
            let now = room
            // Files that are open but removed are in no folder; what is left of the disk shows them too.
            if now.bytes < reserve.bytes || now.inodes < reserve.inodes { return }
            // Asking for free space costs nothing. Only where much of it went, or after a while, is every file looked at.
            let isMuch = last.bytes - now.bytes > much.bytes || last.inodes - now.inodes > much.inodes
            guard isMuch || ContinuousClock.now >= next else { continue }
            guard let current = await measure() else { throw CancellationError() }
            let written = free.bytes - current.room.bytes
            let start = baseline ?? current.bytes - (written > much.bytes ? written : 0)
            baseline = start
            if current.bytes == .max || current.bytes - start > limit { return }
            // What lies in a folder that the command has closed is seen by what the disk has lost.
            if !current.isWhole, written > limit { return }
            last = current.room
            // At most about two per cent of a processor.
            next = ContinuousClock.now + max(Self.shortest, current.cost * 50)
        }
    }

    /// What the file system has left.
    private struct Room: Sendable {
        var bytes: Int64
        var inodes: Int64
    }

    private struct Measure: Sendable {
        var bytes: Int64
        var isWhole: Bool
        var room: Room
        var cost: Duration
    }

    private var room: Room {
        Room(bytes: (try? FileContents.freeBytes(at: folders[0])) ?? .max, inodes: (try? FileContents.freeInodes(at: folders[0])) ?? .max)
    }

    /// `nil` when the task is cancelled: nobody waits for a walk that is no longer wanted.
    private func measure() async -> Measure? {
        let (measures, continuation) = AsyncStream.makeStream(of: Measure.self, bufferingPolicy: .bufferingNewest(1))
        Self.thread.async { @Sendable in
            let start = ContinuousClock.now
            let used = DiskUsage.measure(folders)
            continuation.yield(Measure(bytes: used.bytes, isWhole: used.isWhole, room: room, cost: ContinuousClock.now - start))
            continuation.finish()
        }
        return await measures.first { _ in true }
    }
}
