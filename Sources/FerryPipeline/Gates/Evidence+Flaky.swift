/// A second run on a fresh export of the same commit tells a flaky test from a broken one.
extension Evidence {
    /// Where more tests fail than this, it is no chance.
    static let mostFlaky = 10

    /// Few counted tests failed, and nothing else went wrong.
    var mayBeFlaky: Bool {
        guard verdict == .failed, cause == .exitStatus || cause == .contradiction, let tests else { return false }
        return (1...Self.mostFlaky).contains(tests.failed)
    }

    /// Fails in nothing but what failed at the base.
    func isAlreadyRed(since base: Evidence?) -> Bool {
        guard let base, base.command == command, base.verdict == .failed else { return false }
        return EvidenceComparison(base: base, head: self).outcome == .alreadyRed
    }

    /// Both runs as one: the first up to the command that failed, which passes if it did so in the second, and what followed it there.
    static func merged(_ first: [Evidence], _ second: [Evidence]) -> [Evidence] {
        guard var failed = first.last, second.count >= first.count else { return first }
        let again = second[first.count - 1]
        guard again.command == failed.command else { return first }
        let one = Set(failed.tests?.failures ?? [])
        if again.verdict == .passed {
            var passed = again
            // A runner that counts a failure and names none still had one.
            passed.flaky = one.isEmpty ? ["a test that its runner did not name"] : one.sorted()
            passed.firstLog = failed.log
            return first.dropLast() + [passed] + second[first.count...]
        }
        failed.flaky = one.symmetricDifference(again.tests?.failures ?? []).sorted()
        return first.dropLast() + [failed]
    }
}
