/// Changes that wait to be taken, each once. A full look answers for every single one, so beside it none is kept; so many single ones that
/// they would cost more become one.
struct PendingChanges {
    private let limit: Int
    private var changes: Set<VaultChange> = []
    private var isEverything = false
    /// Only the newest word on it counts.
    private var unreliable: VaultChange?

    init(limit: Int = 20_000) { self.limit = limit }

    mutating func add(_ new: Set<VaultChange>) {
        for change in new {
            switch change {
            case .file, .folder: if !isEverything { changes.insert(change) }
            case .everything: isEverything = true
            case .unreliable: unreliable = change
            }
        }
        if changes.count > limit { isEverything = true }
        if isEverything { changes = [] }
    }

    mutating func take() -> Set<VaultChange> {
        var taken = changes
        if isEverything { taken.insert(.everything) }
        if let unreliable { taken.insert(unreliable) }
        self = PendingChanges(limit: limit)
        return taken
    }
}
