package import FerryModel
package import SystemPackage

/// Which folder of a vault is for what. The names are settings, so that an existing vault keeps its own.
package struct VaultLayout: Hashable, Sendable {
    package var features: FilePath.Component
    package var states: [FeatureState: FilePath.Component]
    package var agents: FilePath.Component
    package var rules: FilePath.Component
    package var runs: FilePath.Component
    package var repositories: FilePath.Component
    package var system: FilePath.Component

    /// The folders of the vault template.
    package init() {
        features = "10_features"
        states = [
            .ideas: "01_ideas", .drafts: "02_drafts", .planned: "03_planned", .inProgress: "04_in_progress", .review: "05_review",
            .done: "06_done", .blocked: "07_blocked",
        ]
        agents = "20_agents"
        rules = "30_review_rules"
        runs = "40_runs"
        repositories = "80_repositories"
        system = "90_system"
    }

    /// What a watcher must see; runs are written by Ferry alone.
    package var watchedFolders: [FilePath.Component] { [features, agents, rules, repositories, system] }

    package var settings: FilePath { FilePath(root: nil, [system, "ferry.md"]) }
    package var dashboard: FilePath { FilePath(root: nil, [system, "dashboard.md"]) }
    package var prices: FilePath { FilePath(root: nil, [system, "models.md"]) }
    /// While it is there, nothing starts and every agent ends.
    package var stop: FilePath { FilePath(root: nil, [system, "STOP.md"]) }

    /// Which machine serves the vault, while one does.
    package var serving: FilePath { FilePath(root: nil, [system, "serving.md"]) }

    /// The folder of a state, relative to the vault.
    package func folder(of state: FeatureState) -> FilePath {
        guard let name = states[state] else { preconditionFailure("every state has a folder") }
        return FilePath(root: nil, [features, name])
    }

    /// The state that a path (relative to the vault) lies in, and what follows the state's folder; `nil` outside of all.
    package func place(of path: FilePath) -> (state: FeatureState, rest: FilePath)? {
        for state in FeatureState.allCases {
            var rest = path
            if rest.removePrefix(folder(of: state)), !rest.isEmpty { return (state, rest) }
        }
        return nil
    }

    /// The same note in another state's folder; its sub-path is kept.
    package func path(_ path: FilePath, movedTo state: FeatureState) -> FilePath {
        let rest = place(of: path)?.rest ?? FilePath(root: nil, path.components.suffix(1))
        return folder(of: state).pushing(rest)
    }
}
