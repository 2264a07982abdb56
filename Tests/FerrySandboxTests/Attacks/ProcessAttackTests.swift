internal import FerrySystem
internal import SystemPackage
internal import Testing

@testable internal import FerrySandbox

/// Attacks on processes, and on the kernel that all share.
@Suite(.timeLimit(.minutes(2)))
struct ProcessAttackTests {
    private static let others = [
        Attack("signals a process", "kill -0 $PID && bitten"),
        Attack("signals the processes of the person", "perl -e 'kill(0, $ENV{PID}) == 1 and exit 0; exit 1' && bitten"),
        Attack.perl(
            "finds a process by its words",
            #"for my $p (glob "/proc/[0-9]*") { open(F, "<", "$p/cmdline") or next; local $/; my $c = <F>; $c =~ /\Q$ENV{MARK}\E/ and bitten }"#),
        Attack.perl(
            "signals a process by a descriptor of it",
            #"my $d = syscall(434, $ENV{PID} + 0, 0); $d >= 0 and syscall(424, $d, 0, 0, 0) == 0 and bitten"#),
        Attack.perl(
            "queues a signal for a process",
            #"my $i = pack("iiiiQ10", 0, 0, -1, 0, (0) x 10); syscall(n(129, 138), $ENV{PID} + 0, 0, $i) == 0 and bitten"#),
        Attack("sees how a process is scheduled", "cat /proc/$PID/sched /proc/$PID/status | grep -q . && bitten"),
        Attack("sees where a process lives", "readlink /proc/$PID/cwd && bitten"),
        Attack.perl("reads how long a process has had", #"my $t = "x" x 16; syscall(n(228, 113), (~($ENV{PID} + 0) << 3) | 2, $t) == 0 and bitten"#),
        Attack("reads a process's environment", "grep -q canary /proc/$PID/environ && bitten"),
        Attack("reads every environment that there is", "cat /proc/[0-9]*/environ 2>/dev/null | grep -q canary && bitten"),
        Attack("reads the environment that it was given", "env | grep -q canary && bitten"),
        Attack("lists a process's descriptors", "ls /proc/$PID/fd/$FD && bitten"),
        Attack.perl(
            "reads a process's memory",
            #"open(M, "<", "/proc/$ENV{PID}/maps") or exit; my ($at) = map { /^([0-9a-f]+)-.*\[heap\]/ ? hex $1 : () } <M>; open(F, "<", "/proc/$ENV{PID}/mem") or exit; sysseek(F, $at, 0); sysread(F, my $got, 64) and bitten"#
        ),
        Attack.perl(
            "reads a process's memory by a system call",
            #"open(M, "<", "/proc/$ENV{PID}/maps") or exit; my ($at) = map { /^([0-9a-f]+)-.*\[heap\]/ ? hex $1 : () } <M>; my $got = "x" x 64; my $to = pack("PQ", $got, 64); my $from = pack("QQ", $at, 64); syscall(n(310, 270), $ENV{PID} + 0, $to, 1, $from, 1, 0) == 64 and bitten"#
        ),
        Attack.perl("traces a process", #"syscall(n(101, 117), 0x4206, $ENV{PID} + 0, 0, 0) == 0 and bitten"#),
        Attack.perl(
            "traces a child of its own", #"my $p = fork; unless ($p) { sleep 3; exit } syscall(n(101, 117), 0x4206, $p, 0, 0) == 0 and bitten"#),
        Attack.perl("asks to be traced", #"syscall(n(101, 117), 0, 0, 0, 0) == 0 and bitten"#),
        Attack.perl(
            "takes a descriptor of a process",
            #"my $d = syscall(434, $ENV{PID} + 0, 0); $d >= 0 and syscall(438, $d, $ENV{FD} + 0, 0) >= 0 and bitten"#),
        Attack.perl(
            "takes a descriptor of a child",
            #"my $p = fork; unless ($p) { sleep 3; exit } my $d = syscall(434, $p, 0); syscall(438, $d, 1, 0) >= 0 and bitten"#),
        Attack.perl("reads a process's limits", #"my $l = "x" x 16; syscall(n(302, 261), $ENV{PID} + 0, 7, 0, $l) == 0 and bitten"#),
        Attack("slows a process down", "renice 19 -p $PID && bitten"),
        Attack("moves a process to another processor", "taskset -p 1 $PID && bitten"),
    ]

    private static let kernel = [
        Attack("makes a user namespace", "unshare -Ur true && bitten"), Attack("makes a mount namespace", "unshare -Urm true && bitten"),
        Attack("makes a network of its own", "unshare -Urn true && bitten"),
        Attack("starts bubblewrap again", "bwrap --ro-bind / / --unshare-user true && bitten"),
        Attack.perl(
            "clones into a user namespace",
            #"my $p = syscall(n(56, 220), 0x10000000 | 17, 0, 0, 0, 0); exit if defined $p && $p == 0; $p > 0 and bitten"#),
        Attack.perl(
            "clones by the newer call",
            #"my $a = pack("Q8", 0x10000000, 0, 0, 0, 17, 0, 0, 0); my $p = syscall(435, $a, 64); exit if $p == 0; $p > 0 and bitten"#),
        Attack.perl("makes a ring of requests", #"my $p = "\0" x 120; syscall(425, 8, $p) >= 0 and bitten"#),
        Attack.perl("handles page faults", #"syscall(n(323, 282), 1) >= 0 and bitten"#),
        Attack.perl(
            "adds a key to the person's keyring", #"my ($t, $n, $v) = ("user", "x$$", "y"); syscall(n(248, 217), $t, $n, $v, 1, -4) > 0 and bitten"#),
        Attack.perl(
            "finds a key in the person's keyring", #"my ($t, $n) = ("user", $ENV{QUEUE}); syscall(n(250, 219), 10, -4, $t, $n, 0) > 0 and bitten"#),
        Attack("lists the person's keyrings", "grep -q keyring /proc/keys && bitten"),
        Attack.perl(
            "types into the terminal that it has",
            #"POSIX::setsid(); open(P, "+<", "/dev/ptmx") or exit; my $n = pack("i", 0); ioctl(P, 0x40045431, $n); ioctl(P, 0x80045430, $n); open(T, "+<", "/dev/pts/" . unpack("i", $n)) or exit; my $c = "x"; ioctl(T, 0x5412, $c) and bitten"#
        ),
        Attack.perl(
            "types by a request with high bits",
            #"POSIX::setsid(); open(P, "+<", "/dev/ptmx") or exit; my $n = pack("i", 0); ioctl(P, 0x40045431, $n); ioctl(P, 0x80045430, $n); open(T, "+<", "/dev/pts/" . unpack("i", $n)) or exit; my $c = "x"; syscall(n(16, 29), fileno T, 0x100005412, $c) == 0 and bitten"#
        ),
        Attack("may gain rights", "grep -q 'NoNewPrivs:.0' /proc/self/status && bitten"),
        Attack("runs without a filter", "grep -q 'Seccomp:.0' /proc/self/status && bitten"),
        Attack("keeps a capability in reach", "grep -q 'CapBnd:.0*[1-9a-f]' /proc/self/status && bitten"),
        Attack.perl(
            "has as many processes as it likes",
            #"open(F, "<", "/proc/self/limits"); for (<F>) { /^Max processes +\S+ +(\S+)/ and ($1 eq "unlimited" || $1 > 512) and bitten }"#),
        Attack("has as many descriptors as it likes", "n=$(ulimit -Hn); [ $n = unlimited ] || [ $n -gt 4096 ] && bitten"),
        Attack("has files as large as it likes", "[ $(ulimit -Hf) = unlimited ] && bitten"),
        Attack.perl("takes a segment of a gigabyte", #"my $s = shmget(0, 1 << 30, 01600); defined $s and shmctl($s, 0, 0) and bitten"#),
        Attack("fills shared memory", "head -c 300000000 /dev/zero > /dev/shm/f$$ && { rm -f /dev/shm/f$$; bitten; }; rm -f /dev/shm/f$$"),
        Attack("reads the control groups", "ls /sys/fs/cgroup && bitten"),
    ]

    private static let attacks = others + kernel
    private static let outcomes = Task { try await AttackGround.outcomes(of: attacks) }

    @Test(arguments: attacks)
    func `it reaches neither processes nor the kernel's larger doors, and would without the sandbox`(attack: Attack) async throws {
        try attack.expectRepelled(try await Self.outcomes.value[attack.name])
    }

    @Test func `a process that left its session ends with the command, and would outlive it without the sandbox`() async throws {
        try await withScratch { scratch async throws in
            let mark = "mark-\(UInt64.random(in: .min ... .max))"
            let line = "(setsid perl -e 'fork and exit; $SIG{TERM} = $SIG{HUP} = \"IGNORE\"; sleep 20' \(mark) >/dev/null 2>&1 &) ; sleep 0.2"
            try await scratch.shell(line).expectSuccess()
            #expect(try !isRunning(mark))
            _ = try await hostShell(line)
            #expect(try isRunning(mark), "control")
            _ = try await hostShell(
                "for p in /proc/[0-9]*; do tr '\\0' ' ' < $p/cmdline | grep -q 'sleep 20 \(mark)' && kill -9 ${p#/proc/}; done 2>/dev/null")
        }
    }
}
