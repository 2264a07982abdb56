internal import FerrySystem
internal import Glibc
internal import SystemPackage
internal import Testing

@testable internal import FerrySandbox

/// However a command ends, all its processes are gone with it.
@Suite(.timeLimit(.minutes(1)))
struct SandboxEndingTests {
    /// A shell line that leaves nothing undone to survive; every process bears the marker.
    private static func stubborn(_ marker: String) -> String {
        """
        trap '' TERM INT HUP
        setsid sh -c 'trap "" TERM; while :; do sleep 1000 & wait; done' \(marker) &
        (perl -e 'fork and exit; $SIG{TERM} = "IGNORE"; sleep 1000' \(marker) &)
        touch started
        while :; do sleep 1000 & wait; done # \(marker)
        """
    }

    private static func marker() -> String { "marker-\(UInt64.random(in: .min ... .max))" }

    @Test func `the deadline ends processes that ignore SIGTERM or left the session`() async throws {
        try await withScratch(alone: true) { scratch async throws in
            scratch.policy.limits.time = .milliseconds(800)
            let marker = Self.marker()
            let result = try await scratch.shell(Self.stubborn(marker))
            #expect(result.ending == .deadline)
            #expect(result.duration < .milliseconds(1800))
            #expect(try scratch.exists("worktree/started"))
            #expect(try !isRunning(marker))
        }
    }

    @Test func `what a command leaves in the background ends with it`() async throws {
        try await withScratch { scratch async throws in
            let marker = Self.marker()
            // Many, so that it takes the kernel a while to end them.
            let line = "for i in $(seq 200); do setsid perl -e 'sleep 1000' \(marker) & done; echo left"
            let result = try await scratch.shell(line)
            #expect(result.ending == .exited(0))
            #expect(result.text == "left\n")
            #expect(try !isRunning(marker))
        }
    }

    @Test func `cancelling the task ends the tree before it throws`() async throws {
        try await withScratch(alone: true) { scratch async throws in
            let marker = Self.marker()
            let policy = scratch.policy
            let task = Task {
                try await Scratch.runner.run(SandboxCommand(["/bin/sh", "-c", Self.stubborn(marker)]), under: policy)
            }
            #expect(try await eventually { try scratch.exists("worktree/started") && isRunning(marker) })
            let start = ContinuousClock.now
            task.cancel()
            await #expect(throws: CancellationError.self) { try await task.value }
            #expect(ContinuousClock.now - start < .seconds(1))
            #expect(try !isRunning(marker))
        }
    }

    @Test func `cancelling at any early moment leaves nothing behind`() async throws {
        try await withScratch { scratch async throws in
            let marker = Self.marker()
            let policy = scratch.policy
            for delay in stride(from: 0, to: 30, by: 2) {
                let task = Task {
                    try await Scratch.runner.run(SandboxCommand(["/bin/sh", "-c", "sleep 1000; : \(marker)"]), under: policy)
                }
                try await Task.sleep(for: .milliseconds(delay))
                task.cancel()
                await #expect(throws: CancellationError.self) { try await task.value }
                #expect(try !isRunning(marker))
            }
        }
    }

    @Test(arguments: ["Ferry", "ferry-step"])
    func `SIGKILL ends the tree too, for`(_ victim: String) async throws {
        try await withScratch(alone: true) { scratch async throws in
            let marker = Self.marker()
            // It sends the specification, keeps the control pipe open, and is killed, or kills the helper.
            let program = """
                $| = 1; my $helper = open(my $step, "|-", $ARGV[0]) or die $!;
                local $/; print $step scalar <STDIN>; $step->flush;
                select(undef, undef, undef, 0.01) until -e $ARGV[1];
                kill KILL => $ARGV[2] eq "Ferry" ? $$ : $helper;
                """
            let ended = try await scratch.shell(Self.stubborn(marker), startedBy: program, ["\(scratch.worktree)/started", victim])
            #expect(victim == "Ferry" ? ended.ending == .signalled(9) : true)
            #expect(try scratch.exists("worktree/started"))
            #expect(try await eventually(within: .seconds(1)) { try !isRunning(marker) })
        }
    }

    @Test func `sandboxes started from pool threads outlive those threads`() async throws {
        try await withScratch { scratch async throws in
            let policy = scratch.policy
            // A sandbox that depended on an idle Dispatch worker would be killed after five seconds.
            let endings = try await withThrowingTaskGroup(of: CommandResult.Ending.self) { group in
                for _ in 0..<24 { group.addTask { try await Scratch.runner.run(SandboxCommand(["/bin/sleep", "7"]), under: policy).ending } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(endings == Array(repeating: .exited(0), count: 24))
        }
    }

    @Test func `too much on disk ends the command`() async throws {
        try await withScratch { scratch async throws in
            scratch.policy.limits.diskBytes = 32 << 20
            try await scratch.shell("head -c 8000000 /dev/zero > /tmp/before").expectSuccess()
            let line = "i=0; while [ $i -lt 400 ]; do i=$((i+1)); head -c 2000000 /dev/zero > file$i; sleep 0.01; done"
            #expect(try await scratch.shell(line).ending == .diskLimit)
            #expect(DiskUsage.bytes(in: [scratch.root]) > 32 << 20)
        }
    }

    @Test func `what lies in a folder that is closed to others counts`() async throws {
        try await withScratch { scratch async throws in
            scratch.policy.limits.diskBytes = 64 << 20
            let line = "mkdir d; chmod 300 d; i=0; while [ $i -lt 400 ]; do i=$((i+1)); head -c 2000000 /dev/zero > d/file$i; sleep 0.01; done"
            #expect(try await scratch.shell(line).ending == .diskLimit)
        }
    }

    @Test func `what lies deep counts, and a flood of empty files does`() async throws {
        try await withScratch { scratch async throws in
            let deep = "mkdir d; cd d; for i in $(seq 250); do mkdir d; cd d; done; head -c 8000000 /dev/zero > f; cd /work; seq 2000 | xargs touch"
            try await scratch.shell(deep).expectSuccess()
            #expect(DiskUsage.bytes(in: [scratch.root]) > 8_000_000 + 2250 * 4096)
            scratch.policy.limits.diskBytes = 32 << 20
            let flood = "i=0; while [ $i -lt 300 ]; do i=$((i+1)); mkdir f$i; cd f$i; seq 500 | xargs touch; cd ..; sleep 0.01; done"
            #expect(try await scratch.shell(flood).ending == .diskLimit)
        }
    }

    @Test func `folders that cannot be counted are over every limit`() async throws {
        try await withScratch { scratch async throws in
            let wide = "d=.; for i in $(seq 99); do d=$d/d; done; mkdir -p $d; cd $d; seq 300 | xargs mkdir"
            try await scratch.shell(wide).expectSuccess()
            #expect(DiskUsage.bytes(in: [scratch.root]) == .max)
        }
    }

    @Test func `memory in files that nobody has mapped counts`() async throws {
        try await withScratch { scratch async throws in
            scratch.policy.limits.memoryBytes = 100 << 20
            let number = SystemCall("memfd_create", (319, 279), "").number
            let program = """
                my $n = 'm'; my $fd = syscall(\(number), $n, 0); open(my $f, '>&=', $fd) or die; my $block = 'x' x 1_000_000;
                for (1..%) { syswrite $f, $block } open(S, '<', '/proc/self/status'); print grep /VmRSS/, <S>; $| = 1; print ''; sleep 5;
                """
            let result = try await scratch.perl(program.replacing("%", with: "300"))
            #expect(result.ending == .memoryLimit)
            // The process itself is small: what it holds mapped says nothing.
            #expect(try await scratch.perl(program.replacing("%", with: "20").replacing("sleep 5", with: "sleep 1")).ending == .exited(0))
        }
    }

    @Test func `one file above its limit ends the command that writes it`() async throws {
        try await withScratch { scratch async throws in
            scratch.policy.limits.fileBytes = 1 << 20
            #expect(try await scratch.shell("head -c 2000000 /dev/zero > big").ending == .signalled(SIGXFSZ))
            #expect(try FileStatus(of: scratch.worktree.appending("big")).size == 1 << 20)
            #expect(try await scratch.shell("truncate -s 200G sparse").ending != .exited(0))
        }
    }

    @Test func `too much memory ends the command`() async throws {
        try await withScratch { scratch async throws in
            scratch.policy.limits.memoryBytes = 100 << 20
            let result = try await scratch.perl("my @a; push @a, 'x' x 10_000_000 while @a < 1000; sleep 10")
            #expect(result.ending == .memoryLimit)
            #expect(try await scratch.perl("my $a = 'x' x 30_000_000; select(undef, undef, undef, 0.5)").ending == .exited(0))
        }
    }

    @Test func `where the cgroup has no controllers memory is watched instead`() async throws {
        try await withScratch { scratch async throws in
            // An ordinary folder takes no limits either.
            let runner = BubblewrapRunner(cgroup: scratch.root)
            let answer = try await runner.runTelling(SandboxCommand(["/bin/true"]), under: scratch.policy)
            #expect(answer.result.ending == .exited(0))
            #expect(answer.memory == .watch)
            #expect(try Directory.entries(of: scratch.root).count == 3)
        }
    }

    @Test func `a fork bomb is bounded by its own sandbox`() async throws {
        try await withScratch { scratch async throws in
            scratch.policy.limits.processes = 40
            scratch.policy.limits.time = .seconds(5)
            let result = try await scratch.perl(
                "my $n = 0; while ($n < 500) { my $p = fork; last unless defined $p; unless ($p) { sleep 60; exit } $n++ } print $n")
            let forks = try #require(Int(result.text))
            #expect((20..<40).contains(forks))
        }
    }

    @Test func `the process limit does not count what the user runs outside`() async throws {
        try await withScratch { scratch async throws in
            let marker = Self.marker()
            let policy = scratch.policy
            let other = Task {
                try await Scratch.runner.run(
                    SandboxCommand(["/usr/bin/perl", "-e", "fork or sleep 60 for 1..60; open F, '>started'; close F; sleep 60", marker]),
                    under: policy)
            }
            defer { other.cancel() }
            #expect(try await eventually { try scratch.exists("worktree/started") })
            scratch.policy.limits.processes = 20
            #expect(try await scratch.shell("(true); (true); echo fine").text == "fine\n")
        }
    }
}

extension CommandResult {
    func expectSuccess(sourceLocation: SourceLocation = #_sourceLocation) {
        #expect(succeeded, "\(text)", sourceLocation: sourceLocation)
    }
}
