internal import FerryGit
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

/// Notes that Ferry cannot use as they are (docs/SPEC.md, section 11, B1 to B11).
@Suite(.serialized, .timeLimit(.minutes(2)))
struct BadInputNoteTests {
    // MARK: No vault

    @Test func `a folder without a vault is named, with what makes it one`() async throws {
        try await withScratch { folder in
            let error = try await #require(throws: ServiceError.self) { _ = try await VaultService.run(ServiceOptions(vault: folder)) }
            #expect(error.code == .configuration)
            #expect(error.message.contains("There is no vault at \(folder)"))
            #expect(error.remedy.contains("ferry init \(folder)"))
            let search = VaultSearch(option: nil, variable: folder.string, folder: folder)
            let missing = try #require(throws: CommandError.self) { try search.find() }
            #expect(missing.code == .configuration)
            #expect(missing.message.contains("no vault"))
        }
    }

    // MARK: Ferry's own notes

    @Test func `settings with broken YAML keep their last good version, and are used anew when mended`() async throws {
        try await Scene.with(Scene.plain) { scene in
            let good = try text(scene.vault.pushing(Scene.settings))
            try await scene.whileServing {
                try scene.put(good.replacing("agents_at_once: 2", with: "agents_at_once: 2: 3"), at: Scene.settings)
                try await scene.dashboard(says: "90_system/ferry.md:")
                try await scene.dashboard(says: "the YAML is broken")
                try scene.plan()
                try await scene.note("Thanks", reaches: .review)
                try scene.put(good, at: Scene.settings)
                try await scene.dashboardForgets("the YAML is broken")
            }
        }
    }

    @Test func `settings that were never readable keep the service from starting, with file and line`() async throws {
        try await Scene.with { scene in
            try scene.put("---\nvault_id: [2\n---\n# Settings\n", at: Scene.settings)
            let error = try await #require(throws: ServiceError.self) { _ = try await scene.runOnce() }
            #expect(error.code == .configuration)
            #expect(error.message.contains("90_system/ferry.md:"))
        }
    }

    @Test(arguments: [
        ("agents_at_once: 2", "agents_at_once: two", "agents_at_once is `two`", "write a whole number"),
        ("agents_at_once: 2", "agent_at_once: 2", "the key `agent_at_once` is unknown", "did you mean agents_at_once?"),
        ("fix_rounds: 2", "fix_rounds: -4", "fix_rounds is `-4`", "write a whole number"),
    ])
    func `a wrong setting is told with its line and a remedy, and nothing stops for it`(
        _ fault: (good: String, bad: String, what: String, remedy: String)
    )
        async throws
    {
        try await Scene.with(Scene.plain) { scene in
            try await scene.whileServing {
                try scene.change(Scene.settings) { $0 = $0.replacing(fault.good, with: fault.bad) }
                let found = try #require(try await scene.check().first { $0.contains(fault.what) })
                #expect(found.contains(#/90_system\/ferry\.md:\d+: error:/#))
                #expect(found.contains(fault.remedy))
                try await scene.dashboard(says: fault.what)
                try scene.plan()
                try await scene.note("Thanks", reaches: .review)
            }
        }
    }

    @Test func `an agent note that is broken leaves features waiting, and they go on when it is mended`() async throws {
        try await Scene.with(Scene.plain) { scene in
            let coder = FilePath("20_agents/coder.md")
            let good = try text(scene.vault.pushing(coder))
            try scene.put("---\nrole: coder\nmax_turns: many\nmodle: small\n---\nYou write code.\n", at: coder)
            let found = try await scene.check()
            #expect(found.contains { $0.hasPrefix("20_agents/coder.md:3: error: max_turns is `many`") })
            #expect(found.contains { $0.hasPrefix("20_agents/coder.md:4: error: the key `modle` is unknown") && $0.contains("did you mean model?") })
            try await scene.whileServing {
                try scene.plan()
                try await scene.told("Thanks", "no agent with the role `coder`")
                try await scene.dashboard(says: "20_agents/coder.md:3")
                #expect(try await scene.why("Thanks").contains("no agent with the role `coder`"))
                #expect(try await scene.record("Thanks")?.state == .inProgress)
                try scene.put(good, at: coder)
                try await scene.note("Thanks", reaches: .review)
                #expect(!scene.dashboard.contains("no agent with the role"))
            }
        }
    }

    @Test func `an alias that the settings do not have is named with those there are, and the feature goes on when it is there`() async throws {
        try await Scene.with(Scene.plain) { scene in
            let coder = FilePath("20_agents/coder.md")
            try scene.change(coder) { $0 = $0.replacing("role: coder\n", with: "role: coder\nmodel: clever\n") }
            #expect(try await scene.check().contains { $0.hasPrefix("20_agents/coder.md") && $0.contains("`clever`") && $0.contains("small") })
            try await scene.whileServing {
                try scene.plan()
                try await scene.told("Thanks", "No model alias `clever` (known: large, medium, small)")
                try await scene.dashboard(says: "20_agents/coder.md")
                #expect(try await scene.record("Thanks")?.state == .inProgress)
                try scene.change(Scene.settings) { $0 = $0.replacing("\nsmall: ", with: "\nclever: messages/claude-haiku-5-5\nsmall: ") }
                try await scene.note("Thanks", reaches: .review)
            }
        }
    }

    @Test func `a feature whose model is unknown waits in planned, and starts when its note is mended`() async throws {
        try await Scene.with(Scene.plain) { scene in
            try await scene.whileServing {
                try scene.plan("Thanks", "---\nmodel: clever\n---\n" + Hello.wordNote("thanks"))
                try await scene.told("Thanks", "There is no model `clever`")
                #expect(try await scene.record("Thanks")?.state == .planned)
                try scene.edit("Thanks", in: .planned) { $0 = $0.replacing("model: clever\n", with: "") }
                try await scene.note("Thanks", reaches: .review)
            }
        }
    }

    // MARK: Repositories

    @Test(arguments: ["/", "~/", "/home"])
    func `a path that is no repository of anybody is refused with the reason`(_ path: String) async throws {
        try await Scene.with(Scene.plain) { scene in
            let good = try text(scene.vault.pushing(Scene.repositoryNote))
            try scene.put("---\npath: \(path)\ntest: \"true\"\n---\n", at: Scene.repositoryNote)
            let found = try #require(try await scene.check().first { $0.hasPrefix("80_repositories/hello.md:2: error: path is `\(path)`") })
            #expect(found.contains("name the folder of the repository itself"))
            try await scene.whileServing {
                try scene.plan()
                try await scene.told("Thanks", "Its repository note cannot be used. 80_repositories/hello.md:2")
                try await scene.dashboard(says: "path is `\(path)`")
                #expect(try await scene.record("Thanks")?.state == .planned)
                try scene.put(good, at: Scene.repositoryNote)
                try await scene.note("Thanks", reaches: .review)
            }
        }
    }

    @Test func `a vault inside the repository is refused by init, check and dispatch until it is protected there`() async throws {
        try await Scene.with(Scene.plain) { scene in
            let inner = scene.repository.appending("notes")
            try scene.rename(scene.vault, inner)
            try inner.withPlatformString { inner in
                try scene.vault.withPlatformString { guard symlink(inner, $0) == 0 else { throw Errno(rawValue: errno) } }
            }
            let refused = try #require(throws: CommandError.self) {
                try RepositoryFounding(view: try scene.view()).refuseVaultInside(scene.repository)
            }
            #expect(refused.code == .configuration)
            #expect(refused.message.contains("inside the repository"))
            #expect(refused.remedy.contains("protected: [notes]"))
            #expect(try await scene.check().contains { $0.contains("the vault lies inside this repository") && $0.contains("protected: [notes]") })
            try await scene.whileServing {
                try scene.plan()
                try await scene.told("Thanks", "the vault lies inside this repository")
                try await scene.dashboard(says: "the vault lies inside this repository")
                #expect(try await scene.record("Thanks")?.state == .planned)
                try scene.change(Scene.repositoryNote) { $0 = $0.replacing("test:", with: "protected: [notes]\ntest:") }
                try await scene.note("Thanks", reaches: .review)
            }
        }
    }

    @Test func `a feature of an unknown repository stays in planned and names those there are`() async throws {
        try await Scene.with(Scene.plain) { scene in
            try await scene.whileServing {
                try scene.plan("Thanks", "---\nrepo: helo\n---\n" + Hello.wordNote("thanks"))
                try await scene.told("Thanks", "There is no repository `helo`. There are: hello")
                #expect(try await scene.record("Thanks")?.state == .planned)
                #expect(try await scene.why("Thanks").contains("There is no repository `helo`"))
                #expect(try await scene.check().contains { $0.contains("did you mean hello?") })
                try scene.edit("Thanks", in: .planned) { $0 = $0.replacing("repo: helo", with: "repo: hello") }
                try await scene.note("Thanks", reaches: .review)
            }
        }
    }

    // MARK: Two notes with one id

    @Test func `two notes with one id do not run, both say so, and the right one runs when the copy has lost its id`() async throws {
        try await Scene.with(Scene.plain) { scene in
            try scene.write("---\nid: FR-004\n---\n" + Hello.wordNote("thanks"), "Thanks", in: .planned)
            try scene.write("---\nid: FR-004\n---\n# A copy\nOf it.\n", "Copy", in: .ideas)
            try await scene.whileServing {
                try await scene.told("Thanks", "Two notes bear the id FR-004")
                try await scene.told("Copy", "take the `id` line out of the copy")
                try await scene.dashboard(says: "Two notes bear the id FR-004")
                #expect(scene.server.requests.isEmpty)
                try scene.edit("Copy", in: .ideas) { $0 = $0.replacing("id: FR-004\n", with: "") }
                try await scene.note("Thanks", reaches: .review)
                let isClean = await eventually { scene.note("Copy")?.contains("Two notes") == false }
                #expect(isClean, "\(scene.note("Copy") ?? "")")
                #expect(scene.note("Copy")?.hasSuffix("# A copy\nOf it.\n") == true)
            }
        }
    }
}
