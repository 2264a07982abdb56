@testable internal import FerryCommands
internal import FerryModel
internal import FerryPipeline
internal import FerrySystem
internal import FerryTestSupport
internal import FerryVault
internal import Foundation
internal import SystemPackage
internal import Testing

/// The built program: exit statuses, what goes where, and the names in its JSON.
@Suite(.timeLimit(.minutes(1)))
struct ProgramTests {
    private func with(_ files: [String: String] = [:], function: String = #function, _ body: (BuiltFerry, VaultFixture) async throws -> Void)
        async throws
    {
        try await VaultFixture.with(files, function: function) { vault in try await body(BuiltFerry(scratch: vault.scratch), vault) }
    }

    // MARK: Exit statuses

    @Test func `help is 0 and names every command`() async throws {
        try await withScratch { scratch in
            let help = try await BuiltFerry(scratch: scratch)("--help")
            #expect(help.status == 0)
            for name in [
                "demo", "init", "run", "status", "show", "logs", "why", "plan", "go", "approve", "reject", "retry", "answer", "cancel", "stop",
                "check", "doctor", "replay", "models",
            ] {
                #expect(help.output.contains("\n  \(name) "), "\(name)")
            }
        }
    }

    @Test(arguments: [["frobnicate"], ["approve"], ["run", "--max-iterations", "0"], ["stop"], ["init", "x", "--name", "y"]])
    func `wrong use is 2, on standard error`(arguments: [String]) async throws {
        try await withScratch { scratch in
            let ferry = BuiltFerry(scratch: scratch)
            let answer =
                switch arguments.count {
                case 1: try await ferry(arguments[0])
                case 3: try await ferry(arguments[0], arguments[1], arguments[2])
                default: try await ferry(arguments[0], arguments[1], arguments[2], arguments[3])
                }
            #expect(answer.status == 2)
            #expect(answer.output.isEmpty && answer.errors.contains("Error:"))
        }
    }

    @Test func `no vault is 78 and says how to make one`() async throws {
        try await withScratch { scratch in
            let ferry = BuiltFerry(scratch: scratch)
            for command in ["status", "check", "run"] {
                let answer = try await ferry(command)
                #expect(answer.status == 78)
                #expect(answer.errors.contains("There is no vault in") && answer.errors.contains("ferry init DIR"))
            }
            let named = try await ferry("status", "--vault", "nowhere")
            #expect(named.status == 78 && named.errors.contains("--vault names"))
            let variable = try await ferry("status", environment: ["FERRY_VAULT": "nowhere"])
            #expect(variable.status == 78 && variable.errors.contains("FERRY_VAULT names"))
        }
    }

    @Test func `the vault is found by option, by variable and around the current folder`() async throws {
        try await with { ferry, vault in
            let byOption = try await ferry("status", "--vault", "vault")
            #expect(byOption.status == 0)
            #expect(try await ferry("status", environment: ["FERRY_VAULT": vault.root.string]).status == 0)
            let inner = WorkingFolder.resolved(vault.root.appending("10_features"))
            #expect(try VaultSearch(option: nil, variable: nil, folder: inner).find() == vault.root)
            #expect(try VaultSearch(option: nil, variable: "", folder: vault.root).find() == vault.root)
        }
    }

    @Test func `check is 1 with an error and 0 with warnings alone`() async throws {
        try await with { ferry, vault in
            #expect(try await ferry("check", "--vault", "vault").status == 0)
            try write(["vault/20_agents/coder.md": "---\nrole: coder\nmax_turns: many\n---\nx\n"], below: vault.scratch)
            let answer = try await ferry("check", "--vault", "vault", "vault/20_agents/coder.md")
            #expect(answer.status == 1)
            #expect(answer.output.hasPrefix("20_agents/coder.md:3: error: max_turns is `many`: write a whole number"))
            #expect(try await ferry("check", "--vault", "vault", "20_agents/planner.md").status == 0)
            #expect(try await ferry("check", "--vault", "vault", "20_agents/nobody.md").status == 1)
        }
    }

    @Test func `with settings that cannot be read nothing is made up`() async throws {
        try await with { ferry, vault in
            let settings = vault.root.pushing(VaultLayout().settings)
            let whole = try vault.text(VaultLayout().settings.string)
            let id = try #require(try vault.view().settings.vaultID)
            // The id is there, whatever the YAML around it is.
            try FileContents.write(Array(whole.replacing("---\n", with: "---\nfoo: [two\n", maxReplacements: 1).utf8), to: settings)
            #expect(try vault.view().folders?.state.lastComponent?.string == id)
            let status = try await ferry("status", "--vault", "vault")
            #expect(status.status == 0 && status.output.contains("90_system/ferry.md:2: "), "\(status.output)\(status.errors)")
            // It is nowhere, and nobody can tell which vault this is.
            try FileContents.write(
                Array(whole.replacing("---\n", with: "---\nfoo: [two\n", maxReplacements: 1).replacing(/vault_id:.*\n/, with: "").utf8), to: settings)
            for command in [["status"], ["why", "x"], ["logs", "x"], ["approve", "x"], ["service", "status"]] {
                let answer = try await ferry(command[0], command.count > 1 ? command[1] : "--json", "--vault", "vault")
                #expect(answer.status == 78 && answer.errors.contains("90_system/ferry.md:2: "), "\(command): \(answer.output)\(answer.errors)")
            }
            let stop = try await ferry("stop", "--all", "--vault", "vault")
            #expect(stop.status == 0 && !stop.output.contains("No service"), "\(stop.output)\(stop.errors)")
            #expect(try await ferry("check", "--vault", "vault").output.contains("90_system/ferry.md:2: error"))
        }
    }

    @Test func `folders of Ferry's that cannot be made are named, with what to do`() async throws {
        try await with { ferry, vault in
            try FileContents.write([], to: vault.scratch.appending("state"))
            let answer = try await ferry("status", "--vault", "vault")
            #expect(answer.status == 1 && answer.errors.contains(vault.scratch.appending("state").string) && answer.errors.contains("XDG_STATE_HOME"))
        }
    }

    @Test func `check looks at notes, and says so of a folder and of what is not there`() async throws {
        try await with { ferry, vault in
            let folder = try await ferry("check", "10_features", "--vault", vault.root.string)
            #expect(folder.status == 1 && folder.errors.contains("10_features is no note but a folder") && folder.errors.contains("Name notes"))
            let absent = try await ferry("check", "nothing.md", "--vault", vault.root.string)
            #expect(absent.status == 1 && absent.errors.contains("There is no note nothing.md"))
        }
    }

    @Test func `a wrong state is 1, something asked of a person is 3`() async throws {
        try await with(["vault/10_features/05_review/Dark.md": "---\nid: FR-001\n---\n# Dark\n"]) { ferry, _ in
            #expect(try await ferry("plan", "FR-001", "--vault", "vault").status == 1)
            let retry = try await ferry("retry", "FR-001", "--vault", "vault")
            #expect(retry.status == 3)
            #expect(retry.errors.contains("## Feedback"))
            #expect(try await ferry("why", "nobody", "--vault", "vault").status == 1)
        }
    }

    @Test func `run once with nothing to do is 0`() async throws {
        try await with { ferry, vault in
            let answer = try await ferry("run", "--once", "--vault", "vault")
            #expect(answer.status == 0, "\(answer.output)\(answer.errors)")
            #expect(try FileStatus.ifPresent(vault.scratch.appending("state")) != nil)
        }
    }

    @Test func `run without an id in the settings is 78`() async throws {
        try await with { ferry, vault in
            let settings = try vault.text("90_system/ferry.md").split(separator: "\n").filter { !$0.hasPrefix("vault_id") }.joined(separator: "\n")
            try write(["vault/90_system/ferry.md": settings], below: vault.scratch)
            let answer = try await ferry("run", "--once", "--vault", "vault")
            #expect(answer.status == 78)
            #expect(answer.errors.contains("ferry init"))
        }
    }

    // MARK: JSON

    @Test func `init says in JSON what it did and found`() async throws {
        try await with { ferry, vault in
            _ = try await vault.repository()
            let json = try await ferry("init", "vault", "--repo", "shop", "--json").json()
            #expect(Set(json.keys) == ["vault", "vault_id", "created", "kept", "remarks", "repository", "has_repository"])
            let repository = try #require(json["repository"] as? [String: Any])
            #expect(Set(repository.keys) == ["name", "note", "was_known", "path", "base", "test", "test_reason", "toolchains", "remarks"])
            #expect(repository["test"] as? String == "make test")
        }
    }

    @Test func `status, show, why and check keep their names in JSON`() async throws {
        try await with(["vault/10_features/01_ideas/Dark.md": "---\nid: FR-001\n---\n# Dark\n"]) { ferry, _ in
            let status = try await ferry("status", "--json", "--vault", "vault").json()
            #expect(
                Set(status.keys) == [
                    "asked", "vault", "vault_faults", "is_served", "is_stopped", "features", "shortages", "today_usd", "day_limit_usd",
                    "today_unpriced",
                ])
            let features = try #require(status["features"] as? [[String: Any]])
            let dark = try #require(features.first { $0["id"] as? String == "FR-001" })
            #expect(Set(dark.keys) == ["id", "title", "state", "note", "needs_person"])
            #expect(dark["state"] as? String == "ideas")
            let show = try await ferry("show", "FR-001", "--json", "--vault", "vault").json()
            #expect(
                Set(show.keys) == [
                    "feature", "priority", "depends_on", "questions", "input_tokens", "output_tokens", "model_calls", "runs", "events",
                ])
            let why = try await ferry("why", "FR-001", "--json", "--vault", "vault").json()
            #expect(Set(why.keys) == ["feature", "title", "state", "reason", "remedy", "needs_person"])
            let check = try await ferry("check", "--json", "--vault", "vault").json()
            #expect(Set(check.keys) == ["findings", "errors", "warnings", "notes", "ignored"])
            #expect((check["findings"] as? [[String: Any]])?.first.map { Set($0.keys) } == ["path", "rule", "level", "message", "remedy"])
        }
    }

    @Test func `a gesture and the stop keep their names in JSON`() async throws {
        try await with(["vault/10_features/01_ideas/Dark.md": "# Dark\n"]) { ferry, vault in
            let stop = try await ferry("stop", "--all", "--json", "--vault", "vault").json()
            #expect(Set(stop.keys) == ["is_stopped", "note", "is_served"])
            #expect(stop["is_stopped"] as? Bool == true)
            #expect(try vault.exists("90_system/STOP.md"))
            let plan = try await ferry("plan", "Dark", "--json", "--vault", "vault").json()
            #expect(Set(plan.keys) == ["title", "note", "from", "to", "next", "is_pending", "is_served", "is_stopped"])
            #expect(plan["note"] as? String == "10_features/03_planned/Dark.md")
            _ = try await ferry("stop", "--undo", "--vault", "vault")
            #expect(try !vault.exists("90_system/STOP.md"))
        }
    }

    @Test func `the doctor says in JSON what is ready`() async throws {
        try await with { ferry, vault in
            _ = try await vault.add(try await vault.repository())
            let answer = try await ferry(
                "doctor", "--json", "--offline", "--vault", "vault", "--allow-root", environment: ["ANTHROPIC_API_KEY": "key-for-a-test"])
            let json = try answer.json()
            #expect(Set(json.keys) == ["findings", "is_ready"])
            let findings = try #require(json["findings"] as? [[String: Any]])
            let failed = findings.filter { $0["level"] as? String == "fail" }
            #expect(failed.isEmpty && answer.status == 0, "\(failed)")
            #expect(findings.contains { $0["name"] as? String == "repository shop" })
            #expect(!answer.output.contains("key-for-a-test"))
            let without = try await ferry("doctor", "--offline", "--vault", "vault", "--allow-root")
            #expect(without.status == 1)
            #expect(without.output.contains("ANTHROPIC_API_KEY"))
        }
    }

    // MARK: Terminal

    @Test func `without a terminal there is no escape sequence, whatever a note holds`() async throws {
        try await with(["vault/10_features/01_ideas/Dark.md": "---\ntitle: \"\\e[2Jgone\\a\"\n---\n# Dark\n"]) { ferry, _ in
            let answer = try await ferry("status", "--vault", "vault")
            #expect(!answer.output.utf8.contains(0x1B) && !answer.output.utf8.contains(0x07), "\(answer.output)")
        }
    }
}
