internal import FerryHTTP
package import FerryLLM
package import FerryModel
internal import FerrySystem
package import FerryVault
internal import Synchronization
package import SystemPackage

/// Gives agents their models, by the settings in force. Holds what outlives a change of settings: connections, rate gates, keys.
package final class ModelSource: Sendable {
    private let client = StreamingHTTPClient()
    private let gates = RateGates()
    private let environment: [String: String]
    private let keyFile: FilePath?
    private let policy: RetryPolicy
    private let known: Mutex<KnownKeys>

    private struct KnownKeys: Sendable {
        var ring: KeyRing
        var redactor: Redactor
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

    /// Takes the keys in use out of everything that is recorded.
    package var redactor: Redactor { known.withLock { $0.redactor } }

    private static func keys(_ entries: [KeyFile.Entry], _ environment: [String: String], status: FileStatus?) -> KnownKeys {
        let bound = entries.map { ($0.name, KeyRing.Entry(key: $0.key.map { FerryLLM.Secret($0) }, hosts: $0.hosts)) }
        let named = environment.filter { name, _ in ["_KEY", "_TOKEN", "_SECRET", "_PASSWORD"].contains { name.hasSuffix($0) } }.values
        let listed = entries.compactMap { $0.key ?? environment[$0.name] }
        return KnownKeys(
            ring: KeyRing(entries: Dictionary(bound, uniquingKeysWith: { $1 }), environment: environment),
            redactor: Redactor(values: Array(named) + listed + credentials(environment)), status: status)
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
        guard note.backend == .builtin else { return try external(note, tier, feature, catalog) }
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

    /// An agent program, with the first model of the chain; programs that bring a model of their own need not name one.
    private func external(_ note: AgentNote, _ tier: Tier, _ feature: String?, _ catalog: ModelCatalog) throws -> any AgentBackend {
        let needsModel = note.backend == .claude || note.backend == .codex
        let name = needsModel || note.model != nil ? feature ?? note.model ?? Self.alias(tier) : nil
        var upstream: ModelUpstream?
        if let name {
            do throws(ModelError) { upstream = try catalog.upstream(of: try catalog.chain(of: name)[0]) } catch {
                throw error.naming((try? catalog.chain(of: name))?.first ?? name)
            }
        }
        if let upstream, needsModel, (upstream.wire == .anthropic) != (note.backend == .claude) {
            throw ModelError(
                .configuration, "The agent `\(note.name)` has the backend `\(note.backend.rawValue)`, which cannot use \(upstream.name)",
                remedy: "Set `model` in its note to one of a provider with api \(note.backend == .claude ? "anthropic" : "openai")")
        }
        let model = upstream?.name ?? ""
        return ExternalAgent(
            kind: note.backend, command: note.command ?? note.backend.rawValue,
            toolchains: note.toolchains.map { $0.hasPrefix("~/") ? StateFolders.home.appending(String($0.dropFirst(2))) : FilePath($0) },
            upstream: upstream, client: client, price: { catalog.cost(of: $0, model: model) },
            maxOutput: catalog.price(of: model)?.maxOutput ?? 32_000)
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
