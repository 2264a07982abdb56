/// Which features wait for themselves. Tarjan's algorithm, without recursion: a chain may be as long as the vault.
struct DependencyCycles<Node: Hashable> {
    private let dependencies: (Node) throws -> [Node]
    private var numbers: [Node: Int] = [:]
    private var lowest: [Node: Int] = [:]
    private var stack: [Node] = []
    private var isOnStack: Set<Node> = []
    private(set) var cycles: [[Node]] = []

    /// `dependencies` is asked once for each node that is reached.
    init(_ dependencies: @escaping (Node) throws -> [Node]) { self.dependencies = dependencies }

    private struct Visit {
        let node: Node
        let next: [Node]
        var position = 0
    }

    /// Looks from a node on; what was reached before is not looked at again.
    mutating func look(from start: Node) throws {
        guard numbers[start] == nil else { return }
        var visits = [try enter(start)]
        while let visit = visits.last {
            if visit.position < visit.next.count {
                visits[visits.count - 1].position += 1
                let next = visit.next[visit.position]
                if numbers[next] == nil {
                    visits.append(try enter(next))
                } else if isOnStack.contains(next) {
                    lower(visit.node, to: numbers[next])
                }
            } else {
                visits.removeLast()
                leave(visit)
                if let parent = visits.last { lower(parent.node, to: lowest[visit.node]) }
            }
        }
    }

    private mutating func enter(_ node: Node) throws -> Visit {
        numbers[node] = numbers.count
        lowest[node] = numbers[node]
        stack.append(node)
        isOnStack.insert(node)
        return Visit(node: node, next: try dependencies(node))
    }

    private mutating func leave(_ visit: Visit) {
        guard lowest[visit.node] == numbers[visit.node] else { return }
        var group: [Node] = []
        while let node = stack.popLast() {
            isOnStack.remove(node)
            group.append(node)
            if node == visit.node { break }
        }
        if group.count > 1 || visit.next.contains(visit.node) { cycles.append(group) }
    }

    private mutating func lower(_ node: Node, to number: Int?) {
        if let number, let own = lowest[node] { lowest[node] = min(own, number) }
    }
}
