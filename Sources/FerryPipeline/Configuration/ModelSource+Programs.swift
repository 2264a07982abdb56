internal import FerryLLM
internal import FerryModel
internal import FerryVault
internal import SystemPackage

extension ModelSource {
    /// An agent program, with its chain of models; programs that bring a model of their own need not name one. Throws `ModelError`.
    func external(
        _ note: AgentNote, _ tier: Tier, _ feature: String?, avoiding avoided: String?, _ catalog: ModelCatalog
    ) throws(ModelError) -> any AgentBackend {
        var agent = ExternalAgent(
            kind: note.backend, command: note.command ?? note.backend.rawValue,
            toolchains: note.toolchains.map { $0.hasPrefix("~/") ? StateFolders.home.appending(String($0.dropFirst(2))) : FilePath($0) },
            models: note.auth == .login ? [] : try models(note, tier, feature, avoiding: avoided, catalog), client: client)
        if note.auth == .login { agent.login = try login(note, catalog) }
        return agent
    }

    private func models(
        _ note: AgentNote, _ tier: Tier, _ feature: String?, avoiding avoided: String?, _ catalog: ModelCatalog
    ) throws(ModelError) -> [ProgramModel] {
        let needsModel = note.backend == .claude || note.backend == .codex
        guard let name = needsModel || note.model != nil ? feature ?? note.model ?? Self.alias(tier) : nil else { return [] }
        var upstreams: [ModelUpstream] = []
        let whole = try catalog.chain(of: name)
        do throws(ModelError) {
            for member in whole { upstreams.append(try catalog.upstream(of: member)) }
        } catch {
            throw error.naming(whole[0])
        }
        let wire = needsModel ? (note.backend == .claude ? .anthropic : .openAI) : upstreams[0].wire
        let fitting = upstreams.filter { $0.wire == wire }
        guard !fitting.isEmpty else {
            throw ModelError(
                .configuration, "The agent `\(note.name)` has the backend `\(note.backend.rawValue)`, which cannot use \(upstreams[0].name)",
                remedy: "Set `model` in its note to one of a provider with api \(note.backend == .claude ? "anthropic" : "openai")")
        }
        let others = fitting.filter { $0.name != avoided }
        return (others.isEmpty ? fitting : others).map { upstream in
            ProgramModel(
                upstream: upstream, price: { catalog.cost(of: $0, model: upstream.name) },
                maxOutput: catalog.price(of: upstream.name)?.maxOutput ?? ModelEndpoint.usualOutput)
        }
    }

    /// Whoever writes a note can ask for a login; that it may be lent, and to which hosts it may go, is said on this machine.
    private func login(_ note: AgentNote, _ catalog: ModelCatalog) throws(ModelError) -> ProgramLogin {
        guard var login = ProgramLogin(of: note.backend, environment: environment) else {
            throw ModelError(
                .configuration, "The agent `\(note.name)` has `auth: login`, which the backend `\(note.backend.rawValue)` does not know",
                remedy: "Take `auth` out of its note")
        }
        login.hosts = Set(hosts(boundTo: login.name).compactMap { HostName($0) })
        guard !login.hosts.isEmpty else {
            throw ModelError(
                .configuration, "The agent `\(note.name)` has `auth: login`, and this machine does not allow it",
                remedy: "Read what it means in docs/models.md; to allow it, add \(login.permission) to keys.yaml in Ferry's configuration folder")
        }
        if let name = note.model { login.model = try catalog.chain(of: name).first.map { String($0.drop { $0 != "/" }.dropFirst()) } }
        _ = try login.content()
        keepSecret(login.secrets)
        return login
    }
}
