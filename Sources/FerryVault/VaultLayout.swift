package import FerryModel
package import SystemPackage

/// Which folder of a vault is for what. The names are settings, so that an existing vault keeps its own.
package struct VaultLayout: Hashable, Sendable {
    package var features: FilePath.Component { didSet { place() } }
    package var states: [FeatureState: FilePath.Component] { didSet { place() } }
    package var agents: FilePath.Component
    package var rules: FilePath.Component
    package var runs: FilePath.Component
    package var repositories: FilePath.Component
    package var system: FilePath.Component
    /// The states' folders, relative to the vault: asked for at every note.
    private var folders: [FeatureState: FilePath] = [:]

    /// The folders of the vault template.
    package init() { self = Self.template }

    private init(features: FilePath.Component, states: [FeatureState: FilePath.Component], system: FilePath.Component) {
        self.features = features
        self.states = states
        agents = "20_agents"
        rules = "30_review_rules"
        runs = "40_runs"
        repositories = "80_repositories"
        self.system = system
        place()
    }

    /// Made once: making paths is most of what a debug build's tests spend their time with.
    private static let template = VaultLayout(
        features: "10_features",
        states: [
            .ideas: "01_ideas", .drafts: "02_drafts", .planned: "03_planned", .inProgress: "04_in_progress", .review: "05_review",
            .done: "06_done", .blocked: "07_blocked",
        ],
        system: "90_system")

    private mutating func place() { folders = states.mapValues { FilePath(root: nil, [features, $0]) } }

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
        guard let folder = folders[state] else { preconditionFailure("every state has a folder") }
        return folder
    }

    /// The state that a path (relative to the vault) lies in, and what follows the state's folder; `nil` outside of all.
    package func place(of path: FilePath) -> (state: FeatureState, rest: FilePath)? {
        for state in FeatureState.allCases {
            let folder = folder(of: state)
            guard path.string.hasPrefix(folder.string) else { continue }
            var rest = path
            if rest.removePrefix(folder), !rest.isEmpty { return (state, rest) }
        }
        return nil
    }

    /// The same note in another state's folder; its sub-path is kept.
    package func path(_ path: FilePath, movedTo state: FeatureState) -> FilePath {
        let rest = place(of: path)?.rest ?? FilePath(root: nil, path.components.suffix(1))
        return folder(of: state).pushing(rest)
    }
}
