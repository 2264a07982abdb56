/// Jobs in the order in which they are to start, any of which can be taken out: a binary heap that knows where each job is.
/// Adding, taking and removing cost the logarithm of the count.
struct JobHeap: Sendable {
    struct Entry: Hashable, Sendable, Comparable {
        let feature: FeatureID
        /// When it would be its turn if nobody were more urgent: its arrival, later by a step for each level of priority.
        let turn: Duration
        let sequence: Int64
        static func < (left: Entry, right: Entry) -> Bool { (left.turn, left.sequence) < (right.turn, right.sequence) }
    }

    private var entries: [Entry] = []
    private var positions: [FeatureID: Int] = [:]

    var isEmpty: Bool { entries.isEmpty }
    var count: Int { entries.count }
    var first: Entry? { entries.first }
    func contains(_ feature: FeatureID) -> Bool { positions[feature] != nil }

    /// Traps where the feature is in it already.
    mutating func insert(_ entry: Entry) {
        precondition(positions[entry.feature] == nil, "a job is queued once")
        entries.append(entry)
        positions[entry.feature] = entries.count - 1
        rise(from: entries.count - 1)
    }

    /// Whether it was there.
    @discardableResult
    mutating func remove(_ feature: FeatureID) -> Bool {
        guard let position = positions.removeValue(forKey: feature) else { return false }
        let last = entries.removeLast()
        guard position < entries.count else { return true }
        place(last, at: position)
        rise(from: position)
        sink(from: position)
        return true
    }

    private mutating func place(_ entry: Entry, at position: Int) {
        entries[position] = entry
        positions[entry.feature] = position
    }

    private mutating func rise(from start: Int) {
        let entry = entries[start]
        var position = start
        while position > 0, entry < entries[(position - 1) / 2] {
            place(entries[(position - 1) / 2], at: position)
            position = (position - 1) / 2
        }
        if position != start { place(entry, at: position) }
    }

    private mutating func sink(from start: Int) {
        let entry = entries[start]
        var position = start
        while true {
            var child = 2 * position + 1
            guard child < entries.count else { break }
            if child + 1 < entries.count, entries[child + 1] < entries[child] { child += 1 }
            guard entries[child] < entry else { break }
            place(entries[child], at: position)
            position = child
        }
        if position != start { place(entry, at: position) }
    }
}
