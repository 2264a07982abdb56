internal import FerrySystem
internal import FerryTestSupport
internal import Glibc
internal import Synchronization
internal import SystemPackage
internal import Testing

@testable internal import FerryWatch

@Suite(.timeLimit(.minutes(Repetitions.count(2, long: 30))))
struct StormTests {
    @Test func `of thousands of renames none is lost`() async throws {
        try await withScratch(["10_features/01_ideas/": "", "10_features/03_planned/": "", "90_system/": ""]) { root in
            let ideas = root.appending("10_features/01_ideas"), planned = root.appending("10_features/03_planned")
            let count = getenv("FERRY_LONG") == nil ? 3000 : 20_000
            for number in 0..<count { try #require(close(creat("\(ideas)/\(number).md", 0o600)) == 0) }
            let vault = try WatchedVault(root)
            defer { vault.watcher.stop() }
            for number in 0..<count { try #require(rename("\(ideas)/\(number).md", "\(planned)/\(number).md") == 0) }
            try await vault.followAll()
            let folders = await vault.files.reduce(into: [:]) { $0[$1.removingLastComponent(), default: 0] += 1 }
            #expect(folders[planned] == count)
            #expect(folders[ideas] == nil)
        }
    }

    @Test func `folders that are renamed while notes are saved in them end under their last names, with every note`() async throws {
        try await withWatchedVault(["vault/10_features/03_planned/a/deep/er/": "", "vault/10_features/03_planned/b/": ""]) {
            vault, planned, outside in
            let saving = Flag()
            let names = ["a", "b", "c", "d"].map { planned.appending($0) } + [outside.appending("a")]
            await withTaskGroup { group in
                group.addTask {
                    // Wherever the folders are just now; most saves fail.
                    for number in 0..<4000 {
                        let folder = names[number % 4].appending(["", "deep", "deep/er", "new-\(number % 7)"][number / 4 % 4])
                        try? Directory.create(folder)
                        try? touch(folder.appending("\(number % 50).md"))
                    }
                    saving.isOver.store(true, ordering: .releasing)
                }
                group.addTask {
                    var round = 0
                    while !saving.isOver.load(ordering: .acquiring) {
                        round += 1
                        let from = names[round % 5], to = names[(round * 3 + 1) % 5]
                        if round % 4 == 0 { try? Renaming.exchange(from, to) } else { try? Renaming.move(from, to: to) }
                        await Task.yield()
                    }
                }
            }
            try await vault.followAll()
            #expect(await vault.files == WatchedVault.filesBelow(vault.root))
            // And every folder is watched where it is now.
            await vault.forget()
            var made: Set<VaultChange> = []
            for folder in WatchedVault.foldersBelow(planned) {
                try touch(folder.appending("after.md"))
                made.insert(.file(folder.appending("after.md")))
            }
            try await vault.followAll()
            #expect(await vault.announced() == made)
        }
    }

    /// The kernel's queue holds `fs.inotify.max_queued_events` (16,384 unless it was raised) and drops what comes after.
    @Test func `events that the kernel drops are one full look, and the watches stand afterwards`() async throws {
        try await withScratch(["10_features/03_planned/": ""]) { root in
            let planned = root.appending("10_features/03_planned")
            let queue = try #require(Int(try text("/proc/sys/fs/inotify/max_queued_events").prefix { $0.isNumber }))
            var tree = WatchTree(root: root, folders: ["10_features"])
            #expect(tree.takeChanges() == [.everything])
            // Nobody reads yet. Two files in turn: the kernel merges an event that equals the one before.
            let notes = [planned.appending("a.md").string, planned.appending("b.md").string]
            for number in 0...queue { try #require(close(creat(notes[number % 2], 0o600)) == 0) }
            // Its event is lost, too.
            try Directory.create(planned.appending("new/deep"))
            let wake = try WakePipe()
            defer { wake.close() }
            let (announced, continuation) = AsyncStream.makeStream(of: VaultChange.self)
            let loop = WatchLoop(tree: tree, wake: wake)
            onOwnThread {
                var loop = loop
                loop.run { changes in changes.forEach { continuation.yield($0) } }
                continuation.finish()
            }
            let after = planned.appending("new/deep/after.md")
            var full = 0
            for await change in announced {
                if change == .everything {
                    full += 1
                    try touch(after)
                }
                if change == .file(after) { wake.wake() }
            }
            #expect(full == 1)
        }
    }

    @Test func `a rename is told of within milliseconds`() async throws {
        try await withWatchedVault { vault, planned, _ in
            let ideas = planned.removingLastComponent().appending("01_ideas")
            try touch(ideas.appending("a.md"))
            try await vault.followAll()
            var times: [Duration] = []
            for round in 0..<200 {
                let folders = round % 2 == 0 ? (ideas, planned) : (planned, ideas)
                let start = ContinuousClock.now
                try move(folders.0.appending("a.md"), folders.1.appending("a.md"))
                await vault.followOnce { $0.contains(.file(folders.1.appending("a.md"))) }
                times.append(ContinuousClock.now - start)
                await vault.forget()
            }
            times.sort()
            print("rename to signal: median \(times[100]), 99th percentile \(times[198])")
            #expect(times[100] < .milliseconds(5))
        }
    }
}

private final class Flag: Sendable {
    let isOver = Atomic(false)
}
