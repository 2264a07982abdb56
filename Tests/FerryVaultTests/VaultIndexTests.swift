internal import FerryModel
internal import FerrySystem
internal import FerryTestSupport
internal import Glibc
internal import SystemPackage
internal import Testing

@testable internal import FerryVault

/// What a look finds, and what the index then knows.
@Suite(.timeLimit(.minutes(1)))
struct VaultIndexTests {
    private func index(_ root: FilePath, prefix: String = "") -> VaultIndex { VaultIndex(root: root, layout: VaultLayout(), prefix: prefix) }

    private func feature(_ id: String, _ status: String = "drafts") -> String { "---\nid: \(id)\nstatus: \(status)\n---\n# A feature\n" }

    @Test func `a first look tells every note with its id, status and kind`() async throws {
        try await withScratch([
            "10_features/01_ideas/a.md": "# An idea\n", "10_features/03_planned/sub/b.md": feature("FR-0012", "In Progress"),
            "10_features/02_drafts/board.md": "---\nkanban-plugin: basic\n---\n", "10_features/02_drafts/README.md": "x",
            "10_features/02_drafts/.hidden/x.md": "x", "10_features/02_drafts/c (conflicted copy 2026-01-01).md": feature("FR-001"),
            "10_features/02_drafts/x.txt": "x", "10_features/02_drafts/.ferry-0123456789abcdef": "x",
        ]) { root in
            var index = index(root)
            let delta = try #require(try index.refresh(.everything))
            #expect(delta.gone.isEmpty)
            #expect(
                delta.came.map(\.note.path) == [
                    "10_features/01_ideas/a.md", "10_features/02_drafts/board.md", "10_features/02_drafts/c (conflicted copy 2026-01-01).md",
                    "10_features/03_planned/sub/b.md",
                ])
            #expect(delta.leftovers == ["10_features/02_drafts/.ferry-0123456789abcdef"])
            #expect(index.count == 4)
            let note = try #require(index.note(at: "10_features/03_planned/sub/b.md"))
            #expect(note.id?.description == "FR-0012")
            #expect(note.noteStatus == .inProgress)
            #expect(note.kind == .note)
            #expect(note.state == .planned)
            #expect(note.stamp == FileStamp(try FileStatus(of: root.pushing(note.path))))
            #expect(index.note(at: "10_features/02_drafts/board.md")?.kind == .excluded)
            #expect(index.conflicts == ["10_features/02_drafts/c (conflicted copy 2026-01-01).md": "c"])
            #expect(index.notes(bearing: try #require(FeatureID("FR-12"))) == [note])
            #expect(index.notes(bearing: try #require(FeatureID("FR-1"))).isEmpty)
            #expect(index.highestNumber(prefix: "FR") == 12)
            #expect(Array(index.notes(in: .planned)) == [note])
        }
    }

    @Test func `a note that cannot be read is known as such, with what to do, until it can, moved and stored as well`() async throws {
        try await withScratch(["10_features/01_ideas/a.md": feature("FR-001"), "10_features/03_planned/": ""]) { root in
            let (old, new) = (FilePath("10_features/01_ideas/a.md"), FilePath("10_features/03_planned/a.md"))
            var index = try settled(root)
            #expect(index.unreadable.isEmpty)
            try #require(chmod(root.pushing(old).string, 0) == 0)
            _ = try index.refresh(.paths(files: [old], folders: []))
            #expect(index.unreadable == [old])
            #expect(index.note(at: old)?.fault?.description == "10_features/01_ideas/a.md: it cannot be read; give yourself the right to read it")
            try rename(root.pushing(old), root.pushing(new))
            let moved = try #require(try index.refresh(.everything))
            #expect(index.unreadable == [new] && moved.came.map(\.movedFrom?.path) == [old])

            var restored = self.index(root)
            restored.restore(index.takeChangedFolders(excluding: []).compactMap { folder, entries in entries.map { (folder: folder, entries: $0) } })
            #expect(restored.unreadable == [new])

            try #require(chmod(root.pushing(new).string, 0o600) == 0)
            _ = try index.refresh(.paths(files: [new], folders: []))
            #expect(index.unreadable.isEmpty && index.note(at: new)?.id?.number == 1 && index.note(at: new)?.fault == nil)

            try FileContents.write([UInt8](repeating: 0x61, count: VaultIndex.sizeLimit + 1), to: root.pushing(new))
            _ = try index.refresh(.paths(files: [new], folders: []))
            #expect(index.note(at: new)?.fault?.rule == .tooLarge)
            try remove(root.pushing(new))
            _ = try index.refresh(.everything)
            #expect(index.unreadable.isEmpty)
        }
    }

    @Test func `a number that is too high to count takes none away from the next`() async throws {
        try await withScratch(["10_features/01_ideas/a.md": feature("FR-007"), "10_features/01_ideas/b.md": feature("FR-999999999")]) { root in
            let index = try settled(root)
            #expect(index.highestNumber(prefix: "FR") == 7)
            #expect(index.notes(bearing: FeatureID(number: 999_999_999)).count == 1)
        }
    }

    @Test func `a changed, a new and a deleted note are told by their paths alone`() async throws {
        try await withScratch([
            "10_features/01_ideas/a.md": feature("FR-001"), "10_features/01_ideas/b.md": feature("FR-002"), "10_features/01_ideas/c.md": "c\n",
        ]) { root in
            var index = try settled(root)
            let ideas = root.pushing("10_features/01_ideas")
            try write(["10_features/01_ideas/a.md": feature("FR-003"), "10_features/01_ideas/d.md": "d\n"], below: root)
            try remove(ideas.appending("b.md"))
            let names = ["a.md", "b.md", "c.md", "d.md", "e.md"].map { ideas.appending($0) }
            let delta = try #require(try index.refresh(.paths(files: Set(names), folders: [])))
            #expect(delta.gone.map(\.path) == ["10_features/01_ideas/b.md"])
            #expect(delta.came.map(\.note.path) == ["10_features/01_ideas/a.md", "10_features/01_ideas/d.md"])
            #expect(delta.came[0].before?.id?.number == 1)
            #expect(delta.came[0].note.id?.number == 3)
            #expect(delta.came[1].before == nil)
            #expect(delta.readCount == 2)
            #expect(index.notes(bearing: FeatureID(number: 1)).isEmpty)
            #expect(index.notes(bearing: FeatureID(number: 2)).isEmpty)
            #expect(index.notes(bearing: FeatureID(number: 3)).count == 1)
        }
    }

    @Test func `a move is paired with its origin, within a look and over two of them in either order`() async throws {
        try await withScratch([
            "10_features/01_ideas/a.md": "one\n", "10_features/01_ideas/b.md": "two\n", "10_features/01_ideas/c.md": "three\n",
            "10_features/03_planned/": "",
        ]) { root in
            var index = try settled(root)
            let (old, new) = (FilePath("10_features/01_ideas"), FilePath("10_features/03_planned"))
            for name in ["a.md", "b.md", "c.md"] { try rename(root.pushing(old).appending(name), root.pushing(new).appending(name)) }
            let whole = try #require(try index.refresh(.paths(files: [old.appending("a.md"), new.appending("a.md")], folders: [])))
            #expect(whole.gone.map(\.path) == [old.appending("a.md")])
            #expect(whole.came.map(\.movedFrom?.path) == [old.appending("a.md")])

            _ = try index.refresh(.paths(files: [old.appending("b.md")], folders: []), now: .seconds(100))
            let late = try #require(try index.refresh(.paths(files: [new.appending("b.md")], folders: []), now: .seconds(102)))
            #expect(late.came.map(\.movedFrom?.path) == [old.appending("b.md")])

            let early = try #require(try index.refresh(.paths(files: [new.appending("c.md")], folders: []), now: .seconds(104)))
            #expect(early.came.map(\.movedFrom) == [nil])
            let rest = try #require(try index.refresh(.paths(files: [old.appending("c.md")], folders: []), now: .seconds(105)))
            #expect(rest.gone.map(\.path) == [old.appending("c.md")])
            #expect(rest.came.map(\.note.path) == [new.appending("c.md")])
            #expect(rest.came.map(\.movedFrom?.path) == [old.appending("c.md")])
        }
    }

    @Test func `what vanished long ago is no origin, nor is another file of the same content`() async throws {
        try await withScratch(["10_features/01_ideas/a.md": "one\n", "10_features/01_ideas/b.md": "two\n", "10_features/03_planned/": ""]) { root in
            var index = try settled(root)
            let (old, new) = (FilePath("10_features/01_ideas"), FilePath("10_features/03_planned"))
            try rename(root.pushing(old).appending("a.md"), root.pushing(new).appending("a.md"))
            _ = try index.refresh(.paths(files: [old.appending("a.md")], folders: []), now: .seconds(100))
            let late = try #require(try index.refresh(.paths(files: [new.appending("a.md")], folders: []), now: .seconds(106)))
            #expect(late.came.map(\.movedFrom) == [nil])
            try write(["10_features/03_planned/b.md": "two\n"], below: root)
            try remove(root.pushing(old).appending("b.md"))
            let copy = try #require(try index.refresh(.everything, now: .seconds(107)))
            #expect(copy.came.filter { $0.note.path == new.appending("b.md") }.map(\.movedFrom) == [nil])
        }
    }

    @Test func `a folder that goes takes its notes with it, and brings them back`() async throws {
        try await withScratch([
            "10_features/02_drafts/x/a.md": feature("FR-001"), "10_features/02_drafts/x/y/b.md": feature("FR-002"), "10_features/01_ideas/": "",
        ]) { root in
            var index = try settled(root)
            let drafts = root.pushing("10_features/02_drafts")
            try rename(drafts.appending("x"), root.pushing("10_features/01_ideas/z"))
            let moved = try #require(
                try index.refresh(.paths(files: [], folders: [drafts.appending("x"), root.pushing("10_features/01_ideas/z")])))
            #expect(moved.gone.count == 2)
            #expect(moved.came.map(\.note.path) == ["10_features/01_ideas/z/a.md", "10_features/01_ideas/z/y/b.md"])
            #expect(moved.came.compactMap(\.movedFrom?.path) == ["10_features/02_drafts/x/a.md", "10_features/02_drafts/x/y/b.md"])
            try Directory.removeTree(root.pushing("10_features/01_ideas"))
            #expect(try index.refresh(.paths(files: [], folders: [root.pushing("10_features/01_ideas")]))?.gone.count == 2)
            #expect(index.count == 0)
            try write(["10_features/01_ideas/z/a.md": feature("FR-001")], below: root)
            #expect(try index.refresh(.paths(files: [], folders: [root.pushing("10_features/01_ideas")]))?.came.count == 1)
        }
    }

    @Test func `links, special files and folders named like notes are no notes`() async throws {
        try await withScratch(["10_features/01_ideas/a.md": "a\n", "elsewhere/x.md": "x\n", "10_features/02_drafts/folder.md/b.md": "b\n"]) { root in
            let ideas = root.pushing("10_features/01_ideas")
            try link("a.md", ideas.appending("link.md"))
            try link("../../elsewhere", ideas.appending("outside"))
            #expect(ideas.appending("fifo.md").withPlatformString { mkfifo($0, 0o600) } == 0)
            var index = index(root)
            #expect(try index.refresh(.everything)?.came.map(\.note.path) == ["10_features/01_ideas/a.md", "10_features/02_drafts/folder.md/b.md"])
            let names = ["link.md", "fifo.md", "outside/x.md"].map { ideas.pushing(FilePath($0)) }
            let delta = try #require(try index.refresh(.paths(files: Set(names), folders: [ideas.appending("outside")])))
            #expect(delta.came.allSatisfy { $0.before != nil })
            #expect(index.count == 2)
        }
    }

    @Test func `a vault that is not there changes nothing`() async throws {
        try await withScratch(["vault/10_features/01_ideas/a.md": "a\n"]) { folder in
            let root = folder.appending("vault")
            var index = try settled(root)
            try rename(root.appending("10_features"), root.appending("away"))
            #expect(try index.refresh(.everything) == nil)
            #expect(try index.refresh(.paths(files: ["10_features/01_ideas/a.md"], folders: [])) == nil)
            try Directory.create(root.appending("10_features"))
            #expect(try index.refresh(.everything) == nil)
            #expect(try index.refresh(.paths(files: ["10_features/01_ideas/a.md"], folders: [])) == nil)
            #expect(index.count == 1)
            try Directory.removeTree(root.appending("10_features"))
            try rename(root.appending("away"), root.appending("10_features"))
            #expect(try index.refresh(.everything)?.isEmpty == true)
            try rename(root, folder.appending("gone"))
            #expect(try index.refresh(.everything) == nil)
            #expect(index.count == 1)
        }
    }

    @Test func `a write in the clock tick of the look before is seen`() async throws {
        try await withScratch(["10_features/01_ideas/a.md": feature("FR-001")]) { root in
            var index = index(root)
            _ = try index.refresh(.everything)
            #expect(try index.refresh(.paths(files: ["10_features/01_ideas/a.md"], folders: []))?.came.count == 1)
        }
    }

    @Test func `the first look is at everything, through a link too`() async throws {
        try await withScratch(["vault/10_features/01_ideas/a.md": "a\n"]) { folder in
            try link("vault", folder.appending("link"))
            var index = index(folder.appending("link"))
            #expect(try index.refresh(.paths(files: [], folders: []))?.came.count == 1)
            try write(["vault/10_features/01_ideas/b.md": "b\n"], below: folder)
            #expect(try index.refresh(.paths(files: [folder.pushing("link/10_features/01_ideas/b.md")], folders: []))?.came.count == 1)
        }
    }

    // MARK: Parts

    /// An index after a look that lies so late that no stamp is fresh any more.
    private func settled(_ root: FilePath) throws -> VaultIndex {
        for path in try IndexTestVault.notes(below: root.appending("10_features")) { try FileTimes.setAge(.seconds(3600), of: path) }
        usleep(60_000)
        var index = index(root)
        _ = try index.refresh(.everything)
        return index
    }

    private func remove(_ path: FilePath) throws { #expect(path.withPlatformString { unlink($0) } == 0) }

    private func rename(_ from: FilePath, _ to: FilePath) throws {
        #expect(from.withPlatformString { from in to.withPlatformString { Glibc.rename(from, $0) } } == 0)
    }

    private func link(_ target: FilePath, _ path: FilePath) throws {
        #expect(target.withPlatformString { target in path.withPlatformString { symlink(target, $0) } } == 0)
    }
}

/// What the tests of the index ask of the disk.
enum IndexTestVault {
    /// All regular files below.
    static func notes(below folder: FilePath) throws -> [FilePath] {
        try Directory.entries(of: folder).flatMap { entry in
            let path = folder.appending(entry.name)
            switch try FileStatus(of: path).kind {
            case .directory: return try notes(below: path)
            case .regular: return [path]
            case .link, .other: return []
            }
        }
    }
}
