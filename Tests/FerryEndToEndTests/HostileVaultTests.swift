internal import FerryModel
internal import FerryService
internal import FerryStore
internal import FerrySystem
internal import FerryTestSupport
internal import FerryVault
internal import Glibc
internal import SystemPackage
internal import Testing

@testable internal import FerryCommands

/// The service over vaults that somebody made to break it: every byte that is not Ferry's stays, or the note is refused with the reason.
@Suite(.serialized, .timeLimit(.minutes(2)))
struct HostileVaultTests {
    private static let folder = FilePath("10_features/03_planned")

    private static func path(_ note: HostileNote) -> FilePath {
        folder.appending(FilePath.Component(bytes: note.name) ?? "none.md")
    }

    @Test(arguments: HostileNote.groups.keys.sorted())
    func `only Ferry's keys and block are new in a note, or no byte changes and the reason is told`(group: String) async throws {
        let notes = try #require(HostileNote.groups[group])
        try await Scene.with(settings: ["ask_above": "1000"]) { scene in
            // Nothing starts: of all that Ferry does, only its writing is wanted here.
            try scene.put("", at: VaultLayout().stop)
            for note in notes { try FileContents.write(note.content, to: scene.vault.pushing(Self.path(note)), mode: 0o644) }
            try await scene.whileServing {
                #expect(try await eventually(within: .seconds(60)) { try notes.allSatisfy { try Self.isSettled($0, in: scene) } })
                let ids = try #require(try await scene.reading { try await $0.features() })
                for note in notes { try Self.check(note, in: scene, ids.first { $0.path == Self.path(note) }?.id) }
            }
            let found = try await VaultLint(view: scene.view()).report().findings
            for case (let note, .refused(let reason)) in notes.map({ ($0, $0.fate) }) {
                let path = Self.path(note).string
                #expect(
                    found.contains { $0.path == path && $0.message.contains(reason) && !$0.remedy.isEmpty },
                    "\(path): \(found.filter { $0.path == path })")
            }
            // Another start writes none of them again.
            let before = try notes.map { try FileContents.read(scene.vault.pushing(Self.path($0))) }
            try await scene.whileServing {
                try scene.plan("The last one")
                try await scene.told("The last one", "verything is stopped")
            }
            #expect(try notes.map { try FileContents.read(scene.vault.pushing(Self.path($0))) } == before)
        }
    }

    private static func isSettled(_ note: HostileNote, in scene: Scene) throws -> Bool {
        switch note.fate {
        case .written: try FileContents.read(scene.vault.pushing(path(note))).count > note.content.count + 100
        case .refused: scene.dashboard.contains("\(path(note))`: ")
        }
    }

    private static func check(_ note: HostileNote, in scene: Scene, _ id: FeatureID?) throws {
        let now = try FileContents.read(scene.vault.pushing(path(note)))
        switch note.fate {
        case .refused(let reason):
            #expect(now == note.content, "\(path(note))")
            let line = try #require(scene.dashboard.split(separator: "\n").first { $0.contains("\(path(note))`: ") })
            #expect(line.contains(reason), "\(line)")
        case .written(let keys):
            let lines = try keys.map { $0 == "id" ? "id: \(try #require(id))" : "status: planned" }
            let head = with(lines, note.content)
            #expect(now.starts(with: head), "\(path(note)): \(String(decoding: now.suffix(2_000), as: UTF8.self))")
            let rest = String(decoding: now.dropFirst(head.count).drop { $0 == 0x0A || $0 == 0x0D }, as: UTF8.self)
            #expect(
                rest.hasPrefix("<!-- ferry:begin -->") && ["\n", "\r\n", ""].contains { rest.hasSuffix("<!-- ferry:end -->\($0)") },
                "\(path(note)): \(rest)")
        }
    }

    /// The note with these lines before the closing fence, or in a front matter of their own. Written anew here: it knows nothing of Ferry's parser.
    private static func with(_ lines: [String], _ content: [UInt8]) -> [UInt8] {
        guard !lines.isEmpty else { return content }
        let start = content.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
        let first = content[start...].prefix { $0 != 0x0A }
        let ending: [UInt8] = first.last == 0x0D ? [0x0D, 0x0A] : [0x0A]
        let added = lines.flatMap { Array($0.utf8) + ending }
        let fence = Array("---".utf8)
        guard isFence(first) else { return content[..<start] + fence + ending + added + fence + ending + content[start...] }
        var place = first.endIndex + 1
        while !isFence(content[place...].prefix { $0 != 0x0A }) { place = content[place...].prefix { $0 != 0x0A }.endIndex + 1 }
        return content[..<place] + added + content[place...]
    }

    private static func isFence(_ line: ArraySlice<UInt8>) -> Bool {
        line.starts(with: "---".utf8) && line.dropFirst(3).allSatisfy { [0x20, 0x09, 0x0D].contains($0) }
    }

    // MARK: What is no regular note

    @Test func `links, pipes, folders named as notes and what lies too deep are left alone, and what can be told is told`() async throws {
        try await Scene.with { scene in
            let planned = scene.vault.pushing(Self.folder)
            let outside = scene.folder.appending("outside.md")
            try FileContents.write(Array("# Outside\n".utf8), to: outside, mode: 0o644)
            try scene.put("", at: VaultLayout().stop)
            for (name, target) in [("link.md", outside.string), ("dangling.md", "nowhere"), ("loop.md", "loop.md"), ("linked", scene.folder.string)] {
                #expect(symlink(target, planned.appending(name).string) == 0)
            }
            #expect(mkfifo(planned.appending("pipe.md").string, 0o644) == 0)
            try Directory.create(planned.appending("folder.md"))
            try FileContents.write(Array("# Inner\n".utf8), to: planned.appending("folder.md/Inner.md"), mode: 0o644)
            let deep = planned.pushing(FilePath(Array(repeating: "d", count: 34).joined(separator: "/")))
            try Directory.create(deep)
            try FileContents.write(Array("# Deep\n".utf8), to: deep.appending("Deep.md"), mode: 0o644)
            // A second name outside the vault for a note inside.
            try scene.write("# Hard\n", "Hard", in: .planned)
            let other = scene.folder.appending("hard-elsewhere.md")
            #expect(link(planned.appending("Hard.md").string, other.string) == 0)
            try scene.write("# Closed to writing\n", "Closed", in: .planned)
            try scene.permit(0o444, "Closed", in: .planned)
            try await scene.whileServing {
                for name in ["Hard", "Closed", "folder.md/Inner"] { try await scene.told(name, "verything is stopped") }
                #expect(try await scene.reading { try await $0.features().count } == 3)
            }
            #expect(try text(outside) == "# Outside\n" && text(deep.appending("Deep.md")) == "# Deep\n")
            // One file with two names as before, and its rights as they were.
            #expect(try text(other) == text(planned.appending("Hard.md")))
            #expect(try FileStatus(of: planned.appending("Closed.md")).mode & 0o777 == 0o444)
            let found = try await scene.check()
            for name in ["link.md", "dangling.md", "loop.md"] {
                #expect(found.contains { $0.contains("\(name): warning: it is a symbolic link") }, "\(found)")
            }
            #expect(found.contains { $0.contains("deeper than 32 folders") && $0.hasSuffix("[too-deep]") }, "\(found)")
        }
    }
}
