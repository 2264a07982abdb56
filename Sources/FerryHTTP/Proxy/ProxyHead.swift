internal import FerryModel

/// The head of a request to the proxy, read strictly: what could be understood in two ways is refused. Pure.
struct ProxyHead: Sendable {
    enum Target: Hashable, Sendable {
        /// `CONNECT host:port`
        case tunnel(host: String, port: Int)
        /// `GET http://host:port/path`
        case absolute(host: String, port: Int, path: String)
        /// `POST /path`: Ferry's own endpoint.
        case endpoint(path: String)
    }

    struct Fault: Error, Hashable { let what: String }

    let method: String
    let target: Target
    let headers: [(name: String, value: String)]

    /// `bytes`: from the request line up to the empty line, with it.
    init(_ bytes: [UInt8]) throws(Fault) {
        var lines: [String] = []
        var rest = bytes[...]
        while let end = rest.firstIndex(of: 0x0D) {
            let line = rest[..<end]
            guard end + 1 < rest.endIndex, rest[end + 1] == 0x0A else { throw Fault(what: "a line ends without a line feed") }
            // Neither control characters (NUL, a bare line feed) nor anything beyond ASCII.
            guard line.allSatisfy({ $0 == 0x09 || (0x20..<0x7F).contains($0) }) else { throw Fault(what: "the head holds a control character") }
            lines.append(String(decoding: line, as: UTF8.self))
            rest = rest[(end + 2)...]
        }
        guard rest.isEmpty, lines.count > 1, lines.last == "" else { throw Fault(what: "the head is cut") }
        let parts = lines[0].split(separator: " ", omittingEmptySubsequences: false)
        guard parts.count == 3, parts.allSatisfy({ !$0.isEmpty && !$0.contains("\t") }), ["HTTP/1.1", "HTTP/1.0"].contains(parts[2]),
            parts[0].utf8.allSatisfy({ (0x41...0x5A).contains($0) })
        else { throw Fault(what: "the first line is no request of HTTP/1.1") }
        method = String(parts[0])
        target = try Self.target(method, parts[1])
        headers = try Self.headers(lines.dropFirst().dropLast())
    }

    private static func headers(_ lines: some Sequence<String>) throws(Fault) -> [(name: String, value: String)] {
        var headers: [(name: String, value: String)] = []
        for line in lines {
            guard let colon = line.firstIndex(of: ":") else { throw Fault(what: "a header has no colon") }
            let name = line[..<colon].lowercased()
            let isToken = { (byte: UInt8) in byte > 0x20 && !"()<>@,;:\\\"/[]?={}".utf8.contains(byte) }
            guard !name.isEmpty, name.utf8.allSatisfy(isToken) else { throw Fault(what: "a header's name is none") }
            let isBlank = { (character: Character) in character == " " || character == "\t" }
            let value = line[line.index(after: colon)...].drop(while: isBlank)
            headers.append((name, String(value.reversed().drop(while: isBlank).reversed())))
        }
        let single = ["host", "content-length", "transfer-encoding"]
        guard single.allSatisfy({ name in headers.count { $0.name == name } < 2 }) else { throw Fault(what: "a header is there twice") }
        guard !(headers.contains { $0.name == "content-length" } && headers.contains { $0.name == "transfer-encoding" }) else {
            throw Fault(what: "its length is told in two ways")
        }
        return headers
    }

    private static func target(_ method: String, _ text: Substring) throws(Fault) -> Target {
        if method == "CONNECT" {
            guard let (host, port) = authority(text, usual: nil) else { throw Fault(what: "CONNECT names no host:port") }
            return .tunnel(host: host, port: port)
        }
        if text.hasPrefix("/") { return .endpoint(path: String(text)) }
        guard text.lowercased().hasPrefix("http://") else { throw Fault(what: "it names no address of http") }
        let rest = text.dropFirst("http://".count)
        let name = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        guard let (host, port) = authority(name, usual: 80) else { throw Fault(what: "it names no host") }
        let path = rest[name.endIndex...]
        guard !path.contains("#") else { throw Fault(what: "its address holds a fragment") }
        return .absolute(host: host, port: port, path: path.hasPrefix("/") ? String(path) : "/" + path)
    }

    /// `host:port`; what the host is, `HostName` judges. Brackets, user names and percent signs are none of a name's characters.
    private static func authority(_ text: Substring, usual: Int?) -> (host: String, port: Int)? {
        if text.hasPrefix("["), let end = text.firstIndex(of: "]") {
            let rest = text[text.index(after: end)...]
            guard let port = rest.isEmpty ? usual : number(rest.dropFirst()) else { return nil }
            return (String(text[...end]), port)
        }
        guard let colon = text.firstIndex(of: ":") else { return usual.map { (String(text), $0) } }
        guard !text[..<colon].isEmpty, let port = number(text[text.index(after: colon)...]) else { return nil }
        return (String(text[..<colon]), port)
    }

    private static func number(_ text: Substring) -> Int? {
        guard (1...5).contains(text.utf8.count), text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let port = Int(text),
            (1...65535).contains(port)
        else { return nil }
        return port
    }

    /// The value of a header, its name in lower case.
    func header(_ name: String) -> String? { headers.first { $0.name == name }?.value }

    /// How long the body is; `nil`: in chunks. Throws for a length that is none.
    func bodyLength() throws(Fault) -> Int? {
        if let coding = header("transfer-encoding") {
            guard coding.lowercased() == "chunked" else { throw Fault(what: "its transfer encoding is not understood") }
            return nil
        }
        guard let text = header("content-length") else { return 0 }
        guard (1...12).contains(text.utf8.count), text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let length = Int(text) else {
            throw Fault(what: "its length is no number")
        }
        return length
    }

    /// The head as the server gets it: in origin form, of one request alone, without what concerns the proxy (RFC 9110, section 7.6.1).
    func forwarded(host: HostName, port: Int, path: String) -> [UInt8] {
        let named = (header("connection") ?? "").lowercased().split(separator: ",").map { $0.filter { $0 != " " && $0 != "\t" } }
        var text = "\(method) \(path) HTTP/1.1\r\nhost: \(host)\(port == 80 ? "" : ":\(port)")\r\nconnection: close\r\n"
        for (name, value) in headers where !Self.hopByHop.contains(name) && !named.contains(name) { text += "\(name): \(value)\r\n" }
        return Array((text + "\r\n").utf8)
    }

    private static let hopByHop: Set<String> = [
        "connection", "host", "keep-alive", "proxy-authenticate", "proxy-authorization", "proxy-connection", "te", "trailer", "transfer-encoding",
        "upgrade",
    ]
}
