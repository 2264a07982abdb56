package import FerryModel

/// What the evidence on a commit means beside that on its base: regressions, failures of before, tests that are flaky or do not run any more. Pure.
package struct EvidenceReading: Hashable, Sendable {
    package private(set) var findings: [Finding] = []
    /// Labels of commands that fail in nothing but the tests that failed before any change.
    package private(set) var alreadyRed: [String] = []

    /// `base` is the repository's tests before any change; other commands have nothing to be compared with.
    package init(_ evidence: [Evidence], base: Evidence?, change: ProposedChange) {
        for head in evidence {
            if let base, base.command == head.command {
                compare(base, head)
                findings += Self.lost(base, head)
            } else {
                findings += head.findings
            }
            findings += Self.flaky(head, change)
        }
    }

    private mutating func compare(_ base: Evidence, _ head: Evidence) {
        guard base.verdict == .failed else {
            findings += head.findings
            return
        }
        switch EvidenceComparison(base: base, head: head).outcome {
        case .passes: break
        case .alreadyRed:
            alreadyRed.append(head.label)
            findings.append(
                Finding(
                    rule: "tests", severity: .note,
                    message: "`\(head.command)` fails as it did before any change, in nothing new: "
                        + Evidence.list(head.tests?.failures ?? []) + ".", remedy: "Mend these tests in a feature of their own.",
                    evidence: head.summary))
        case .regression(let names):
            let old = (head.tests?.failures.count ?? 0) - names.count
            findings += head.findings(naming: names).map { finding in
                var finding = finding
                if old > 0 { finding.message += "\n(Besides these, \(old) tests fail that failed before any change too.)" }
                return finding
            }
        case .unknown(let reason):
            findings += head.findings.map { finding in
                var finding = finding
                finding.message += "\n(The tests failed before any change, too. \(reason))"
                return finding
            }
        }
    }

    /// Tests that ran before the change and do not run now, however that came about: a setting, a script, a name that no runner looks for.
    private static func lost(_ base: Evidence, _ head: Evidence) -> [Finding] {
        let counts = head.verdict == .passed || EvidenceComparison(base: base, head: head).outcome == .alreadyRed
        guard let before = base.tests, before.ran > 0, counts else { return [] }
        let now = head.tests
        if let now, now.unit != before.unit { return [] }
        let message: String
        if let now, now.skipped > before.skipped, now.ran < before.ran {
            message = "\(before.ran - now.ran) fewer \(before.unit) run than before the change, and \(now.skipped - before.skipped) more are skipped"
        } else if let now, now.ran < before.ran {
            message = "\(before.ran - now.ran) fewer \(before.unit) run than before the change"
        } else if now == nil {
            message = "Before the change \(before.ran) \(before.unit) ran, and now the output counts none"
        } else {
            return []
        }
        return [
            Finding(
                rule: "fewer-tests", severity: now == nil ? .error : .warning, message: message + " (`\(head.command)`).",
                remedy: "Let all tests run that ran before; look for changed settings of the test runner and for tests that were renamed or moved.",
                evidence: "before: \(before.sentence); now: \(now?.sentence ?? "no count")")
        ]
    }

    /// A flaky test that the change brings or touches is the coder's; another is only named.
    private static func flaky(_ head: Evidence, _ change: ProposedChange) -> [Finding] {
        guard let names = head.flaky, !names.isEmpty else { return [] }
        let touched = Set(change.files.compactMap(TestsOfFile.init).flatMap { $0.after.map(\.name) })
        let own = names.filter { name in touched.contains { name.contains($0.split(separator: ".").last ?? "") } }
        return [(own, Finding.Severity.warning), (names.filter { !own.contains($0) }, .note)].filter { !$0.0.isEmpty }.map { names, severity in
            Finding(
                rule: "flaky-tests", severity: severity,
                message: "Failed in one of two runs on the same commit, and not in the other: " + Evidence.list(names) + ".",
                remedy: severity == .warning
                    ? "Take out what the test leaves to chance: time, order, random values, what other tests leave behind."
                    : "The change does not touch it; mend it in a feature of its own.", evidence: head.firstLog.map { "the failed run: \($0)" })
        }
    }
}
