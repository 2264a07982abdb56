package import FerryHTTP
package import FerryModel
package import FerrySandbox
internal import FerrySystem
package import FerryVault
package import SystemPackage

/// The network of a run's commands: none, but for the work that the repository note gives it, and then only the hosts that the note names.
package struct RepositoryNetwork: Sendable {
    private let repository: RepositoryNote
    private let notePath: FilePath
    private let folder: FilePath
    private let lookup: HostLookup
    private let report: @Sendable (String) async throws -> Void

    /// - Parameters:
    ///   - notePath: of the repository's note, for messages.
    ///   - folder: where sockets are made, of the run's own.
    ///   - report: told in words what was refused.
    package init(
        of repository: RepositoryNote, notePath: FilePath, folder: FilePath, lookup: HostLookup = .system,
        report: @escaping @Sendable (String) async throws -> Void
    ) {
        self.repository = repository
        self.notePath = notePath
        self.folder = folder
        self.lookup = lookup
        self.report = report
    }

    /// Lets `body` work under the policy, with the network where this use of it is allowed, and with hosts that this work may reach besides. Refusals are
    /// reported afterwards.
    package func with<Result: Sendable>(
        _ use: RepositoryNote.NetworkUse, _ policy: SandboxPolicy, endpoint: LocalEndpoint? = nil, alsoReaching others: Set<HostName> = [],
        _ body: @escaping @Sendable (SandboxPolicy) async throws -> Result
    ) async throws -> Result {
        try await telling(use, policy, endpoint: endpoint, alsoReaching: others, body).result
    }

    /// As `with`, and returns what was refused. A preparation always has the proxy: what it asks for in vain is then named.
    func telling<Result: Sendable>(
        _ use: RepositoryNote.NetworkUse, _ policy: SandboxPolicy, endpoint: LocalEndpoint? = nil, alsoReaching others: Set<HostName> = [],
        _ body: @escaping @Sendable (SandboxPolicy) async throws -> Result
    ) async throws -> (result: Result, refused: [ProxyRefusal]) {
        let isAllowed = repository.networkFor.contains(use)
        guard endpoint != nil || !others.isEmpty || (isAllowed && (use == .setup || !repository.network.isEmpty)) else {
            return (try await body(policy), [])
        }
        let refused = RefusedHosts()
        let proxy = LocalProxy(
            hosts: (isAllowed ? Set(repository.network) : []).union(others), lookup: lookup, endpoint: endpoint, refused: refused.note)
        do {
            let result = try await proxy.serve(in: folder, name: "proxy-\(UInt32.random(in: .min ... .max))") { socket in
                var policy = policy
                policy.proxy = socket
                return try await body(policy)
            }
            for refusal in refused.list { try await report(sentence(refusal, use)) }
            return (result, refused.list)
        } catch let failure as ProxyFailure {
            throw SandboxError(.helper, "\(failure).", remedy: "Ferry tries again by itself.")
        }
    }

    /// What to do about a refusal.
    func sentence(_ refusal: ProxyRefusal, _ use: RepositoryNote.NetworkUse) -> String {
        guard refusal.reason == .notAllowed else { return "\(refusal)." }
        let whose = repository.networkFor.contains(use) ? "" : ", and `\(use.rawValue)` to `network_for`,"
        return "\(refusal.place) was refused; add it to `network`\(whose) in \(notePath) if it may be reached."
    }
}
