internal import FerrySystem
internal import FerryTestSupport
internal import FerryVault
internal import Glibc
internal import Synchronization
internal import SystemPackage
internal import Testing

/// Saves that reach the note in the writer's narrowest moments.
@Suite(.timeLimit(.minutes(2)), .serialized)
struct NoteWriterRaceTests {
    init() { signal(SIGIO, SIG_IGN) }

    private func append(_ text: String) -> NoteWriter.Change {
        { (bytes: [UInt8]) throws(NoteRefusal) in bytes + Array(text.utf8) }
    }

    /// An editor that has resolved the note's name, and waits for the lease, would write into the version that was swapped out.
    @Test func `an editor that waits for the note when it is swapped writes into the note`() async throws {
        try await withScratch(["a.md": "one\n"]) { vault in
            let note = vault.appending("a.md")
            let inode = try FileStatus(of: note).inode
            let first = Mutex(true)
            let saved = AsyncStream.makeStream(of: Void.self)
            let isWaiting = Mutex(false)
            var hooks = NoteWriter.Hooks()
            hooks.beforeExchange = {
                guard
                    first.withLock({ isFirst in
                        defer { isFirst = false }; return isFirst
                    })
                else { return }
                onOwnThread {
                    if let file = try? FileDescriptor.open(note, .writeOnly, options: [.truncate]) {
                        _ = try? file.writeAll(Array("person\n".utf8))
                        try? file.close()
                    }
                    saved.continuation.finish()
                }
                isWaiting.withLock { $0 = Self.awaitBreaking(of: inode) }
            }
            _ = try await NoteWriter(root: vault, hooks: hooks).update("a.md", append("ferry\n"))
            for await _ in saved.stream {}
            #expect(isWaiting.withLock { $0 }, "the editor never came to wait; the test shows nothing")
            #expect(try text(note).hasPrefix("person\n"))
            #expect(try Directory.entries(of: vault).count == 1)
        }
    }

    enum Save: CaseIterable { case vim, twoWrites, lateTruncate, heldOpen }

    @Test(arguments: Save.allCases) func `slow and roundabout saves are kept whole`(_ save: Save) async throws {
        try await withScratch { vault in
            let note = vault.appending("a.md")
            let writer = NoteWriter(root: vault)
            for round in 0..<100 {
                try FileContents.write(Array("start\n".utf8), to: note, mode: 0o644)
                let mine = "person \(round) " + String(repeating: "x", count: 3000) + "\n"
                let done = AsyncStream.makeStream(of: Void.self)
                onOwnThread {
                    usleep(useconds_t.random(in: 0...600))
                    Self.perform(save, Array(mine.utf8), on: note)
                    done.continuation.finish()
                }
                usleep(useconds_t.random(in: 0...300))
                _ = try await writer.update("a.md", append("ferry\n"))
                for await _ in done.stream {}
                let end = try text(note)
                #expect(end.contains(mine), "round \(round): the save is gone or torn")
            }
            #expect(try Directory.entries(of: vault).allSatisfy { !$0.name.string.hasPrefix(".ferry-") })
        }
    }

    private static func perform(_ save: Save, _ bytes: [UInt8], on note: FilePath) {
        let half = bytes.count / 2
        switch save {
        case .vim:
            _ = rename(note.string, note.string + "~")
            write([bytes], to: note, [.create, .truncate])
            unlink(note.string + "~")
        case .twoWrites: write([Array(bytes[..<half]), Array(bytes[half...])], to: note, [.truncate], pause: 200)
        case .lateTruncate: write([bytes], to: note, [], pause: 200, truncating: true)
        case .heldOpen: write([bytes, []], to: note, [.truncate], pause: 2000)
        }
    }

    private static func write(
        _ pieces: [[UInt8]], to path: FilePath, _ options: FileDescriptor.OpenOptions, pause: useconds_t = 0, truncating: Bool = false
    ) {
        guard let file = try? FileDescriptor.open(path, .writeOnly, options: options, permissions: .init(rawValue: 0o644)) else { return }
        if truncating {
            usleep(pause)
            _ = ftruncate(file.rawValue, 0)
        }
        for piece in pieces {
            _ = try? file.writeAll(piece)
            usleep(pause)
        }
        try? file.close()
    }

    /// Waits until the kernel lists a lease on this file as being broken (`/proc/locks`).
    private static func awaitBreaking(of inode: UInt64) -> Bool {
        for _ in 0..<2000 {
            let locks = (try? FileDescriptor.open("/proc/locks", .readOnly)).map { file -> String in
                defer { try? file.close() }
                var bytes = [UInt8](repeating: 0, count: 1 << 16)
                let count = (try? bytes.withUnsafeMutableBytes { try file.read(into: $0) }) ?? 0
                return String(decoding: bytes[..<count], as: UTF8.self)
            }
            let isBreaking = locks?.split(separator: "\n").contains { $0.contains("LEASE") && $0.contains("BREAKING") && $0.contains(":\(inode) ") }
            if isBreaking == true { return true }
            usleep(1000)
        }
        return false
    }
}
