@testable internal import FerryCommands
internal import FerrySystem
internal import FerryTestSupport
internal import FerryVault
internal import Glibc
internal import SystemPackage
internal import Testing

@Suite(.timeLimit(.minutes(2)))
struct CheckTests {
    private static let plain = Style(isColoured: false)

    private func findings(_ files: [String: String], repository: Bool = true, whole: Bool = false) async throws -> [String] {
        var texts: [String] = []
        try await VaultFixture.with(files, whole: whole) { vault in
            if repository, files["vault/80_repositories/shop.md"] == nil { _ = try await vault.add(try await vault.repository()) }
            texts = try await check(vault)
        }
        return texts
    }

    private func check(_ vault: VaultFixture, _ wanted: FilePath...) async throws -> [String] {
        try await report(vault, wanted.isEmpty ? nil : Set(wanted)).findings.map { $0.text(Self.plain) }
    }

    private func report(_ vault: VaultFixture, _ wanted: Set<FilePath>? = nil) async throws -> CheckReport {
        try await VaultLint(view: vault.view(), wanted: wanted).report()
    }

    @Test func `a fresh vault with a repository has nothing to mend`() async throws {
        #expect(try await findings([:], whole: true) == [])
    }

    @Test func `a vault without a repository is warned about, with the command that adds one`() async throws {
        let found = try await findings([:], repository: false)
        #expect(found.count == 1)
        #expect(found.first?.hasPrefix("80_repositories: warning: ") == true)
        #expect(found.first?.contains("ferry init") == true)
    }

    /// Of each rule at least one note, with the finding that it gives.
    private static let table: [(path: String, content: String, expected: String)] = [
        (
            "20_agents/coder.md", "---\nrole: coder\nmax_turns: many\n---\nx\n",
            "20_agents/coder.md:3: error: max_turns is `many`: write a whole number such as 60 [bad-value]"
        ),
        (
            "20_agents/coder.md", "---\nrole: coder\nmax_turnz: 3\n---\nx\n",
            "20_agents/coder.md:3: error: the key `max_turnz` is unknown: did you mean max_turns? [unknown-key]"
        ),
        (
            "20_agents/coder.md", "---\nrole: coder\nrole: coder\n---\nx\n",
            "20_agents/coder.md:3: error: the key role is there twice: keep one of the two [double-key]"
        ),
        ("20_agents/coder.md", "---\nrole: coder\nmodel: smal\n---\nx\n", "20_agents/coder.md:3: error: model is `smal`"),
        (
            "20_agents/coder.md", "---\nrole: coder\nmodel: opneai/x\n---\nx\n",
            "20_agents/coder.md:3: error: `opneai/x` names no known provider: did you mean openai? [unknown-model]"
        ),
        ("20_agents/coder.md", "---\nrole: planner\n---\nx\n", "20_agents/coder.md: error: no agent has the role coder"),
        (
            "20_agents/coder.md", "---\nrole: planner\n---\nx\n",
            "error: 20_agents/coder.md has the role planner, too: keep one of the two [double-role]"
        ),
        ("30_review_rules/mine.md", "---\nseverity: fatal\n---\nx\n", "30_review_rules/mine.md:2: error: severity is `fatal`"),
        (
            "80_repositories/shop.md", "---\npath: /\ntest: make\n---\n",
            "80_repositories/shop.md:2: error: path is `/`, which is the whole file system"
        ),
        ("80_repositories/shop.md", "---\npath: [\ntest: make\n---\n", "[broken-front-matter]"),
        (
            "80_repositories/shop.md", "---\npath: /nowhere/shop\ntest: make\n---\n",
            "80_repositories/shop.md: error: there is no folder /nowhere/shop: correct `path`, or mount what is missing [missing-folder]"
        ),
        ("90_system/models.md", "no table\n", "90_system/models.md: error: there is no table"),
        (
            "10_features/02_drafts/a.md", "---\nrepo: shopp\n---\n# A\n",
            "10_features/02_drafts/a.md:2: error: there is no repository `shopp`: did you mean shop? [unknown-repo]"
        ),
        (
            "10_features/02_drafts/a.md", "---\ndepends_on: FR-099\n---\n# A\n",
            "10_features/02_drafts/a.md:2: warning: it depends on `FR-099`, which is not in the vault"
        ),
        (
            "10_features/02_drafts/a.md", "---\nid: FR-001\ndepends_on: FR-001\n---\n# A\n",
            "10_features/02_drafts/a.md:3: error: it waits for itself: FR-001 → FR-001: take one `depends_on` out [dependency-cycle]"
        ),
        (
            "10_features/02_drafts/a.md", "---\ntitle: x\nmodel: larg\n---\n# A\n",
            "10_features/02_drafts/a.md:3: error: there is no model `larg`: did you mean large? [unknown-model]"
        ),
        (
            "10_features/02_drafts/a.md", "---\nagent: codre\n---\n# A\n",
            "10_features/02_drafts/a.md:2: warning: there is no agent `codre`: the agents are coder"
        ),
        ("10_features/02_drafts/a.md", "---\nstatus: soon\n---\n# A\n", "10_features/02_drafts/a.md:2: error: status is `soon`"),
        ("10_features/02_drafts/a.md", "---\nid: 7\n---\n# A\n", "10_features/02_drafts/a.md:2: error: id is `7`"),
        (
            "10_features/02_drafts/a.md", "---\nid: FR-001\nid: FR-002\n---\n# A\n",
            "10_features/02_drafts/a.md:3: error: the key id is there twice: keep one of the two [double-key]"
        ),
        ("10_features/02_drafts/a.md", "---\nstatus: [a]\n---\n# A\n", "10_features/02_drafts/a.md:2: error: status is"),
        (
            "10_features/02_drafts/a.md", "---\nid: FR-001\n# A\n",
            "10_features/02_drafts/a.md:1: error: Ferry could not write into it: the front matter is opened by `---` and never closed"
        ),
        ("10_features/02_drafts/a.md", "---\n? x\n: y\n---\n# A\n", "[not-writable]"),
        (
            "10_features/02_drafts/a.md", "# A\n<!-- ferry:begin -->\n",
            "10_features/02_drafts/a.md:2: error: the markers of Ferry's block are not one pair"
        ),
        ("10_features/02_drafts/a: b.md", "# A\n", "10_features/02_drafts/a: b.md: warning: its name holds `:`, so no link can lead to it"),
        ("10_features/02_drafts/sub/coder.md", "# A\n", nil),
        ("10_features/03_planned/a.md", " \n", "10_features/03_planned/a.md: warning: it is planned and has no text"),
        (
            "10_features/07_blocked/a.md",
            "# A\n\n<!-- ferry:begin -->\n> [!question] Q1 Which?\n> A1: this\n\n> [!question] Q2 What?\n> A2:\n<!-- ferry:end -->\n",
            "10_features/07_blocked/a.md:7: warning: a question waits for an answer: Q2 What?: answer it behind `A2:`"
        ),
        (
            "10_features/02_drafts/a.sync-conflict-20260102-030405-ABCDEFG.md", "# A\n",
            "warning: a sync tool made this copy of `a`; it never runs: take over what you need, then delete it [conflict-copy]"
        ),
        ("10_features/02_drafts/a (late save).md", "# A\n", "[late-save]"),
        ("10_features/02_drafts/a (ferry recovered).md", "# A\n", "[recovered]"),
        ("10_features/02_drafts/a (your edit 2).md", "# A\n", "[your-edit]"),
    ].compactMap { path, content, expected in expected.map { (path, content, $0) } }

    @Test(arguments: table.indices) func `each fault is named with its place, its remedy and its rule`(index: Int) async throws {
        let row = Self.table[index]
        let found = try await findings(["vault/" + row.path: row.content])
        #expect(found.contains { $0.contains(row.expected) }, "\(found)")
        // A fault is told once.
        #expect(Set(found).count == found.count && found.count { $0.hasPrefix(row.path + ":") } <= 3, "\(found)")
    }

    @Test func `files that are no notes, or cannot be read, are told`() async throws {
        try await VaultFixture.with(["vault/10_features/02_drafts/a.md": "# A\n", "elsewhere.md": "# B\n"]) { vault in
            let drafts = vault.root.appending("10_features").appending("02_drafts")
            try #require(symlink(vault.scratch.appending("elsewhere.md").string, drafts.appending("b.md").string) == 0)
            try FileContents.write([UInt8](repeating: 0x61, count: (8 << 20) + 1), to: drafts.appending("big.md"))
            try FileContents.write([0x23, 0x20, 0xFF, 0x0A], to: drafts.appending("latin.md"))
            let found = try await check(vault)
            #expect(
                found.contains { $0.hasPrefix("10_features/02_drafts/b.md: warning: it is a symbolic link") && $0.hasSuffix("[link]") }, "\(found)")
            #expect(
                found.contains { $0.hasPrefix("10_features/02_drafts/big.md: error: it is larger than 8 MiB") && $0.hasSuffix("[too-large]") },
                "\(found)")
            #expect(
                found.contains { $0.hasPrefix("10_features/02_drafts/latin.md: error: the note is not UTF-8") && $0.hasSuffix("[not-utf-8]") },
                "\(found)")
            #expect(try await check(vault, "10_features/02_drafts/b.md").count == 1)
            try #require(symlink(vault.scratch.string, drafts.appending("team").string) == 0)
            #expect(try await check(vault).contains { $0.hasPrefix("10_features/02_drafts/team: warning: it is a symbolic link") })
            // What cannot be read is named, and all else is looked at.
            try FileContents.write([UInt8](repeating: 0x61, count: (8 << 20) + 1), to: vault.root.appending("20_agents").appending("big.md"))
            #expect(try await check(vault).contains { $0.contains("20_agents/big.md") })
        }
    }

    @Test(arguments: [0, 0o400, 0o100]) func `notes and folders that the rights close are named, and the rest is looked at`(mode: mode_t) async throws
    {
        let files = ["a.md": "# A\n", "closed/b.md": "# B\n", "open.md": "---\nbudget_usd: much\n---\n# C\n"]
        try await VaultFixture.with(Dictionary(uniqueKeysWithValues: files.map { ("vault/10_features/02_drafts/\($0)", $1) })) { vault in
            let drafts = vault.root.pushing("10_features/02_drafts")
            try FileContents.write([], to: drafts.appending("empty.md"))
            try #require(chmod(drafts.appending("closed").string, mode) == 0)
            for note in ["a.md", "empty.md"] { try #require(chmod(drafts.appending(note).string, 0) == 0) }
            let found = try await check(vault)
            try #require(chmod(drafts.appending("closed").string, 0o700) == 0)
            for name in ["a.md", "empty.md", "closed"] {
                let prefix = "10_features/02_drafts/\(name): error: "
                #expect(found.count { $0.hasPrefix(prefix) && $0.hasSuffix("[unreadable]") } == 1, "\(name): \(found)")
            }
            #expect(found.contains { $0.hasPrefix("10_features/02_drafts/open.md:2: error: budget_usd") }, "\(found)")
        }
    }

    @Test func `a property that Obsidian takes for another type is told, also by a vault around this one`() async throws {
        let types = "{\n  \"types\": {\n    \"status\": \"multitext\",\n    \"cost_usd\": \"number\",\n    \"id\": \"text\"\n  }\n}\n"
        for (path, shown) in [("vault/.obsidian/types.json", ".obsidian/types.json"), (".obsidian/types.json", "../.obsidian/types.json")] {
            let found = try await findings([path: types])
            #expect(found.count == 1 && found[0].hasPrefix("\(shown):3: warning: Obsidian takes `status` for multitext here"), "\(found)")
        }
    }

    @Test func `two notes with one id are both named, and so are two with one name`() async throws {
        let note = "---\ntitle: x\nid: FR-003\n---\n# A\n"
        let found = try await findings([
            "vault/10_features/02_drafts/a.md": note, "vault/10_features/01_ideas/b.md": note, "vault/10_features/01_ideas/s/A.md": "# x\n",
        ])
        #expect(
            found.count { $0.contains(".md:3: error: ") && $0.contains("bears the id FR-003, too") && $0.hasSuffix("[double-id]") } == 2, "\(found)")
        #expect(found.count { $0.contains("bears the same name") && $0.hasSuffix("[double-name]") } == 2, "\(found)")
    }

    @Test func `a circle of dependencies is named in each of its notes, with the way round`() async throws {
        func note(_ id: Int, on other: String) -> String { "---\nid: FR-00\(id)\ndepends_on: \(other)\n---\n# F\(id)\n" }
        let files = [
            "vault/10_features/02_drafts/a.md": note(1, on: "FR-002"), "vault/10_features/02_drafts/b.md": note(2, on: "\"[[c]]\""),
            "vault/10_features/02_drafts/c.md": note(3, on: "F1"), "vault/10_features/02_drafts/d.md": note(4, on: "FR-001"),
        ]
        try await VaultFixture.with(files) { vault in
            let found = try await check(vault).filter { $0.hasSuffix("[dependency-cycle]") }
            #expect(found.count == 3 && found[0].contains("FR-001 → FR-002 → FR-003 → FR-001"), "\(found)")
            let one = try await check(vault, "10_features/02_drafts/b.md")
            #expect(one.count == 1 && one[0].contains("FR-002 → FR-003 → FR-001 → FR-002"), "\(one)")
            #expect(try await check(vault, "10_features/02_drafts/d.md") == [])
        }
    }

    @Test func `a chain as long as the vault is no circle, and takes no stack`() throws {
        var cycles = DependencyCycles<Int> { $0 < 200_000 ? [$0 + 1] : [] }
        for start in [0, 5, 199_999] { try cycles.look(from: start) }
        #expect(cycles.cycles.isEmpty)
        var circle = DependencyCycles<Int> { [($0 + 1) % 100_000] }
        try circle.look(from: 7)
        #expect(circle.cycles.map(\.count) == [100_000])
    }

    @Test func `one note is checked against all the others, and nothing else is told`() async throws {
        let files = [
            "vault/10_features/02_drafts/a.md": "---\nid: FR-001\nrepo: nope\n---\n# A\n",
            "vault/10_features/02_drafts/b.md": "---\nid: FR-001\nstatus: soon\n---\n# B\n",
            "vault/10_features/02_drafts/c.md": "---\ndepends_on: [B, FR-001, a]\n---\n# C\n",
        ]
        try await VaultFixture.with(files) { vault in
            let one = try await check(vault, "10_features/02_drafts/a.md")
            #expect(one.count == 2 && one.allSatisfy { $0.hasPrefix("10_features/02_drafts/a.md:") }, "\(one)")
            #expect(try await check(vault, "10_features/02_drafts/c.md") == [])
            #expect(try await check(vault, "90_system/ferry.md") == [])
        }
    }

    @Test func `a dependency by title is found for one note as for all, and what nothing bears is not`() async throws {
        let files = [
            "vault/10_features/02_drafts/a.md": "---\ndepends_on: [Pay by card, \"Überweisung: schnell!\", Nothing such]\n---\n# A\n",
            "vault/10_features/02_drafts/b.md": "# Pay *by* card\n",
            "vault/10_features/01_ideas/c.md": "---\ntitle: \"Überweisung: schnell!\"\n---\n",
            "vault/10_features/01_ideas/d.md": "# D\n\nNothing such is named here but in the text.\n",
        ]
        try await VaultFixture.with(files) { vault in
            let all = try await check(vault).filter { $0.hasPrefix("10_features/") }
            #expect(try await check(vault, "10_features/02_drafts/a.md") == all)
            #expect(all.contains { $0.contains("it depends on `Nothing such`") }, "\(all)")
            #expect(!all.contains { $0.contains("Überweisung") || $0.contains("Pay") }, "\(all)")
        }
    }

    @Test func `what is none of Ferry's business is named when asked for`() async throws {
        let files = [
            "vault/10_features/02_drafts/board.md": "---\nkanban-plugin: board\n---\n", "vault/10_features/02_drafts/t.md": "<%* x %>\n",
            "vault/10_features/02_drafts/i.md": "---\nferry: ignore\nstatus: nonsense\n---\n# x\n",
        ]
        try await VaultFixture.with(files) { vault in
            let report = try await report(vault)
            #expect(
                report.ignored.map { "\($0.path) \($0.why)" } == [
                    "10_features/02_drafts/board.md kanban", "10_features/02_drafts/i.md ignored", "10_features/02_drafts/t.md templater",
                ])
            #expect(report.findings.allSatisfy { $0.path.hasPrefix("80_") }, "\(report.findings)")
            #expect(report.lines(Self.plain, verbose: true).contains("10_features/02_drafts/i.md: ignored: ignored"))
            #expect(report.lines(Self.plain, verbose: false).count == report.findings.count + 1)
        }
    }

    @Test func `findings are sorted and summed up, for a person and as JSON`() async throws {
        try await VaultFixture.with([
            "vault/10_features/02_drafts/b.md": "---\nstatus: soon\nrepo: x\n---\n",
            "vault/10_features/02_drafts/a\u{1B}b.md": "---\nid: x\n---\n",
        ]) { vault in
            let report = try await report(vault)
            #expect(report.findings.map(\.path) == report.findings.map(\.path).sorted() && report.errors == 3 && report.warnings == 1)
            let lines = report.lines(Self.plain, verbose: false)
            #expect(
                lines.last == "3 errors, 1 warning in \(report.notes) notes: bad-id 1, no-repository 1, unknown-repo 1, unknown-status 1.", "\(lines)"
            )
            #expect(!lines.joined().contains("\u{1B}"))
            let json = try JSONText.make(report)
            #expect(json.contains("\"rule\" : \"unknown-status\"") && json.contains("\"line\" : 2") && json.contains("\"errors\" : 3"), "\(json)")
        }
    }

    @Test func `every rule stands in the specification, and no other`() throws {
        let spec = try text(FilePath(#filePath).removingLastComponent().removingLastComponent().removingLastComponent().pushing("docs/SPEC.md"))
        let table = spec.split(separator: "\n").drop { !$0.hasPrefix("| rule |") }.prefix { $0.hasPrefix("|") }.dropFirst(2)
        let named = table.flatMap { $0.split(separator: "|")[0].split(separator: "`").map(String.init).filter { !$0.contains(" ") } }
        #expect(named.sorted() == NoteRule.allCases.map(\.rawValue).sorted())
    }

    @Test func `broken settings are named by line, and the rest is still looked at`() async throws {
        try await VaultFixture.with(["vault/10_features/02_drafts/a.md": "---\nstatus: soon\n---\n# A\n"]) { vault in
            let settings = try vault.text("90_system/ferry.md").replacing("fix_rounds: 3", with: "fix_rounds: often")
            try write(["vault/90_system/ferry.md": settings.replacing("large: anthropic/", with: "large: antropic/")], below: vault.scratch)
            let found = try await check(vault)
            #expect(found.contains { $0.hasPrefix("90_system/ferry.md:") && $0.contains("fix_rounds is `often`") }, "\(found)")
            #expect(found.contains { $0.contains("`antropic/") && $0.contains("did you mean anthropic?") }, "\(found)")
            #expect(found.contains { $0.contains("status is `soon`") }, "\(found)")
        }
    }

    @Test func `a vault inside an unprotected repository is an error`() async throws {
        try await VaultFixture.with { vault in
            try write(["vault/80_repositories/outer.md": "---\npath: \(vault.scratch)\ntest: make test\n---\nx\n"], below: vault.scratch)
            // Ferry's own folders are elsewhere, as they are on a real machine.
            let found = try await withScratch { other in
                let view = try VaultView(root: vault.root, stateHome: other.appending("state"), cacheHome: other.appending("cache"))
                return try await VaultLint(view: view).report().findings.map { $0.text(Self.plain) }
            }
            #expect(
                found.count {
                    $0.hasPrefix("80_repositories/outer.md: error: the vault lies inside this repository") && $0.hasSuffix("[vault-in-repository]")
                } == 1, "\(found)")
        }
    }
}
