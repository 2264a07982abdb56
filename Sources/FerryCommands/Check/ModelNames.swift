internal import FerryLLM
internal import FerryVault

/// Which models notes may name, by the settings. Whether they can be reached is the doctor's question.
struct ModelNames: Hashable, Sendable {
    private let aliases: Set<String>
    private let providers: Set<String>

    init(_ settings: SettingsNote) {
        aliases = Set(settings.aliases.map(\.name))
        // Known without a setting.
        providers = Set(settings.providers.map(\.name)).union(ModelCatalog.usualProviders.map(\.name))
    }

    /// What is wrong with an alias or `provider/model`; `nil` if it is known.
    func problem(with name: String) -> (what: String, remedy: String)? {
        if aliases.contains(name) { return nil }
        let shown = InertText.excerpt(name, limit: 60)
        guard let slash = name.firstIndex(of: "/") else {
            let near = NearestWords.of(name, among: aliases)
            return (
                "there is no model `\(shown)`",
                near.isEmpty ? "name it under `## Models` in the settings, or write provider/model" : "did you mean \(near.joined(separator: ", "))?"
            )
        }
        let provider = String(name[..<slash])
        if providers.contains(provider) { return nil }
        let near = NearestWords.of(provider, among: providers)
        let known = near.isEmpty ? "the providers are \(providers.sorted().joined(separator: ", "))" : "did you mean \(near.joined(separator: ", "))?"
        return ("`\(shown)` names no known provider", known)
    }
}
