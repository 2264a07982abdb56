internal import FerrySystem
internal import FerryTestSupport
internal import FerryVault
internal import Glibc
internal import SystemPackage
internal import Synchronization
internal import Testing

@Suite(.timeLimit(.minutes(2)), .serialized)
struct NoteWriterTests {
    init() { signal(SIGIO, SIG_IGN) }

    func append(_ text: String) -> NoteWriter.Change { { (bytes: [UInt8]) throws(NoteRefusal) in bytes + Array(text.utf8) } }

    func leftovers(_ folder: FilePath) throws -> [String] {
        try Directory.entries(of: folder).map(\.name.string).filter { $0.hasPrefix(".ferry-") }
    }

    @Test func `an update replaces the content, keeps mode and attributes and leaves nothing behind`() async throws {
        try await withScratch(["a.md": "one\n"]) { vault in
            _ = vault.appending("a.md").withPlatformString { chmod($0, 0o640) }
            let outcome = try await NoteWriter(root: vault).update("a.md", append("two\n"))
            #expect(outcome == .written(ContentHash(of: Array("one\ntwo\n".utf8))))
            #expect(try text(vault.appending("a.md")) == "one\ntwo\n")
            #expect(try FileStatus(of: vault.appending("a.md")).mode == 0o640)
            #expect(try leftovers(vault).isEmpty)
        }
    }

    @Test func `what already stands is not written`() async throws {
        try await withScratch(["a.md": "one\n"]) { vault in
            let before = try FileStatus(of: vault.appending("a.md"))
            let outcome = try await NoteWriter(root: vault).update("a.md") { (bytes: [UInt8]) throws(NoteRefusal) in bytes }
            #expect(outcome == .unchanged(ContentHash(of: Array("one\n".utf8))))
            #expect(try FileStatus(of: vault.appending("a.md")) == before)
        }
    }

    @Test func `a note that is gone, open for writing, a link or refused is left as it is`() async throws {
        try await withScratch(["a.md": "one\n", "target": "x"]) { vault throws in
            let writer = NoteWriter(root: vault)
            #expect(try await writer.update("b.md", append("x")) == .gone)
            let open = try FileDescriptor.open(vault.appending("a.md"), .writeOnly)
            #expect(try await writer.update("a.md", append("x")) == .busy)
            try open.close()
            let refusal = NoteRefusal(1, "no", remedy: "none")
            #expect(try await writer.update("a.md") { (_: [UInt8]) throws(NoteRefusal) -> [UInt8] in throw refusal } == .refused(refusal))
            #expect(try text(vault.appending("a.md")) == "one\n")
            _ = symlink(vault.appending("target").string, vault.appending("link.md").string)
            guard case .refused = try await writer.update("link.md", append("x")) else { Issue.record("a link was written"); return }
            #expect(try text(vault.appending("target")) == "x")
            #expect(try leftovers(vault).isEmpty)
        }
    }

    @Test func `a hard-linked note is written in place and stays linked`() async throws {
        try await withScratch(["a.md": "a long first version\n"]) { vault in
            _ = link(vault.appending("a.md").string, vault.appending("b.md").string)
            _ = try await NoteWriter(root: vault).update("a.md") { (_: [UInt8]) throws(NoteRefusal) in Array("short\n".utf8) }
            #expect(try text(vault.appending("b.md")) == "short\n")
        }
    }

    @Test func `a save that comes between reading and exchange wins, and the update is made again on it`() async throws {
        try await withScratch(["a.md": "one\n"]) { vault in
            let times = Mutex(0)
            var hooks = NoteWriter.Hooks()
            hooks.beforeExchange = {
                guard
                    times.withLock({ times in
                        times += 1; return times == 1
                    })
                else { return }
                try? FileContents.write(Array("edited\n".utf8), to: vault.appending("a.md"), mode: 0o644)
            }
            _ = try await NoteWriter(root: vault, hooks: hooks).update("a.md", append("ferry\n"))
            #expect(try text(vault.appending("a.md")) == "edited\nferry\n")
            #expect(try leftovers(vault).isEmpty)
        }
    }

    // MARK: Files

    @Test func `a new note appears whole and never over another`() async throws {
        try await withScratch(["a.md": "mine\n"]) { vault throws in
            let writer = NoteWriter(root: vault)
            #expect(try await writer.create("sub/b.md", content: Array("new\n".utf8)))
            #expect(try text(vault.pushing("sub/b.md")) == "new\n")
            #expect(try await !writer.create("a.md", content: Array("new\n".utf8)))
            #expect(try text(vault.appending("a.md")) == "mine\n")
        }
    }

    @Test func `a move makes the folder, never overwrites, and says what is in the way`() async throws {
        try await withScratch(["a.md": "a\n", "b.md": "b\n"]) { vault throws in
            let writer = NoteWriter(root: vault)
            #expect(try await writer.move("a.md", to: "b.md") == .taken)
            #expect(try await writer.move("none.md", to: "c.md") == .gone)
            let open = try FileDescriptor.open(vault.appending("a.md"), .writeOnly)
            #expect(try await writer.move("a.md", to: "x/a.md") == .busy)
            try open.close()
            #expect(try await writer.move("a.md", to: "x/a.md") == .moved)
            #expect(try text(vault.pushing("x/a.md")) == "a\n")
        }
    }

    @Test func `a note is taken away only with the content that was meant`() async throws {
        try await withScratch(["a.md": "a\n"]) { vault throws in
            let writer = NoteWriter(root: vault)
            #expect(try await !writer.remove("a.md", having: ContentHash(of: Array("other".utf8))))
            #expect(try text(vault.appending("a.md")) == "a\n")
            #expect(try await writer.remove("a.md", having: ContentHash(of: Array("a\n".utf8))))
            #expect(try FileStatus.ifPresent(vault.appending("a.md")) == nil)
        }
    }
}
