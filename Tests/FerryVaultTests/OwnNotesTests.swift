internal import FerryModel
internal import FerrySystem
internal import FerryTestSupport
internal import Glibc
internal import SystemPackage
internal import Testing

@testable internal import FerryVault

@Suite(.timeLimit(.minutes(1)))
struct OwnNotesTests {
    private func note(_ text: String) -> NoteBytes { NoteBytes(Array(text.utf8)) }
    private let offLimits = OffLimits(home: "/home/ann", vault: "/home/ann/vault", ferry: ["/home/ann/.local/state/ferry"])

    // MARK: Agents

    @Test func `an agent is its keys and its body`() {
        let agent = AgentNote(
            note(
                "---\nrole: coder\nmodel: fast\ntools: [edit, bash]\nmax_turns: 5\nbudget_usd: 1.5\neffort: high\n---\nIn {{repository}} on {{ base }}.\n"
            ),
            path: "20_agents/coder.md")
        #expect(agent.faults.isEmpty)
        #expect(agent.name == "coder" && agent.role == "coder" && agent.model == "fast" && agent.effort == .high)
        #expect(agent.tools == ["bash", "edit", "finish"])
        #expect(agent.maxTurns == 5 && agent.maxMinutes == 30 && agent.budget == Money(dollars: 1.5) && agent.backend == .builtin)
        #expect(agent.prompt(filling: ["repository": "{{base}}", "base": "main"]) == "In {{base}} on main.")
    }

    @Test(arguments: [
        ("role: coder\nmax_turn: 3", "a.md:3: the key `max_turn` is unknown; did you mean max_turns?"),
        ("role: boss", "a.md:2: role is `boss`; write one of planner, coder, tester, reviewer, or say with `stages` when this specialist works"),
        ("model: x", "a.md:1: the agent has no role; write `role:` with one of planner, coder, tester, reviewer"),
        ("role: coder\ntools: [bash, sudo]", "a.md:3: there is no tool `sudo`; the tools are bash, read, edit, write, grep, glob, finish"),
        ("role: coder\nmax_minutes: 0", "a.md:3: max_minutes is `0`; write a whole number from 1 to 1440"),
        ("role: coder\neffort: huge", "a.md:3: effort is `huge`; write one of low, medium, high, xhigh, max"),
        ("role: coder\nbackend: &b claude", "a.md:3: backend uses an anchor, an alias or a tag; write the value itself"),
        ("role: coder\n\tmodel: x", "a.md:3: the line is indented by a tab; indent it by blanks"),
        ("role: coder\nmodel", "a.md:3: the line is no `key: value`; add a colon and a blank behind the key"),
    ])
    func `what is wrong with an agent is said with its line`(_ yaml: String, _ expected: String) {
        let agent = AgentNote(note("---\n\(yaml)\n---\nPrompt"), path: "a.md")
        #expect(agent.faults.map(\.description).contains(expected), "\(agent.faults)")
    }

    @Test func `a prompt with an unknown placeholder, or none at all, is a fault`() {
        let agent = AgentNote(note("---\nrole: coder\n---\nline\nUse {{secret}} and {{open\n"), path: "a.md")
        let names = "{{base}}, {{repository}}, {{role}}, {{test_command}}"
        #expect(
            agent.faults.map(\.description) == [
                "a.md:5: the placeholder `{{secret}}` is unknown; the placeholders are \(names)",
                "a.md:5: a placeholder is not closed; write `{{name}}`",
            ])
        #expect(AgentNote(note("---\nrole: coder\n---\n"), path: "a.md").faults.map(\.what) == ["the agent has no instruction"])
    }

    // MARK: Rules

    @Test func `a rule is prose and, if it has one, a check`() {
        let rule = RuleNote(
            note("---\napplies_to: [\"**/*.py\"]\nseverity: error\ntimeout: 20\n---\n# Rule\n\nText.\n\n```sh check\nexit 0\n```\nMore.\n"),
            path: "30_review_rules/no-x.md")
        #expect(rule.faults.isEmpty && rule.name == "no-x" && rule.severity == .error && rule.timeout == .seconds(20) && rule.gate == nil)
        #expect(rule.check == RuleNote.Check(script: "exit 0\n", line: 11))
        #expect(rule.prose == "# Rule\n\nText.\n\nMore.")
        #expect(rule.appliesTo.map { $0.matches("a/b.py") } == [true])
    }

    @Test(arguments: [
        ("severity: fatal", "r.md:2: severity is `fatal`; write one of note, warning, error"),
        ("applies_to: [/etc]", "r.md:2: applies_to holds `/etc`; write a path below the repository, without a leading `/` and without `..`"),
        ("timeout: 1.5", "r.md:2: timeout is `1.5`; write a whole number such as 60"),
        ("gate: secret", "r.md:2: gate is `secret`; write one of \(RuleNote.gates.joined(separator: ", "))"),
    ])
    func `what is wrong with a rule is said with its line`(_ yaml: String, _ expected: String) {
        #expect(RuleNote(note("---\n\(yaml)\n---\nText"), path: "r.md").faults.map(\.description) == [expected])
    }

    @Test func `a second check, an open one and an empty one are faults`() {
        let two = RuleNote(note("a\n```sh check\nx\n```\n```sh check\ny\n```\n"), path: "r.md")
        #expect(two.faults.map(\.description) == ["r.md:5: the rule has a second check; make it a rule of its own"])
        #expect(RuleNote(note("a\n```sh check\nx\n"), path: "r.md").faults.map(\.line) == [2])
        #expect(RuleNote(note("a\n```sh check\n```\n"), path: "r.md").faults.map(\.what) == ["the check is empty"])
    }

    // MARK: Repositories

    @Test func `a repository is its keys and what an engineer should know`() {
        let text = """
            ---
            path: ~/code/shop
            base: main
            test: python3 -m pytest -q
            protected: [LICENSE, .github]
            toolchains: [~/.pyenv]
            env: {LANG: C.UTF-8, N: 3}
            limits: {memory_mb: 1024, minutes: 2}
            at_once: 1
            ---
            Prices are integers.
            """
        let shop = RepositoryNote(note(text), path: "80_repositories/shop.md", offLimits: offLimits)
        #expect(shop.faults.isEmpty)
        #expect(shop.name == RepositoryName("shop") && shop.path == "/home/ann/code/shop" && shop.base == "main")
        #expect(shop.testCommand == "python3 -m pytest -q" && shop.toolchains == ["/home/ann/.pyenv"])
        #expect(shop.environment == ["LANG": "C.UTF-8", "N": "3"])
        #expect(
            shop.limits
                == {
                    var limits = RepositoryNote.Limits(); limits.memoryMB = 1024; limits.minutes = 2; return limits
                }())
        #expect(shop.text == "Prices are integers." && shop.atOnce == 1)
    }

    @Test(arguments: [
        ("/", "is the whole file system"), ("~", "is a home folder"), ("/home/ann/", "is a home folder"), ("/home/bob", "is a home folder"),
        ("/home", "holds home folders"), ("/home/ann/x/..", "is a home folder"), ("~/vault", "is the vault"),
        ("~/vault/10_features", "lies in the vault"), ("~/.local/state/ferry/x", "lies in Ferry's own folder /home/ann/.local/state/ferry"),
        ("~/.local", "holds Ferry's own folder /home/ann/.local/state/ferry"),
    ])
    func `a repository or toolchain in the wrong place is a fault`(_ path: String, _ reason: String) {
        let shop = RepositoryNote(note("---\npath: \"\(path)\"\ntest: x\n---\n"), path: "r.md", offLimits: offLimits)
        #expect(shop.faults.map(\.description) == ["r.md:2: path is `\(path)`, which \(reason); name the folder of the repository itself"])
        let chain = RepositoryNote(note("---\npath: /srv/x\ntest: x\ntoolchains:\n  - \"\(path)\"\n---\n"), path: "r.md", offLimits: offLimits)
        #expect(chain.faults.map(\.description) == ["r.md:5: toolchains is `\(path)`, which \(reason); name the folder of the toolchain itself"])
    }

    @Test func `a link does not lead a repository past the refusals`() async throws {
        try await withScratch(["vault/a.md": "x", "home/": ""]) { root in
            try root.appending("link").withPlatformString { link in
                guard symlink(root.appending("vault").string, link) == 0 else { throw Errno(rawValue: errno) }
            }
            let limits = OffLimits(home: root.appending("home"), vault: root.appending("vault"), ferry: [])
            let shop = RepositoryNote(note("---\npath: \(root)/link\ntest: x\n---\n"), path: "r.md", offLimits: limits)
            #expect(shop.faults.first?.what.hasSuffix("which is the vault") == true)
        }
    }

    @Test func `a repository names the hosts that may be reached, and who may reach them`() {
        let text = "---\npath: /srv/x\ntest: x\nnetwork: [PyPI.org, files.pythonhosted.org]\nnetwork_for: [setup, agents]\n---\n"
        let shop = RepositoryNote(note(text), path: "r.md", offLimits: offLimits)
        #expect(shop.faults.isEmpty)
        #expect(shop.network.map(\.text) == ["pypi.org", "files.pythonhosted.org"])
        #expect(shop.networkFor == [.setup, .agents])
        let usual = RepositoryNote(note("---\npath: /srv/x\ntest: x\n---\n"), path: "r.md", offLimits: offLimits)
        #expect(usual.network.isEmpty && usual.networkFor == [.setup])
    }

    @Test(arguments: ["*.pypi.org", "https://pypi.org", "pypi.org:443", "10.0.0.1", "localhost", "any"])
    func `what is no exact host is a fault`(_ host: String) {
        let shop = RepositoryNote(note("---\npath: /srv/x\ntest: x\nnetwork:\n  - \"\(host)\"\n---\n"), path: "r.md", offLimits: offLimits)
        #expect(shop.network.isEmpty)
        #expect(shop.faults.map(\.line) == [5])
    }

    @Test func `what is wrong with a repository is said with its line`() {
        let shop = RepositoryNote(
            note("---\npath: code\nenv: [A]\nlimits: {memory: 1, minutes: -1}\nat_once: many\nbranch: x\n---\n"), path: "r.md", offLimits: offLimits)
        #expect(
            shop.faults.map(\.description) == [
                "r.md:1: the repository has no `test`; write the command that decides, such as `test: make test`",
                "r.md:2: path is `code`; write a path that begins with `/` or `~/`",
                "r.md:3: env is a list; write a map such as `{LANG: C.UTF-8}`",
                "r.md:4: limits holds the unknown name `memory`; the limits are memory_mb, processes, minutes and disk_mb",
                "r.md:4: limits.minutes is `-1`; write a whole number above 0",
                "r.md:5: at_once is `many`; write a whole number such as 2",
                "r.md:6: the key `branch` is unknown; the keys here are at_once, base, env, forge, layers, licence_header, limits, network, network_for, path, protected, "
                    + "setup, test, test_report, toolchains",
            ])
    }

    // MARK: Settings

    @Test func `settings have defaults, and their yaml blocks have lines`() {
        #expect(SettingsNote(NoteBytes([])).faults.isEmpty)
        let text =
            "---\nagents_at_once: 4\nfolder_planned: Next\n---\n## Providers\n```yaml\nlocal: {api: openai, base_url: \"http://127.0.0.1:1/v1\"}\n```\n"
            + "## Models\n```yaml\n# comment\nsmall: local/a\nbig: [local/b, small]\n```\n"
        let settings = SettingsNote(note(text))
        #expect(settings.faults.isEmpty)
        #expect(settings.agentsAtOnce == 4 && settings.settle == .seconds(30) && settings.budgetDay == Money(dollars: 50))
        #expect(settings.layout.folder(of: .planned) == "10_features/Next")
        #expect(settings.providers == [.init(name: "local", fields: ["api": "openai", "base_url": "http://127.0.0.1:1/v1"], line: 7)])
        #expect(
            settings.aliases == [.init(name: "small", targets: ["local/a"], line: 12), .init(name: "big", targets: ["local/b", "small"], line: 13)])
    }

    @Test(arguments: [
        ("agents_at_once: two", "90_system/ferry.md:2: agents_at_once is `two`; write a whole number such as 2"),
        (
            "folder_planned: a/b",
            "90_system/ferry.md:2: folder_planned is `a/b`; write the name of one folder, without `/` and without a dot before it"
        ),
        ("folder_planned: 06_done", "90_system/ferry.md:1: two of the folders have one name; give each `folder_…` a name of its own"),
        ("property_prefix: \"a b\"", "90_system/ferry.md:2: property_prefix is `a b`; write letters, digits, `-` and `_`, such as ferry-"),
        ("agents-at-once: 2", "90_system/ferry.md:2: the key `agents-at-once` is unknown; did you mean agents_at_once?"),
    ])
    func `what is wrong with a setting is said with its line`(_ yaml: String, _ expected: String) {
        #expect(SettingsNote(note("---\n\(yaml)\n---\n")).faults.map(\.description) == [expected])
    }

    @Test(arguments: [
        ("a: [x: ]", 7, "provider a is a list"), ("a: {api: [x]}", 7, "api of the provider a is a list"),
        ("a: {api: openai, key: sk-abc123}", 7, "key of the provider a is no name"), ("a: {api: x}\na: {api: y}", 8, "`a` is there twice"),
        ("ok: {api: x}\nb: 'open", 8, "the YAML is broken"), ("x", 7, "the line is no `key: value`"), ("a: *b", 7, "an alias"),
    ])
    func `a fault in a yaml block is said with its line in the note`(_ yaml: String, _ line: Int, _ what: String) {
        let faults = SettingsNote(note("---\nforge: local\n---\n\n## Providers\n```yaml\n\(yaml)\n```\n")).faults
        #expect(faults.count == 1 && faults.first?.line == line && faults.first?.what.contains(what) == true, "\(faults)")
        #expect(!faults.description.contains("sk-abc123"))
    }

    // MARK: Prices and the template

    @Test func `prices are the cells of the table`() {
        let prices = PriceNote(note("# P\n\n| no | table |\n\n| Model | in |\n|---|---|\n| `a` | 1 |\n| b | |\ntext\n| c | 2 |\n"))
        #expect(prices.headings == ["Model", "in"])
        #expect(prices.rows == [.init(cells: ["a", "1"], line: 7), .init(cells: ["b", ""], line: 8)])
        #expect(PriceNote(note("text")).faults.map(\.description) == ["90_system/models.md: there is no table; write a table with a column `model`"])
    }

    @Test func `every note of the template is read without a fault`() throws {
        let template = FilePath(#filePath).removingLastComponent().removingLastComponent().removingLastComponent().appending("vault-template")
        var seen = 0
        func each(_ folder: String, _ faults: (NoteBytes, String) -> [NoteFault]) throws {
            for entry in try Directory.entries(of: template.appending(folder)) where entry.name.string != "README.md" {
                let path = "\(folder)/\(entry.name)"
                #expect(faults(NoteBytes(try FileContents.read(template.appending(path))), path) == [])
                seen += 1
            }
        }
        try each("20_agents") { AgentNote($0, path: $1).faults }
        try each("30_review_rules") { RuleNote($0, path: $1).faults }
        try each("10_features/01_ideas") { FeatureNote(parsing: $0.bytes, path: FilePath($1)).faults }
        #expect(seen >= 13)
        let settings = SettingsNote(NoteBytes(try FileContents.read(template.appending("90_system/ferry.md"))))
        #expect(settings.faults == [] && !settings.providers.isEmpty && !settings.aliases.isEmpty)
        let prices = PriceNote(NoteBytes(try FileContents.read(template.appending("90_system/models.md"))))
        #expect(prices.faults == [] && !prices.rows.isEmpty)
    }
}
