internal import FerrySandbox
internal import FerrySystem
internal import Glibc
internal import SystemPackage

/// Takes the cgroup that this process was given, runs commands in groups of their own, and says whether the kernel keeps their limits: for
/// `.scripts/cgroup-check`, on machines where such a group is to be had. A line for each fact; exit status 1 where one is not so, 3 without a group.
@main
struct FerryLimitsProbe {
    private static let memory: Int64 = 96 << 20
    private static let processes = 40

    let runner: BubblewrapRunner
    let group: FilePath
    var policy: SandboxPolicy
    var isGood = true

    static func main() async throws {
        guard let group = DelegatedCgroup.claim()?.folder else {
            print("no cgroup with the controllers memory and pids is delegated to this process")
            exit(3)
        }
        var template = Array("/tmp/ferry-limits-XXXXXX\0".utf8.map { CChar(bitPattern: $0) })
        guard mkdtemp(&template) != nil else { throw Errno(rawValue: errno) }
        let folder = FilePath(platformString: template)
        for name in ["worktree", "tmp", "home"] { try Directory.create(folder.appending(name), mode: 0o700) }
        var policy = SandboxPolicy(worktree: folder.appending("worktree"), temporary: folder.appending("tmp"), home: folder.appending("home"))
        policy.limits.memoryBytes = memory
        policy.limits.processes = processes
        policy.limits.time = .seconds(120)
        // Where the machine has no locales perl says so.
        policy.environment["PERL_BADLANG"] = "0"
        var probe = FerryLimitsProbe(runner: BubblewrapRunner(cgroup: group), group: group, policy: policy)
        try await probe.look()
        try Directory.removeTree(folder)
        exit(probe.isGood ? 0 : 1)
    }

    private mutating func look() async throws {
        let health = await SandboxHealth.check(runner)
        tell(health.isGood, "a command is contained (\(health.findings.first { !$0.isGood }?.detail ?? "all is in force"))")
        tell(
            health.findings.contains { $0.name == "memory" && $0.detail == "bounded by a cgroup" },
            "doctor reads back that memory is bounded by a cgroup")
        try await limits()
        try await memory()
        try await processes()
        try await deadline()
        tell(steps.isEmpty, "no group of a command is left")
        try await hiddenMemory()
    }

    private mutating func tell(_ fact: Bool, _ what: String) {
        print(fact ? "ok: \(what)" : "NOT SO: \(what)")
        isGood = isGood && fact
    }

    private func shell(_ line: String) async throws -> (result: CommandResult, said: String) {
        let result = try await runner.run(SandboxCommand(["/bin/sh", "-c", line]), under: policy)
        return (result, String(decoding: result.head, as: UTF8.self))
    }

    private var steps: [FilePath] {
        ((try? Directory.entries(of: group)) ?? []).filter { $0.name.string.hasPrefix("step-") }.map { group.appending($0.name) }
    }

    private static func text(_ file: FilePath) -> String {
        ((try? FileContents.read(file)).map { String(decoding: $0, as: UTF8.self) } ?? "?").split(separator: "\n").joined(separator: " ")
    }

    /// What the kernel says of a group while its command runs.
    private mutating func limits() async throws {
        async let running = shell("sleep 4")
        var step: FilePath?
        for _ in 0..<300 where step == nil {
            try await Task.sleep(for: .milliseconds(10))
            step = steps.first { Self.text($0.appending("cgroup.procs")).contains(" ") }
        }
        if let step {
            let bounds = ["memory.max", "pids.max"].map { Self.text(step.appending($0)) }
            tell(bounds == ["\(Self.memory)", "\(Self.processes)"], "the memory.max and pids.max of a command are \(bounds[0]) and \(bounds[1])")
            print(
                "   memory.swap.max \(Self.text(step.appending("memory.swap.max"))), memory.oom.group \(Self.text(step.appending("memory.oom.group")))"
            )
        } else {
            tell(false, "a command has a group of its own")
        }
        _ = try await running
    }

    private mutating func memory() async throws {
        for (what, line) in [
            ("memory of a process", #"perl -e 'my $x = "x" x (300 << 20); sleep 20'"#),
            // The watch that bounds memory without a group counts no such file.
            ("files in /dev/shm", "head -c 200000000 /dev/zero > /dev/shm/x; sleep 20"),
            ("a file in /dev/shm that is removed and open", "exec 3> /dev/shm/x; rm /dev/shm/x; head -c 200000000 /dev/zero >&3; sleep 20"),
            ("many processes together", #"for i in 1 2 3 4 5 6; do perl -e 'my $x = "x" x (30 << 20); sleep 20' & done; wait"#),
        ] {
            let ending = try await shell(line).result.ending
            tell(ending == .memoryLimit, "above the limit, \(what): \(ending)")
        }
        let (result, said) = try await shell(#"perl -e 'my $x = "x" x (20 << 20); print "fits"'"#)
        tell(result.succeeded && said == "fits", "below it, a process works: \(result.ending)")
    }

    /// Without a group, where the watch bounds memory: files in memory behind more descriptors than it looks at. They would take all that the machine has.
    private mutating func hiddenMemory() async throws {
        let program = #"""
            for (1..6) { fork or do { for (1..4080) { open(my $h, "<", "/dev/null") or last; push @f, $h } sleep 60; exit } }
            sleep 4;
            fork or do {
                while (1) {
                    my $n = "hidden"; my $d = syscall(319, $n, 0); last if $d < 0;
                    open(my $h, ">&=", $d); push @f, $h;
                    for (1..500) { syswrite($h, "x" x (1 << 20)) or last }
                }
                sleep 60; exit
            };
            wait
            """#
        let sockets = #"""
            for (1..8) { fork or do {
                while (socketpair(my $a, my $b, 1, 1, 0)) {
                    push @f, $a, $b;
                    for my $s ($a, $b) { fcntl($s, 4, 2048); 1 while syswrite($s, "x" x 65536) }
                }
                sleep 60; exit
            } }
            wait
            """#
        policy.limits.time = .seconds(90)
        for (what, program) in [("files behind many descriptors", program), ("buffers of sockets", sockets)] {
            let result = try await BubblewrapRunner().run(SandboxCommand(["/usr/bin/perl", "-e", program]), under: policy)
            tell(result.ending == .memoryLimit, "without a group, memory that hides from the watch, \(what): \(result.ending)")
        }
    }

    private mutating func processes() async throws {
        let said = try await shell("perl -e '$n = 0; while ($n < 200 && defined($p = fork)) { $p or sleep 30; $n++ } print $n; exit'").said
        let count = Int(said) ?? 0
        tell(count > 0 && count < Self.processes, "of 200 processes \(count) were made")
    }

    private mutating func deadline() async throws {
        policy.limits.time = .seconds(2)
        let clock = ContinuousClock()
        let began = clock.now
        let result = try await shell("for i in 1 2 3 4 5 6 7 8; do setsid sh -c 'trap : TERM HUP; sleep 60' & done; wait").result
        let took = clock.now - began
        tell(result.ending == .deadline && took < .seconds(4), "a deadline of 2 s ends a tree that ignores signals, after \(took)")
    }
}
