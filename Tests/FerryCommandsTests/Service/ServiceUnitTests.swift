@testable internal import FerryService
@testable internal import FerryCommands
internal import FerrySandbox
internal import FerrySystem
internal import FerryTestSupport
internal import FerryVault
internal import Glibc
internal import SystemPackage
internal import Testing

@Suite(.timeLimit(.minutes(1)))
struct ServiceUnitTests {
    private func unit(_ vault: String, program: String = "/home/ada/.local/bin/ferry", id: String = "k3x9") -> ServiceUnit {
        ServiceUnit(program: FilePath(program), vault: FilePath(vault), vaultID: id)
    }

    private func line(_ name: String, in text: String) -> String? {
        text.split(separator: "\n").first { $0.hasPrefix(name + "=") }.map { String($0.dropFirst(name.count + 1)) }
    }

    // What systemd makes of each was tried with a real one: .scripts/service-check.
    @Test(arguments: [
        ("/home/ada/notes", #""/home/ada/notes""#),
        ("/home/ada/My notes", #""/home/ada/My notes""#),
        ("/n/100%h", #""/n/100%%h""#),
        ("/n/a$HOME", #""/n/a$$HOME""#),
        (#"/n/it's "so""#, #""/n/it's \"so\"""#),
        (#"/n/back\slash"#, #""/n/back\\slash""#),
        ("/n/two\nlines", #""/n/two\nlines""#),
        ("/n/tab\tbell\u{7}", #""/n/tab\tbell\x07""#),
        ("/n/Füße 日本 ; # x", #""/n/Füße 日本 ; # x""#),
    ])
    func `a path stands in the command as one argument`(path: String, written: String) throws {
        let text = try unit(path).text()
        #expect(line("ExecStart", in: text) == #""/home/ada/.local/bin/ferry" run --vault "# + written)
        #expect(ServiceUnit.vault(in: text) == FilePath(path))
        // Nothing in a path begins a line of its own.
        #expect(text.split(separator: "\n").count == (try unit("/n").text().split(separator: "\n").count))
    }

    @Test(arguments: ["relative/ferry", #"/opt/a"b/ferry"#, #"/opt/a\b/ferry"#, "/opt/a'b/ferry", "/opt/a\nb/ferry"])
    func `a program that systemd would not take is refused`(program: String) {
        #expect(throws: UnitText.Refusal.self) { try unit("/n", program: program).text() }
    }

    @Test(arguments: ["/k/line\nend", "/k/blank ", "/k/bell\u{7}"])
    func `a file with a key that cannot be named in a unit is refused`(path: String) {
        var unit = unit("/n")
        unit.credentials = ["A_KEY": FilePath(path)]
        #expect(throws: UnitText.Refusal.self) { try unit.text() }
    }

    @Test func `a path that is not UTF-8 is refused`() {
        let path = FilePath(platformString: [0x2F, 0x61, -1, 0])
        var unit = unit("/n")
        unit.vault = path
        #expect(throws: UnitText.Refusal.self) { try unit.text() }
    }

    @Test(arguments: [
        ("/home/ada/My Notes (2)", "k3x9", "ferry-my-notes-2-k3x9.service"), ("/", "k3x9", "ferry-vault-k3x9.service"),
        ("/n/日本", "k3x9", "ferry-vault-k3x9.service"), ("/n/A--b_c", "k3x9", "ferry-a-b-c-k3x9.service"),
        ("/n/an exceedingly long name of a folder with notes", "k3x9", "ferry-an-exceedingly-long-name-of-a-fo-k3x9.service"),
    ])
    func `the name is readable and the vault's own`(vault: String, id: String, name: String) {
        #expect(unit(vault, id: id).name == name)
        #expect(name.hasSuffix(ServiceUnit.nameEnd(vaultID: id)))
    }

    @Test func `an id that fits into no name is told by its hash`() {
        let name = unit("/n", id: "../x y").name
        #expect(name.wholeMatch(of: /ferry-n-[0-9a-f]{16}\.service/) != nil)
    }

    @Test func `the unit is told when it is ready, ends its steps in order, and does not try again what needs a person`() throws {
        var unit = unit("/home/ada/notes")
        unit.environment = ["XDG_STATE_HOME": "/s/100% mine"]
        unit.credentials = ["OPENAI_API_KEY": "/k/b", "ANTHROPIC_API_KEY": "/k/50%"]
        let text = try unit.text()
        let expected = [
            "Type": "notify", "NotifyAccess": "main", "Restart": "on-failure", "RestartPreventExitStatus": "78", "SuccessExitStatus": "143",
            "WatchdogSec": "120", "TimeoutStopSec": "45", "KillMode": "mixed", "Delegate": "yes", "WantedBy": "default.target",
            "Environment": #""XDG_STATE_HOME=/s/100%% mine""#, "LoadCredential": "ANTHROPIC_API_KEY:/k/50%%", "Vault": #""/home/ada/notes""#,
        ]
        for (name, value) in expected { #expect(line(name, in: text) == value, "\(name)") }
        #expect(text.contains("\nLoadCredential=OPENAI_API_KEY:/k/b\n"))
        // bubblewrap makes namespaces and mounts, and may be set-user-id.
        for word in ["Restrict", "Protect", "Private", "SystemCall", "NoNewPrivileges", "LockPersonality", "ReadOnly", "MemoryDeny"] {
            #expect(!text.contains(word), "\(word)")
        }
        unit.allowRoot = true
        #expect(try unit.text().contains(" --allow-root\n"))
    }

    @Test func `what to run without systemd is one command for a shell and for cron`() {
        let lines = ServiceAlternatives(program: "/opt/ferry", vault: "/n/it's 100%", state: "/s", allowRoot: false).lines
        #expect(lines.contains(#"  nohup /opt/ferry run --vault '/n/it'\''s 100%' >>/s/service.log 2>&1 </dev/null &"#))
        #expect(lines.contains(#"  @reboot /opt/ferry run --vault '/n/it'\''s 100\%' >>/s/service.log 2>&1"#))
    }

    @Test func `where there is no systemd install says what to run, and ends with 3`() async throws {
        try await VaultFixture.with { vault in
            let ferry = BuiltFerry(scratch: vault.scratch)
            // No systemctl in it.
            let path = ["PATH": vault.scratch.string]
            let answer = try await ferry("service", "install", "--vault", vault.root.string, environment: path)
            #expect(answer.status == 3)
            #expect(answer.output.contains("nohup ") && answer.output.contains("@reboot "), "\(answer.output)\(answer.errors)")
            let status = try await ferry("service", "status", "--json", "--vault", vault.root.string, environment: path)
            #expect(status.status == 1)
            #expect(try status.json()["is_installed"] as? Bool == false)
            let removed = try await ferry("service", "uninstall", "--vault", vault.root.string, environment: path)
            #expect(removed.status == 0 && removed.output.contains("No service is installed"))
        }
    }

    @Test func `a unit is that of the vault that it names, and of no copy`() async throws {
        try await VaultFixture.with { vault in
            let ferry = BuiltFerry(scratch: vault.scratch)
            let path = ["PATH": "/usr/bin:/bin"]
            let original = vault.scratch.appending("my \"own\" vault")
            try #require(rename(vault.root.string, original.string) == 0)
            let copied = HostProcess(
                "/bin/cp", ["-r", original.string, vault.scratch.appending("copy").string].map { Array($0.utf8) }, environment: path,
                directory: vault.scratch)
            _ = try await copied.runUnsandboxed()
            let id = try #require(try VaultView(root: original, stateHome: vault.scratch, cacheHome: vault.scratch).settings.vaultID)
            let folder = UnitFolder(configuration: vault.scratch.appending("config"))
            let unit = ServiceUnit(program: "/opt/ferry", vault: original, vaultID: id)
            try folder.write(try unit.text(), as: unit.name)
            let absent = ["PATH": vault.scratch.string]
            let refused = try await ferry("service", "uninstall", "--vault", "copy", environment: absent)
            #expect(refused.status == 78 && refused.errors.contains("of which this vault is a copy"), "\(refused.output)\(refused.errors)")
            let status = try await ferry("service", "status", "--json", "--vault", "copy", environment: absent)
            #expect(try status.json()["is_installed"] as? Bool == false)
            #expect(try folder.text(of: unit.name) != nil)
            // The vault is gone, its service is not.
            try Directory.removeTree(original)
            try Directory.removeTree(vault.scratch.appending("copy"))
            let removed = try await ferry("service", "uninstall", "--vault", original.string, environment: absent)
            #expect(removed.status == 0 && removed.output.contains("Removed: "), "\(removed.output)\(removed.errors)")
            #expect(try folder.text(of: unit.name) == nil)
        }
    }

    @Test func `a unit that is masked is named, with what to do`() async throws {
        try await VaultFixture.with { vault in
            let id = try #require(try vault.view().settings.vaultID)
            let folder = UnitFolder(configuration: vault.scratch.appending("config"))
            try Directory.create(folder.path)
            let name = ServiceUnit(program: "/opt/ferry", vault: vault.root, vaultID: id).name
            try #require(symlink("/dev/null", folder.path.appending(name).string) == 0)
            let answer = try await BuiltFerry(scratch: vault.scratch)("service", "uninstall", "--vault", vault.root.string)
            #expect(
                answer.status == 1 && answer.errors.contains("\(name) is a symbolic link") && answer.errors.contains("unmask"), "\(answer.errors)")
        }
    }

    @Test func `a program is known by the name that stays`() async throws {
        try await withScratch { scratch in
            let own = WorkingFolder.resolved("/proc/self/exe")
            let installed = scratch.appending("mine")
            #expect(own.withPlatformString { target in installed.withPlatformString { symlink(target, $0) } } == 0)
            #expect(StableProgram.path("/nowhere:\(scratch)", called: "mine") == installed)
            #expect(StableProgram.path(nil, called: installed.string) == installed)
            #expect(StableProgram.path("/usr/bin", called: "true") == own)
        }
    }

    @Test func `a process is known to be of an older program when another file lies at its place`() async throws {
        let own = try #require(RunningProgram.path(of: ProcessIdentity.current.number))
        #expect(RunningProgram.differs(ProcessIdentity.current.number, from: own) == false)
        #expect(RunningProgram.differs(ProcessIdentity.current.number, from: "/bin/sh") == true)
        #expect(RunningProgram.differs(ProcessIdentity.current.number, from: "/nowhere") == nil)
    }
}
