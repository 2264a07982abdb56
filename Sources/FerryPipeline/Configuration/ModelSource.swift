internal import FerryHTTP
package import FerryLLM
package import FerryModel
package import FerryVault
package import SystemPackage

/// Gives agents their models, by the settings in force. Holds what outlives a change of settings: connections, rate gates, keys.
package final class ModelSource: Sendable {
    private let client = StreamingHTTPClient()
    private let gates = RateGates()
    private let keys: KeyRing
    /// Takes the keys in use out of everything that is recorded.
    package let redactor: Redactor

    package init(keys entries: [KeyFile.Entry] = [], environment: [String: String]) {
        let bound = entries.map { ($0.name, KeyRing.Entry(key: $0.key.map { FerryLLM.Secret($0) }, hosts: $0.hosts)) }
        keys = KeyRing(entries: Dictionary(bound, uniquingKeysWith: { $1 }), environment: environment)
        let named = environment.filter { name, _ in ["_KEY", "_TOKEN", "_SECRET", "_PASSWORD"].contains { name.hasSuffix($0) } }.values
        redactor = Redactor(values: Array(named) + entries.compactMap(\.key))
    }

    /// `keys.yaml` in `$XDG_CONFIG_HOME/ferry`. Throws `ModelError` of kind `configuration` where others may read it.
    package static func readKeyFile(at path: FilePath) throws -> KeyFile? {
        try KeyRing.readFile(path).map { KeyFile(parsing: $0, path: path.string) }
    }

    package static var usualKeyFile: FilePath { StateFolders.base("XDG_CONFIG_HOME", ".config").appending("ferry").appending("keys.yaml") }

    package func catalog(_ configuration: Configuration) -> ModelCatalog {
        ModelCatalog(
            providers: configuration.providers, aliases: configuration.aliases, prices: configuration.prices, keys: keys, client: client, gates: gates
        )
    }

    /// The backend for an agent: the feature's model, else the agent's, else the alias of the tier. Throws `ModelError` of kind `configuration`.
    package func backend(for note: AgentNote, tier: Tier, feature: String?, configuration: Configuration) throws -> any AgentBackend {
        guard note.backend == .builtin else {
            throw ModelError(
                .configuration, "The agent `\(note.name)` has the backend `\(note.backend.rawValue)`, which this version of Ferry does not have",
                remedy: "Set `backend: builtin` in its note, or take the line out")
        }
        let catalog = catalog(configuration)
        let name = feature ?? note.model ?? Self.alias(tier)
        let model = try catalog.model(named: name)
        let price = try catalog.chain(of: name).first.flatMap(catalog.price)
        let options = ModelOptions(maxOutputTokens: min(16_000, price?.maxOutput ?? 16_000), effort: note.effort?.rawValue)
        return AgentLoop(AgentModel(model, options: options, window: price?.window) { usage, name in catalog.cost(of: usage, model: name) })
    }

    package static func alias(_ tier: Tier) -> String {
        switch tier {
        case .small: "small"
        case .medium: "medium"
        case .large: "large"
        }
    }

    /// Closes connections. Nothing may be asked afterwards.
    package func shutDown() async { await client.shutdown() }
}
