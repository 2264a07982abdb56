/// The tests of a change that are gone: neither moved to another of its files nor renamed.
struct LostTests {
    /// By the path that they stood in.
    let tests: [String: [TestDialect.Test]]
    /// The names of all tests before the change.
    let knownNames: Set<String>

    private struct Placed {
        let path: String
        let test: TestDialect.Test
    }

    /// Above this many pairs a rewrite of whole suites is not searched for renamed tests; all that went count as gone.
    private static let mostPairs = 20_000

    init(_ files: [TestsOfFile]) {
        knownNames = Set(files.flatMap { $0.before.map(\.name) })
        var removed: [Placed] = []
        var added: [Placed] = []
        for file in files {
            let before = file.before.map { Placed(path: file.path, test: $0) }
            let after = file.after.map { Placed(path: file.path, test: $0) }
            removed += Self.alone(before, beside: after)
            added += Self.alone(after, beside: before)
        }
        // Where no runner looks, a test has not moved to, unless it comes from such a place.
        let (found, unfound) = (removed.filter { TestFile.isFound($0.path) }, removed.filter { !TestFile.isFound($0.path) })
        let runnable = added.filter { TestFile.isFound($0.path) }
        let gone =
            Self.notRenamed(Self.alone(found, beside: runnable), among: Self.alone(runnable, beside: found))
            + Self.notRenamed(Self.alone(unfound, beside: added), among: Self.alone(added, beside: unfound))
        tests = Dictionary(grouping: gone, by: \.path).mapValues { $0.map(\.test) }
    }

    /// The tests whose name the other list does not hold, or holds fewer times.
    private static func alone(_ tests: [Placed], beside others: [Placed]) -> [Placed] {
        var counts: [String: Int] = [:]
        for other in others { counts[other.test.name, default: 0] += 1 }
        return tests.filter { placed in
            guard let count = counts[placed.test.name], count > 0 else { return true }
            counts[placed.test.name] = count - 1
            return false
        }
    }

    /// Each new test can be the new form of one old test only.
    private static func notRenamed(_ tests: [Placed], among new: [Placed]) -> [Placed] {
        guard tests.count * new.count <= mostPairs else { return tests }
        var rest = new
        return tests.filter { placed in
            guard let index = rest.firstIndex(where: { isSimilar(placed.test, $0.test) }) else { return true }
            rest.remove(at: index)
            return false
        }
    }

    /// Half of the longer one's lines stand in the other too. The first line, which holds the name, counts only where it is all there is.
    private static func isSimilar(_ left: TestDialect.Test, _ right: TestDialect.Test) -> Bool {
        guard left.body.count > 1, right.body.count > 1 else { return left.unnamedStart == right.unnamedStart }
        var counts: [ArraySlice<UInt8>: Int] = [:]
        for line in left.body.dropFirst() { counts[line, default: 0] += 1 }
        let shared = right.body.dropFirst().count { line in
            guard let count = counts[line], count > 0 else { return false }
            counts[line] = count - 1
            return true
        }
        return shared * 2 >= max(left.body.count, right.body.count) - 1
    }
}
