/// Whose trouble an error is, and so what it costs and when it is tried again. See docs/SPEC.md, section 7.
package enum FaultClass: String, Hashable, Sendable, CaseIterable {
    /// The feature's own: a model that does not get there, tests that fail. The only one that uses an attempt, and the only one that ends in blocked.
    case task
    /// Sandbox, disk, git, network, a provider that fails: tried again by itself.
    case infrastructure
    /// A provider asks for fewer requests (429, 503, 529): tried again when it says, and no sooner than the others.
    case rate
    /// Credit or a spend limit is used up: tried now and then, until a person has raised it.
    case quota
    /// A key, a name, a note, a setting: a person mends it; tried now and then, and at once when a setting changes.
    case configuration

    package var usesAttempt: Bool { self == .task }

    /// Failures in a row of one job that its surroundings were not known to cause, after which it is the feature's own trouble; `nil`: never.
    package var cap: Int? { self == .infrastructure ? 10 : nil }

    /// The waits before the next try; `nil`: a person decides.
    package func backoff(_ timing: Timing) -> Backoff? {
        switch self {
        case .task: nil
        case .infrastructure, .rate, .configuration: Backoff(first: timing.retryFirst, cap: timing.retryCap)
        case .quota: Backoff(first: timing.quotaProbe, cap: timing.quotaProbe)
        }
    }

    /// The wait after so many failures in a row (from 1). What a provider asks for (`retryAfter`) is never undercut, up to a day.
    package func wait(after failures: Int, retryAfter: Duration? = nil, _ timing: Timing) -> Duration {
        let asked = min(retryAfter ?? .zero, .seconds(86_400))
        return max(asked, backoff(timing)?.wait(before: failures) ?? .zero)
    }
}

/// Something that is out of order: what, whose trouble it is, and the words for people.
package struct Trouble: Hashable, Sendable {
    package var resource: Resource
    package var kind: FaultClass
    package var reason: String
    package init(_ resource: Resource, _ kind: FaultClass, _ reason: String) {
        self.resource = resource
        self.kind = kind
        self.reason = reason
    }
}
