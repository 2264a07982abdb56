internal import FerryHTTP
internal import Synchronization

/// What a proxy refused, each place once, in the order in which it was asked for. What a sandbox asks for is its own choice: only so many are kept.
final class RefusedHosts: Sendable {
    private static let most = 20
    private let refusals = Mutex<[ProxyRefusal]>([])

    var list: [ProxyRefusal] { refusals.withLock { $0 } }

    var note: @Sendable (ProxyRefusal) -> Void {
        { refusal in
            self.refusals.withLock { refusals in
                if refusals.count < Self.most, !refusals.contains(refusal) { refusals.append(refusal) }
            }
        }
    }
}
