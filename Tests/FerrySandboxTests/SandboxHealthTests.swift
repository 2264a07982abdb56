internal import FerrySystem
internal import SystemPackage
internal import Testing

@testable internal import FerrySandbox

@Suite(.timeLimit(.minutes(1)))
struct SandboxHealthTests {
    @Test func `on this machine commands can be contained`() async throws {
        let health = await SandboxHealth.check()
        #expect(health.isGood, "\(health.findings)")
        #expect(health.findings.map(\.name) == ["user", "bubblewrap", "sandbox", "seccomp", "privileges", "network", "limits", "memory"])
        #expect(health.obstacle == nil)
    }

    @Test func `without bubblewrap nothing runs, and the remedy is told`() async throws {
        try await withScratch { scratch async throws in
            let runner = BubblewrapRunner(bubblewrap: "/nonexistent/bwrap")
            let error = await #expect(throws: SandboxError.self) { try await runner.run(SandboxCommand(["true"]), under: scratch.policy) }
            #expect(error?.code == .unavailable)
            #expect(error?.remedy.contains("apt-get install bubblewrap") == true)
            let health = await SandboxHealth.check(runner)
            #expect(!health.isGood)
            #expect(health.obstacle?.code == .unavailable)
            #expect(health.findings.last?.remedy?.contains("apt-get install bubblewrap") == true)
        }
    }

    @Test func `a bubblewrap that may not make namespaces is an error with its words`() async throws {
        try await withScratch { scratch async throws in
            let fake = "#!/bin/sh\necho 'bwrap: No permissions to create new namespace' >&2\nexit 1\n"
            try scratch.write(fake, to: "bwrap", mode: 0o755)
            let runner = BubblewrapRunner(bubblewrap: scratch.root.appending("bwrap"))
            let error = await #expect(throws: SandboxError.self) { try await runner.run(SandboxCommand(["true"]), under: scratch.policy) }
            #expect(error?.code == .unavailable)
            #expect(error?.message.contains("No permissions to create new namespace") == true)
        }
    }

    @Test func `an old bubblewrap is told by the option it lacks`() async throws {
        try await withScratch { scratch async throws in
            try scratch.write("#!/bin/sh\necho 'bubblewrap 0.4.0 --size --json-status-fd --bind-fd '\n", to: "bwrap", mode: 0o755)
            let health = await SandboxHealth.check(BubblewrapRunner(bubblewrap: scratch.root.appending("bwrap")))
            #expect(health.findings.last?.detail.contains("--disable-userns") == true)
            #expect(!health.isGood)
        }
    }

    private static let plain = SandboxRemedy.Machine(
        appArmorRestricts: false, userNamespacesOff: false, mostUserNamespaces: 1000, isContainer: false)

    @Test func `the remedy fits the machine`() {
        let words = "bwrap: setting up uid map: Permission denied"
        var machine = Self.plain
        machine.appArmorRestricts = true
        #expect(SandboxRemedy.remedy(for: words, on: machine).contains("bwrap-userns-restrict"))
        machine = Self.plain
        machine.userNamespacesOff = true
        #expect(SandboxRemedy.remedy(for: words, on: machine).contains("kernel.unprivileged_userns_clone=1"))
        machine = Self.plain
        machine.mostUserNamespaces = 0
        #expect(SandboxRemedy.remedy(for: words, on: machine).contains("user.max_user_namespaces"))
        machine = Self.plain
        machine.isContainer = true
        #expect(SandboxRemedy.remedy(for: words, on: machine).contains("container"))
        #expect(SandboxRemedy.remedy(for: "bwrap: Unknown option --bind-fd", on: Self.plain).contains("too old"))
    }

    @Test(arguments: [
        ("ID=debian\n", "sudo apt-get install bubblewrap"), ("NAME=x\nID=linuxmint\nID_LIKE=\"ubuntu debian\"\n", "sudo apt-get install bubblewrap"),
        ("ID=\"rocky\"\nID_LIKE=\"rhel centos fedora\"\n", "sudo dnf install bubblewrap"), ("ID='arch'\n", "sudo pacman -S bubblewrap"),
        ("ID=opensuse-leap\nID_LIKE=\"suse opensuse\"", "sudo zypper install bubblewrap"), ("", "(Debian, Ubuntu), sudo dnf install bubblewrap"),
    ])
    func `the line that installs bubblewrap is that of this distribution`(_ release: String, _ line: String) {
        let remedy = SandboxRemedy.install(on: release)
        #expect(remedy.contains(line))
        #expect(release.isEmpty || remedy.split(separator: "sudo").count == 2)
    }

    @Test func `what is not in force inside is told, whatever was asked for`() throws {
        let outside = try ["user", "net"].map { "\($0) " + (try SymbolicLink.target(of: FilePath("/proc/self/ns").appending($0)).string) }
        let readings = SandboxReadings(
            """
            NoNewPrivs:\t1
            Seccomp:\t0
            CapEff:\t0000000000000001
            @limits
            Limit                     Soft Limit           Hard Limit           Units
            Max core file size        0                    0                    bytes
            Max processes             unlimited            unlimited            processes
            Max open files            4096                 4096                 files
            @interfaces
                lo: 0
              eth0: 0
            @namespaces
            \(outside[0])
            \(outside[1])
            pid pid:[1]
            """)
        #expect(!readings.hasSeccomp && readings.hasPrivileges)
        #expect(readings.interfaces == ["lo", "eth0"])
        #expect(readings.weakLimits(SandboxLimits()) == ["Max processes", "Max file size"])
        #expect(readings.sharedNamespaces == ["cgroup", "ipc", "mnt", "net", "user", "uts"])
    }
}
