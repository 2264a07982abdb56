internal import FerryHTTP
internal import FerryModel
internal import FerrySystem
internal import FerryTestSupport
internal import FerryWireServer
internal import Synchronization
internal import SystemPackage
internal import Testing

/// The proxy on a real Unix socket, with servers on loopback in the place of the Internet's.
@Suite(.timeLimit(.minutes(1)))
struct LocalProxyTests {
    /// What a test's proxy was asked in vain.
    final class Refusals: Sendable {
        private let all = Mutex<[ProxyRefusal]>([])
        var list: [ProxyRefusal] { all.withLock { $0 } }
        var note: @Sendable (ProxyRefusal) -> Void { { refusal in self.all.withLock { $0.append(refusal) } } }
    }

    private static func names(_ texts: String...) -> Set<HostName> { Set(texts.compactMap { HostName($0) }) }

    /// Every name is this port of this machine, which may be reached.
    private static func lookup(_ port: Int) -> HostLookup {
        HostLookup(addresses: { _, _ in [NetworkAddress([127, 0, 0, 1], port: port)] }, mayReach: { _ in true })
    }

    private static func ask(_ proxy: LocalProxy, _ text: String) async throws -> String {
        try await withScratch { folder in
            let answer = try await proxy.serve(in: folder, name: "p") { socket in try await exchange(socket.string, Array(text.utf8)) }
            return String(decoding: answer, as: UTF8.self)
        }
    }

    @Test func `an allowed host is reached through a tunnel, on both ports`() async throws {
        try await TinyServer.with { server in
            for port in [443, 80] {
                let proxy = LocalProxy(hosts: Self.names("pypi.org"), lookup: Self.lookup(server.port))
                let answer = try await Self.ask(proxy, "CONNECT PyPI.org:\(port) HTTP/1.1\r\nHost: pypi.org\r\n\r\nsecret bytes")
                #expect(answer == "HTTP/1.1 200 Connection established\r\n\r\nsecret bytes")
            }
        }
    }

    @Test func `a plain request is passed on as the host's own`() async throws {
        try await TinyServer.with(answer: "asked: ") { server in
            let proxy = LocalProxy(hosts: Self.names("pypi.org"), lookup: Self.lookup(server.port))
            let answer = try await Self.ask(proxy, "GET http://pypi.org/simple/?a=b HTTP/1.1\r\nHost: evil.com\r\n\r\n")
            #expect(answer.hasSuffix("asked: GET /simple/?a=b HTTP/1.1\r\nhost: pypi.org\r\nconnection: close\r\n\r\n"))
        }
    }

    @Test func `many bytes go both ways`() async throws {
        try await TinyServer.with { server in
            let proxy = LocalProxy(hosts: Self.names("pypi.org"), lookup: Self.lookup(server.port))
            let bytes = (0..<(4 << 20)).map { UInt8(truncatingIfNeeded: $0 &* 31) }
            let answer = try await withScratch { folder in
                try await proxy.serve(in: folder, name: "p") { socket in
                    try await exchange(socket.string, Array("CONNECT pypi.org:443 HTTP/1.1\r\n\r\n".utf8) + bytes)
                }
            }
            #expect(answer.count == "HTTP/1.1 200 Connection established\r\n\r\n".utf8.count + bytes.count)
            #expect(answer.suffix(bytes.count).elementsEqual(bytes))
        }
    }

    struct Refused: Sendable, CustomTestStringConvertible {
        let line: String
        let reason: ProxyRefusal.Reason
        var testDescription: String { line }
    }

    static let refused: [Refused] = [
        Refused(line: "CONNECT evil.com:443", reason: .notAllowed),
        Refused(line: "CONNECT pypi.org.evil.com:443", reason: .notAllowed),
        Refused(line: "CONNECT evilpypi.org:443", reason: .notAllowed),
        Refused(line: "CONNECT sub.pypi.org:443", reason: .notAllowed),
        Refused(line: "CONNECT pypi.org:22", reason: .port),
        Refused(line: "CONNECT pypi.org.:443", reason: .notAName),
        Refused(line: "CONNECT localhost:443", reason: .notAName),
        Refused(line: "CONNECT 127.0.0.1:443", reason: .notAName),
        Refused(line: "CONNECT 2130706433:443", reason: .notAName),
        Refused(line: "CONNECT 0x7f000001:443", reason: .notAName),
        Refused(line: "CONNECT [::1]:443", reason: .notAName),
        Refused(line: "CONNECT 169.254.169.254:80", reason: .notAName),
        Refused(line: "CONNECT pypi.org@evil.com:443", reason: .notAName),
        Refused(line: "CONNECT pypi.org%00.evil.com:443", reason: .notAName),
        Refused(line: "GET http://evil.com/", reason: .notAllowed),
        Refused(line: "GET http://pypi.org@evil.com/", reason: .notAName),
        Refused(line: "GET http://evil.com\\@pypi.org/", reason: .notAName),
        Refused(line: "GET http://127.0.0.1:80/", reason: .notAName),
    ]

    @Test(arguments: refused)
    func `what is not on the list is refused, and told`(_ row: Refused) async throws {
        try await TinyServer.with(answer: "welcome") { server in
            let refusals = Refusals()
            let proxy = LocalProxy(hosts: Self.names("pypi.org"), lookup: Self.lookup(server.port), refused: refusals.note)
            let answer = try await Self.ask(proxy, "\(row.line) HTTP/1.1\r\nHost: pypi.org\r\n\r\n")
            #expect(answer.hasPrefix("HTTP/1.1 403 Forbidden\r\n"))
            #expect(!answer.contains("welcome"))
            #expect(refusals.list.map(\.reason) == [row.reason])
        }
    }

    @Test(arguments: ["127.0.0.1", "10.1.2.3", "169.254.169.254", "::1", "fd00::1"])
    func `a name that leads to this machine or a private network is refused, whatever the list says`(_ address: String) async throws {
        try await TinyServer.with(answer: "welcome") { server in
            let refusals = Refusals()
            let place = try #require(NetworkAddress(address, port: server.port))
            // Also where a public address stands before it.
            let lookup = HostLookup(addresses: { _, _ in [NetworkAddress([8, 8, 8, 8], port: 1), place] })
            let proxy = LocalProxy(hosts: Self.names("rebind.example"), lookup: lookup, refused: refusals.note)
            let answer = try await Self.ask(proxy, "CONNECT rebind.example:443 HTTP/1.1\r\n\r\n")
            #expect(answer.hasPrefix("HTTP/1.1 403"))
            #expect(refusals.list.map(\.reason) == [.privateAddress(place.description)])
        }
    }

    @Test func `a name is looked up once, and what was judged is what is reached`() async throws {
        try await TinyServer.with { server in
            let lookups = Mutex(0)
            let lookup = HostLookup(
                addresses: { _, _ in
                    let number = lookups.withLock { count in
                        count += 1
                        return count
                    }
                    return [NetworkAddress([127, 0, 0, UInt8(number)], port: server.port)]
                }, mayReach: { $0.bytes == [127, 0, 0, 1] })
            let answer = try await Self.ask(LocalProxy(hosts: Self.names("pypi.org"), lookup: lookup), "CONNECT pypi.org:443 HTTP/1.1\r\n\r\nx")
            #expect(answer.hasSuffix("\r\n\r\nx"))
            #expect(lookups.withLock { $0 } == 1)
        }
    }

    @Test func `a host that is not there is told as such`() async throws {
        let refusals = Refusals()
        let port = try await TinyServer.with { $0.port }
        let proxy = LocalProxy(hosts: Self.names("pypi.org"), lookup: Self.lookup(port), refused: refusals.note)
        #expect(try await Self.ask(proxy, "CONNECT pypi.org:443 HTTP/1.1\r\n\r\n").hasPrefix("HTTP/1.1 502"))
        #expect(refusals.list.map(\.reason) == [.unreachable("nothing answers at 127.0.0.1")])
        #expect(refusals.list.first?.description.contains("pypi.org:443 could not be reached") == true)
    }

    @Test(arguments: [
        "nonsense\r\n\r\n", "GET / HTTP/1.1\r\nA: \u{0}\r\n\r\n", "GET / HTTP/1.1\r\nX: \(String(repeating: "a", count: 70_000))\r\n\r\n",
    ])
    func `what is no request is refused`(_ text: String) async throws {
        #expect(try await Self.ask(LocalProxy(hosts: []), text).hasPrefix("HTTP/1.1 400"))
    }

    // MARK: Ferry's own endpoint

    @Test(arguments: [
        "POST /model HTTP/1.1\r\nContent-Length: 5\r\nX-Key: k\r\n\r\nhello",
        "POST /model HTTP/1.1\r\nTransfer-Encoding: chunked\r\nX-Key: k\r\n\r\n2\r\nhe\r\n3;a=b\r\nllo\r\n0\r\nT: 1\r\n\r\n",
    ])
    func `a request to Ferry itself is answered in pieces`(_ text: String) async throws {
        let proxy = LocalProxy(hosts: []) { request, answer in
            #expect(request.method == "POST" && request.path == "/model" && request.header("x-key") == "k")
            try await answer.begin(200, type: "text/plain")
            for byte in request.body { try await answer.write([byte]) }
            try await answer.finish()
        }
        let answer = try await Self.ask(proxy, text)
        #expect(answer.hasPrefix("HTTP/1.1 200 OK\r\n"))
        #expect(answer.hasSuffix("\r\n\r\n1\r\nh\r\n1\r\ne\r\n1\r\nl\r\n1\r\nl\r\n1\r\no\r\n0\r\n\r\n"))
    }

    @Test func `without an endpoint a request to Ferry itself is refused`() async throws {
        #expect(try await Self.ask(LocalProxy(hosts: []), "GET / HTTP/1.1\r\n\r\n").hasPrefix("HTTP/1.1 400"))
    }

    @Test func `the socket is gone when the work is done, and a long path is no obstacle`() async throws {
        try await withScratch { folder in
            let deep = folder.appending(String(repeating: "d", count: 200))
            try Directory.create(deep, mode: 0o700)
            let socket = try await LocalProxy(hosts: []).serve(in: deep, name: "p") { socket in
                let isThere = try FileStatus.ifPresent(socket) != nil
                #expect(isThere)
                return socket
            }
            #expect(try await eventually { try FileStatus.ifPresent(socket) == nil })
        }
    }
}
