package import FerryLLM
package import FerryModel
package import FerryStore
package import FerryVault

/// The vault's settings, agents, rules, repositories and prices as they are in force: of each note the last version without faults.
package struct Configuration: Sendable {
    package var settings = SettingsNote(NoteBytes([]))
    package var agents: [AgentNote] = []
    package var rules: [RuleNote] = []
    package var repositories: [RepositoryNote] = []
    /// Repository notes without any version that can be used, with what is wrong.
    package var unusableRepositories: [RepositoryName: NoteFault] = [:]
    package var providers: [ProviderSettings] = []
    package var prices = PriceTable()
    /// Everything that is wrong in these notes now, with file and line.
    package var faults: [NoteFault] = []

    package init() {}

    /// One agent for each of the four roles; the first by file name counts.
    package var agentsByRole: [StageRole: AgentNote] {
        Dictionary(agents.compactMap { agent in StageRole(rawValue: agent.role).map { ($0, agent) } }, uniquingKeysWith: { first, _ in first })
    }

    /// The repository note with this name.
    package func repository(_ name: String) -> RepositoryNote? { repositories.first { $0.name.rawValue == name } }

    package var aliases: [String: [String]] {
        let direct = Dictionary(settings.aliases.map { ($0.name, $0.targets) }, uniquingKeysWith: { first, _ in first })
        // An alias may name another one; a few steps are enough for any vault, and a circle ends.
        return direct.mapValues { targets in (0..<4).reduce(targets) { names, _ in names.flatMap { direct[$0] ?? [$0] } } }
    }

    /// What keeps a feature from being started as its note stands; it is not guessed at.
    package func obstacle(in note: FeatureNote) -> String? {
        if let obstacle = note.obstacle { return obstacle }
        if case .failure(let obstacle) = repository(for: note) { return obstacle.message }
        guard let model = note.model, aliases[model] == nil, !model.contains("/") else { return nil }
        return
            "There is no model `\(model)`. There are: \(aliases.keys.sorted().joined(separator: ", ")). Correct `model`, or name it under `## Models` "
            + "in the settings; Ferry looks again by itself."
    }

    /// The limits for an agent at work on a feature: a budget is always the smallest that applies. `budget` is the feature's own; what a person has allowed
    /// beyond the settings (`extra`) counts for the agent's share, the run and the feature, never for the day.
    package func limits(budget: Money?, agent: StageRole?, extra: Money) -> SpendingLimits {
        let feature = min(settings.budgetFeature, budget ?? settings.budgetFeature)
        return SpendingLimits(
            agent: agent.flatMap { agentsByRole[$0]?.budget }.map { $0 + extra }, run: settings.budgetRun + extra, feature: feature + extra,
            day: settings.budgetDay)
    }

    /// The repository of a feature: the one that it names, else the only one.
    package func repository(for note: FeatureNote) -> Result<RepositoryNote, RepositoryObstacle> {
        let names = repositories.map(\.name.rawValue).sorted().joined(separator: ", ")
        if let name = note.repo {
            if let repository = repository(name) { return .success(repository) }
            if let fault = unusableRepositories[RepositoryName(name)] { return .failure(RepositoryObstacle(fault)) }
            let known = names.isEmpty ? "There is no repository note yet" : "There are: \(names)"
            return .failure(
                RepositoryObstacle(
                    message: "There is no repository `\(name)`. \(known). Correct `repo`, or add the note; Ferry looks again by itself."))
        }
        if repositories.count == 1 { return .success(repositories[0]) }
        if repositories.isEmpty, let fault = unusableRepositories.min(by: { $0.key.rawValue < $1.key.rawValue })?.value {
            return .failure(RepositoryObstacle(fault))
        }
        if repositories.isEmpty {
            return .failure(
                RepositoryObstacle(
                    message: "There is no usable repository note. Make one with `ferry init . --repo PATH`; Ferry looks again by itself."))
        }
        return .failure(RepositoryObstacle(message: "There are several repositories (\(names)). Name one with `repo:`; Ferry looks again by itself."))
    }
}

/// Why a feature has no repository to work on.
package struct RepositoryObstacle: Error, Hashable, Sendable {
    package let message: String

    package init(message: String) { self.message = message }

    /// Its note cannot be used.
    init(_ fault: NoteFault) { message = "Its repository note cannot be used. \(fault). Ferry looks again by itself." }
}
