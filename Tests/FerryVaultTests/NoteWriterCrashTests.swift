internal import FerrySystem
internal import FerryTestSupport
internal import FerryVault
internal import Glibc
internal import SystemPackage
internal import Testing

/// A process of its own writes, and is killed, or refused, at each of its calls that change a file of the vault or of the journal. Afterwards a
/// recovery, and then: the note is the old or the new one, every byte of the person is there, and nothing is left over.
@Suite(.timeLimit(.minutes(Repetitions.count(2, long: 30))), .serialized)
struct NoteWriterCrashTests {
    enum Write: String, CaseIterable { case update, saved, shorten, linked, linkedShorten, move, create, remove, replace }

    private static let old = "a note of several words\n"
    private static let saved = "saved by a person\n"

    @Test(arguments: Write.allCases) func `a kill at any call of a write loses nothing and leaves nothing behind`(_ write: Write) async throws {
        try await withScratch { scratch in
            let crash = try CrashPoint(in: scratch)
            var call = 1
            while try await survives(
                write, scratch.appending("\(call)"),
                { crash, program, arguments, folders in
                    try crash.run(program, arguments, at: call, below: folders) == .killed
                }, crash)
            {
                call += 1
            }
            print("kill sweep, \(write): \(call - 1) calls")
            #expect(call > (write == .move ? 3 : 8), "only \(call - 1) calls were seen; the library does not see the writer's")
        }
    }

    @Test(arguments: Write.allCases, getenv("FERRY_LONG") == nil ? [Errno.ioError] : [.noSpace, .ioError])
    func `a call that fails at any place loses nothing and leaves nothing behind`(_ write: Write, _ error: Errno) async throws {
        try await withScratch { scratch in
            let crash = try CrashPoint(in: scratch)
            let calls = try await calls(of: write, scratch.appending("count"), crash)
            for call in 1...calls.count {
                _ = try await survives(
                    write, scratch.appending("\(call)"),
                    { crash, program, arguments, folders in
                        try crash.run(program, arguments, at: call, failingWith: error, below: folders) == .killed
                    }, crash)
            }
        }
    }

    /// What the sweep walks through is what it should be: each kind of call that the reference names is among them.
    @Test func `the calls that are swept are all that change a file`() async throws {
        try await withScratch { scratch in
            let crash = try CrashPoint(in: scratch)
            let update = Set(try await calls(of: .update, scratch.appending("update"), crash))
            #expect(update.isSuperset(of: ["open", "write", "fsync", "rename", "exchange", "unlink", "fchmod", "lease", "mkdir"]))
            let attributes = try await calls(of: .update, scratch.appending("attributes"), crash) { note in
                try ExtendedAttribute.set("user.colour", Array("blue".utf8), of: note)
            }
            #expect(attributes.contains("fsetxattr"))
            let inPlace = Set(try await calls(of: .linkedShorten, scratch.appending("inPlace"), crash))
            #expect(inPlace.isSuperset(of: ["write", "ftruncate", "fsync", "lease"]) && !inPlace.contains("exchange"))
        }
    }

    private func calls(
        of write: Write, _ folder: FilePath, _ crash: CrashPoint, prepare: (FilePath) throws -> Void = { _ in }
    ) async throws -> [String] {
        let trace = folder.appending("trace")
        _ = try await survives(
            write, folder,
            { crash, program, arguments, folders in
                try prepare(folder.appending("vault").appending("a.md"))
                return try crash.run(program, arguments, at: 0, below: folders, trace: trace) == .killed
            }, crash)
        return try text(trace).split(separator: "\n").compactMap { $0.split(separator: " ").dropFirst().first.map(String.init) }
    }

    /// Sets a vault up, lets `body` write into it, recovers and checks. Returns what `body` returns.
    private func survives(
        _ write: Write, _ folder: FilePath, _ body: (CrashPoint, FilePath, [String], [FilePath]) throws -> Bool, _ crash: CrashPoint
    ) async throws -> Bool {
        let vault = folder.appending("vault")
        let writes = folder.appending("writes")
        try FerryTestSupport.write(["vault/a.md": Self.old], below: folder)
        let note = vault.appending("a.md")
        if write == .saved { try FileContents.write(Array(Self.saved.utf8), to: vault.appending("save.new"), mode: 0o644) }
        if [.linked, .linkedShorten].contains(write) { #expect(link(note.string, vault.appending("other").string) == 0) }
        let kind = write == .linked ? "update" : write == .linkedShorten ? "shorten" : write.rawValue
        let result = try body(crash, try CrashPoint.program("ferry-note-exercise"), [vault.string, writes.string, kind], [vault, writes])
        let recoveries = try await NoteWriter(root: vault, journal: WriteJournal(folder: writes)).recover()
        let where_ = "\(write), \(folder.lastComponent?.string ?? ""): \(recoveries)"
        #expect(try leftovers(vault).isEmpty, "\(where_)")
        #expect(try FileStatus.ifPresent(writes) == nil || Directory.entries(of: writes).isEmpty, "\(where_)")
        try check(write, vault, where_)
        return result
    }

    private func check(_ write: Write, _ vault: FilePath, _ place: String) throws {
        let note = try FileStatus.ifPresent(vault.appending("a.md")).map { _ in try text(vault.appending("a.md")) }
        switch write {
        case .update, .linked: #expect([Self.old, "ferry\n" + Self.old].contains(note), "\(place)")
        case .shorten, .linkedShorten: #expect([Self.old, "short\n"].contains(note), "\(place)")
        case .saved:
            // Not saved yet, or saved and the note's own, with or without what Ferry adds.
            let isSaved = try FileStatus.ifPresent(vault.appending("save.new")) == nil
            #expect((isSaved ? [Self.saved, "ferry\n" + Self.saved] : [Self.old, "ferry\n" + Self.old]).contains(note), "\(place)")
        case .move:
            let moved = vault.pushing("sub/b/a.md")
            let there = try FileStatus.ifPresent(moved).map { _ in try text(moved) }
            #expect([note, there].compactMap { $0 } == [Self.old], "\(place)")
        case .create:
            let new = vault.pushing("sub/new.md")
            #expect(try FileStatus.ifPresent(new) == nil || text(new) == "new\n", "\(place)")
            #expect(note == Self.old, "\(place)")
        case .remove: #expect([Self.old, nil].contains(note), "\(place)")
        case .replace:
            let edit = vault.appending("a (your edit).md")
            let kept = try FileStatus.ifPresent(edit).map { _ in try text(edit) }
            #expect(note == Self.old || (kept == Self.old && note?.hasPrefix("own\n") == true), "\(place)")
        }
        let isLinked = [.linked, .linkedShorten].contains(write)
        if isLinked { #expect(try text(vault.appending("other")) == note, "\(place)") }
    }

    private func leftovers(_ folder: FilePath) throws -> [String] {
        try Directory.entries(of: folder).flatMap { entry -> [String] in
            let path = folder.appending(entry.name)
            if try FileStatus(of: path).kind == .directory { return try leftovers(path) }
            return entry.name.string.hasPrefix(".ferry-") ? [path.string] : []
        }
    }
}
