internal import FerrySystem
internal import Glibc
internal import SystemPackage
internal import Testing

@testable internal import FerrySandbox

/// Attacks on files that are not the command's.
@Suite(.timeLimit(.minutes(2)))
struct FileAttackTests {
    private static let secrets: [(name: String, path: String)] = [
        ("a file beside the worktree", "secret"), ("the vault's notes", "vault/note.md"), ("Ferry's database", "state/ferry.db"),
        ("keys.yaml", "config/keys.yaml"), ("a key of ssh", "home/.ssh/id"), ("git's settings of the person", "home/.gitconfig"),
        ("another run's worktree", "other-run/worktree/a"), ("another run's tmp", "other-run/tmp/a"), ("the person's checkout", "repository/a.py"),
        ("the repository's git settings", "repository/.git/config"),
    ]

    private static let reading =
        secrets.map { Attack("reads \($0.name)", "grep -q canary $HOST/\($0.path) && bitten") } + [
            Attack("reads by leaving the worktree", "cat ../../../host/secret ../../../../host/secret ../../host/secret | grep -q canary && bitten"),
            Attack("reads through /proc/self/root", "grep -q canary /proc/self/root$SECRET && bitten"),
            Attack("reads through the root of another process", "grep -q canary /proc/$PID/root$SECRET && bitten"),
            Attack("reads through the folder of another process", "grep -q canary /proc/$PID/cwd/secret && bitten"),
            Attack("reads through a descriptor of another process", "grep -q canary /proc/$PID/fd/$FD && bitten"),
            Attack("reads through its parents", "for p in 1 $PPID $$; do grep -q canary /proc/$p/root$SECRET && bitten; done"),
            Attack("reads through a link", "ln -s $SECRET link; grep -q canary link && bitten"),
            Attack("reads through a link to a folder", "ln -s $HOST link; grep -q canary link/secret && bitten"),
            Attack("reads through a second name", "ln $SECRET second && grep -q canary second && bitten"),
            Attack("copies a link's target", "ln -s $SECRET link; cp -L link copy; grep -q canary copy && bitten"),
            Attack("packs what lies outside", "tar -cf - -C / ${SECRET#/} | grep -q canary && bitten"),
            Attack("lists the folders of people", "ls -A /home | grep -qv '^agent$' && bitten"),
            Attack("lists the accounts of the machine", "cut -d: -f1 /etc/passwd | grep -qvE '^(root|agent|nobody)$' && bitten"),
            Attack("lists what is mounted", "cut -d' ' -f2 /proc/self/mounts | grep -qE '^/(sys|boot|run|home$|var)' && bitten"),
            Attack("lists the processes' memory files", "ls /dev/shm | grep -q ferry && bitten"),
            Attack("sees the machine's devices", "ls /sys/class && bitten"),
            Attack("sees what others keep in /tmp", "ls -A /tmp | grep -q '^ferry-test-' && bitten"),
            Attack("lists the logs of the machine", "ls /var/log && bitten"),
            Attack("reads the settings of the package manager", "ls /etc/apt /etc/dpkg && bitten"),
            Attack(
                "finds the homes by their accounts",
                "perl -e 'while (@e = getpwent) { exit 0 if $e[2] >= 1000 && $e[2] < 60000 && $e[0] ne \"agent\" } exit 1' && bitten"),
        ]

    private static let writing = [
        Attack("writes beside the worktree", "echo x > $HOST/new && bitten"),
        Attack("writes into the vault", "echo x > $HOST/vault/new.md && bitten"),
        Attack("moves a note of the vault", "mv $HOST/vault/note.md $HOST/vault/approved.md && bitten"),
        Attack(
            "writes a hook into the repository", "echo x > $HOST/repository/.git/post-merge && bitten"),
        Attack("writes through a link", "ln -s $HOST/new2 link; echo x > link && bitten"),
        Attack("writes into git's objects", "touch ${OBJECTS:-$HOST/repository/.git}/new && bitten"),
        Attack("writes into the top folder", "touch ${TOP:-$ROOT}/new && bitten"),
    ]

    private static let kinds = [
        Attack("makes a set-user-id file", "echo x > f; chmod 4755 f && bitten"),
        Attack("makes a set-group-id file", "echo x > f; chmod 2755 f && bitten"),
        Attack("makes a set-group-id folder", "mkdir d; chmod 2755 d && bitten"),
        Attack("installs a set-user-id file", "install -m 4755 /bin/true f && bitten"),
        Attack("unpacks a set-user-id file", "echo x > f; tar --mode=4755 -cf t f; rm f; tar -xpf t; test -u f && bitten"),
        Attack.perl("creates a set-user-id file", #"sysopen(F, "f", O_CREAT | O_WRONLY, 04755) and -u "f" and bitten"#),
        Attack.perl(
            "creates a set-user-id file by creat",
            #"my $f = "g"; $isIntel ? syscall(85, $f, 04755) : syscall(56, -100, $f, 0101, 04755); -u "g" and bitten"#),
        Attack.perl("makes a set-user-id pipe", #"my $f = "p"; syscall(n(259, 33), -100, $f, 0014755, 0); -u "p" and bitten"#),
        Attack.perl("changes the mode by a descriptor", #"open(F, ">f"); syscall(n(91, 52), fileno F, 04755); -u "f" and bitten"#),
        Attack.perl(
            "changes the mode by the newest call",
            #"open(F, ">f"); my $f = "f"; syscall(452, -100, $f, 04755, 0); syscall(n(268, 53), -100, $f, 04755); -u "f" and bitten"#),
        Attack("makes a file of three gigabytes", "truncate -s 3G f && bitten"),
        Attack("writes into the folder of devices", "echo x > /dev/new && bitten", control: .usualBubblewrap),
        Attack("fills the root", "head -c 3000000 /dev/zero > ${TOP:-$ROOT}/f && bitten"),
    ]

    /// Some systems give these devices to everybody, and some to root alone: there nothing is to be got.
    private static let onDevices = [("file systems", "/dev/fuse"), ("networks", "/dev/net/tun")].filter { access($0.1, R_OK | W_OK) == 0 }.map {
        Attack.perl("opens the device for \($0.0) of its own", "sysopen(F, \"\($0.1)\", O_RDWR) and bitten")
    }

    private static let onToolchain = [
        Attack("changes a program of a toolchain", "echo x >> $HOST/tools/bin/tool && bitten"),
        Attack("adds a program to a toolchain", "cp /bin/true $HOST/tools/bin/new && bitten"),
        Attack("removes a program of a toolchain", "rm $HOST/tools/bin/new2; mv $HOST/tools/bin/tool $HOST/tools/bin/new2 && bitten"),
        Attack("changes the rights of a toolchain", "chmod 700 $HOST/tools/bin && bitten"),
        Attack("reads the credentials in a toolchain", "grep -q canary $HOST/tools/credentials.toml && bitten"),
        Attack("leaves a toolchain by its parent", "grep -q canary $HOST/tools/../secret && bitten"),
    ]

    private static let attacks = reading + writing + kinds + onDevices
    private static let outcomes = Task {
        try await AttackGround.outcomes(of: attacks) { scratch in
            scratch.policy.objects = [scratch.root.appending("host/repository/.git")]
            scratch.policy.environment["OBJECTS"] = "/ferry/objects"
            scratch.policy.environment["TOP"] = "/"
        }
    }
    private static let toolchainOutcomes = Task {
        try await AttackGround.outcomes(of: onToolchain) { $0.policy.toolchains = [$0.root.appending("host/tools")] }
    }

    @Test(arguments: attacks)
    func `it does not reach files that are not its own, and would without the sandbox`(attack: Attack) async throws {
        try attack.expectRepelled(try await Self.outcomes.value[attack.name])
    }

    @Test(arguments: onToolchain)
    func `it gets no more of a toolchain than its programs`(attack: Attack) async throws {
        try attack.expectRepelled(try await Self.toolchainOutcomes.value[attack.name])
    }

    @Test func `what a command leaves, however it is nested, named and closed off, can be removed`() async throws {
        try await withScratch { scratch async throws in
            let line = """
                mkdir -p a/b/c; touch a/b/c/f; chmod 000 a/b/c a/b a; mkfifo p; ln -s / l; mkdir -- -rf; touch -- '-x y' "$(printf 'new\\nline')" "$(printf '\\377')"
                mkdir deep; cd deep; for i in $(seq 1500); do mkdir dddddd; cd dddddd; done; perl -MSocket -e 'socket S, 1, 1, 0; bind S, pack_sockaddr_un "s"'
                """
            try await scratch.shell(line).expectSuccess()
            #expect(
                try await hostShell("rm -rf \(scratch.worktree)/a 2>/dev/null; ls \(scratch.worktree) | grep -c '^a$'") == "1\n", "control: rm -rf")
            try Directory.removeTree(scratch.worktree)
            #expect(try !scratch.exists("worktree"))
        }
    }

    @Test func `a review may write neither the worktree nor git's file in it`() async throws {
        let attacks = [
            Attack("writes a file", "touch ${WORK:-$HOST}/new && bitten"), Attack("changes a mode", "chmod 700 ${WORK:-$HOST} && bitten"),
            Attack("renames", "mv ${WORK:-$HOST}/tracked ${WORK:-$HOST}/other && bitten"),
            Attack("links", "ln -s x ${WORK:-$HOST}/link && bitten"), Attack("sets the time", "touch -d 2001-01-01 ${WORK:-$HOST}/vault && bitten"),
        ]
        try await withScratch { scratch async throws in
            try scratch.write("x", to: "worktree/tracked")
            try Directory.create(scratch.root.appending("worktree/vault"))
            scratch.policy.worktreeAccess = .readOnly
            for attack in attacks {
                let inside = try await scratch.shell("WORK=/work; bitten() { echo bitten; }; " + attack.script)
                #expect(!inside.text.contains("bitten"), "\(attack.name): \(inside.text)")
                let outside = try await hostShell("WORK=\(scratch.worktree); bitten() { echo bitten; }; " + attack.script)
                #expect(outside.contains("bitten"), "control: \(attack.name): \(outside)")
            }
        }
    }
}
