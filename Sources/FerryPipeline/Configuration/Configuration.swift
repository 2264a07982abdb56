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
    package var providers: [ProviderSettings] = []
    package var prices = PriceTable()
    /// Everything that is wrong in these notes now, with file and line.
    package var faults: [NoteFault] = []

    package init() {}

    /// One agent for each of the four roles; the first by file name counts.
    package var agentsByRole: [StageRole: AgentNote] {
        Dictionary(agents.compactMap { agent in StageRole(rawValue: agent.role).map { ($0, agent) } }, uniquingKeysWith: { first, _ in first })
    }

    package func repository(_ name: String) -> RepositoryNote? { repositories.first { $0.name.rawValue == name } }

    package var aliases: [String: [String]] {
        let direct = Dictionary(settings.aliases.map { ($0.name, $0.targets) }, uniquingKeysWith: { first, _ in first })
        // An alias may name another one; a few steps are enough for any vault, and a circle ends.
        return direct.mapValues { targets in (0..<4).reduce(targets) { names, _ in names.flatMap { direct[$0] ?? [$0] } } }
    }

    /// The limits for a feature: a budget is always the smallest that applies.
    package func limits(for note: FeatureNote, extra: Money) -> SpendingLimits {
        let feature = min(settings.budgetFeature, note.budget ?? settings.budgetFeature)
        return SpendingLimits(run: settings.budgetRun + extra, feature: feature + extra, day: settings.budgetDay)
    }

    /// The repository of a feature: the one that it names, else the only one.
    package func repository(for note: FeatureNote) -> Result<RepositoryNote, RepositoryObstacle> {
        let names = repositories.map(\.name.rawValue).sorted().joined(separator: ", ")
        if let name = note.repo {
            if let repository = repository(name) { return .success(repository) }
            let known = names.isEmpty ? "There is no repository note yet" : "There are: \(names)"
            return .failure(
                RepositoryObstacle(
                    message: "There is no repository `\(name)`. \(known). Correct `repo`, or add the note; Ferry looks again by itself."))
        }
        if repositories.count == 1 { return .success(repositories[0]) }
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
}
