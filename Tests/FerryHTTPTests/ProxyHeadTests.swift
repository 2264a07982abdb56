internal import FerryModel
internal import Testing

@testable internal import FerryHTTP

struct ProxyHeadTests {
    private static func head(_ text: String) throws -> ProxyHead { try ProxyHead(Array(text.utf8)) }

    @Test(arguments: [
        ("CONNECT pypi.org:443 HTTP/1.1", ProxyHead.Target.tunnel(host: "pypi.org", port: 443)),
        ("CONNECT [::1]:443 HTTP/1.1", .tunnel(host: "[::1]", port: 443)),
        ("GET http://pypi.org HTTP/1.1", .absolute(host: "pypi.org", port: 80, path: "/")),
        ("GET HTTP://pypi.org:8080/a?b HTTP/1.0", .absolute(host: "pypi.org", port: 8080, path: "/a?b")),
        ("GET http://pypi.org?x HTTP/1.1", .absolute(host: "pypi.org", port: 80, path: "/?x")),
        // No name holds these; the list decides with the whole text.
        ("GET http://allowed.org@evil.com/ HTTP/1.1", .absolute(host: "allowed.org@evil.com", port: 80, path: "/")),
        ("POST /v1/messages HTTP/1.1", .endpoint(path: "/v1/messages")),
    ])
    func `a request names its target`(_ line: String, _ target: ProxyHead.Target) throws {
        #expect(try Self.head(line + "\r\nHost: x\r\n\r\n").target == target)
    }

    @Test(arguments: [
        "GET / HTTP/1.1\r\n", "GET / HTTP/1.1\n\n", "GET  / HTTP/1.1\r\n\r\n", "get / HTTP/1.1\r\n\r\n", "GET / HTTP/2.0\r\n\r\n", "GET /\r\n\r\n",
        "CONNECT pypi.org HTTP/1.1\r\n\r\n", "CONNECT pypi.org:0 HTTP/1.1\r\n\r\n", "CONNECT pypi.org:443x HTTP/1.1\r\n\r\n",
        "CONNECT pypi.org:+443 HTTP/1.1\r\n\r\n", "CONNECT :443 HTTP/1.1\r\n\r\n", "CONNECT pypi.org:99999 HTTP/1.1\r\n\r\n",
        "CONNECT pypi.org\u{0}.evil.com:443 HTTP/1.1\r\n\r\n", "GET https://pypi.org/ HTTP/1.1\r\n\r\n", "GET ftp://pypi.org/ HTTP/1.1\r\n\r\n",
        "GET http://pypi.org/#a HTTP/1.1\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", "GET / HTTP/1.1\r\nA : b\r\n\r\n",
        "GET / HTTP/1.1\r\nA: b\r\n c\r\n\r\n", "GET / HTTP/1.1\r\nA: b\u{0}\r\n\r\n", "GET / HTTP/1.1\r\nA: b\rc\r\n\r\n",
        "POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        "POST / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
        "GET /é HTTP/1.1\r\n\r\n",
    ])
    func `what could be understood in two ways is refused`(_ text: String) {
        #expect(throws: ProxyHead.Fault.self) { try Self.head(text) }
    }

    @Test(arguments: ["x", "-1", "0x10", "1 2", "", "9999999999999"])
    func `a length that is no number is refused`(_ text: String) throws {
        let head = try Self.head("POST / HTTP/1.1\r\nContent-Length: \(text)\r\n\r\n")
        #expect(throws: ProxyHead.Fault.self) { _ = try head.bodyLength() }
    }

    @Test func `what concerns the proxy alone does not go on, and the host is the one that was judged`() throws {
        let head = try Self.head(
            "GET http://pypi.org/a HTTP/1.1\r\nHost: evil.com\r\nProxy-Authorization: Basic x\r\nConnection: keep-alive, X-Hop\r\nX-Hop: 1\r\nAccept: */*\r\n\r\n"
        )
        let name = try #require(HostName("pypi.org"))
        let sent = String(decoding: head.forwarded(host: name, port: 80, path: "/a"), as: UTF8.self)
        #expect(sent == "GET /a HTTP/1.1\r\nhost: pypi.org\r\nconnection: close\r\naccept: */*\r\n\r\n")
    }
}
