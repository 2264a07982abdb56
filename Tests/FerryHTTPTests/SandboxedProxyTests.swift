internal import FerryHTTP
internal import FerryModel
internal import FerrySandbox
internal import FerrySystem
internal import FerryTestSupport
internal import FerryWireServer
internal import SystemPackage
internal import Testing

/// Commands in the real sandbox, whose one way out is the proxy.
@Suite(.timeLimit(.minutes(1)))
struct SandboxedProxyTests {
    private static let ask = """
        import http.client, sys
        connection = http.client.HTTPConnection("127.0.0.1", 13128, timeout=20)
        connection.set_tunnel(sys.argv[1], int(sys.argv[2]))
        try:
            connection.request("GET", "/", headers={"X-Size": "1"})
            print(connection.getresponse().read().decode().splitlines()[0])
        except OSError as error:
            print(error)
        """

    /// Runs a shell line with the proxy, in which every name is a server of the test's.
    private static func run(_ line: String, hosts: String..., upstream: Int) async throws -> CommandResult {
        try await withScratch { root in
            for name in ["worktree", "tmp", "home"] { try Directory.create(root.appending(name), mode: 0o700) }
            try write(["worktree/ask.py": ask], below: root)
            let lookup = HostLookup(addresses: { _, _ in [NetworkAddress([127, 0, 0, 1], port: upstream)] }, mayReach: { _ in true })
            let proxy = LocalProxy(hosts: Set(hosts.compactMap { HostName($0) }), lookup: lookup)
            return try await proxy.serve(in: root, name: "proxy.sock") { socket in
                var policy = SandboxPolicy(worktree: root.appending("worktree"), temporary: root.appending("tmp"), home: root.appending("home"))
                policy.limits.time = .seconds(30)
                policy.proxy = socket
                return try await BubblewrapRunner(allowRoot: true).run(SandboxCommand(["/bin/sh", "-c", line]), under: policy)
            }
        }
    }

    private static func text(_ result: CommandResult) -> String { String(decoding: result.head + result.tail, as: UTF8.self) }

    @Test func `a command reaches an allowed host, and no other`() async throws {
        try await TinyServer.with(answer: "welcome\n") { server in
            let result = try await Self.run("python3 ask.py pypi.org 443; python3 ask.py evil.com 443", hosts: "pypi.org", upstream: server.port)
            #expect(Self.text(result) == "welcome\nTunnel connection failed: 403 Forbidden\n")
        }
    }

    @Test func `programs find the proxy by themselves`() async throws {
        try await TinyServer.with(answer: "welcome\n") { server in
            let line = "python3 -c 'import urllib.request as r; print(r.urlopen(\"http://pypi.org/\").readline())'"
            let result = try await Self.run(line, hosts: "pypi.org", upstream: server.port)
            #expect(Self.text(result) == "b'welcome\\n'\n")
        }
    }

    @Test func `there is no way past the proxy`() async throws {
        try await TinyServer.with(answer: "reached") { server in
            let line = """
                python3 -c '
                import socket
                for address in [("127.0.0.1", \(server.port)), ("8.8.8.8", 53)]:
                    try:
                        socket.create_connection(address, 2); print("reached")
                    except OSError as error: print("refused")
                '; ls /ferry; touch /ferry/step 2>/dev/null || echo read-only; rm /ferry/proxy.sock 2>/dev/null || echo stays
                """
            let result = try await Self.run(line, hosts: "pypi.org", upstream: server.port)
            #expect(Self.text(result) == "refused\nrefused\nproxy.sock\nstep\nread-only\nstays\n")
        }
    }

    @Test(arguments: [("exit 7", CommandResult.Ending.exited(7)), ("kill -9 $$", .signalled(9)), ("true & wait", .exited(0))])
    func `the command's end is its own`(_ line: String, _ ending: CommandResult.Ending) async throws {
        #expect(try await Self.run(line, upstream: 1).ending == ending)
    }

    @Test func `fifty connections at once are served`() async throws {
        try await TinyServer.with(answer: "welcome\n") { server in
            let line = "for i in $(seq 50); do python3 -S ask.py pypi.org 443 & done; wait"
            let result = try await Self.run(line, hosts: "pypi.org", upstream: server.port)
            #expect(Self.text(result) == String(repeating: "welcome\n", count: 50))
        }
    }

    @Test func `a program that is not there is told as shells tell it`() async throws {
        try await withScratch { root in
            for name in ["worktree", "tmp", "home"] { try Directory.create(root.appending(name), mode: 0o700) }
            try await LocalProxy(hosts: []).serve(in: root, name: "p") { socket in
                var policy = SandboxPolicy(worktree: root.appending("worktree"), temporary: root.appending("tmp"), home: root.appending("home"))
                policy.proxy = socket
                let result = try await BubblewrapRunner(allowRoot: true).run(SandboxCommand(["no-such-program"]), under: policy)
                #expect(result.ending == .exited(127))
                #expect(Self.text(result) == "ferry-step: no-such-program: No such file or directory\n")
            }
        }
    }

    @Test func `a socket that is none is refused, and nothing runs`() async throws {
        try await withScratch { root in
            for name in ["worktree", "tmp", "home"] { try Directory.create(root.appending(name), mode: 0o700) }
            try write(["p": ""], below: root)
            var policy = SandboxPolicy(worktree: root.appending("worktree"), temporary: root.appending("tmp"), home: root.appending("home"))
            policy.proxy = root.appending("p")
            await #expect(throws: SandboxError.self) {
                try await BubblewrapRunner(allowRoot: true).run(SandboxCommand(["/bin/true"]), under: policy)
            }
        }
    }
}
