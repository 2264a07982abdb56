internal import FerrySystem
internal import Glibc
internal import SystemPackage
internal import Testing

@testable internal import FerrySandbox

/// What a person has on the machine beside the sandbox: files, a program with sockets, shared memory and a secret in its environment.
struct Target: Sendable {
    static let canary = "canary-4f1d9c"

    /// Names that attacks are given.
    let environment: [String: String]

    /// As programs of the person have it, with keys and the addresses of agents in it.
    var hostEnvironment: [String: String] {
        environment.merging(["PATH": "/usr/bin:/bin", "API_KEY": Self.canary, "SSH_AUTH_SOCK": "/run/\(Self.canary)"]) { $1 }
    }

    private static let places = ["vault", "state", "config", "home/.ssh", "other-run/worktree", "other-run/tmp", "repository/.git", "tools/bin"]

    static func with(_ root: FilePath, _ body: (Target) async throws -> Void) async throws {
        let host = root.appending("host")
        for place in places { try Directory.create(host.pushing(FilePath(place))) }
        for file in [
            "secret", "vault/note.md", "state/ferry.db", "config/keys.yaml", "home/.ssh/id", "home/.gitconfig", "other-run/worktree/a",
            "other-run/tmp/a",
            "repository/a.py", "repository/.git/config", "tools/bin/tool", "tools/credentials.toml",
        ] { try FileContents.write(Array("\(canary)\n".utf8), to: host.pushing(FilePath(file))) }
        let mark = "mark-\(UInt32.random(in: .min ... .max))"
        setenv("FERRY_TEST_API_KEY", canary, 1)
        let service = HostProcess(
            "/usr/bin/perl", ["-e", program, host.string, mark, canary].map { Array($0.utf8) }, environment: ["API_KEY": canary], directory: host,
            deadline: .seconds(55))
        let running = Task { try await service.runUnsandboxed() }
        defer { running.cancel() }
        let ready = host.appending("ready")
        try #require(try await eventually { try FileStatus.ifPresent(ready) != nil })
        var environment = ["ROOT": root.string, "HOST": host.string, "MARK": mark, "SECRET": host.appending("secret").string]
        for line in String(decoding: try FileContents.read(ready), as: UTF8.self).split(separator: "\n") {
            let words = line.split(separator: "=", maxSplits: 1).map(String.init)
            environment[words[0]] = words[1]
        }
        try await body(Target(environment: environment))
        running.cancel()
        _ = try? await running.value
    }

    /// Listens wherever one can listen, answers, and tells its addresses in the file `ready`.
    private static let program = """
        use strict; use Socket qw(:all); use IO::Select; use Fcntl; use POSIX (); my ($root, $mark, $canary) = @ARGV;
        my $isIntel = (POSIX::uname())[4] eq "x86_64"; sub n { $_[$isIntel ? 0 : 1] }
        syscall(n(157, 167), 0x59616d61, -1, 0, 0, 0);
        my (%said, @listening);
        socket(my $tcp, PF_INET, SOCK_STREAM, 0); bind($tcp, sockaddr_in(0, INADDR_LOOPBACK)); listen($tcp, 50); push @listening, $tcp;
        $said{PORT} = (sockaddr_in(getsockname $tcp))[0];
        socket(my $six, PF_INET6, SOCK_STREAM, 0); bind($six, pack_sockaddr_in6(0, IN6ADDR_LOOPBACK)); listen($six, 50); push @listening, $six;
        $said{PORT6} = (unpack_sockaddr_in6(getsockname $six))[0];
        socket(my $udp, PF_INET, SOCK_DGRAM, 0); bind($udp, sockaddr_in(0, INADDR_LOOPBACK)); $said{UDP} = (sockaddr_in(getsockname $udp))[0];
        $said{ABSTRACT} = "ferry-$mark"; $said{SOCKET} = "$root/socket";
        for my $name ("\\0$said{ABSTRACT}", $said{SOCKET}) {
            socket(my $unix, PF_UNIX, SOCK_STREAM, 0); bind($unix, pack_sockaddr_un($name)); listen($unix, 50); push @listening, $unix;
        }
        my $key = $said{KEY} = 0x10000000 + ($$ & 0xFFFFFF);
        my $shm = shmget($key, 4096, 01600); shmwrite($shm, $canary, 0, length $canary); my $queue = msgget($key, 01600);
        my $semaphore = semget($key, 1, 01600); my $name = $said{QUEUE} = "ferry-$mark"; my $posix = syscall(n(240, 180), $name, O_CREAT | O_RDWR, 0600, 0);
        $said{SHM} = "/dev/shm/ferry-$mark"; open(my $shared, ">", $said{SHM}); print $shared "$canary\\n"; close $shared;
        my ($type, $payload) = ("user", $canary); syscall(n(248, 217), $type, $name, $payload, length $payload, -4);
        $said{FIFO} = "$root/fifo"; POSIX::mkfifo($said{FIFO}, 0600); sysopen(my $fifo, $said{FIFO}, O_RDWR | O_NONBLOCK);
        open(my $held, "<", "$root/secret"); $said{FD} = fileno $held; $said{PID} = $$; chomp($said{HOSTNAME} = (POSIX::uname())[1]);
        sub tidy { unlink $said{SHM}; shmctl($shm, 0, 0); msgctl($queue, 0, 0); semctl($semaphore, 0, 0, 0); syscall(n(241, 181), $name);
            syscall(n(250, 219), 10, -4); exit }
        $SIG{PIPE} = "IGNORE"; $SIG{TERM} = \\&tidy; $SIG{ALRM} = \\&tidy; alarm 55;
        open(my $ready, ">", "$root/ready.new"); print $ready "$_=$said{$_}\\n" for sort keys %said; close $ready; rename "$root/ready.new", "$root/ready";
        my $select = IO::Select->new(@listening, $udp);
        while (1) {
            for my $socket ($select->can_read(1)) {
                if ($socket == $udp) { my $from = recv($udp, my $text, 100, 0); send($udp, "answer", 0, $from) }
                else { accept(my $peer, $socket); syswrite($peer, "answer"); close $peer }
            }
        }
        """
}
