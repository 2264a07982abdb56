internal import FerrySystem
internal import FerryTestSupport
internal import SystemPackage
internal import Testing

@Suite(.timeLimit(.minutes(1)))
struct RenamingTests {
    @Test func `a move never replaces what is there`() async throws {
        try await withScratch(["a": "A", "b": "B", "folder/": ""]) { folder in
            #expect(throws: Errno.fileExists) { try Renaming.move(folder.appending("a"), to: folder.appending("b")) }
            #expect(throws: Errno.fileExists) { try Renaming.move(folder.appending("a"), to: folder.appending("folder")) }
            #expect(try text(folder.appending("b")) == "B")
            let before = try FileStatus(of: folder.appending("a"))
            try Renaming.move(folder.appending("a"), to: folder.appending("folder/a"))
            #expect(try FileStatus(of: folder.appending("folder/a")).inode == before.inode)
            #expect(throws: Errno.noSuchFileOrDirectory) { try Renaming.move(folder.appending("a"), to: folder.appending("c")) }
        }
    }

    @Test func `an exchange swaps two files or two folders in one step, and needs both`() async throws {
        try await withScratch(["a": "A", "b": "B", "x/1": "1", "y/2": "2"]) { folder in
            let inodes = try ["a", "b"].map { try FileStatus(of: folder.appending($0)).inode }
            try Renaming.exchange(folder.appending("a"), folder.appending("b"))
            #expect(try ["b", "a"].map { try FileStatus(of: folder.appending($0)).inode } == inodes)
            #expect(try text(folder.appending("a")) == "B")
            try Renaming.exchange(folder.appending("x"), folder.appending("y"))
            #expect(try text(folder.appending("x/2")) == "2")
            #expect(throws: Errno.noSuchFileOrDirectory) { try Renaming.exchange(folder.appending("a"), folder.appending("no")) }
            #expect(try text(folder.appending("a")) == "B")
        }
    }

    @Test func `a file's status changes with its content, its name's file and its mode`() async throws {
        try await withScratch(["a": "A"]) { folder in
            let path = folder.appending("a")
            let first = try FileStatus(of: path)
            #expect(first.kind == .regular && first.size == 1 && first.links == 1 && first.mode == 0o644)
            #expect(try FileStatus(of: path) == first)
            try FileContents.write(Array("B".utf8), to: path, mode: 0o644)
            #expect(try FileStatus(of: path) != first)
            #expect(try FileStatus.ifPresent(folder.appending("no")) == nil)
            #expect(try FileStatus.ifPresent(path.appending("below")) == nil)
        }
    }
}
