internal import FerrySystem
internal import Glibc
internal import SystemPackage
internal import Testing

@testable internal import FerrySandbox

/// Attacks. Where the host allows the same thing, a control shows that the attack would work.
@Suite(.timeLimit(.minutes(1)))
struct ContainmentTests {
    @Test func `files of the host outside the worktree are not there`() async throws {
        try await withScratch { scratch async throws in
            try scratch.write("secret", to: "beside")
            let beside = scratch.root.appending("beside")
            #expect(try await hostShell("cat \(beside)") == "secret")
            #expect(try await scratch.shell("cat \(beside)").ending == .exited(1))
            #expect(try await scratch.shell("cat ../beside").ending == .exited(1))
            let listing = try await scratch.shell("ls -d /etc/shadow /root /home/* /sys /run /var /boot /mnt /media /srv /opt 2>/dev/null").text
            #expect(listing == "/home/agent\n")
        }
    }

    @Test func `a link out of the worktree leads nowhere`() async throws {
        try await withScratch { scratch async throws in
            try scratch.write("secret", to: "beside")
            try #require(symlink("../beside", scratch.worktree.appending("link").string) == 0)
            #expect(try await hostShell("cat \(scratch.worktree)/link") == "secret")
            #expect(try await scratch.shell("cat link").ending == .exited(1))
        }
    }

    @Test func `accounts of the host are not told`() async throws {
        try await withScratch { scratch async throws in
            #expect(try await scratch.shell("cut -d: -f1 /etc/passwd | sort | tr '\\n' ' '").text == "agent nobody root ")
            #expect(try await scratch.shell("id -un; hostname").text == "agent\nagent\n")
        }
    }

    @Test func `processes of the host are not seen and not signalled`() async throws {
        try await withScratch { scratch async throws in
            let own = getpid()
            #expect(try await hostShell("kill -0 \(own) && echo reached") == "reached\n")
            #expect(try await scratch.shell("kill -0 \(own) && echo reached").text.contains("reached") == false)
            // The first process is bubblewrap's, then the shell, then what it starts.
            let count = try #require(Int(try await scratch.shell("ls -d /proc/[0-9]* | wc -l").text.trimmed))
            #expect(count <= 5)
        }
    }

    @Test func `the files of the root can be neither changed, replaced nor removed`() async throws {
        try await withScratch { scratch async throws in
            let line = """
                for f in /etc/passwd /etc/group /etc/hosts /etc/nsswitch.conf /etc/os-release; do
                    (echo x >> $f; chmod 666 $f; rm -f $f; mv $f $f.old; ln -sf /work $f; touch $f.new) 2>/dev/null
                done
                ls -l /etc | grep -c '^-r--r--r--'; cat /etc/hosts; [ -s /etc/os-release ] && ls /etc | grep -c 'old\\|new'
                """
            #expect(try await scratch.shell(line).text == "4\n127.0.0.1 localhost agent\n::1 localhost\n0\n")
        }
    }

    @Test func `no descriptor is inherited`() async throws {
        try await withScratch { scratch async throws in
            // Where Ferry had opened a folder without O_CLOEXEC, the whole host would lie behind it.
            let program = """
                $^F = 100; opendir(my $root, "/") or die $!; open(my $file, "<", "/etc/hostname") or die $!;
                my $helper = open(my $step, "|-", $ARGV[0]) or die $!; local $/; print $step scalar <STDIN>; $step->flush; waitpid $helper, 0;
                """
            let list = "perl -e 'opendir D, q(/proc/self/fd); print scalar grep { !/^[.]/ } readdir D'"
            // Three standard ones and the one with which they are listed.
            #expect(try await scratch.shell(list, startedBy: program).output == Array("4".utf8))
        }
    }

    @Test func `there is no network`() async throws {
        try await withScratch { scratch async throws in
            let server = try LoopbackServer()
            let connect = """
                use Socket; socket(S, PF_INET, SOCK_STREAM, 0) or die "socket $!";
                connect(S, sockaddr_in(\(server.port), inet_aton("127.0.0.1"))) ? print "connected" : print "refused";
                """
            #expect(try await hostShell("perl -e '\(connect)'") == "connected")
            #expect(try await scratch.perl(connect).text == "refused")
            #expect(try await scratch.shell("ls /proc/self/net/dev >/dev/null && grep -c : /proc/self/net/dev").text == "1\n")
        }
    }

    @Test func `programs may use unix sockets, loopback and ptys among themselves`() async throws {
        try await withScratch { scratch async throws in
            let program = """
                use Socket;
                socketpair(A, B, AF_UNIX, SOCK_STREAM, 0) or die "socketpair $!";
                socket(S, PF_INET, SOCK_STREAM, 0) or die "socket $!"; bind(S, sockaddr_in(0, INADDR_LOOPBACK)) or die "bind $!"; listen(S, 1) or die;
                socket(C, PF_INET, SOCK_STREAM, 0); connect(C, getsockname S) or die "connect $!";
                open(P, "+<", "/dev/ptmx") or die "pty $!"; print "fine";
                """
            #expect(try await scratch.perl(program).text == "fine")
        }
    }

    @Test func `the worktree is written or only read as the policy says`() async throws {
        try await withScratch { scratch async throws in
            try await scratch.shell("echo new > file").expectSuccess()
            #expect(try scratch.text("worktree/file") == "new\n")
            scratch.policy.worktreeAccess = .readOnly
            #expect(try await scratch.shell("echo more > file").ending != .exited(0))
            #expect(try await scratch.shell("touch other").ending != .exited(0))
            #expect(try await scratch.shell("cat file; echo x > /tmp/x && echo y > ~/y").text == "new\n")
        }
    }

    @Test(arguments: ["/", "/usr", "/etc", "/dev", "/ferry", "/home"])
    func `nothing can be made in`(_ folder: String) async throws {
        try await withScratch { scratch async throws in #expect(try await scratch.shell("touch \(folder)/new").ending != .exited(0)) }
    }

    @Test func `shared memory is there and bounded`() async throws {
        try await withScratch { scratch async throws in
            try await scratch.shell("head -c 1000000 /dev/zero > /dev/shm/some").expectSuccess()
            #expect(try await scratch.shell("head -c 300000000 /dev/zero > /dev/shm/much").ending != .exited(0))
        }
    }

    @Test func `the agent commits with its own git, and cannot take it away`() async throws {
        try await withScratch { scratch async throws in
            try Directory.create(scratch.root.appending("repository"))
            let git = "GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1 git -c user.name=a -c user.email=a@b"
            let made = try await hostShell(
                """
                set -e; cd repository; \(git) init -q; echo one > file; \(git) add file; \(git) commit -qm base; cd ..
                \(git) init -q --bare agentgit; \(git) -C agentgit config core.bare false
                echo \(SandboxPolicy.guestObjects(0)) > agentgit/objects/info/alternates
                \(git) -C repository rev-parse HEAD > agentgit/refs/heads/work; echo ref: refs/heads/work > agentgit/HEAD
                echo one > worktree/file; echo 'gitdir: /elsewhere' > worktree/.git; echo made
                """, in: scratch.root)
            #expect(made == "made\n")
            scratch.policy.agentGit = scratch.root.appending("agentgit")
            scratch.policy.objects = [scratch.root.appending("repository/.git/objects")]
            scratch.policy.environment = ["GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@b", "GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@b"]

            let commit = "git reset -q && echo two >> file && git commit -qam second && git log --format=%s && git stash list && git status --short"
            let result = try await scratch.shell(commit)
            #expect(result.text == "second\nbase\n")
            for attack in ["rm -rf .git", "mv .git .git-old", "echo gitdir: /x > .git", "ln -sf /x .git", "touch /ferry/objects/new"] {
                #expect(try await scratch.shell(attack).ending != .exited(0), "\(attack)")
            }
            #expect(try scratch.text("worktree/.git") == "gitdir: /elsewhere\n")
            #expect(try await scratch.shell("git log --oneline | wc -l").text == "2\n")
        }
    }

    @Test(arguments: SystemCall.refused)
    func `this system call is refused`(_ call: SystemCall) async throws {
        try await withScratch { scratch async throws in
            // A call that was let through would fail with another error, for its arguments, or succeed.
            let result = try await scratch.perl("my $r = syscall(\(call.number), \(call.arguments)); print $r, ' ', $! + 0")
            #expect(result.text == "-1 \(call.error)", "\(call.name)")
        }
    }

    @Test func `calls of the other 32-bit interface kill the process`() async throws {
        #if arch(x86_64)
            try await withScratch { scratch async throws in
                #expect(try await scratch.perl("syscall(0x40000000 + 39); print 'alive'").ending == .signalled(SIGSYS))
            }
        #endif
    }

    @Test func `files cannot be made set-user-id, other modes can be set`() async throws {
        try await withScratch { scratch async throws in
            for mode in ["4755", "2755", "6755"] { #expect(try await scratch.shell("touch f && chmod \(mode) f").ending == .exited(1)) }
            try await scratch.shell("touch f && chmod 0751 f && mkfifo p && install -m 0644 f g").expectSuccess()
            #expect(try await scratch.perl("use Fcntl; sysopen(F, 'suid', O_CREAT | O_WRONLY, 04755) and print 'made'").text == "")
            #expect(try FileStatus(of: scratch.worktree.appending("f")).mode == 0o751)
            #expect(try await hostShell("chmod 4755 f; stat -c %a f", in: scratch.worktree) == "4755\n")
        }
    }

    @Test func `new namespaces cannot be made`() async throws {
        try await withScratch { scratch async throws in
            #expect(try await scratch.shell("unshare -Ur true").ending != .exited(0))
            #expect(try await scratch.shell("cat /proc/self/status").text.contains("Seccomp:\t2\n"))
        }
    }

    @Test func `there is no terminal`() async throws {
        try await withScratch { scratch async throws in
            #expect(try await scratch.shell("sh -c ': < /dev/tty' 2>/dev/null; tty").text == "not a tty\n")
        }
    }
}

/// A listening socket on the host's loopback.
private struct LoopbackServer: ~Copyable {
    private let descriptor: Int32
    let port: UInt16

    init() throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let listens = withUnsafeMutablePointer(to: &address) { [descriptor] pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, length) == 0 && listen(descriptor, 8) == 0 && getsockname(descriptor, $0, &length) == 0
            }
        }
        guard listens else { throw Errno(rawValue: errno) }
        port = UInt16(bigEndian: address.sin_port)
    }

    deinit { close(descriptor) }
}
