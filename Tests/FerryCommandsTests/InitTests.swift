@testable internal import FerryCommands
internal import FerryGit
internal import FerryModel
internal import FerryPipeline
internal import FerrySystem
internal import FerryTestSupport
internal import FerryVault
internal import Glibc
internal import SystemPackage
internal import Testing

@Suite(.timeLimit(.minutes(1)))
struct InitTests {
    // MARK: The vault

    @Test func `an empty folder becomes a vault with the whole template and an id`() async throws {
        try await VaultFixture.with(whole: true) { vault in
            for file in VaultTemplateFiles.files where file.path != "90_system/ferry.md" { #expect(try vault.text(file.path) == file.content) }
            let settings = try vault.view().settings
            #expect(settings.faults == [])
            #expect(settings.vaultID?.count == 16)
        }
    }

    @Test func `two vaults have two ids, and the same vault keeps its own`() async throws {
        try await withScratch { scratch in
            let one = try await VaultFounding(root: scratch.appending("a")).found()
            let other = try await VaultFounding(root: scratch.appending("b")).found()
            #expect(one.vaultID != other.vaultID)
            let again = try await VaultFounding(root: scratch.appending("a")).found()
            #expect(again.vaultID == one.vaultID)
            #expect(again.created == [])
        }
    }

    @Test func `nothing that is there is changed`() async throws {
        try await withScratch(["vault/README.md": "mine\r\n", "vault/90_system/ferry.md": "---\nagents_at_once: 7 # mine\n---\nwords\n"]) { scratch in
            let founded = try await VaultFounding(root: scratch.appending("vault")).found()
            #expect(try text(scratch.appending("vault/README.md")) == "mine\r\n")
            let settings = try text(scratch.appending("vault/90_system/ferry.md"))
            #expect(
                settings == "---\nagents_at_once: 7 # mine\nvault_id: \(founded.vaultID)\n---\nwords\n"
                    || settings.contains("vault_id: \"\(founded.vaultID)\""))
            #expect(founded.kept == 2)
        }
    }

    @Test func `what a person deleted from a vault stays deleted, but its settings folder is mended`() async throws {
        try await VaultFixture.with { vault in
            try Directory.removeTree(vault.root.appending("10_features/01_ideas/Example feature.md"))
            try Directory.removeTree(vault.root.appending("90_system/models.md"))
            let founded = try await VaultFounding(root: vault.root).found()
            #expect(founded.created == ["90_system/models.md"])
            #expect(try !vault.exists("10_features/01_ideas/Example feature.md"))
        }
    }

    @Test func `a file, the whole file system and a home are no vaults`() async throws {
        try await withScratch(["file": "x"]) { scratch in
            await #expect(throws: CommandError.self) { try await VaultFounding(root: scratch.appending("file")).found() }
            let error = await #expect(throws: CommandError.self) { try await VaultFounding(root: "/").found() }
            #expect(error?.code == .configuration)
            await #expect(throws: CommandError.self) { try await VaultFounding(root: WorkingFolder.home).found() }
        }
    }

    // MARK: Repositories

    @Test(arguments: [
        ("swift", ["Package.swift": "// swift-tools-version: 6.0\n", "Tests/ATests/A.swift": ""], "swift test"),
        ("pytest", ["pyproject.toml": "[tool.pytest.ini_options]\n", "tests/test_a.py": "def test_a(): pass\n"], "python3 -m pytest -q"),
        ("unittest", ["tests/__init__.py": "", "tests/test_a.py": "import unittest\n"], "python3 -m unittest"),
        ("npm", ["package.json": "{\"scripts\": {\"test\": \"node --test\"}}"], "npm test"),
        ("cargo", ["Cargo.toml": "[package]\nname = \"a\"\n"], "cargo test"),
        ("go", ["go.mod": "module a\n"], "go test ./..."),
        ("make", ["Makefile": "test:\n\ttrue\n"], "make test"),
    ]) func `a repository's test command and base branch are found`(name: String, files: [String: String], test: String) async throws {
        try await VaultFixture.with { vault in
            let outcome = try await vault.add(try await vault.repository(name, files))
            #expect(outcome.test == test)
            #expect(outcome.base == "main")
            #expect(outcome.testReason?.isEmpty == false)
            let note = try #require(try await vault.view().repositories().first)
            #expect(note.name.rawValue == name)
            #expect(note.testCommand == test)
            #expect(note.base == "main")
            #expect(note.path == vault.scratch.appending(name))
            #expect(note.toolchains == outcome.toolchains.map(\.path))
        }
    }

    @Test func `what was not found is to be filled in, and the note says so as well`() async throws {
        try await VaultFixture.with { vault in
            let outcome = try await vault.add(try await vault.repository("plain", ["a.txt": "a\n"]))
            #expect(outcome.test == nil)
            #expect(outcome.remarks.contains { $0.contains("`test`") })
            let faults = try #require(try await vault.view().repositories().first).faults
            #expect(faults.map(\.line) == [4])
            #expect(
                InitReport(vault: vault.root, .init(vaultID: "", created: [], kept: 0)).text(Style(isColoured: false), isComplete: true).contains(
                    "ferry run"))
        }
    }

    @Test func `the same repository again changes nothing, whatever its note says`() async throws {
        try await VaultFixture.with { vault in
            let repository = try await vault.repository()
            _ = try await vault.add(repository)
            let before = try vault.text("80_repositories/shop.md") + "more words\n"
            try write(["vault/80_repositories/shop.md": before], below: vault.scratch)
            let again = try await vault.add(repository)
            #expect(again.wasKnown)
            #expect(try vault.text("80_repositories/shop.md") == before)
        }
    }

    @Test func `two repositories of one name need two names`() async throws {
        try await VaultFixture.with { vault in
            _ = try await vault.add(try await vault.repository("a/shop"))
            let other = try await vault.repository("b/shop")
            let error = await #expect(throws: CommandError.self) { try await vault.add(other) }
            #expect(error?.remedy.contains("--name") == true)
            #expect(try await vault.add(other, name: "shop-2").name == "shop-2")
        }
    }

    @Test func `a path that needs quotes survives`() async throws {
        try await VaultFixture.with { vault in
            let repository = try await vault.repository("it's: a #shop")
            let outcome = try await vault.add(repository)
            #expect(try await vault.view().repositories().map(\.path) == [repository])
            #expect(outcome.name == "it-s--a--shop")
        }
    }

    @Test func `a vault inside the repository is refused unless it is protected there`() async throws {
        try await withScratch { scratch in
            let scratch = WorkingFolder.resolved(scratch)
            let repository = scratch.appending("shop")
            try write(["shop/Makefile": "test:\n\ttrue\n"], below: scratch)
            try await GitRepository.create(at: repository, branch: try #require(BranchName("main")), author: "A", message: "first")
            let root = repository.appending("docs/vault")
            _ = try await VaultFounding(root: root).found()
            let view = try VaultView(root: root, stateHome: scratch.appending("state"), cacheHome: scratch.appending("cache"))
            let error = await #expect(throws: CommandError.self) { try await RepositoryFounding(view: view).found(repository) }
            #expect(error?.code == .configuration)
            #expect(error?.remedy.contains("docs/vault") == true)

            let note = root.appending("80_repositories/shop.md")
            try write([note.string: "---\npath: \(repository)\ntest: make test\n---\nx\n"], below: "/")
            await #expect(throws: CommandError.self) { try await RepositoryFounding(view: view).found(repository) }
            try write([note.string: "---\npath: \(repository)\ntest: make test\nprotected: [docs/vault]\n---\nx\n"], below: "/")
            #expect(try await RepositoryFounding(view: view).found(repository).wasKnown)
        }
    }

    @Test func `the file system, a home, the vault and folders in it are no repositories`() async throws {
        try await VaultFixture.with { vault in
            for path in ["/", WorkingFolder.home.string, vault.root.string, vault.root.appending("10_features").string] {
                let error = #expect(throws: CommandError.self) { try RepositoryFounding.refuseUnfit(FilePath(path), vault: vault.root) }
                #expect(error?.code == .configuration, "\(path)")
            }
            try RepositoryFounding.refuseUnfit(vault.scratch.appending("shop"), vault: vault.root)
        }
    }

    @Test func `a link to an unfit folder is unfit`() async throws {
        try await VaultFixture.with { vault in
            let link = vault.scratch.appending("link")
            #expect(link.withPlatformString { symlink("/", $0) } == 0)
            #expect(throws: CommandError.self) { try RepositoryFounding.refuseUnfit(link, vault: vault.root) }
        }
    }

    @Test func `a folder that is no repository, or has no commit, is said to be so`() async throws {
        try await VaultFixture.with { vault in
            try write(["plain/a.txt": "a"], below: vault.scratch)
            let plain = await #expect(throws: GitError.self) { try await vault.add(vault.scratch.appending("plain")) }
            #expect(plain?.code == .notARepository)
            try write(["empty/.git/HEAD": "ref: refs/heads/main\n", "empty/.git/objects/": "", "empty/.git/refs/heads/": ""], below: vault.scratch)
            let empty = await #expect(throws: GitError.self) { try await vault.add(vault.scratch.appending("empty")) }
            #expect(empty?.code == .noCommits)
            #expect(try await vault.view().repositories().isEmpty)
        }
    }
}
