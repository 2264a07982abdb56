internal import Testing

@testable internal import FerrySandbox

/// Attacks over the network and by what processes talk to each other with.
@Suite(.timeLimit(.minutes(2)))
struct NetworkAttackTests {
    private static let sockets = [
        Attack.perl(
            "connects to a service of this machine",
            #"socket(S, PF_INET, SOCK_STREAM, 0); connect(S, sockaddr_in($ENV{PORT}, INADDR_LOOPBACK)) and bitten"#),
        Attack.perl(
            "connects to it by another address of the loopback",
            #"socket(S, PF_INET, SOCK_STREAM, 0); connect(S, sockaddr_in($ENV{PORT}, pack("C4", 0, 0, 0, 0))) and bitten"#),
        Attack.perl(
            "connects by IPv6",
            #"socket(S, PF_INET6, SOCK_STREAM, 0); connect(S, Socket::pack_sockaddr_in6($ENV{PORT6}, Socket::IN6ADDR_LOOPBACK)) and bitten"#),
        Attack.perl(
            "asks by UDP",
            #"socket(S, PF_INET, SOCK_DGRAM, 0); send(S, "x", 0, sockaddr_in($ENV{UDP}, INADDR_LOOPBACK)); my ($r, $got) = ""; vec($r, fileno S, 1) = 1; select($r, undef, undef, 2) and defined recv(S, $got, 10, 0) and $got eq "answer" and bitten"#
        ),
        Attack.perl(
            "connects to an abstract socket",
            #"socket(S, PF_UNIX, SOCK_STREAM, 0); connect(S, pack_sockaddr_un("\0$ENV{ABSTRACT}")) and bitten"#),
        Attack.perl(
            "connects to a socket in the file system", #"socket(S, PF_UNIX, SOCK_STREAM, 0); connect(S, pack_sockaddr_un($ENV{SOCKET})) and bitten"#),
        Attack.perl(
            "connects to a socket by a link",
            #"symlink($ENV{SOCKET}, "l"); socket(S, PF_UNIX, SOCK_STREAM, 0); connect(S, pack_sockaddr_un("l")) and bitten"#),
        Attack("writes into a pipe of the person", "test -p $FIFO && echo x > $FIFO && bitten"),
        Attack.perl("talks to the machine below (vsock)", #"socket(S, 40, SOCK_STREAM, 0) and bitten"#),
        Attack.perl("listens to the kernel's events", #"socket(S, 16, SOCK_RAW, 15) and bitten"#),
        Attack.perl("speaks to the packet filter", #"socket(S, 16, SOCK_RAW, 12) and bitten"#),
        Attack.perl(
            "connects by another protocol of TCP",
            #"socket(S, PF_INET, SOCK_STREAM, 262); connect(S, sockaddr_in($ENV{PORT}, INADDR_LOOPBACK)) and bitten"#),
        Attack.perl(
            "connects by IPv4 within IPv6",
            #"socket(S, PF_INET6, SOCK_STREAM, 0); my $a = "\0" x 10 . "\xff\xff" . INADDR_LOOPBACK; connect(S, Socket::pack_sockaddr_in6($ENV{PORT}, $a)) and bitten"#
        ),
        Attack.perl("lists the sockets of the machine (sock_diag)", #"socket(S, 16, SOCK_RAW, 4) and bitten"#),
        Attack.perl("speaks to the encryption of networks", #"socket(S, 16, SOCK_RAW, 6) and bitten"#),
        Attack.perl("speaks to the audit of the machine", #"socket(S, 16, SOCK_RAW, 9) and bitten"#),
        Attack.perl("listens to processes come and go", #"socket(S, 16, SOCK_DGRAM, 11) and bitten"#),
        Attack.perl("speaks to drivers (generic netlink)", #"socket(S, 16, SOCK_RAW, 16) and bitten"#),
        Attack("sees the interfaces of the machine", "grep : /proc/self/net/dev | grep -qv ' lo:' && bitten"),
        Attack.perl(
            "sees who listens on the machine",
            #"my $p = sprintf ":%04X ", $ENV{PORT}; open(F, "<", "/proc/self/net/tcp"); grep { index($_, $p) > 0 } <F> and bitten"#),
        Attack("sees the sockets of the machine", "grep -q \"$ABSTRACT\" /proc/self/net/unix && bitten"),
        Attack(
            "finds the names of sockets in its environment",
            "env | grep -E '^(SSH_AUTH_SOCK|DBUS_SESSION_BUS_ADDRESS|DISPLAY|DOCKER_HOST|XDG_RUNTIME_DIR)=' && bitten"),
    ]

    private static let shared = [
        Attack.perl(
            "reads shared memory", #"my ($s, $got) = shmget($ENV{KEY}, 0, 0); defined $s and shmread($s, $got, 0, 6) and $got eq "canary" and bitten"#
        ),
        Attack.perl("opens a message queue", #"defined msgget($ENV{KEY}, 0) and bitten"#),
        Attack.perl("opens a semaphore", #"defined semget($ENV{KEY}, 0, 0) and bitten"#),
        Attack.perl("opens a queue by its name", #"my $n = $ENV{QUEUE}; syscall(n(240, 180), $n, O_RDWR, 0, 0) >= 0 and bitten"#),
        Attack("reads a file in shared memory", "grep -q canary $SHM && bitten"),
        Attack("learns the machine's name", "[ \"$(hostname)\" = \"$HOSTNAME\" ] && bitten"),
        Attack("learns the machine's id", "cat /etc/machine-id /etc/hostname 2>/dev/null | grep -q . && bitten"),
        Attack("finds the resolver of the machine", "test -s /etc/resolv.conf && bitten"),
        Attack("reads the machine's names of hosts", "grep -v '^#' /etc/hosts | grep -vqE '^(127.0.0.1 localhost agent|::1 localhost)$' && bitten"),
    ]

    private static let attacks = sockets + shared
    private static let outcomes = Task { try await AttackGround.outcomes(of: attacks) }

    @Test(arguments: attacks)
    func `it talks to nobody outside, and would without the sandbox`(attack: Attack) async throws {
        try attack.expectRepelled(try await Self.outcomes.value[attack.name])
    }

    /// The filter refuses more calls than an ordinary user gets anything from; here the kernel itself says no for other reasons, or nothing at all.
    @Test func `the filter is what refuses its system calls`() async throws {
        let program = SystemCall.refused.map {
            "my $r = syscall(\($0.number), \($0.arguments)); print '\($0.name)', '|', ($r == -1 ? $! + 0 : 0), \"\\n\";"
        }
        let text = "$SIG{ALRM} = 'IGNORE'; " + program.joined(separator: "\n")
        try await withScratch { scratch async throws in
            let inside = Self.errors(try await scratch.perl(text).text)
            try scratch.write(text, to: "calls.pl")
            let outside = Self.errors(
                try await hostShell(
                    "bwrap --ro-bind / / --dev /dev --proc /proc --unshare-user --cap-add ALL --die-with-parent perl \(scratch.root)/calls.pl"))
            for call in SystemCall.refused { #expect(inside[call.name] == call.error, "\(call.name)") }
            let bites = SystemCall.refused.filter { call in outside[call.name].map { $0 != call.error } ?? false }
            #expect(bites.count > SystemCall.refused.count - 10)
        }
    }

    private static func errors(_ text: String) -> [String: Int32] {
        Dictionary(
            text.split(separator: "\n").compactMap { line in
                let words = line.split(separator: "|")
                return words.count == 2 ? Int32(words[1]).map { (String(words[0]), $0) } : nil
            }, uniquingKeysWith: { $1 })
    }
}
