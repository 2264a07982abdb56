@testable internal import FerryCommands
internal import FerryTestSupport
internal import SystemPackage
internal import Testing

@Suite(.timeLimit(.minutes(1)))
struct CheckTests {
    private static let plain = Style(isColoured: false)

    private func findings(_ files: [String: String], repository: Bool = true, whole: Bool = false) async throws -> [String] {
        var texts: [String] = []
        try await VaultFixture.with(files, whole: whole) { vault in
            if repository, files["vault/80_repositories/shop.md"] == nil { _ = try await vault.add(try await vault.repository()) }
            texts = try await VaultLint(view: vault.view()).findings().map { $0.text(Self.plain) }
        }
        return texts
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

    @Test(arguments: [
        ("vault/20_agents/coder.md", "---\nrole: coder\nmax_turns: many\n---\nx\n", "20_agents/coder.md:3: error: max_turns is `many`"),
        (
            "vault/20_agents/coder.md", "---\nrole: coder\nmax_turnz: 3\n---\nx\n",
            "20_agents/coder.md:3: error: the key `max_turnz` is unknown: did you mean max_turns?"
        ),
        ("vault/20_agents/coder.md", "---\nrole: coder\nmodel: smal\n---\nx\n", "20_agents/coder.md: error: model is `smal`"),
        (
            "vault/20_agents/coder.md", "---\nrole: coder\nmodel: opneai/x\n---\nx\n",
            "20_agents/coder.md: error: `opneai/x` names no known provider: did you mean openai?"
        ),
        ("vault/20_agents/coder.md", "---\nrole: planner\n---\nx\n", "20_agents/coder.md: error: no agent has the role coder"),
        ("vault/20_agents/coder.md", "---\nrole: planner\n---\nx\n", "20_agents/planner.md: error: 20_agents/coder.md has the role planner, too"),
        ("vault/30_review_rules/mine.md", "---\nseverity: fatal\n---\nx\n", "30_review_rules/mine.md:2: error: severity is `fatal`"),
        (
            "vault/80_repositories/shop.md", "---\npath: /\ntest: make\n---\n",
            "80_repositories/shop.md:2: error: path is `/`, which is the whole file system"
        ),
        ("vault/80_repositories/shop.md", "---\npath: [\ntest: make\n---\n", "80_repositories/shop.md"),
        (
            "vault/80_repositories/shop.md", "---\npath: /nowhere/shop\ntest: make\n---\n",
            "80_repositories/shop.md: error: there is no folder /nowhere/shop"
        ),
        (
            "vault/10_features/02_drafts/a.md", "---\nrepo: shopp\n---\n# A\n",
            "10_features/02_drafts/a.md: error: there is no repository `shopp`: did you mean shop?"
        ),
        ("vault/10_features/02_drafts/a.md", "---\ndepends_on: FR-099\n---\n# A\n", "10_features/02_drafts/a.md: warning: it depends on `FR-099`"),
        (
            "vault/10_features/02_drafts/a.md", "---\nmodel: larg\n---\n# A\n",
            "10_features/02_drafts/a.md: error: there is no model `larg`: did you mean large?"
        ),
        ("vault/10_features/02_drafts/a.md", "---\nstatus: soon\n---\n# A\n", "10_features/02_drafts/a.md:2: error: status is `soon`"),
        ("vault/10_features/02_drafts/a.sync-conflict-20260102-030405-ABCDEFG.md", "# A\n", "warning: a sync tool made this copy of `a`"),
        ("vault/90_system/models.md", "no table\n", "90_system/models.md: error: there is no table"),
    ]) func `each fault is named with its place and its remedy`(path: String, content: String, expected: String) async throws {
        let found = try await findings([path: content])
        #expect(found.contains { $0.contains(expected) }, "\(found)")
    }

    @Test func `two notes with one id are both named`() async throws {
        let note = "---\nid: FR-003\n---\n# A\n"
        let found = try await findings(["vault/10_features/02_drafts/a.md": note, "vault/10_features/01_ideas/b.md": note])
        #expect(found.count { $0.contains("bears the id FR-003, too") } == 2)
    }

    @Test func `broken settings are named by line, and the rest is still looked at`() async throws {
        try await VaultFixture.with(["vault/10_features/02_drafts/a.md": "---\nstatus: soon\n---\n# A\n"]) { vault in
            let settings = try vault.text("90_system/ferry.md").replacing("fix_rounds: 3", with: "fix_rounds: often")
            try write(["vault/90_system/ferry.md": settings.replacing("large: anthropic/", with: "large: antropic/")], below: vault.scratch)
            let found = try await VaultLint(view: vault.view()).findings().map { $0.text(Self.plain) }
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
                return try await VaultLint(view: view).findings().map { $0.text(Self.plain) }
            }
            #expect(found.count { $0.hasPrefix("80_repositories/outer.md: error: the vault lies inside this repository") } == 1, "\(found)")
        }
    }
}
