/// Changes that wait to be taken, each once. So many that single looks would cost more than a full one become one `.everything`.
struct PendingChanges {
    private let limit: Int
    private var changes: Set<VaultChange> = []

    init(limit: Int = 20_000) { self.limit = limit }

    mutating func add(_ new: Set<VaultChange>) {
        changes.formUnion(new)
        guard changes.count > limit else { return }
        changes = changes.filter { if case .unreliable = $0 { true } else { false } }
        changes.insert(.everything)
    }

    mutating func take() -> Set<VaultChange> {
        defer { changes = [] }
        return changes
    }
}
