package import FerryModel
package import FerryStore
package import FerryVault
package import SystemPackage

/// What stands in `40_runs/FR-012/` after a run: files that only Ferry writes. Whatever an agent, a repository or a command printed is inert text in them.
package struct RunNotes: Sendable {
    private let folder: FilePath
    private let prefix: String

    /// `FR-012 run-1` and what follows, in the runs folder of the vault.
    package init(layout: VaultLayout, feature: FeatureID, run: RunNumber) {
        folder = FilePath(root: nil, [layout.runs]).appending(feature.description)
        prefix = "\(feature) run-\(run)"
    }

    /// `kind` is `plan`, `diff`, or a stage such as `code 2`; `nil` is the summary.
    package func path(_ kind: String? = nil) -> FilePath {
        folder.appending(prefix + (kind.map { " \($0)" } ?? "") + ".md")
    }

    /// As a link from another note: by its bare name, so that it survives moves.
    package func link(_ kind: String? = nil) -> String { "[[\(prefix)\(kind.map { " \($0)" } ?? "")]]" }

    // MARK: Texts

    /// The planner's report as a note.
    package func plan(_ plan: PlanReport) -> String {
        "# Plan\n\n\(InertText.block(plan.summary))\n\n\(InertText.block(plan.plan, limit: 64 << 10))\n"
            + (plan.questions.isEmpty
                ? "" : "\n## Questions\n\n" + plan.questions.map { "- \(InertText.inline($0, limit: 2000))" }.joined(separator: "\n") + "\n")
    }

    /// The change as a note; `isCut` says that the text is not all of it.
    package func diff(_ diff: String, isCut: Bool) -> String {
        "# Diff\n\n\(InertText.block(diff, language: .diff, limit: 512 << 10))\n" + (isCut ? "\nCut here; `git diff` shows all of it.\n" : "")
    }

    /// The page that tells the run: where it stands, what was run, what it cost.
    package func summary(_ run: RunRecord, title: String, check: CheckResult?, cost: SpendingTotal, tip: String?, transcripts: [String]) -> String {
        var lines = [
            "# \(prefix): \(InertText.inline(title))", "", "| | |", "|---|---|", "| outcome | \(run.outcome.rawValue) |",
            "| started | \(run.started) |", "| ended | \(run.ended ?? "–") |", "| branch | \(InertText.code(run.branch)) |",
            "| base | \(InertText.code(String(run.base.prefix(12)))) |", "| commit | \(tip.map { InertText.code(String($0.prefix(12))) } ?? "–") |",
            "| tier | \(run.tier.rawValue), score \(run.score)\(run.reasons.isEmpty ? "" : ": " + InertText.inline(run.reasons.joined(separator: ", "))) |",
            "| cost | \(Self.cost(cost)) |", "| tokens | \(cost.inputTokens) in, \(cost.outputTokens) out, \(cost.calls) calls |", "",
        ]
        lines += ["## Evidence", ""] + evidence(check) + [""]
        lines += ["## Findings", ""] + findings(check) + [""]
        lines += ["## Transcripts", ""] + (transcripts.isEmpty ? ["none yet"] : transcripts.map { "- \(link($0))" })
        return lines.joined(separator: "\n") + "\n"
    }

    private func evidence(_ check: CheckResult?) -> [String] {
        guard let check, !check.evidence.isEmpty else { return ["nothing was run yet"] }
        var lines = check.redBaseline.map { ["Before any change the tests failed: \(InertText.inline($0))", ""] } ?? []
        lines += ["On a clean export of \(InertText.code(String(check.commit.prefix(12)))):", ""]
        for evidence in check.evidence {
            lines += [
                "### \(evidence.verdict == .passed ? "passed" : evidence.verdict == .failed ? "failed" : "could not be checked")", "",
                InertText.block(evidence.command), "",
                "\(InertText.inline(evidence.ending.description)), \(evidence.durationText), \(evidence.outputBytes) bytes of output"
                    + (evidence.log.map { ", in full in \(InertText.code($0))" } ?? ""),
                "output SHA-256 \(InertText.code(evidence.outputDigest)), environment SHA-256 \(InertText.code(evidence.environment))", "",
                InertText.block(evidence.excerpt, limit: 4 << 10), "",
            ]
        }
        return lines
    }

    private func findings(_ check: CheckResult?) -> [String] {
        guard let check, !check.findings.isEmpty else { return ["none"] }
        return check.findings.map { finding in
            let place = finding.location.isEmpty ? "" : InertText.code(finding.location) + ": "
            return "- **\(finding.severity.rawValue)** \(place)\(InertText.inline(finding.message, limit: 1000)) (\(InertText.inline(finding.rule)))"
                + (finding.remedy.isEmpty ? "" : " – \(InertText.inline(finding.remedy, limit: 500))")
        }
    }

    /// `1.25 USD`, and what is not in it.
    package static func cost(_ total: SpendingTotal) -> String {
        "\(total.amount) USD" + (total.callsOfUnknownPrice > 0 ? " and \(total.callsOfUnknownPrice) calls of unknown price" : "")
    }
}
