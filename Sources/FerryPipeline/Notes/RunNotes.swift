package import FerryModel
package import FerryStore
package import FerryVault
package import SystemPackage

/// What stands in `40_runs/FR-012/` after a run: files that only Ferry writes. Whatever an agent, a repository or a command printed is inert text in them.
package struct RunNotes: Sendable {
    private let folder: FilePath
    private let prefix: String
    private let record: FilePath

    /// `FR-012 run-1` and what follows, in the runs folder of the vault. `record` is the folder outside the vault that has the full texts.
    package init(layout: VaultLayout, feature: FeatureID, run: RunNumber, record: FilePath) {
        self.record = record
        folder = FilePath(root: nil, [layout.runs]).appending(feature.description)
        prefix = "\(feature) run-\(run)"
    }

    /// `kind` is `plan`, `diff`, or a stage such as `code 2`; `nil` is the summary.
    package func path(_ kind: String? = nil) -> FilePath {
        folder.appending(prefix + (kind.map { " \($0)" } ?? "") + ".md")
    }

    /// As a link from another note: by its bare name, so that it survives moves.
    package func link(_ kind: String? = nil) -> String { InertText.link(prefix + (kind.map { " \($0)" } ?? "")) }

    // MARK: Texts

    /// The planner's report as a note.
    package func plan(_ plan: PlanReport) -> String {
        var parts = ["# Plan", fullTexts, InertText.block(plan.summary), InertText.block(plan.plan, limit: 64 << 10)]
        if !plan.questions.isEmpty { parts += ["## Questions", list(plan.questions.map { InertText.inline($0, limit: 2000) })] }
        return parts.map(\.withoutLineEnd).joined(separator: "\n\n") + "\n"
    }

    /// The bytes of a change that its note has room for.
    package static let diffLimit = 256 << 10

    /// The change as a note; `isCut` says that the text is not all of it, and `range` what git shows it by: `abc…def`.
    package func diff(_ diff: String, isCut: Bool, range: String) -> String {
        let isCut = isCut || diff.utf8.count > Self.diffLimit
        return "# Diff\n\n\(InertText.block(diff, language: .diff, limit: Self.diffLimit))"
            + (isCut ? "\nCut here; \(InertText.code("git diff \(range)")) shows all of it.\n" : "")
    }

    /// The page that tells the run: where it stands, what was run, what it cost.
    package func summary(_ run: RunRecord, title: String, check: CheckResult?, cost: SpendingTotal, tip: String?, transcripts: [String]) -> String {
        let lines = [
            "# \(prefix): \(InertText.inline(title))", "", "| | |", "|---|---|", Self.outcomeLine(run),
            "| started | \(run.started) |", "| ended | \(run.ended ?? "–") |", "| branch | \(InertText.code(run.branch)) |",
            "| base | \(InertText.code(String(run.base.prefix(12)))) |", "| commit | \(tip.map { InertText.code(String($0.prefix(12))) } ?? "–") |",
            "| tier | \(run.tier.rawValue), score \(run.score)\(run.reasons.isEmpty ? "" : ": " + InertText.inline(run.reasons.joined(separator: ", "))) |",
            "| cost | \(Self.cost(cost)) |", "| tokens | \(cost.inputTokens) in, \(cost.outputTokens) out, \(cost.calls) calls |",
        ]
        let page = InertText.page(
            ["## Evidence"] + evidence(check) + [
                "## Findings", findings(check), "## Waived", waived(check), "## Transcripts",
                transcripts.isEmpty ? "none yet" : list(transcripts.map(link)),
            ],
            limit: 192 << 10
        ) { "*\($0) parts are left out here.*" }
        return [lines.joined(separator: "\n"), fullTexts, page].joined(separator: "\n\n") + "\n"
    }

    /// How the summary says where the run stands.
    package static func outcomeLine(_ run: RunRecord) -> String { "| outcome | \(run.outcome.rawValue) |" }

    private var fullTexts: String { "The full texts: \(InertText.code(record.string, limit: 400))" }

    /// A list has so many items at most.
    private static let itemLimit = 100

    /// `items` are inert.
    private func list(_ items: [String]) -> String {
        let left = items.count - Self.itemLimit
        return (items.prefix(Self.itemLimit).map { "- " + $0 } + (left > 0 ? ["- and \(left) more"] : [])).joined(separator: "\n")
    }

    private func evidence(_ check: CheckResult?) -> [String] {
        guard let check, !check.evidence.isEmpty else { return ["nothing was run yet"] }
        var parts = check.redBaseline.map { ["Before any change the tests failed: \(InertText.inline($0))"] } ?? []
        parts.append("On a clean export of \(InertText.code(String(check.commit.prefix(12)))), in this order")
        for evidence in check.evidence {
            parts += [
                "### \(Self.verdict(of: evidence, in: check))",
                InertText.block(evidence.command, limit: 4 << 10).withoutLineEnd,
                "\(InertText.inline(evidence.ending.description)), \(evidence.durationText), \(evidence.outputBytes) bytes of output"
                    + (evidence.log.map { ", in full in \(InertText.code($0, limit: 400))" } ?? "")
                    + "\noutput SHA-256 \(InertText.code(evidence.outputDigest)), environment SHA-256 \(InertText.code(evidence.environment))"
                    + (evidence.policy.map { "\nsandbox \(InertText.code(evidence.preset)): \(InertText.inline($0, limit: 1000))" } ?? "")
                    + (evidence.flakySentence.map { "\n\(InertText.inline($0, limit: 2000))" } ?? ""),
                InertText.block(evidence.excerpt, limit: 4 << 10).withoutLineEnd,
            ]
        }
        return parts
    }

    private static func verdict(of evidence: Evidence, in check: CheckResult) -> String {
        switch evidence.verdict {
        case .passed: evidence.flaky?.isEmpty == false ? "passed at the second try" : "passed"
        case .failed: check.isAlreadyRed(evidence) ? "failed as before any change" : "failed"
        case .couldNotBeChecked: "could not be checked"
        }
    }

    private func waived(_ check: CheckResult?) -> String {
        guard let waived = check?.waived, !waived.isEmpty else { return "none" }
        return list(
            waived.map { waiver in
                let finding = waiver.finding
                return "\(InertText.inline(waiver.date)) on \(InertText.code(waiver.commit)): \(InertText.inline(finding.rule, limit: 80)) "
                    + (finding.location.isEmpty ? "" : InertText.code(finding.location) + " – ") + InertText.inline(finding.message, limit: 1000)
            })
    }

    private func findings(_ check: CheckResult?) -> String {
        guard let check, !check.findings.isEmpty else { return "none" }
        return list(
            check.findings.map { finding in
                let place = finding.location.isEmpty ? "" : InertText.code(finding.location) + " – "
                return
                    "**\(finding.severity.rawValue)** \(place)\(InertText.inline(finding.message, limit: 1000)) (\(InertText.inline(finding.rule, limit: 80)))"
                    + (finding.remedy.isEmpty ? "" : " – \(InertText.inline(finding.remedy, limit: 500))")
                    + (finding.evidence.map { " – seen: \(InertText.inline($0, limit: 400))" } ?? "")
            })
    }

    /// `1.25 USD`, and what is not in it.
    package static func cost(_ total: SpendingTotal) -> String {
        if total.amount == .zero, total.callsOfUnknownPrice > 0 { return "price unknown (\(total.callsOfUnknownPrice) calls)" }
        return "\(total.amount) USD\(estimate(total.estimated, of: total.amount))"
            + (total.callsOfUnknownPrice > 0 ? " and \(total.callsOfUnknownPrice) calls of unknown price" : "")
    }

    /// What is added to an amount, part of which nobody told Ferry: scripts report no use, nor does a call that was cut off.
    package static func estimate(_ part: Money, of amount: Money) -> String {
        guard part > .zero else { return "" }
        return " (\(part == amount ? "all" : "\(part) USD") of it estimated by Ferry: the use was not reported)"
    }
}

extension String {
    fileprivate var withoutLineEnd: String { hasSuffix("\n") ? String(dropLast()) : self }
}
