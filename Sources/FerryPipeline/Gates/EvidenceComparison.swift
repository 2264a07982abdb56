/// The same command at the base and at the commit: tells a regression from a suite that was red before anybody touched it.
package struct EvidenceComparison: Hashable, Sendable {
    package enum Outcome: Hashable, Sendable {
        case passes
        /// Passed at the base, or fails tests that passed there (their names; empty where the runner names none).
        case regression([String])
        /// Fails as it did at the base, in nothing new.
        case alreadyRed
        /// One of the two could not be checked; why.
        case unknown(String)
    }

    package let outcome: Outcome

    package init(base: Evidence, head: Evidence) {
        outcome =
            switch (base.verdict, head.verdict) {
            case (_, .passed): .passes
            case (_, .couldNotBeChecked): .unknown(head.reason ?? "")
            case (.passed, .failed): .regression(head.tests?.failures ?? [])
            case (.couldNotBeChecked, .failed): .unknown("At the base: " + (base.reason ?? ""))
            case (.failed, .failed): Self.bothFailed(base, head)
            }
    }

    /// Without names on both sides nothing says that the failures are the same ones.
    private static func bothFailed(_ base: Evidence, _ head: Evidence) -> Outcome {
        guard let old = base.tests, let new = head.tests, !old.failures.isEmpty, !new.failures.isEmpty else {
            return .unknown("It failed at the base too, and the failures cannot be compared.")
        }
        let names = new.newFailures(since: old)
        if !names.isEmpty { return .regression(names) }
        guard base.cause == head.cause else { return .unknown("It ended in another way than at the base.") }
        // Only so many are named, and some runners name a failure once that they count twice.
        guard new.failed <= old.failed, new.failedElsewhere ?? 0 <= old.failedElsewhere ?? 0, new.failures.count < TestSummary.mostNames else {
            return .unknown("\(old.failed) failed at the base, \(new.failed) fail now, and not all of them are named.")
        }
        return .alreadyRed
    }
}
