@testable internal import FerryCommands
internal import FerryModel
internal import FerrySystem
internal import FerryTestSupport
internal import FerryVault
internal import SystemPackage
internal import Testing

/// `init` in a folder of notes that has habits of its own.
@Suite(.timeLimit(.minutes(1)))
struct VaultSurveyTests {
    private func found(_ files: [String: String], _ body: (FilePath, VaultFounding.Outcome, SettingsNote) throws -> Void) async throws {
        try await withScratch(files) { scratch in
            let root = WorkingFolder.resolved(scratch).appending("vault")
            let outcome = try await VaultFounding(root: root).found()
            let settings = SettingsNote(NoteBytes(try FileContents.read(root.appending("90_system/ferry.md"))))
            #expect(settings.faults == [])
            for (path, content) in files where path.hasPrefix("vault/") { #expect(try text(scratch.appending(path)) == content, "\(path)") }
            try body(root, outcome, settings)
        }
    }

    @Test func `an empty folder needs no other names`() async throws {
        try await found([:]) { _, outcome, settings in
            #expect(settings.propertyPrefix == "")
            #expect(outcome.remarks == [])
            #expect(settings.layout == VaultLayout())
        }
    }

    @Test(arguments: [
        ["vault/.obsidian/types.json": #"{"types": {"status": "multitext", "tags": "tags"}}"#],
        ["vault/.config/types.json": #"{"types": {"id": "number"}}"#],
        ["vault/Notes/a.md": "---\nstatus:\n  - active\n---\n"], ["vault/Notes/b/c.md": "---\nstatus: [seedling]\n---\n"],
        ["vault/z.md": "---\nid: 20260101\n---\n"], ["vault/z.md": "---\nbranch: true\n---\n"], ["vault/z.md": "---\ncost_usd: much\n---\n"],
    ]) func `a key that means something else brings a prefix`(files: [String: String]) async throws {
        try await found(files) { root, outcome, settings in
            #expect(settings.propertyPrefix == "ferry_")
            #expect(outcome.remarks.contains { $0.contains("property_prefix") })
            let base = try text(root.appending("10_features/features.base"))
            #expect(base.contains("property: note.ferry_status"))
            let readme = try text(root.appending("README.md"))
            #expect(readme.contains("`ferry_id ferry_status ferry_branch ferry_pr ferry_cost_usd`"))
        }
    }

    @Test func `a prefix that is taken as well is not chosen`() async throws {
        try await found(["vault/.obsidian/types.json": #"{"types": {"status": "multitext", "ferry_status": "multitext"}}"#]) { _, _, settings in
            #expect(settings.propertyPrefix == "ferry-")
        }
    }

    @Test(arguments: [
        ["vault/.obsidian/types.json": #"{"types": {"status": "text", "cost_usd": "number", "due": "date"}}"#],
        ["vault/a.md": "---\nstatus: active\nid: \"42\"\ncost_usd: 3.5\n---\n"], ["vault/a.md": "---\nstatus:\nid: ~\n---\n"],
        ["vault/.obsidian/types.json": "not JSON"], ["vault/.trash/a.md": "---\nstatus: [x]\n---\n"],
    ]) func `a key of the same kind, or without a value, does not`(files: [String: String]) async throws {
        try await found(files) { _, outcome, settings in
            #expect(settings.propertyPrefix == "")
            #expect(outcome.remarks == [])
        }
    }

    @Test func `what the settings say already counts`() async throws {
        try await withScratch([
            "vault/90_system/ferry.md": "---\nproperty_prefix: fy_\nfolder_features: Wishes\nfolder_planned: Go\n---\n",
            "vault/a.md": "---\nstatus: [x]\n---\n",
        ]) { scratch in
            let root = scratch.appending("vault")
            _ = try await VaultFounding(root: root).found()
            let settings = try text(root.appending("90_system/ferry.md"))
            #expect(settings.hasPrefix("---\nproperty_prefix: fy_\nfolder_features: Wishes\nfolder_planned: Go\nvault_id: "))
            let base = try text(root.appending("Wishes/features.base"))
            #expect(base.contains("property: note.fy_status"))
            #expect(try FileStatus.ifPresent(root.appending("Wishes/Go/README.md")) != nil)
            #expect(try FileStatus.ifPresent(root.appending("10_features")) == nil)
        }
    }

    @Test func `a folder of another kind keeps its name, and Ferry takes another`() async throws {
        try await found(["vault/10_features/Roadmap.md": "x\n", "vault/20_agents/Ann.md": "a person\n"]) { root, outcome, settings in
            #expect(settings.layout.features == "10_ferry_features")
            #expect(settings.layout.agents == "20_ferry_agents")
            #expect(try FileStatus.ifPresent(root.appending("10_ferry_features/03_planned/README.md")) != nil)
            let names = try Directory.entries(of: root.appending("10_features")).map(\.name.string)
            #expect(names == ["Roadmap.md"])
            let readme = try text(root.appending("README.md"))
            #expect(readme.contains("`10_ferry_features/01_ideas/`"))
            #expect(outcome.remarks.count == 2)
        }
    }

    @Test func `folders that are Ferry's already are used`() async throws {
        try await found([
            "vault/10_features/03_planned/a.md": "x\n", "vault/20_agents/coder.md": "---\nrole: coder\n---\n",
            "vault/80_repositories/shop.md": "---\npath: /srv/shop\ntest: make\n---\n",
        ]) { _, outcome, settings in
            #expect(settings.layout == VaultLayout())
            #expect(outcome.remarks == [])
        }
    }

    @Test func `a vault below another one of Obsidian's is told, and the board looks there`() async throws {
        try await withScratch(["big/.obsidian/app.json": "{}", "big/x.md": "---\nstatus: [a]\n---\n"]) { scratch in
            let root = WorkingFolder.resolved(scratch).appending("big/Work/ferry")
            let outcome = try await VaultFounding(root: root).found()
            #expect(outcome.remarks.contains { $0.contains("Obsidian vault") })
            let base = try text(root.appending("10_features/features.base"))
            #expect(base.contains("file.inFolder(\"Work/ferry/10_features\")"))
            #expect(base.contains("note.ferry_status"))
            let names = try Directory.entries(of: scratch.appending("big/.obsidian")).map(\.name.string)
            #expect(names == ["app.json"])
        }
    }

    @Test func `Templater's folder templates are told where they meet Ferry's folders`() async throws {
        func settings(_ folder: String) -> String {
            #"{"trigger_on_file_creation": true, "enable_folder_templates": true, "folder_templates": [{"folder": "\#(folder)", "template": "t.md"}]}"#
        }
        for (folder, isTold) in [("/", true), ("10_features", true), ("10_features/01_ideas", true), ("Journal", false)] {
            try await found([
                "vault/.obsidian/community-plugins.json": #"["templater-obsidian"]"#,
                "vault/.obsidian/plugins/templater-obsidian/data.json": settings(folder),
            ]) { _, outcome, _ in
                #expect(outcome.remarks.contains { $0.contains("Templater") } == isTold, "\(folder)")
            }
        }
    }
}
