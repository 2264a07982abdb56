internal import FerryHTTP
package import FerryLLM
package import FerryModel
internal import FerrySystem
package import FerryVault
internal import Synchronization
package import SystemPackage

/// Gives agents their models, by the settings in force. Holds what outlives a change of settings: connections, rate gates, keys.
package final class ModelSource: Sendable {
    let client = StreamingHTTPClient()
    private let gates = RateGates()
    let environment: [String: String]
    private let keyFile: FilePath?
    private let policy: RetryPolicy
    private let known: Mutex<KnownKeys>

    private struct KnownKeys: Sendable {
        var ring: KeyRing
        var redactor: Redactor
        /// What the redactor takes out.
        var secrets: [String]
        /// Of `keys.yaml` when it was read.
        var status: FileStatus?
    }

    /// `keyFile` is looked at again whenever a model is asked for, so that a key can be given without a restart.
    package init(keys entries: [KeyFile.Entry] = [], environment: [String: String], keyFile: FilePath? = nil, timing: Timing = Timing()) {
        policy = RetryPolicy(base: timing.modelRetry, patience: timing.modelPatience)
        self.environment = environment
        self.keyFile = keyFile
        known = Mutex(Self.keys(entries, environment, status: keyFile.flatMap { (try? FileStatus.ifPresent($0)) ?? nil }))
    }

    /// The hosts that `keys.yaml` binds a name to.
    func hosts(boundTo name: String) -> [String] { known.withLock { $0.ring.listedHosts(of: name) } }

    /// These are secrets as well from now on.
    func keepSecret(_ values: [String]) {
        known.withLock { known in
            guard !Set(values).isSubset(of: known.secrets) else { return }
            known.secrets += values
            known.redactor = Redactor(values: known.secrets)
        }
    }

    /// Takes the keys in use out of everything that is recorded.
    package var redactor: Redactor { known.withLock { $0.redactor } }

    private static func keys(_ entries: [KeyFile.Entry], _ environment: [String: String], status: FileStatus?) -> KnownKeys {
        let bound = entries.map { ($0.name, KeyRing.Entry(key: $0.key.map { FerryLLM.Secret($0) }, hosts: $0.hosts)) }
        let named = environment.filter { name, _ in ["_KEY", "_TOKEN", "_SECRET", "_PASSWORD"].contains { name.hasSuffix($0) } }.values
        let listed = entries.compactMap { $0.key ?? environment[$0.name] }
        let lent = [AgentNote.Backend.claude, .codex].compactMap { ProgramLogin(of: $0, environment: environment) }.filter { login in
            entries.contains { $0.name == login.name }
        }
        let secrets = Array(named) + listed + credentials(environment) + lent.flatMap(\.secrets)
        return KnownKeys(
            ring: KeyRing(entries: Dictionary(bound, uniquingKeysWith: { $1 }), environment: environment), redactor: Redactor(values: secrets),
            secrets: secrets, status: status)
    }

    /// What the service manager handed over as credentials: each is a secret, whatever its name.
    private static func credentials(_ environment: [String: String]) -> [String] {
        guard let folder = environment["CREDENTIALS_DIRECTORY"].map({ FilePath($0) }), !folder.isEmpty else { return [] }
        return ((try? Directory.entries(of: folder)) ?? []).compactMap { entry in
            guard let bytes = try? FileContents.read(folder.appending(entry.name), limit: 1 << 16) else { return nil }
            return String(decoding: bytes, as: UTF8.self).filter { !$0.isWhitespace }
        }
    }

    /// Reads `keys.yaml` again if it is another file than the last time. Throws `ModelError` where it may not be used.
    private func refreshKeys() throws {
        guard let keyFile else { return }
        let status = try FileStatus.ifPresent(keyFile)
        guard status != known.withLock({ $0.status }) else { return }
        let fresh = Self.keys(try Self.readKeyFile(at: keyFile)?.entries ?? [], environment, status: status)
        known.withLock { $0 = fresh }
    }

    /// `keys.yaml` in `$XDG_CONFIG_HOME/ferry`. Throws `ModelError` of kind `configuration` where others may read it.
    package static func readKeyFile(at path: FilePath) throws -> KeyFile? {
        try KeyRing.readFile(path).map { KeyFile(parsing: $0, path: path.string) }
    }

    package static var usualKeyFile: FilePath { StateFolders.base("XDG_CONFIG_HOME", ".config").appending("ferry").appending("keys.yaml") }

    /// The models that these settings name.
    package func catalog(_ configuration: Configuration) -> ModelCatalog {
        ModelCatalog(
            providers: configuration.providers, aliases: configuration.aliases, prices: configuration.prices, keys: known.withLock { $0.ring },
            client: client, gates: gates,
            policy: policy
        )
    }

    /// The backend for an agent: the feature's model, else the agent's, else the alias of the tier; without the model `avoided` where the chain has
    /// another. Throws `ModelError` of kind `configuration`.
    package func backend(
        for note: AgentNote, tier: Tier, feature: String?, avoiding avoided: String? = nil, configuration: Configuration
    ) throws -> any AgentBackend {
        try refreshKeys()
        let catalog = catalog(configuration)
        guard note.backend == .builtin else { return try external(note, tier, feature, avoiding: avoided, catalog) }
        let name = feature ?? note.model ?? Self.alias(tier)
        let chain: [String]
        let model: any LanguageModel
        do throws(ModelError) {
            let whole = try catalog.chain(of: name)
            let others = whole.filter { $0 != avoided }
            chain = others.isEmpty ? whole : others
            model = try catalog.model(of: chain)
        } catch {
            throw error.naming((try? catalog.chain(of: name))?.first ?? name)
        }
        let price = chain.first.flatMap(catalog.price)
        let options = ModelOptions(maxOutputTokens: min(16_000, price?.maxOutput ?? 16_000), effort: note.effort?.rawValue)
        let window = chain.first.flatMap(catalog.window)
        let redacting = RedactingModel(model) { self.redactor }
        return AgentLoop(AgentModel(redacting, options: options, window: window) { usage, name in catalog.cost(of: usage, model: name) })
    }

    /// The models behind a name; the name itself where the settings do not tell.
    package func route(_ name: String, _ configuration: Configuration) -> ModelRoute {
        ModelRoute((try? catalog(configuration).chain(of: name)) ?? [name])
    }

    /// The alias that a tier works with, where neither feature nor agent names a model.
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
