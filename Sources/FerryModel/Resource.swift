/// Something that work needs and that may be out of order for a while.
package enum Resource: Hashable, Sendable {
    /// Sandbox, git, disk, database: everything needs it.
    case machine
    case repository(RepositoryName)
    /// A provider of models, by its name in the settings.
    case provider(String)
    /// A model, as `provider/model`.
    case model(String)

    /// As it is stored: `machine`, `repository:shop`, `provider:anthropic`, `model:anthropic/claude-opus-5-5`.
    package var key: String {
        switch self {
        case .machine: "machine"
        case .repository(let name): "repository:\(name)"
        case .provider(let name): "provider:\(name)"
        case .model(let name): "model:\(name)"
        }
    }

    /// Reads `key`; `nil` for anything else.
    package init?(key: String) {
        if key == "machine" {
            self = .machine
            return
        }
        let parts = key.split(separator: ":", maxSplits: 1).map(String.init)
        guard parts.count == 2 else { return nil }
        switch parts[0] {
        case "repository": self = .repository(RepositoryName(parts[1]))
        case "provider": self = .provider(parts[1])
        case "model": self = .model(parts[1])
        default: return nil
        }
    }
}

/// The models that are asked for one thing, in order: a later one is asked where an earlier one is out of order (`provider/model` each).
package struct ModelRoute: Hashable, Sendable {
    package let members: [String]
    package init(_ members: [String]) { self.members = members }

    /// What a member needs: its provider, then itself.
    static func resources(of member: String) -> [Resource] {
        let provider = member.split(separator: "/", maxSplits: 1).first.map(String.init) ?? member
        return [.provider(provider), .model(member)]
    }
}
