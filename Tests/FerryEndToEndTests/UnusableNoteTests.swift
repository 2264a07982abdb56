internal import FerryModel
internal import FerryService
internal import FerryStore
internal import FerrySystem
internal import FerryTestSupport
internal import FerryVault
internal import FerryWireServer
internal import Glibc
internal import SystemPackage
internal import Testing

@testable internal import FerryCommands

/// Notes in planned that are no features, and notes that cannot be read (docs/SPEC.md, section 1).
@Suite(.serialized, .timeLimit(.minutes(2)))
struct UnusableNoteTests {
    private static let notFeatures = [
        ("Board", "---\n\nkanban-plugin: board\n\n---\n\n## Lane\n\n- [ ] one\n\n%% kanban:settings\n```\n{\"kanban-plugin\":\"board\"}\n```\n%%\n"),
        ("Drawing.excalidraw", "---\n\nexcalidraw-plugin: parsed\ntags: [excalidraw]\n\n---\n# Text Elements\n%%\n# Drawing\n%%\n"),
        ("Template", "---\ncreated: <% tp.date.now() %>\n---\n# <% tp.file.title %>\n"),
        ("Template of text", "# x\n\n<%* await tp.file.move(\"/a\") -%>\n"),
        ("Mine", "---\nferry: ignore\nstatus: planned\n---\n# Mine\n"),
        ("03_planned", "---\nstatus: planned\n---\n# What the folder is for\n"), ("README", "# Read me\n"),
    ]

    @Test func `boards, drawings, templates, folder notes and what is to be ignored are no features, and no byte of them changes`() async throws {
        try await Scene.with(Scene.plain) { scene in
            for (name, text) in Self.notFeatures { try scene.write(text, name, in: .planned) }
            try await scene.whileServing {
                try scene.plan()
                try await scene.note("Thanks", reaches: .review)
                for (name, text) in Self.notFeatures {
                    #expect(try scene.read(name, in: .planned) == text)
                    #expect(!scene.dashboard.contains("[[\(name)]]"))
                }
                #expect(try await scene.reading { try await $0.features().count } == 1)
            }
            let left = try await VaultLint(view: scene.view()).report().ignored.map { FilePath($0.path).stem ?? "" }
            #expect(left.sorted() == ["Board", "Drawing.excalidraw", "Mine", "Template", "Template of text"])
        }
    }

    @Test func `a feature whose note is to be ignored from now on is withdrawn, and comes back with its id`() async throws {
        try await Scene.with(Scene.plain) { scene in
            try scene.put("", at: VaultLayout().stop)
            try await scene.whileServing {
                try scene.plan()
                try await scene.told("Thanks", "verything is stopped")
                let id = try #require(try await scene.record("Thanks")).id
                try scene.edit("Thanks", in: .planned) { $0 = $0.replacing("---\nid", with: "---\nferry: ignore\nid") }
                #expect(await eventually { (try? await scene.record("Thanks"))??.isPresent == false })
                try scene.edit("Thanks", in: .planned) { $0 = $0.replacing("ferry: ignore\n", with: "") }
                #expect(await eventually { (try? await scene.record("Thanks"))??.isPresent == true })
                #expect(try await scene.record("Thanks")?.id == id)
            }
        }
    }

    @Test func `a note that cannot be read is told with the remedy, and is worked on once it can`() async throws {
        try await Scene.with(Scene.plain) { scene in
            try await scene.whileServing { options in
                options.timing.pollInterval = .milliseconds(100)
            } _: {
                try scene.write(Hello.wordNote("thanks"), "Thanks", in: .ideas)
                try scene.permit(0, "Thanks", in: .ideas)
                try scene.move("Thanks", .ideas, .planned)
                try await scene.dashboard(says: "10_features/03_planned/Thanks.md`: it cannot be read; give yourself the right to read it")
                #expect(
                    try await scene.check().contains {
                        $0.contains("Thanks.md: error: it cannot be read: give yourself the right to read it [unreadable]")
                    })
                try scene.permit(0o644, "Thanks", in: .planned)
                try await scene.note("Thanks", reaches: .review)
                try await scene.dashboardForgets("it cannot be read")
            }
        }
    }

    @Test func `a feature whose note cannot be read for a while, in its place or moved, is not taken for gone`() async throws {
        try await Scene.with(Scene.plain) { scene in
            try scene.put("", at: VaultLayout().stop)
            try await scene.whileServing { options in
                options.timing.pollInterval = .milliseconds(100)
                options.timing.reconcileInterval = .milliseconds(200)
            } _: {
                try scene.plan()
                try await scene.told("Thanks", "verything is stopped")
                try scene.permit(0, "Thanks", in: .planned)
                try await scene.dashboard(says: "Thanks.md`: it cannot be read")
                let looks = try await scene.history(try #require(try await scene.record("Thanks")).id)
                try scene.move("Thanks", .planned, .drafts)
                #expect(await eventually { (try? await scene.record("Thanks"))??.path == scene.path("Thanks", in: .drafts) })
                let hidden = try #require(try await scene.record("Thanks"))
                #expect(hidden.state == .planned && hidden.isPresent)
                #expect(try await scene.history(hidden.id) == looks)
                // Readable again, its move is what it was.
                try scene.permit(0o644, "Thanks", in: .drafts)
                #expect(await eventually { (try? await scene.record("Thanks"))??.state == .drafts })
                #expect(try await scene.history(hidden.id).last == "withdraw: the note is in drafts")
            }
        }
    }

    @Test func `an approval counts though its note could not be read at the moment in which it was moved`() async throws {
        try await Scene.with(Scene.plain) { scene in
            try await scene.whileServing { options in
                options.timing.pollInterval = .milliseconds(100)
            } _: {
                try scene.plan()
                try await scene.note("Thanks", reaches: .review)
                try scene.permit(0, "Thanks", in: .review)
                try scene.move("Thanks", .review, .done)
                // Long enough for a note that is nowhere to count as gone.
                try await Task.sleep(for: .seconds(3))
                #expect(try await scene.record("Thanks")?.isPresent == true)
                try scene.permit(0o644, "Thanks", in: .done)
                try await scene.note("Thanks", reaches: .done)
                try await scene.note("Thanks", in: .done, says: "Merged as")
            }
        }
    }

    @Test func `a note that is deleted is gone, though an old one of its name cannot be read`() async throws {
        try await Scene.with(Scene.plain) { scene in
            try scene.put("", at: VaultLayout().stop)
            try scene.write("# Another\n", "Thanks", in: .ideas)
            try scene.permit(0, "Thanks", in: .ideas)
            try await scene.whileServing { options in
                options.timing.pollInterval = .milliseconds(100)
            } _: {
                try scene.plan()
                try await scene.told("Thanks", "verything is stopped")
                // Longer than a move may take.
                try await Task.sleep(for: .seconds(1))
                try Directory.removeTree(scene.vault.pushing(scene.path("Thanks", in: .planned)))
                #expect(await eventually { (try? await scene.reading { try await $0.features().first?.isPresent }) == false })
            }
        }
    }

    @Test func `run --once ends with what waits for a person, also where a note is empty or closed`() async throws {
        try await Scene.with(Scene.plain) { scene in
            try scene.plan()
            try scene.write("", "Nothing yet", in: .planned)
            try scene.write("# Mine alone\n", "Closed", in: .planned)
            try scene.permit(0, "Closed", in: .planned)
            let process = try FerryProcess(["run", "--once", "--vault", scene.vault.string, "--allow-root"], in: scene)
            #expect(try await process.exitStatus() == 3)
            let said = try text(scene.folder.appending("ferry.log"))
            #expect(said.contains("Nothing yet.md: The note is empty.") && said.contains("Closed.md: it cannot be read"), "\(said)")
            #expect(try scene.read("Thanks", in: .review).contains("status: review"))
        }
    }

    @Test func `a queued note that cannot be read waits alone, and starts once it can`() async throws {
        try await Scene.with(Scene.plain, settings: ["agents_at_once": "1"]) { scene in
            let stop = VaultLayout().stop
            try scene.put("", at: stop)
            try await scene.whileServing { options in
                options.timing.pollInterval = .milliseconds(100)
                options.timing.retryFirst = .milliseconds(200)
            } _: {
                try scene.plan()
                try await scene.told("Thanks", "verything is stopped")
                try scene.permit(0, "Thanks", in: .planned)
                try scene.plan("Another")
                try await scene.told("Another", "verything is stopped")
                #expect(unlink(scene.vault.pushing(stop).string) == 0)
                try await scene.dashboard(says: "Its note 10_features/03_planned/Thanks.md cannot be read")
                #expect(try await scene.why("Thanks").contains("cannot be read"))
                try await scene.note("Another", reaches: .review)
                try scene.permit(0o644, "Thanks", in: .planned)
                let feature = try await scene.note("Thanks", reaches: .review)
                #expect(feature.run == RunNumber(1))
            }
        }
    }

    @Test func `what was queued does not start with Ferry while STOP.md is there, and starts when it is gone`() async throws {
        try await Scene.with(Scene.plain) { scene in
            let stop = VaultLayout().stop
            try scene.put("", at: stop)
            try await scene.whileServing {
                try scene.plan()
                try await scene.told("Thanks", "verything is stopped")
            }
            let before = try scene.read("Thanks", in: .planned)
            try await scene.whileServing {
                // Another note shows that Ferry has begun, looked and written.
                try scene.write("# Another\n", "Another", in: .planned)
                try await scene.told("Another", "verything is stopped")
                try scene.move("Another", .planned, .ideas)
                #expect(await eventually { (try? await scene.record("Another"))??.state == .ideas })
                #expect(try scene.read("Thanks", in: .planned) == before)
                #expect(scene.server.requests.isEmpty)
                #expect(unlink(scene.vault.pushing(stop).string) == 0)
                try await scene.note("Thanks", reaches: .review)
            }
        }
    }

    @Test(arguments: [("id: 202601011010", "202601011010"), ("status: tomorrow", "tomorrow")])
    func `a key that holds a person's own value holds the work up, is told, and is not written over`(_ line: String, _ value: String) async throws {
        try await Scene.with(Scene.plain) { scene in
            try await scene.whileServing {
                try scene.plan("Thanks", "---\n\(line)\n---\n" + Hello.wordNote("thanks"))
                try await scene.told("Thanks", "is `\(value)`")
                try await scene.dashboard(says: "Thanks.md`: ")
                #expect(try scene.read("Thanks", in: .planned).contains("\n\(line)\n"))
                #expect(scene.server.requests.isEmpty)
                try scene.edit("Thanks", in: .planned) { $0 = $0.replacing(line + "\n", with: "") }
                try await scene.note("Thanks", reaches: .review)
                try await scene.dashboardForgets("is `\(value)`")
            }
        }
    }

    @Test func `an id stays in the spelling that a person gave it`() async throws {
        try await Scene.with(Scene.plain) { scene in
            try await scene.whileServing {
                try scene.plan("Thanks", "---\nid: FR-7\n---\n" + Hello.wordNote("thanks"))
                try await scene.note("Thanks", reaches: .review)
                #expect(try scene.read("Thanks", in: .review).hasPrefix("---\nid: FR-7\n"))
            }
        }
    }

    @Test func `an id of nine digits that somebody has made up takes none from the others`() async throws {
        try await Scene.with(Scene.plain) { scene in
            try scene.put("", at: VaultLayout().stop)
            try scene.write("---\nid: FR-999999999\n---\n# Forged\n", "Forged", in: .ideas)
            try await scene.whileServing {
                try scene.move("Forged", .ideas, .planned)
                try await scene.told("Forged", "verything is stopped")
                try scene.plan()
                try await scene.told("Thanks", "verything is stopped")
                #expect(try await scene.record("Thanks")?.id.description == "FR-001")
                #expect(try await scene.record("Forged")?.id.number == 999_999_999)
            }
        }
    }
}
