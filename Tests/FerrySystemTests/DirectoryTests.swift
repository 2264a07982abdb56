internal import FerrySystem
internal import FerryTestSupport
internal import Glibc
internal import SystemPackage
internal import Testing

@Suite(.timeLimit(.minutes(1)))
struct DirectoryTests {
    @Test func `entries are told by kind, in the order of their bytes, hidden ones and odd names too`() async throws {
        try await withScratch(["b.md": "", "a/": "", ".hidden": ""]) { folder in
            let odd = try #require(FilePath.Component(bytes: [0xFF, 0x20, 0x0A]))
            try FileContents.write([], to: folder.appending(odd))
            try link(folder.appending("link"), to: "nowhere")
            try #require(mkfifo(folder.appending("fifo").string, 0o600) == 0)
            let entries = try Directory.entries(of: folder)
            #expect(entries.map(\.name) == [".hidden", "a", "b.md", "fifo", "link", odd])
            #expect(entries.map(\.kind) == [.regular, .directory, .regular, .other, .link, .regular])
            #expect(throws: Errno.noSuchFileOrDirectory) { try Directory.entries(of: folder.appending("no")) }
            #expect(throws: Errno.notDirectory) { try Directory.entries(of: folder.appending("b.md")) }
        }
    }

    @Test func `a folder is made with all above it, and one that is there is left as it is`() async throws {
        try await withScratch(["file": "x"]) { folder in
            try Directory.create(folder.appending("a/b/c"), mode: 0o700)
            try Directory.create(folder.appending("a/b/c"), mode: 0o755)
            #expect(try FileStatus(of: folder.appending("a/b/c")).mode == 0o700)
            #expect(throws: Errno.notDirectory) { try Directory.create(folder.appending("file")) }
            #expect(throws: Errno.notDirectory) { try Directory.create(folder.appending("file/below")) }
            try link(folder.appending("link"), to: "a")
            try Directory.create(folder.appending("link/d"))
            #expect(try FileStatus(of: folder.appending("a/d")).kind == .directory)
        }
    }

    @Test func `a tree goes, with unreadable and unwritable folders, odd names, links and FIFOs in it`() async throws {
        try await withScratch(["tree/a/b/file": "x", "tree/a/locked/deep/file": "x", "kept/file": "kept"]) { folder in
            let tree = folder.appending("tree")
            try link(tree.appending("a/out"), to: "../../kept")
            try #require(mkfifo(tree.appending("a/fifo").string, 0) == 0)
            try FileContents.write([], to: tree.appending(try #require(FilePath.Component(bytes: [0xFF]))))
            for (name, mode) in [("a/locked/deep", 0o500), ("a/locked", 0o000), ("a/b", 0o444), ("a", 0o300), ("", 0o100)] {
                try #require(chmod(tree.appending(name).string, mode_t(mode)) == 0)
            }
            try Directory.removeTree(tree)
            #expect(try FileStatus.ifPresent(tree) == nil)
            #expect(try text(folder.appending("kept/file")) == "kept")
        }
    }

    @Test func `removing a link removes the link, and removing nothing is no error`() async throws {
        try await withScratch(["kept/file": "kept"]) { folder in
            try link(folder.appending("link"), to: "kept")
            try Directory.removeTree(folder.appending("link"))
            try Directory.removeTree(folder.appending("link"))
            try Directory.removeTree(folder.appending("no/such/folder"))
            try Directory.removeTree(folder.appending("kept/file/below"))
            #expect(try Directory.entries(of: folder).map(\.name) == ["kept"])
            #expect(try text(folder.appending("kept/file")) == "kept")
        }
    }

    /// A program in a sandbox can go down step by step to where no path reaches (PATH_MAX is 4096), with more levels than we may open files.
    @Test func `a tree that is deeper than any path goes`() async throws {
        try await withScratch { folder in
            let name = "deep"
            var parent = try FileDescriptor.open(folder, .readOnly, options: [.directory, .closeOnExec])
            for _ in 0..<1200 {
                try #require(mkdirat(parent.rawValue, name, 0o700) == 0)
                let next = openat(parent.rawValue, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
                try #require(next >= 0)
                try parent.close()
                parent = FileDescriptor(rawValue: next)
            }
            try parent.close()
            try Directory.removeTree(folder.appending(name))
            #expect(try Directory.entries(of: folder).isEmpty)
        }
    }

    @Test func `syncing a folder works for the current one and says what is missing`() async throws {
        try await withScratch { folder in
            try Directory.sync(folder)
            try Directory.sync("")
            #expect(throws: Errno.noSuchFileOrDirectory) { try Directory.sync(folder.appending("no")) }
        }
    }
}
