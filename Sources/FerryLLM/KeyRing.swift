internal import FerrySystem
package import SystemPackage

/// The keys, and which hosts each may be sent to. Who can write a note can name a key and an address, so the binding is never in a note:
/// the vendors' own variables go to the vendors' own hosts, any other key where `keys.yaml` says.
package struct KeyRing: Sendable {
    /// One entry of `keys.yaml`.
    package struct Entry: Hashable, Sendable {
        /// `nil`: the key itself is in the environment or a systemd credential, and this entry only binds it.
        package var key: Secret?
        /// `host` (the scheme's own port, or any on this machine) or `host:port`.
        package var hosts: [String]
        package init(key: Secret?, hosts: [String]) {
            self.key = key
            self.hosts = hosts
        }
    }

    private let entries: [String: Entry]
    private let environment: [String: String]
    private let credentials: FilePath?

    /// `entries` are the content of `keys.yaml`; credentials are files in `$CREDENTIALS_DIRECTORY`, named like the key.
    package init(entries: [String: Entry] = [:], environment: [String: String] = [:]) {
        self.entries = entries
        self.environment = environment
        credentials = environment["CREDENTIALS_DIRECTORY"].flatMap { $0.isEmpty ? nil : FilePath($0) }
    }

    /// The key for this address. Nothing where none is named: for a server on this machine, or one that asks for none.
    /// Throws `ModelError` of kind `configuration`: no such key, or one that may not go there.
    package func key(named name: String?, for endpoint: Endpoint) throws(ModelError) -> Secret? {
        guard let name else { return nil }
        guard Self.isName(name) else {
            throw ModelError(
                .configuration, "`\(name.prefix(100))` is no name of a key", remedy: "Use letters, digits and underscores, as in ANTHROPIC_API_KEY")
        }
        guard hosts(of: name).contains(where: { Self.matches($0, endpoint) }) else { throw notBound(name, endpoint) }
        guard let key = try value(of: name) else {
            throw ModelError(
                .configuration, "The key \(name) is not set",
                remedy:
                    "Export \(name), or add it to keys.yaml in Ferry's configuration folder: `\(name): {key: …, hosts: [\(endpoint.hostAndPort)]}`")
        }
        return key
    }

    /// Reads `keys.yaml`: a regular file that belongs to this user and that nobody else may touch; `nil` where there is none.
    /// Throws `ModelError` of kind `configuration`.
    package static func readFile(_ path: FilePath) throws(ModelError) -> [UInt8]? {
        let isPrivate: Bool
        let bytes: [UInt8]
        do {
            guard let status = try FileStatus.ifPresent(path) else { return nil }
            isPrivate = status.kind == .regular && status.mode & 0o077 == 0
            bytes = isPrivate ? try FileContents.read(path, limit: 1 << 20) : []
        } catch {
            throw ModelError(.configuration, "\(path) cannot be read: \(error)", remedy: "It must be a file of yours with mode 0600")
        }
        guard isPrivate else {
            throw ModelError(.configuration, "\(path) may be read by others, so its keys are not used", remedy: "Run: chmod 600 \(path)")
        }
        return bytes
    }

    private func notBound(_ name: String, _ endpoint: Endpoint) -> ModelError {
        let hosts = hosts(of: name)
        let where_ = hosts.isEmpty ? "no host" : hosts.joined(separator: ", ")
        return ModelError(
            .configuration, "The key \(name) is bound to \(where_), not to \(endpoint.hostAndPort), and was not sent",
            remedy: "If it belongs there, say so in keys.yaml in Ferry's configuration folder: `\(name): {hosts: [\(endpoint.hostAndPort)]}`")
    }

    /// The hosts that `keys.yaml` names for an entry; none where it has no such entry.
    package func listedHosts(of name: String) -> [String] { entries[name]?.hosts ?? [] }

    private func hosts(of name: String) -> [String] {
        if let entry = entries[name], !entry.hosts.isEmpty { return entry.hosts }
        return Self.vendorHosts[name] ?? []
    }

    private func value(of name: String) throws(ModelError) -> Secret? {
        var text = entries[name]?.key?.exposed ?? environment[name]
        if text == nil { text = try credential(name) }
        guard let trimmed = text.map(Self.trim), !trimmed.isEmpty else { return nil }
        guard trimmed.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw ModelError(
                .configuration, "The key \(name) holds a character that no key has", remedy: "Look for a blank, a line break or a quote in it")
        }
        return Secret(trimmed, name: name)
    }

    private func credential(_ name: String) throws(ModelError) -> String? {
        guard let path = credentials?.appending(name) else { return nil }
        do {
            guard try FileStatus.ifPresent(path) != nil else { return nil }
            return String(decoding: try FileContents.read(path, limit: 1 << 16), as: UTF8.self)
        } catch {
            throw ModelError(.configuration, "The credential \(name) cannot be read: \(error)", remedy: "Check LoadCredential= in the unit")
        }
    }

    private static func trim(_ text: String) -> String {
        let isBlank: (UInt8) -> Bool = { $0 <= 0x20 }
        let bytes = Array(text.utf8.drop(while: isBlank))
        let count = bytes.lastIndex { !isBlank($0) }.map { $0 + 1 } ?? 0
        return String(decoding: bytes[..<count], as: UTF8.self)
    }

    private static func isName(_ name: String) -> Bool {
        (1...100).contains(name.utf8.count) && name.utf8.first != UInt8(ascii: ".")
            && name.unicodeScalars.allSatisfy {
                $0.isASCII && ($0.properties.isAlphabetic || ("0"..."9").contains($0) || "_-.".unicodeScalars.contains($0))
            }
    }

    private static func matches(_ binding: String, _ endpoint: Endpoint) -> Bool {
        let binding = binding.lowercased()
        if binding == "\(endpoint.host):\(endpoint.port)" || binding == "[\(endpoint.host)]:\(endpoint.port)" { return true }
        let isOwnPort = endpoint.port == (endpoint.scheme == .https ? 443 : 80)
        return (binding == endpoint.host || binding == "[\(endpoint.host)]") && (isOwnPort || endpoint.isLoopback)
    }
}

extension KeyRing {
    /// The variable that each vendor's own tools read, and the hosts that the vendor's documentation gives for it.
    private static let vendorHosts: [String: [String]] = [
        "ANTHROPIC_API_KEY": ["api.anthropic.com"],
        "DEEPSEEK_API_KEY": ["api.deepseek.com"],
        "GEMINI_API_KEY": ["generativelanguage.googleapis.com"],
        "GROQ_API_KEY": ["api.groq.com"],
        "MISTRAL_API_KEY": ["api.mistral.ai"],
        "MOONSHOT_API_KEY": ["api.moonshot.ai", "api.moonshot.cn"],
        "OPENAI_API_KEY": ["api.openai.com"],
        "OPENROUTER_API_KEY": ["openrouter.ai"],
        "TOGETHER_API_KEY": ["api.together.xyz"],
        "XAI_API_KEY": ["api.x.ai"],
    ]

    /// The variable that holds the vendor's key for a host of a vendor's; `nil` for any other host.
    package static func vendorKey(for host: String) -> String? {
        vendorHosts.first { $0.value.contains(host) }?.key
    }
}
