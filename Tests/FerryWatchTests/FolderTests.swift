internal import FerrySystem
internal import FerryTestSupport
internal import FerryWatch
internal import Glibc
internal import SystemPackage
internal import Testing

@Suite(.timeLimit(.minutes(Repetitions.count(1, long: 30))))
struct FolderTests {
    @Test func `files made at once with their folders are all found, in many trials`() async throws {
        try await withWatchedVault { vault, planned, _ in
            for trial in 0..<(getenv("FERRY_LONG") == nil ? 60 : 200) {
                let top = planned.appending("t\(trial)")
                var expected: Set<FilePath> = []
                for folder in [top, top.appending("b"), top.appending("b/c")] {
                    try Directory.create(folder)
                    try touch(folder.appending("n.md"))
                    expected.insert(folder.appending("n.md"))
                }
                let wanted = expected
                await vault.follow { _, files in files.isSuperset(of: wanted) }
                // Nor is what comes while the watches are being set.
                let late = top.appending("b/c/late.md")
                try touch(late)
                await vault.follow { _, files in files.contains(late) }
                try Directory.removeTree(top)
                await vault.follow { _, files in !files.contains { $0.starts(with: top) } }
                await vault.forget()
            }
        }
    }

    @Test func `a folder that moves within the vault reports under its new name, with all below it`() async throws {
        try await withWatchedVault(["vault/10_features/01_ideas/big/deep/a.md": "a"]) { vault, planned, _ in
            let ideas = planned.removingLastComponent().appending("01_ideas")
            try move(ideas.appending("big"), planned.appending("big"))
            await vault.follow { changes, files in
                changes.contains(.folder(ideas.appending("big"))) && files.contains(planned.appending("big/deep/a.md"))
            }
            try touch(planned.appending("big/deep/b.md"))
            try await vault.followAll()
            let announced = await vault.announced()
            #expect(announced.contains(.file(planned.appending("big/deep/b.md"))))
            #expect(!announced.contains(.file(ideas.appending("big/deep/b.md"))))
            #expect(await vault.files.contains(ideas.appending("big/deep/a.md")) == false)
        }
    }

    @Test func `a folder that left the vault is silent, and reports again when it is back under another name`() async throws {
        try await withWatchedVault(["vault/10_features/03_planned/sub/deep/a.md": "a"]) { vault, planned, outside in
            try move(planned.appending("sub"), outside.appending("sub"))
            try await vault.followAll()
            #expect(await vault.announced() == [.folder(planned.appending("sub"))])
            await vault.forget()
            try touch(outside.appending("sub/deep/ghost.md"))
            try touch(outside.appending("sub/ghost.md"))
            try await vault.followAll()
            #expect(await vault.announced().isEmpty)
            try move(outside.appending("sub"), planned.appending("back"))
            try touch(planned.appending("back/deep/b.md"))
            try touch(planned.appending("back/c.md"))
            try await vault.followAll()
            let files = await vault.files
            #expect(["deep/a.md", "deep/ghost.md", "ghost.md", "deep/b.md", "c.md"].allSatisfy { files.contains(planned.appending("back/" + $0)) })
            #expect(!files.contains { $0.starts(with: planned.appending("sub")) })
        }
    }

    @Test func `two folders that change places each report under the name they have now`() async throws {
        try await withWatchedVault(["vault/10_features/03_planned/a/x.md": "x", "vault/10_features/03_planned/b/y.md": "y"]) { vault, planned, _ in
            try Renaming.exchange(planned.appending("a"), planned.appending("b"))
            try await vault.followAll()
            #expect(await vault.files.isSuperset(of: [planned.appending("a/y.md"), planned.appending("b/x.md")]))
            await vault.forget()
            try touch(planned.appending("a/new-a.md"))
            try touch(planned.appending("b/new-b.md"))
            try await vault.followAll()
            #expect(await vault.announced() == [.file(planned.appending("a/new-a.md")), .file(planned.appending("b/new-b.md"))])
        }
    }

    @Test(arguments: ["10_features/03_planned", "10_features"])
    func `a folder of the vault that is deleted and made again is watched again`(name: String) async throws {
        try await withWatchedVault(["vault/10_features/03_planned/a.md": "a"]) { vault, planned, _ in
            for round in 1...3 {
                try Directory.removeTree(vault.root.appending(name))
                try await vault.followAll()
                #expect(await vault.files.contains { $0.starts(with: planned) } == false)
                try Directory.create(planned)
                let note = planned.appending("again-\(round).md")
                try touch(note)
                await vault.follow { _, files in files.contains(note) }
            }
        }
    }

    @Test(arguments: ["the same", "another"])
    func `a vault that goes and comes back is watched again`(which: String) async throws {
        try await withWatchedVault(["vault/10_features/03_planned/a.md": "a"]) { vault, planned, outside in
            try move(vault.root, outside.appending("away"))
            await vault.follow { changes, files in changes.contains(.everything) && files.isEmpty }
            await vault.forget()
            if which == "another" {
                try Directory.create(outside.appending("other/90_system"))
                try move(outside.appending("away/10_features"), outside.appending("other/10_features"))
            }
            try move(outside.appending(which == "another" ? "other" : "away"), vault.root)
            await vault.follow { changes, files in changes.contains(.everything) && files.contains(planned.appending("a.md")) }
            try touch(planned.appending("b.md"))
            await vault.follow { changes, _ in changes.contains(.file(planned.appending("b.md"))) }
        }
    }

    @Test func `a vault that is reached through a link is watched`() async throws {
        try await withScratch(["real/10_features/03_planned/": "", "real/90_system/": ""]) { scratch in
            try link(scratch.appending("vault"), to: "real")
            let vault = try WatchedVault(scratch.appending("vault"))
            defer { vault.watcher.stop() }
            let note = scratch.appending("vault/10_features/03_planned/a.md")
            try touch(note)
            await vault.follow { changes, _ in changes.contains(.file(note)) }
        }
    }

    @Test func `a link that is led elsewhere is followed, and a vault that was exchanged for another is watched`() async throws {
        try await withScratch(["one/10_features/": "", "one/90_system/": "", "two/10_features/a.md": "a", "two/90_system/": ""]) { scratch in
            try link(scratch.appending("vault"), to: "one")
            let vault = try WatchedVault(scratch.appending("vault"))
            defer { vault.watcher.stop() }
            try link(scratch.appending("next"), to: "two")
            try #require(rename(scratch.appending("next").string, scratch.appending("vault").string) == 0)
            await vault.follow { changes, files in changes.contains(.everything) && files.contains(vault.root.appending("10_features/a.md")) }
            try touch(scratch.appending("two/10_features/b.md"))
            await vault.follow { changes, _ in changes.contains(.file(vault.root.appending("10_features/b.md"))) }
            await vault.forget()
            try Renaming.exchange(scratch.appending("one"), scratch.appending("vault"))
            await vault.follow { changes, files in changes.contains(.everything) && files.isEmpty }
            try touch(scratch.appending("vault/10_features/c.md"))
            await vault.follow { changes, _ in changes.contains(.file(vault.root.appending("10_features/c.md"))) }
        }
    }

    @Test func `the folder that the vault lies in, which may be as busy as /tmp, is watched only while there is no vault`() async throws {
        try await withWatchedVault(["vault/10_features/03_planned/a.md": "a"]) { vault, planned, outside in
            let parent = vault.root.removingLastComponent()
            #expect(try watches(on: parent) == 0 && watches(on: vault.root) == 1)
            try move(vault.root, outside.appending("away"))
            await vault.follow { changes, files in changes.contains(.everything) && files.isEmpty }
            #expect(try watches(on: parent) == 1 && watches(on: outside.appending("away")) == 0)
            await vault.forget()
            try move(outside.appending("away"), vault.root)
            await vault.follow { changes, files in changes.contains(.everything) && files.contains(planned.appending("a.md")) }
            #expect(try watches(on: parent) == 0 && watches(on: vault.root) == 1)
            try touch(parent.appending("noise"))
            try await vault.followAll()
            #expect(await vault.announced() == [.everything])
        }
    }

    /// How many watches of this process stand on the folder (proc_pid_fdinfo(5)).
    private func watches(on folder: FilePath) throws -> Int {
        let inode = "ino:" + String(try FileStatus(of: folder).inode, radix: 16)
        return try Directory.entries(of: "/proc/self/fdinfo").reduce(0) { count, entry in
            let lines = ((try? text(FilePath("/proc/self/fdinfo").appending(entry.name))) ?? "").split(separator: "\n")
            return count + lines.count { $0.hasPrefix("inotify") && $0.split(separator: " ").contains { $0 == inode } }
        }
    }

    @Test func `a vault that is deleted while a program stands in it, and made again, is watched again`() async throws {
        try await withWatchedVault(["vault/10_features/03_planned/a.md": "a"]) { vault, planned, _ in
            let held = try FileDescriptor.open(vault.root, .readOnly, options: [.directory])
            defer { try? held.close() }
            try Directory.removeTree(vault.root)
            try Directory.create(planned)
            try Directory.create(vault.root.appending("90_system"))
            try touch(planned.appending("b.md"))
            await vault.follow { changes, files in changes.contains(.everything) && files == [planned.appending("b.md")] }
            try touch(planned.appending("c.md"))
            await vault.follow { changes, _ in changes.contains(.file(planned.appending("c.md"))) }
        }
    }

    @Test func `a vault whose folders go one by one, as when it is emptied, and come back is watched again`() async throws {
        try await withWatchedVault(["vault/10_features/03_planned/a.md": "a"]) { vault, planned, _ in
            try Directory.removeTree(vault.root.appending("10_features"))
            try Directory.removeTree(vault.root.appending("90_system"))
            await vault.follow { _, files in files.isEmpty }
            try Directory.create(planned)
            try Directory.create(vault.root.appending("90_system"))
            try touch(planned.appending("b.md"))
            await vault.follow { _, files in files == [planned.appending("b.md")] }
            // Announced by itself or with its folder.
            try touch(planned.appending("c.md"))
            await vault.follow { _, files in files.contains(planned.appending("c.md")) }
        }
    }

    @Test func `a vault that is not there, or is a file, is refused at once`() async throws {
        try await withScratch(["file": "x"]) { scratch in
            #expect(throws: Errno.noSuchFileOrDirectory) { _ = try WatchedVault(scratch.appending("vault")) }
            #expect(throws: Errno.notDirectory) { _ = try WatchedVault(scratch.appending("file")) }
        }
    }

    @Test func `hidden folders are silent, those there at the start and new ones`() async throws {
        try await withWatchedVault(["vault/10_features/.obsidian/workspace": "{}"]) { vault, planned, _ in
            try touch(planned.removingLastComponent().appending(".obsidian/workspace"))
            try Directory.create(planned.appending(".trash/deep"))
            try touch(planned.appending(".trash/deep/a.md"))
            try Directory.create(vault.root.appending(".git"))
            try touch(vault.root.appending(".git/index"))
            try await vault.followAll()
            #expect(await vault.announced().isEmpty)
        }
    }

    @Test func `what lies beside the watched folders is silent`() async throws {
        try await withWatchedVault { vault, _, _ in
            try touch(vault.root.appending("README.md"))
            try Directory.create(vault.root.appending("Attachments"))
            try touch(vault.root.appending("Attachments/a.png"))
            try await vault.followAll()
            #expect(await vault.announced().isEmpty)
        }
    }
}
