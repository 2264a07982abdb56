internal import FerrySystem
internal import FerryTestSupport
internal import FerryVault
internal import Glibc
internal import Synchronization
internal import SystemPackage
internal import Testing

/// What a recovery makes of what it finds; that a kill leaves nothing else behind is shown by `NoteWriterCrashTests`.
@Suite(.timeLimit(.minutes(1)))
struct NoteWriterRecoveryTests {
    init() { NoteWriter.ignoreSignals() }

    private static let ferry: NoteWriter.Change = { (bytes: [UInt8]) throws(NoteRefusal) in bytes + Array("ferry\n".utf8) }

    private func names(_ folder: FilePath) throws -> [String] { try Directory.entries(of: folder).map(\.name.string) }

    /// The journal as it is in the middle of a write, copied to a place where nobody holds it; the vault is as it was in that moment.
    private func stopped(_ scratch: FilePath, _ vault: FilePath, at moment: WritableKeyPath<NoteWriter.Hooks, (@Sendable () -> Void)?>) async throws {
        let writes = scratch.appending("writes")
        let snapshot = scratch.appending("snapshot")
        try Directory.create(snapshot)
        let isFirst = Mutex(true)
        var hooks = NoteWriter.Hooks()
        hooks[keyPath: moment] = {
            let first = isFirst.withLock { first in
                defer { first = false }
                return first
            }
            guard first else { return }
            for (name, folder) in [("writes", writes), ("vault", vault)] {
                let copy = snapshot.appending(name)
                try? Directory.create(copy)
                for entry in (try? Directory.entries(of: folder)) ?? [] {
                    if let content = try? FileContents.read(folder.appending(entry.name)) {
                        try? FileContents.write(content, to: copy.appending(entry.name))
                    }
                }
            }
        }
        _ = try await NoteWriter(root: vault, journal: WriteJournal(folder: writes), hooks: hooks).update("a.md", Self.ferry)
    }

    private func recover(_ snapshot: FilePath) async throws -> [NoteWriter.Recovery] {
        try await NoteWriter(root: snapshot.appending("vault"), journal: WriteJournal(folder: snapshot.appending("writes"))).recover()
    }

    private func leftover(_ vault: FilePath) throws -> FilePath {
        let name = try #require(try Directory.entries(of: vault).first { $0.name.string.hasPrefix(".ferry-") })
        return vault.appending(name.name)
    }

    @Test func `what was read and swapped out goes, because the note holds all of it`() async throws {
        try await withScratch(["vault/a.md": "one\n"]) { scratch in
            try await stopped(scratch, scratch.appending("vault"), at: \.afterExchange)
            let vault = scratch.pushing("snapshot/vault")
            #expect(try text(leftover(vault)) == "one\n")
            #expect(try await recover(scratch.appending("snapshot")).map(\.kind) == [.cleared])
            #expect(try names(vault) == ["a.md"] && text(vault.appending("a.md")) == "one\nferry\n")
        }
    }

    @Test func `a save that was swapped out goes back where Ferry's bytes stand untouched`() async throws {
        try await withScratch(["vault/a.md": "one\n"]) { scratch in
            try await stopped(scratch, scratch.appending("vault"), at: \.afterExchange)
            let vault = scratch.pushing("snapshot/vault")
            try FileContents.write(Array("a person's\n".utf8), to: leftover(vault))
            #expect(try await recover(scratch.appending("snapshot")).map(\.kind) == [.restored])
            #expect(try names(vault) == ["a.md"] && text(vault.appending("a.md")) == "a person's\n")
        }
    }

    @Test func `a save that was swapped out is kept beside a note that was changed since`() async throws {
        try await withScratch(["vault/a.md": "one\n"]) { scratch in
            try await stopped(scratch, scratch.appending("vault"), at: \.afterExchange)
            let vault = scratch.pushing("snapshot/vault")
            try FileContents.write(Array("a person's\n".utf8), to: leftover(vault))
            try FileContents.write(Array("newer\n".utf8), to: vault.appending("a.md"))
            #expect(try await recover(scratch.appending("snapshot")).map(\.kind) == [.kept("a (ferry recovered).md")])
            #expect(try text(vault.appending("a.md")) == "newer\n")
            #expect(try text(vault.appending("a (ferry recovered).md")) == "a person's\n")
            #expect(NoteName("a (ferry recovered).md") == .conflictCopy(of: "a"))
        }
    }

    private final class Answer: Sendable {
        let recoveries = Mutex<[NoteWriter.Recovery]?>(nil)

        func ask(_ writer: NoteWriter, about names: [String]) async {
            let found = try? await writer.recover(leftovers: names.map { FilePath($0) })
            recoveries.withLock { $0 = found }
        }
    }

    @Test func `the write of a living process is left alone`() async throws {
        try await withScratch(["vault/a.md": "one\n"]) { scratch in
            let vault = scratch.appending("vault")
            let writes = scratch.appending("writes")
            let answer = Answer()
            var hooks = NoteWriter.Hooks()
            hooks.beforeExchange = {
                let seen = (try? Directory.entries(of: vault).map(\.name.string).filter { $0.hasPrefix(".ferry-") }) ?? []
                // Another writer, as in another process: it has its own queue, and its own open files.
                Task { await answer.ask(NoteWriter(root: vault, journal: WriteJournal(folder: writes)), about: seen) }
                for _ in 0..<2000 where answer.recoveries.withLock({ $0 == nil }) { usleep(1000) }
            }
            let outcome = try await NoteWriter(root: vault, journal: WriteJournal(folder: writes), hooks: hooks).update("a.md", Self.ferry)
            #expect(answer.recoveries.withLock { $0 } == [])
            #expect(outcome == .written(ContentHash(of: Array("one\nferry\n".utf8))))
        }
    }

    @Test func `a leftover that no record knows of goes only if a note beside it has its content`() async throws {
        let files = [
            "a.md": "one\n", ".ferry-00000000000000aa": "one\n", ".ferry-00000000000000bb": "lost?\n", ".ferry-00000000000000cc.part": "half",
            ".ferry-probe": "not one of them",
        ]
        try await withScratch(files) { vault in
            let writer = NoteWriter(root: vault, journal: WriteJournal(folder: vault.appending("writes")))
            let leftovers = try names(vault).filter { $0.hasPrefix(".ferry-") }.map { FilePath($0) }
            #expect(try await writer.recover(leftovers: leftovers).map(\.kind) == [.cleared, .kept("note (ferry recovered).md"), .cleared])
            #expect(try names(vault) == [".ferry-probe", "a.md", "note (ferry recovered).md"])
            #expect(try text(vault.appending("note (ferry recovered).md")) == "lost?\n")
        }
    }

    /// Killed between the two writes into the note itself.
    private func tornInPlace(_ scratch: FilePath) async throws -> FilePath {
        let note = scratch.pushing("snapshot/vault/a.md")
        try FerryTestSupport.write(["snapshot/vault/a.md": "one\ntwo\n"], below: scratch)
        #expect(link(note.string, note.removingLastComponent().appending("b").string) == 0)
        let arguments = [scratch.pushing("snapshot/vault").string, scratch.pushing("snapshot/writes").string, "update"]
        let crash = try CrashPoint(in: scratch)
        // Lease, open, lease, the new end, the new beginning.
        #expect(try crash.run(CrashPoint.program("ferry-note-exercise"), arguments, at: 5, below: [note]) == .killed)
        #expect(try text(note) == "one\ntwo\ne\ntwo\n")
        return note
    }

    @Test func `a note that was half written in place becomes what it was`() async throws {
        try await withScratch { scratch in
            let note = try await tornInPlace(scratch)
            #expect(try await recover(scratch.appending("snapshot")).map(\.kind) == [.restored])
            #expect(try text(note) == "one\ntwo\n")
            #expect(try names(note.removingLastComponent()) == ["a.md", "b"])
            #expect(try await recover(scratch.appending("snapshot")) == [])
        }
    }

    @Test func `a person's save over a half-written note stays, and what was before lies beside it`() async throws {
        try await withScratch { scratch in
            let note = try await tornInPlace(scratch)
            try FileContents.write(Array("a person's\n".utf8), to: note)
            #expect(try await recover(scratch.appending("snapshot")).map(\.kind) == [.kept("a (ferry recovered).md")])
            #expect(try text(note) == "a person's\n")
            #expect(try text(note.removingLastComponent().appending("a (ferry recovered).md")) == "one\ntwo\n")
        }
    }
}
