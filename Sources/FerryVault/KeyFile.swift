/// The keys of a user, `keys.yaml` beside the vault and never in it: `NAME: {key: …, hosts: [api.example.com]}`.
///
/// A key is sent to its hosts and to no other. Without `key` the entry only binds a key from the environment or a systemd credential.
package struct KeyFile: Sendable {
    package struct Entry: Sendable {
        package let name: String
        /// The key itself. Not for any message.
        package let key: String?
        package let hosts: [String]
    }

    package let entries: [Entry]
    /// Messages never show a value.
    package let faults: [NoteFault]

    package init(parsing bytes: [UInt8], path: String) {
        let scanned = FrontMatterScanner.scan(bytes, lines: ByteLines.lines(of: bytes, number: 1))
        var entries: [Entry] = []
        var faults = scanned.oddities.map { oddity in
            NoteFault(path: path, line: FrontMatterSplice.refusal(oddity).line, what: "this line is no entry", remedy: Self.form)
        }
        for item in scanned.entries {
            guard let value = try? YAMLReader.value(of: item, in: bytes), case .map(let fields) = value.content,
                let entry = Self.entry(item.key, fields)
            else {
                faults.append(NoteFault(path: path, line: item.line, what: "the entry \(item.key) cannot be read", remedy: Self.form))
                continue
            }
            entries.append(entry)
        }
        self.entries = entries
        self.faults = faults
    }

    private static let form = "write `NAME: {key: \"…\", hosts: [api.example.com]}`"

    private static func entry(_ name: String, _ fields: [NoteValue.Pair]) -> Entry? {
        var key: String?
        var hosts: [String] = []
        for field in fields {
            switch (field.key, field.value.content) {
            case ("key", .text(let text)): key = text
            case ("hosts", .text(let text)): hosts = [text]
            case ("hosts", .list(let items)):
                hosts = items.compactMap { if case .text(let text) = $0.content { text } else { nil } }
            default: return nil
            }
        }
        return hosts.isEmpty ? nil : Entry(name: name, key: key, hosts: hosts)
    }
}
