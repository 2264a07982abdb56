internal import FerrySystem
internal import FerryTestSupport
internal import Glibc
internal import SystemPackage
internal import Testing

@testable internal import FerryWatch

@Suite(.timeLimit(.minutes(1)))
struct WatcherTests {
    @Test func `stop ends the stream, and a second stop does nothing`() async throws {
        try await withScratch(["10_features/": ""]) { root in
            let watcher = try VaultWatcher(root: root, folders: ["10_features"])
            watcher.stop()
            for await _ in watcher.signals {}
            // The pipe's numbers are free again, and these have them, unless another test was quicker: nothing may be written there.
            let files = try (0..<32).map { number in
                try FileDescriptor.open(
                    root.appending("file-\(number)"), .readWrite, options: [.create, .closeOnExec], permissions: [.ownerReadWrite])
            }
            defer { for file in files { try? file.close() } }
            watcher.stop()
            let written = try files.map { try FileStatus(of: $0).size }.reduce(0, +)
            #expect(written == 0)
            try touch(root.appending("10_features/late.md"))
            #expect(watcher.take().isEmpty)
        }
    }

    @Test func `a consumer that waits is let go by stop`() async throws {
        try await withScratch(["10_features/": ""]) { root in
            let watcher = try VaultWatcher(root: root, folders: ["10_features"])
            async let signals = watcher.signals.reduce(0) { count, _ in count + 1 }
            watcher.stop()
            #expect(await signals == 0)
        }
    }

    @Test func `nothing is announced of what was there at the start`() async throws {
        try await withScratch(["10_features/03_planned/a.md": "a"]) { root in
            let watcher = try VaultWatcher(root: root, folders: ["10_features"])
            defer { watcher.stop() }
            #expect(watcher.take().isEmpty)
        }
    }

    @Test func `changes that nobody takes come together, each once, under one signal`() async throws {
        try await withWatchedVault { vault, planned, _ in
            for _ in 0..<50 { try touch(planned.appending("a.md")) }
            try await vault.followAll()
            #expect(await vault.announced() == [.file(planned.appending("a.md"))])
        }
    }

    @Test func `more changes than the limit become one full look, and a warning among them stays`() {
        var pending = PendingChanges(limit: 2)
        pending.add([.unreliable("no more watches")])
        pending.add([.file("a"), .file("b")])
        pending.add([.file("c")])
        #expect(pending.take() == [.everything, .unreliable("no more watches")])
        pending.add([.unreliable("no more watches"), .everything])
        pending.add([.unreliable(nil), .file("c")])
        #expect(pending.take() == [.everything, .unreliable(nil)])
        #expect(pending.take().isEmpty)
        pending.add([.file("d")])
        #expect(pending.take() == [.file("d")])
    }

    @Test func `the limit is not passed by as many changes as it allows`() {
        var pending = PendingChanges(limit: 3)
        pending.add([.file("a"), .file("b"), .folder("c")])
        pending.add([.file("a")])
        #expect(pending.take() == [.file("a"), .file("b"), .folder("c")])
    }
}
