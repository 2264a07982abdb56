package import FerryModel

/// How an attempt at a feature ended. Values, not errors: each says where the feature goes from here.
package enum RunEnd: Hashable, Sendable {
    /// A person decides about this commit.
    case review(tip: String)
    /// The feature's own trouble: attempts used up, a change that cannot be taken. The text is the story in a few lines.
    case blocked(reason: String)
    /// Only a person can answer these.
    case questions([String])
    /// A limit of the run or the feature; the note asks for more.
    case budget(BudgetReached)
    /// The limit of the day; goes on by itself on the next day.
    case dayLimit(BudgetReached)
    /// Not the feature's fault; it is tried again by itself, no sooner than a provider has asked for (`retryAfter`). The text names the fault and its remedy.
    case unavailable(reason: String, scope: FaultScope, kind: FaultClass = .infrastructure, retryAfter: Duration? = nil)
    /// The run was stopped from outside: a gesture, the emergency stop, the end of the service.
    case cancelled
}

/// Whom a fault concerns besides the feature that met it.
package enum FaultScope: Hashable, Sendable {
    /// Every feature: sandbox, disk, settings.
    case everything
    /// All features of one repository.
    case repository(RepositoryName)
    /// A model, as `provider/model` or by the name that was asked for; features with other models go on.
    case model(String)
    /// A provider, by its name; features with models of others go on.
    case provider(String)
    /// The one that met it.
    case feature

    /// What is out of order; `nil` where it concerns nobody else.
    var resource: Resource? {
        switch self {
        case .everything: .machine
        case .repository(let name): .repository(name)
        case .model(let name): .model(name)
        case .provider(let name): .provider(name)
        case .feature: nil
        }
    }
}

extension RunEnd {
    /// What is out of order, where the end says so.
    var trouble: Trouble? {
        guard case .unavailable(let reason, let scope, let kind, _) = self, let resource = scope.resource else { return nil }
        return Trouble(resource, kind, reason)
    }
}
