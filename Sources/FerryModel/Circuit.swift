/// The breaker of a resource that is out of order: while it is open, jobs that need the resource wait; then one of them, the canary, tries it.
/// A canary that goes well closes it for all, one that fails opens it again for longer.
package struct Circuit: Hashable, Sendable {
    package enum Phase: Hashable, Sendable {
        /// Nobody may try.
        case open
        /// One may try; who does, once somebody does.
        case probing(FeatureID?)
    }
    package var kind: FaultClass
    /// For people: what is wrong and what to do.
    package var reason: String
    /// Failures in a row; the waits grow with them.
    package var failures: Int
    package var phase: Phase

    package init(kind: FaultClass, reason: String, failures: Int, phase: Phase = .open) {
        self.kind = kind
        self.reason = reason
        self.failures = failures
        self.phase = phase
    }

    /// Whether a job that needs the resource has to wait.
    var isShut: Bool { phase != .probing(nil) }
    /// Who tries it now.
    package var canary: FeatureID? { if case .probing(let feature) = phase { feature } else { nil } }
    /// A chain of models ends at a fault that a person must mend, so that the fault is seen.
    var endsChain: Bool { kind == .quota || kind == .configuration }
}
