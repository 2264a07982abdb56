internal import FerrySystem
internal import FerryTestSupport
internal import Glibc
internal import SystemPackage
internal import Testing

@Suite(.timeLimit(.minutes(1)))
struct FileContentsTests {
    @Test func `a file is written whole, with the mode that was asked for less the umask, and no temporary is left`() async throws {
        try await withScratch { folder in
            let path = folder.appending("a")
            try FileContents.write([1, 2, 3], to: path)
            #expect(try FileStatus(of: path).mode == 0o600)
            try FileContents.write([UInt8](repeating: 9, count: 200_000), to: path, mode: 0o644)
            let mask = umask(0)
            umask(mask)
            #expect(try FileStatus(of: path).mode == 0o644 & ~mask)
            #expect(try FileContents.read(path).count == 200_000)
            try FileContents.write([], to: path)
            #expect(try FileContents.read(path) == [])
            #expect(try Directory.entries(of: folder).map(\.name) == ["a"])
        }
    }

    @Test func `a reader sees the old or the new content and nothing between`() async throws {
        try await withScratch { folder in
            let path = folder.appending("a")
            let contents = (0..<2).map { [UInt8](repeating: $0, count: 300_000) }
            try FileContents.write(contents[0], to: path)
            try await withThrowingTaskGroup { group in
                group.addTask { for round in 1...40 { try FileContents.write(contents[round % 2], to: path) } }
                group.addTask { for _ in 0..<200 { try #require(contents.contains(try FileContents.read(path))) } }
                try await group.waitForAll()
            }
        }
    }

    @Test func `a writing that fails leaves the file as it was and no temporary`() async throws {
        try await withScratch(["a/inside": "x"]) { folder in
            #expect(throws: Errno.isDirectory) { try FileContents.write([1], to: folder.appending("a")) }
            #expect(throws: Errno.noSuchFileOrDirectory) { try FileContents.write([1], to: folder.appending("no/b")) }
            let names = try Directory.entries(of: folder).map(\.name)
            #expect(names == ["a"])
        }
    }

    @Test func `a link is replaced, not written through`() async throws {
        try await withScratch(["target": "target"]) { folder in
            try link(folder.appending("link"), to: "target")
            try FileContents.write(Array("new".utf8), to: folder.appending("link"))
            #expect(try text(folder.appending("target")) == "target")
            #expect(try text(folder.appending("link")) == "new")
        }
    }

    @Test func `what is no regular file, or too large, is refused and holds nobody`() async throws {
        try await withScratch(["large": "12345"]) { folder in
            try #require(mkfifo(folder.appending("fifo").string, 0o600) == 0)
            try link(folder.appending("link"), to: "large")
            #expect(throws: Errno.notSupported) { try FileContents.read(folder.appending("fifo")) }
            #expect(throws: Errno.notSupported) { try FileContents.read(folder) }
            #expect(throws: Errno.tooManySymbolicLinkLevels) { try FileContents.read(folder.appending("link")) }
            #expect(throws: Errno.fileTooLarge) { try FileContents.read(folder.appending("large"), limit: 4) }
            #expect(try FileContents.read(folder.appending("large"), limit: 5) == Array("12345".utf8))
        }
    }

    @Test func `free space is told for a folder and refused for nothing`() async throws {
        try await withScratch { folder in
            let free = try FileContents.freeBytes(at: folder)
            #expect(free > 0)
            #expect(throws: Errno.noSuchFileOrDirectory) { try FileContents.freeBytes(at: folder.appending("no")) }
        }
    }
}

/// symlink(2).
func link(_ path: FilePath, to target: String) throws {
    guard symlink(target, path.string) == 0 else { throw Errno(rawValue: errno) }
}
