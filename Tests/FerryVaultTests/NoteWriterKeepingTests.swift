internal import FerrySystem
internal import FerryTestSupport
internal import FerryVault
internal import Glibc
internal import Synchronization
internal import SystemPackage
internal import Testing

/// What stays as it is while Ferry writes: attributes, links, whatever a person adds late, and notes that Ferry must not touch.
@Suite(.timeLimit(.minutes(1)))
struct NoteWriterKeepingTests {
    init() { NoteWriter.ignoreSignals() }

    private static let ferry: NoteWriter.Change = { (bytes: [UInt8]) throws(NoteRefusal) in bytes + Array("ferry\n".utf8) }

    @Test func `mode, user attributes and an ACL stay, and the folder's default ACL does not come in`() async throws {
        try await withScratch(["a.md": "one\n", "b.md": "one\n"]) { vault in
            let note = vault.appending("a.md")
            #expect(note.withPlatformString { chmod($0, 0o640) } == 0)
            try ExtendedAttribute.set("user.colour", Array("blue".utf8), of: note)
            // posix_acl_xattr.h: version 2, then tag, permissions, id; owner rw, user 65534 r, group r, mask r, others nothing.
            var acl: [UInt8] = [2, 0, 0, 0]
            for (tag, permissions, id) in [(1, 6, UInt32.max), (2, 4, 65534), (4, 4, UInt32.max), (16, 4, UInt32.max), (32, 0, UInt32.max)]
                as [(UInt8, UInt8, UInt32)]
            {
                acl += [tag, 0, permissions, 0] + (0..<4).map { UInt8(truncatingIfNeeded: id >> (8 * $0)) }
            }
            try ExtendedAttribute.set("system.posix_acl_access", acl, of: note)
            let inode = try FileStatus(of: note).inode
            // A default that gives everybody everything.
            var open: [UInt8] = [2, 0, 0, 0]
            for tag in [1, 4, 32] as [UInt8] { open += [tag, 0, 7, 0, 255, 255, 255, 255] }
            try ExtendedAttribute.set("system.posix_acl_default", open, of: vault)
            let writer = NoteWriter(root: vault)
            for name in ["a.md", "b.md"] {
                guard case .written = try await writer.update(FilePath(name), Self.ferry) else { Issue.record("\(name)"); continue }
            }
            #expect(try FileStatus(of: note).inode != inode && text(note) == "one\nferry\n")
            #expect(try FileStatus(of: note).mode == 0o640)
            #expect(ExtendedAttribute.value("user.colour", of: note) == Array("blue".utf8))
            #expect(ExtendedAttribute.value("system.posix_acl_access", of: note) == acl)
            #expect(ExtendedAttribute.value("system.posix_acl_access", of: vault.appending("b.md")) == nil)
            #expect(try FileStatus(of: vault.appending("b.md")).mode == 0o644)
        }
    }

    @Test func `a read-only note is written and stays read-only`() async throws {
        try await withScratch(["a.md": "one\n"]) { vault in
            _ = vault.appending("a.md").withPlatformString { chmod($0, 0o444) }
            guard case .written = try await NoteWriter(root: vault).update("a.md", Self.ferry) else { Issue.record("not written"); return }
            #expect(try FileStatus(of: vault.appending("a.md")).mode == 0o444)
            #expect(try text(vault.appending("a.md")) == "one\nferry\n")
        }
    }

    @Test func `a note behind a linked folder is neither written nor moved, nor is anything made there`() async throws {
        try await withScratch(["outside/a.md": "one\n", "vault/b.md": "b\n"]) { scratch throws in
            let vault = scratch.appending("vault")
            #expect(symlink(scratch.appending("outside").string, vault.appending("linked").string) == 0)
            let writer = NoteWriter(root: vault)
            guard case .refused = try await writer.update("linked/a.md", Self.ferry) else { Issue.record("written"); return }
            await #expect(throws: (any Error).self) { try await writer.move("b.md", to: "linked/b.md") }
            await #expect(throws: (any Error).self) { try await writer.create("linked/c.md", content: []) }
            await #expect(throws: (any Error).self) { try await writer.create("../c.md", content: []) }
            #expect(try Directory.entries(of: scratch.appending("outside")).map(\.name.string) == ["a.md"])
            #expect(try text(scratch.appending("outside").appending("a.md")) == "one\n")
        }
    }

    @Test func `a handle that is held open makes the note busy, and it is written once that is closed`() async throws {
        try await withScratch(["a.md": "one\n"]) { vault throws in
            let writer = NoteWriter(root: vault)
            let file = try FileDescriptor.open(vault.appending("a.md"), .readWrite)
            #expect(try await writer.update("a.md", Self.ferry) == .busy)
            _ = try file.writeAll(toAbsoluteOffset: 0, Array("two\n".utf8))
            #expect(try await writer.update("a.md", Self.ferry) == .busy)
            try file.close()
            #expect(try await writer.update("a.md", Self.ferry) == .written(ContentHash(of: Array("two\nferry\n".utf8))))
        }
    }

    /// The narrowest window: a program found the old name before the exchange, and opens it only after Ferry has looked twice.
    @Test(arguments: [false, true]) func `a save that goes into the version that was swapped out is merged, or kept beside`(_ isKept: Bool)
        async throws
    {
        let save = isKept ? "one\nferry too\n" : "person\none\n"
        let result = isKept ? "one\nferry\n" : "person\none\nferry\n"
        try await withScratch(["a.md": "one\n"]) { vault in
            let isFirst = Mutex(true)
            var hooks = NoteWriter.Hooks()
            hooks.afterCheck = {
                let first = isFirst.withLock { first in
                    defer { first = false }
                    return first
                }
                guard first, let name = try? Directory.entries(of: vault).first(where: { $0.name.string.hasPrefix(".ferry-") })?.name else { return }
                let opening = Mutex(false)
                let path = vault.appending(name)
                onOwnThread {
                    opening.withLock { $0 = true }
                    // Waits for the lease; by then the name is gone.
                    guard let file = try? FileDescriptor.open(path, .writeOnly, options: [.truncate]) else { return }
                    _ = try? file.writeAll(Array(save.utf8))
                    try? file.close()
                }
                while !opening.withLock({ $0 }) { usleep(100) }
                usleep(20_000)
            }
            let writer = NoteWriter(root: vault, hooks: hooks)
            guard case .written = try await writer.update("a.md", Self.ferry) else { Issue.record("not written"); return }
            _ = try await writer.move("a.md", to: "sub/a.md")
            let note = vault.pushing("sub/a.md")
            let beside = vault.pushing("sub/a (late save).md")
            #expect(
                try await eventually { try text(isKept ? (FileStatus.ifPresent(beside) == nil ? note : beside) : note) == (isKept ? save : result) })
            #expect(try text(note) == result)
            #expect(try Directory.entries(of: vault).map(\.name.string) == ["sub"])
        }
    }

    @Test func `a full disk leaves the note as it was, and says so`() async throws {
        try await withScratch(["vault/a.md": "one\n", "state": "no folder"]) { scratch throws in
            let vault = scratch.appending("vault")
            let writer = NoteWriter(root: vault, journal: WriteJournal(folder: scratch.pushing("state/writes")))
            await #expect(throws: VaultError.self) { try await writer.update("a.md", Self.ferry) }
            #expect(try text(vault.appending("a.md")) == "one\n")
            #expect(try Directory.entries(of: vault).count == 1)
        }
    }

    @Test func `a note that only Ferry writes is replaced; what a person wrote into it is kept beside it first`() async throws {
        try await withScratch { vault throws in
            let writer = NoteWriter(root: vault)
            let note = vault.pushing("40_runs/r.md")
            for text in ["first\n", "second\n"] { _ = try await writer.replace("40_runs/r.md", content: Array(text.utf8)) }
            #expect(try text(note).hasPrefix("second\n"))
            guard case .unchanged = try await writer.replace("40_runs/r.md", content: Array("second\n".utf8)) else {
                Issue.record("written twice"); return
            }
            try FileContents.write(Array((try text(note) + "mine\n").utf8), to: note, mode: 0o644)
            let edited = try text(note)
            for _ in 0..<2 { _ = try await writer.replace("40_runs/r.md", content: Array("third\n".utf8)) }
            #expect(try text(note).hasPrefix("third\n"))
            #expect(try Directory.entries(of: note.removingLastComponent()).map(\.name.string) == ["r (your edit).md", "r.md"])
            #expect(try text(note.removingLastComponent().appending("r (your edit).md")) == edited)
        }
    }

    @Test func `the owner stays`() async throws {
        try await withScratch(["a.md": "one\n"]) { vault in
            // Only root can make another user's note, and keep it so.
            let owner = geteuid() == 0 ? 65534 : geteuid()
            #expect(chown(vault.appending("a.md").string, owner, geteuid() == 0 ? 65534 : getegid()) == 0)
            guard case .written = try await NoteWriter(root: vault).update("a.md", Self.ferry) else { Issue.record("not written"); return }
            #expect(try FileStatus(of: vault.appending("a.md")).owner == owner)
        }
    }
}
