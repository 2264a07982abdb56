package import FerryModel
internal import SystemPackage

/// The settings of a vault: `90_system/ferry.md`.
package struct SettingsNote: Hashable, Sendable {
    /// A server that speaks to models. What its fields mean is the model layer's business.
    package struct Provider: Hashable, Sendable {
        package let name: String
        /// `api`, `base_url`, `key` (a name, never a key) and what else the protocol knows.
        package let fields: [String: String]
        package let line: Int
    }

    /// A short name for a model, or for several that are tried in order.
    package struct Alias: Hashable, Sendable {
        package let name: String
        /// `provider/model`, or the name of another alias; never empty.
        package let targets: [String]
        package let line: Int
    }

    package let autonomy: String
    package let agentsAtOnce: Int
    package let budgetRun: Money
    package let budgetFeature: Money
    package let budgetDay: Money
    package let fixRounds: Int
    package let settle: Duration
    package let askAbove: Int
    package let keepRuns: Int
    /// Days that full texts and worktrees of a feature that rests are kept.
    package let keepDays: Int
    /// Bytes that full texts and worktrees may take together before those of features that rest go.
    package let keepBytes: Int64
    /// Bytes that must be free on each disk that work needs before anything begins; 0 looks at none.
    package let minimumFree: Int64
    package let forge: String
    /// Put before the keys that Ferry writes into features; empty for none.
    package let propertyPrefix: String
    /// `nil` before `init` gave it one.
    package let vaultID: String?
    /// The vault's folders; `90_system` itself is fixed, since this note is found there.
    package let layout: VaultLayout
    package let providers: [Provider]
    package let aliases: [Alias]
    package let faults: [NoteFault]

    /// Never fails: what cannot be read has its default and a fault. A note with faults is not to be used.
    package init(_ note: NoteBytes, path: String = "90_system/ferry.md") {
        var reader = NoteReader(note, path: path, isStrict: true)
        let body = MarkdownBody(note)
        autonomy = reader.text("autonomy") ?? "review"
        agentsAtOnce = reader.wholeNumber("agents_at_once", 1...1000, example: 2) ?? 2
        budgetRun = reader.money("budget_run_usd") ?? Money(dollars: 5)
        budgetFeature = reader.money("budget_feature_usd") ?? Money(dollars: 15)
        budgetDay = reader.money("budget_day_usd") ?? Money(dollars: 50)
        fixRounds = reader.wholeNumber("fix_rounds", 0...100, example: 3) ?? 3
        settle = .seconds(reader.wholeNumber("settle_seconds", 0...86_400, example: 30) ?? 30)
        askAbove = reader.wholeNumber("ask_above", 1...1_000_000, example: 20) ?? 20
        keepRuns = reader.wholeNumber("keep_runs", 1...1_000_000, example: 20) ?? 20
        keepDays = reader.wholeNumber("keep_days", 1...36_500, example: 90) ?? 90
        keepBytes = Int64(reader.wholeNumber("keep_mb", 1...1_000_000_000, example: 10_240) ?? 10_240) << 20
        minimumFree = Int64(reader.wholeNumber("min_free_mb", 0...1_000_000_000, example: 512) ?? 512) << 20
        forge = reader.text("forge") ?? "local"
        propertyPrefix = Self.prefix(&reader)
        vaultID = reader.text("vault_id") ?? Self.plainID(note)
        layout = Self.layout(&reader)
        providers = Self.providers(body, &reader)
        aliases = Self.aliases(body, &reader)
        faults = reader.finish()
    }

    /// The id where the YAML around it is broken: a vault stays itself, and its last good settings can be found.
    private static func plainID(_ note: NoteBytes) -> String? {
        guard let entry = note.frontMatter?.entries(named: "vault_id").first else {
            let isTold = note.frontMatter.map { $0.oddities.isEmpty && $0.openLine == nil } ?? (note.oddity == nil)
            return isTold ? nil : loneID(note.bytes)
        }
        return plainID(note.bytes[entry.inline])
    }

    /// Of the one line that can only mean this, where nobody can tell the front matter's entries or its end.
    private static func loneID(_ bytes: [UInt8]) -> String? {
        let key = Array("vault_id:".utf8)
        let lines = bytes.split { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") }.filter { $0.starts(with: key) }
        return lines.count == 1 ? plainID(lines[0].dropFirst(key.count).trimmingPrefix { $0 == UInt8(ascii: " ") }) : nil
    }

    /// Plain or in quotes.
    private static func plainID(_ value: ArraySlice<UInt8>) -> String? {
        var id = value.reversed().drop { $0 == UInt8(ascii: " ") }.reversed()[...]
        if let quote = id.first, id.count > 2, quote == id.last, quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") {
            id = id.dropFirst().dropLast()
        }
        return !id.isEmpty && id.allSatisfy { $0.isASCIILetter || $0.isASCIIDigit } ? String(decoding: id, as: UTF8.self) : nil
    }

    private static func prefix(_ reader: inout NoteReader) -> String {
        guard let prefix = reader.text("property_prefix") else { return "" }
        let isPlain =
            prefix.utf8.first?.isASCIILetter == true
            && prefix.utf8.allSatisfy { $0.isASCIILetter || $0.isASCIIDigit || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: "-") }
        if isPlain, prefix.utf8.count <= 40 { return prefix }
        reader.fault(
            reader.line(of: "property_prefix"), "property_prefix is `\(InertText.excerpt(prefix, limit: 60))`",
            "write letters, digits, `-` and `_`, such as ferry-")
        return ""
    }

    private static func layout(_ reader: inout NoteReader) -> VaultLayout {
        var layout = VaultLayout()
        func folder(_ key: String, _ set: (FilePath.Component) -> Void) {
            guard let text = reader.text("folder_\(key)", such: "write the name of a folder") else { return }
            if let name = FilePath.Component(text), name.kind == .regular, !text.hasPrefix(".") { return set(name) }
            reader.fault(
                reader.line(of: "folder_\(key)"), "folder_\(key) is `\(InertText.excerpt(text, limit: 60))`",
                "write the name of one folder, without `/` and without a dot before it")
        }
        folder("features") { layout.features = $0 }
        for state in FeatureState.allCases { folder(state.rawValue) { layout.states[state] = $0 } }
        folder("agents") { layout.agents = $0 }
        folder("review_rules") { layout.rules = $0 }
        folder("runs") { layout.runs = $0 }
        folder("repositories") { layout.repositories = $0 }
        let names = [layout.features, layout.agents, layout.rules, layout.runs, layout.repositories, layout.system]
        if Set(names).count < names.count || Set(layout.states.values).count < FeatureState.allCases.count {
            reader.fault(1, "two of the folders have one name", "give each `folder_…` a name of its own")
        }
        return layout
    }
}
