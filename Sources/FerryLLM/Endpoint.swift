/// The base address of a provider. `https`, or `http` to this machine alone, since keys and prompts go there.
package struct Endpoint: Hashable, Sendable, CustomStringConvertible {
    package enum Scheme: String, Hashable, Sendable { case http, https }
    package let scheme: Scheme
    /// In lower case; an IPv6 address without its brackets.
    package let host: String
    package let port: Int
    /// Begins with a slash unless it is empty; ends without one.
    package let path: String

    /// Reads `https://host[:port][/path]`. Throws `ModelError` of kind `configuration`.
    package init(_ text: String) throws(ModelError) {
        func fault(_ what: String, _ remedy: String) -> ModelError {
            ModelError(.configuration, "The base_url `\(text.prefix(200))` \(what)", remedy: remedy)
        }
        let form = "Write it as https://host/path"
        let bytes = Array(text.utf8)
        guard bytes.allSatisfy({ (0x21...0x7E).contains($0) }) else { throw fault("holds a blank or a character beyond ASCII", form) }
        guard let colon = text.firstRange(of: "://"), let scheme = Scheme(rawValue: text[..<colon.lowerBound].lowercased()) else {
            throw fault("does not begin with https:// or http://", form)
        }
        let rest = text[colon.upperBound...]
        let authority = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" && $0 != "\\" }
        var path = rest[authority.endIndex...]
        guard !authority.contains("@") else { throw fault("holds a user name", "Put the key into keys.yaml") }
        guard !path.contains(where: { $0 == "?" || $0 == "#" || $0 == "\\" }) else { throw fault("holds a query, a fragment or a backslash", form) }
        while path.hasSuffix("/") { path.removeLast() }
        guard let (host, port) = Self.split(authority, scheme: scheme) else { throw fault("names no host, or no such port", form) }
        self.scheme = scheme
        self.host = host
        self.port = port
        self.path = String(path)
        guard scheme == .https || isLoopback else {
            throw fault("would send keys and prompts unencrypted to \(host)", "Use https; http is only for servers on this machine")
        }
    }

    private static func split(_ authority: Substring, scheme: Scheme) -> (host: String, port: Int)? {
        var host = authority
        var port = scheme == .https ? 443 : 80
        let bracket = authority.lastIndex(of: "]")
        if let colon = authority.lastIndex(of: ":"), bracket.map({ $0 < colon }) ?? true {
            guard let number = Int(authority[authority.index(after: colon)...]), (1...65535).contains(number) else { return nil }
            port = number
            host = authority[..<colon]
        }
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = host.dropFirst().dropLast()
            guard !host.isEmpty, host.allSatisfy({ $0.isHexDigit || $0 == ":" || $0 == "." }) else { return nil }
        } else {
            guard !host.isEmpty, host.allSatisfy({ $0.isLetter || $0.isNumber || $0 == "." || $0 == "-" || $0 == "_" }) else { return nil }
        }
        return (host.lowercased(), port)
    }

    /// Whether it is this machine: `localhost`, 127.0.0.0/8 or ::1, and no name that merely begins so.
    package var isLoopback: Bool {
        if host == "localhost" || host == "::1" { return true }
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
    }

    /// The host, with its port where that is not the scheme's own.
    package var hostAndPort: String {
        let name = host.contains(":") ? "[\(host)]" : host
        return port == (scheme == .https ? 443 : 80) ? name : "\(name):\(port)"
    }

    /// The address with something appended, which begins with a slash.
    package func appending(_ suffix: String) -> String { "\(scheme.rawValue)://\(hostAndPort)\(path)\(suffix)" }

    package var description: String { appending("") }
}
