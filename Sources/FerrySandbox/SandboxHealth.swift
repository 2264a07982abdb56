internal import FerrySystem
internal import Glibc
internal import SystemPackage

/// Whether commands can be contained on this machine, found out by doing it. For `ferry doctor`, and for refusing to dispatch.
package struct SandboxHealth: Hashable, Sendable {
    package struct Finding: Hashable, Sendable {
        /// What was looked at: `user`, `bubblewrap`, `ferry-step`, `sandbox`, `seccomp`, `privileges`,
        /// `network`, `limits`, `memory`.
        package var name: String
        package var isGood: Bool
        package var detail: String
        /// What to do about it; `nil` where it is good.
        package var remedy: String?
    }

    /// In the order in which they were found; what follows from an earlier fault is left out.
    package private(set) var findings: [Finding] = []

    /// Whether commands may be run at all.
    package var isGood: Bool { findings.allSatisfy(\.isGood) }

    /// Why no command may be run, as the error that running one would throw; `nil` where all is good.
    package var obstacle: SandboxError? {
        guard let finding = findings.first(where: { !$0.isGood }), let remedy = finding.remedy else { return nil }
        let code: SandboxError.Code =
            switch finding.name {
            case "user": .root
            case "ferry-step": .helper
            default: .unavailable
            }
        return SandboxError(code, "Commands cannot be contained (\(finding.name)): \(finding.detail).", remedy: remedy)
    }

    /// Runs a command in the sandbox as agents' commands are run. Never throws: what goes wrong is a finding.
    package static func check(_ runner: BubblewrapRunner = BubblewrapRunner()) async -> SandboxHealth {
        var health = SandboxHealth()
        health.checkUser(runner)
        guard await health.checkBubblewrap(runner.bubblewrap) else { return health }
        await health.checkSandbox(runner)
        return health
    }

    private mutating func add(_ name: String, _ detail: String, remedy: String? = nil) {
        findings.append(Finding(name: name, isGood: remedy == nil, detail: detail, remedy: remedy))
    }

    private mutating func add(_ name: String, _ error: SandboxError) {
        add(name, error.message.hasSuffix(".") ? String(error.message.dropLast()) : error.message, remedy: error.remedy)
    }

    private mutating func checkUser(_ runner: BubblewrapRunner) {
        if geteuid() != 0 { return add("user", "an ordinary user (\(geteuid()))") }
        if runner.allowRoot { return add("user", "root, as allowed; limits on the number of processes do not bind root") }
        add("user", "root", remedy: "Run Ferry as an ordinary user.")
    }

    /// Options that the sandbox needs, with the version that brought them. Distributions carry `--bind-fd` back in security updates.
    private static let neededOptions = [
        "--bind-fd": "a security update for CVE-2024-42472", "--disable-userns": "0.8.0", "--json-status-fd": "0.4.0", "--size": "0.6.0",
    ]

    private mutating func checkBubblewrap(_ bubblewrap: FilePath) async -> Bool {
        guard bubblewrap.isExecutable else {
            add("bubblewrap", SandboxRemedy.missing(bubblewrap))
            return false
        }
        do {
            let version = try await Self.output(of: bubblewrap, "--version").trimmed
            let help = try await Self.output(of: bubblewrap, "--help")
            guard let missing = Self.neededOptions.sorted(by: { $0.key < $1.key }).first(where: { !help.contains($0.key + " ") }) else {
                add("bubblewrap", version)
                return true
            }
            add(
                "bubblewrap", "\(version) has no \(missing.key)",
                remedy: "Update the bubblewrap package: \(missing.key) came with \(missing.value).")
        } catch {
            add("bubblewrap", "\(bubblewrap) cannot be run: \(error)", remedy: SandboxRemedy.install)
        }
        return false
    }

    private static func output(of program: FilePath, _ argument: String) async throws -> String {
        let process = HostProcess(
            program, [Array(argument.utf8)], environment: ["LC_ALL": "C"], directory: "/", outputLimit: 1 << 20, deadline: .seconds(10))
        let result = try await process.runUnsandboxed()
        return String(decoding: result.output + result.error, as: UTF8.self)
    }

    private mutating func checkSandbox(_ runner: BubblewrapRunner) async {
        do {
            let limits = SandboxLimits()
            let (readings, memory) = try await Self.readingsInside(runner, limits)
            judge(readings, limits)
            add(memory)
        } catch let error as SandboxError {
            // Said already.
            guard error.code != .root else { return }
            add(error.code == .helper ? "ferry-step" : "sandbox", error)
        } catch {
            add("sandbox", "it could not be tried: \(error)", remedy: "Make room in the folder for temporary files.")
        }
    }

    /// What a command finds about itself, beside what was asked for.
    private mutating func judge(_ readings: SandboxReadings, _ limits: SandboxLimits) {
        let update = "Update the kernel and the bubblewrap package."
        let shared = readings.sharedNamespaces
        if shared.isEmpty {
            add("sandbox", "bubblewrap makes its namespaces")
        } else {
            add("sandbox", "commands would share namespaces with the machine (\(shared.joined(separator: ", ")))", remedy: update)
        }
        if readings.hasSeccomp {
            add("seccomp", "the filter is in force")
        } else {
            add("seccomp", "the filter is not in force", remedy: "The kernel needs CONFIG_SECCOMP_FILTER.")
        }
        if readings.hasPrivileges { add("privileges", "commands would have capabilities", remedy: update) } else { add("privileges", "none") }
        if readings.interfaces == ["lo"] {
            add("network", "none but the command's own loopback")
        } else {
            add("network", "commands would see \(readings.interfaces.joined(separator: ", "))", remedy: update)
        }
        let weak = readings.weakLimits(limits)
        if weak.isEmpty {
            add("limits", "\(limits.processes) processes, \(limits.openFiles) open files, \(limits.fileBytes >> 20) MiB a file, no core dumps")
        } else {
            add("limits", "not in force: \(weak.joined(separator: ", "))", remedy: "See what keeps setrlimit from working: `ulimit -a`.")
        }
    }

    /// A limit that nobody keeps is worth knowing, but no reason to run nothing.
    private mutating func add(_ memory: StepReport.Memory) {
        switch memory {
        case .cgroup: add("memory", "bounded by a cgroup")
        case .watch: add("memory", "watched five times a second")
        case .none: add("memory", "not bounded: this kernel does not list children (CONFIG_PROC_CHILDREN)")
        }
    }

    private static func readingsInside(_ runner: BubblewrapRunner, _ limits: SandboxLimits) async throws -> (SandboxReadings, StepReport.Memory) {
        let scratch = try Directory.createTemporary("ferry-health", in: "/tmp")
        defer { try? Directory.removeTree(scratch) }
        for name in ["worktree", "tmp", "home"] { try Directory.create(scratch.appending(name), mode: 0o700) }
        var policy = SandboxPolicy(
            worktree: scratch.appending("worktree"), temporary: scratch.appending("tmp"), home: scratch.appending("home"))
        policy.limits = limits
        policy.limits.time = .seconds(20)
        let (result, memory) = try await runner.runTelling(SandboxCommand(["/bin/sh", "-c", SandboxReadings.script]), under: policy)
        guard result.succeeded else {
            throw SandboxError(
                .unavailable, "A command in the sandbox ended with \(result.ending).", remedy: "Check that /bin/sh works, and the machine's limits.")
        }
        return (SandboxReadings(String(decoding: result.head, as: UTF8.self)), memory)
    }
}
