internal import FerrySystem
internal import FerryTestSupport
internal import FerryVault
internal import Glibc
internal import Synchronization
internal import SystemPackage
internal import Testing

/// Saves that reach the note in the writer's narrowest moments.
@Suite(.timeLimit(.minutes(Repetitions.count(2, long: 30))), .serialized)
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

    /// Another process saves in each of the ways that editors have, at a random moment around Ferry's update; its text must stand at the end, whole.
    @Test(arguments: ["truncate", "vim", "rename", "lateTruncate", "twoWrites", "append", "heldOpen", "mapped"])
    func `no save of a person is lost or torn by an update at the same time`(_ way: String) async throws {
        let rounds = getenv("FERRY_LONG") == nil ? 150 : 3000
        try await withScratch(["vault/a.md": "start\n"]) { scratch in
            let vault = scratch.appending("vault")
            let note = vault.appending("a.md")
            let writer = NoteWriter(root: vault, journal: WriteJournal(folder: scratch.appending("writes")))
            let editor = try EditorProcess(way, note)
            var (lost, torn, busy) = (0, 0, 0)
            for round in 0..<rounds {
                try FileContents.write(Array("start\n".utf8), to: note, mode: 0o644)
                try editor.begin()
                usleep(useconds_t.random(in: 0...300))
                if try await writer.update("a.md", append("ferry\n")) == .busy { busy += 1 }
                try await editor.finish()
                let end = try text(note)
                if !end.contains("person \(round) ") {
                    lost += 1
                } else if !end.contains("person \(round) " + String(repeating: "x", count: 3000) + " end \(round)\n") {
                    torn += 1
                }
            }
            print("check-long | race, \(way) | \(rounds) rounds, lost \(lost), torn \(torn), \(busy) times busy")
            #expect(lost == 0 && torn == 0)
            #expect(try Directory.entries(of: vault).map(\.name.string) == ["a.md"])
            #expect(try Directory.entries(of: scratch.appending("writes")).isEmpty)
        }
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
