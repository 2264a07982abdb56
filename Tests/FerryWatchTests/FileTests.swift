internal import FerrySystem
internal import FerryTestSupport
internal import FerryWatch
internal import Glibc
internal import SystemPackage
internal import Testing

@Suite(.timeLimit(.minutes(1)))
struct FileTests {
    @Test func `a note moved in, moved out, renamed or deleted is announced`() async throws {
        try await withWatchedVault(["outside/in.md": "in", "vault/10_features/03_planned/out.md": "out"]) { vault, planned, outside in
            try move(outside.appending("in.md"), planned.appending("in.md"))
            try await vault.followAll()
            #expect(await vault.announced() == [.file(planned.appending("in.md"))])
            await vault.forget()
            try move(planned.appending("out.md"), outside.appending("out.md"))
            try await vault.followAll()
            #expect(await vault.announced() == [.file(planned.appending("out.md"))])
            await vault.forget()
            try move(planned.appending("in.md"), planned.appending("new.md"))
            try await vault.followAll()
            #expect(await vault.announced() == [.file(planned.appending("in.md")), .file(planned.appending("new.md"))])
            await vault.forget()
            try Directory.removeTree(planned.appending("new.md"))
            try await vault.followAll()
            #expect(await vault.announced() == [.file(planned.appending("new.md"))])
        }
    }

    @Test func `a save in place, a hard link and a note renamed over another are announced`() async throws {
        try await withWatchedVault(["vault/10_features/03_planned/a.md": "a", "outside/b.md": "b"]) { vault, planned, outside in
            try touch(planned.appending("a.md"), "edited")
            try await vault.followAll()
            #expect(await vault.announced() == [.file(planned.appending("a.md"))])
            await vault.forget()
            #expect(Glibc.link(outside.appending("b.md").string, planned.appending("linked.md").string) == 0)
            #expect(rename(outside.appending("b.md").string, planned.appending("a.md").string) == 0)
            try await vault.followAll()
            #expect(await vault.announced() == [.file(planned.appending("linked.md")), .file(planned.appending("a.md"))])
        }
    }

    @Test func `the way vim saves announces the note`() async throws {
        try await withWatchedVault(["vault/10_features/03_planned/note.md": "old"]) { vault, planned, _ in
            let note = planned.appending("note.md"), backup = planned.appending("note.md~")
            try touch(planned.appending("4913"), "")
            try Directory.removeTree(planned.appending("4913"))
            try move(note, backup)
            try touch(note, "new")
            try Directory.removeTree(backup)
            try await vault.followAll()
            #expect(await vault.announced() == [.file(note), .file(backup), .file(planned.appending("4913"))])
            #expect(await vault.files.contains(note))
        }
    }

    @Test func `the way Syncthing edits and moves a note announces both places`() async throws {
        try await withWatchedVault(["vault/10_features/01_ideas/note.md": "old"]) { vault, planned, _ in
            let old = planned.removingLastComponent().appending("01_ideas/note.md"), new = planned.appending("note.md")
            let temporary = old.removingLastComponent().appending(".syncthing.note.md.tmp")
            try touch(temporary, "edited on the phone")
            try Directory.removeTree(old)
            try move(temporary, old)
            try await vault.followAll()
            #expect(await vault.announced().contains(.file(old)))
            #expect(await vault.files.contains(old))
            await vault.forget()
            let passing = planned.appending(".syncthing.note.md.tmp")
            try move(old, passing)
            try move(passing, new)
            try await vault.followAll()
            #expect(await vault.announced().isSuperset(of: [.file(old), .file(new)]))
            #expect(await vault.files.contains(new))
            #expect(await vault.files.contains(old) == false)
        }
    }

    @Test func `Ferry's own exchange of a note is announced under the note's name`() async throws {
        try await withWatchedVault(["vault/10_features/03_planned/note.md": "old"]) { vault, planned, _ in
            try touch(planned.appending(".ferry-1"), "new")
            try Renaming.exchange(planned.appending(".ferry-1"), planned.appending("note.md"))
            try await vault.followAll()
            #expect(await vault.announced() == [.file(planned.appending(".ferry-1")), .file(planned.appending("note.md"))])
        }
    }

    @Test func `a name that is no UTF-8 is announced byte for byte`() async throws {
        try await withWatchedVault { vault, planned, _ in
            let path = planned.appending(try #require(FilePath.Component(bytes: [0x66, 0xFF, 0x0A, 0x2E, 0x6D, 0x64])))
            try touch(path)
            try await vault.followAll()
            #expect(await vault.announced() == [.file(path)])
        }
    }
}

/// symlink(2).
func link(_ path: FilePath, to target: String) throws {
    guard symlink(target, path.string) == 0 else { throw Errno(rawValue: errno) }
}
