package import FerryModel
package import FerryStore
package import FerryVault

/// What Ferry's block in a feature's note says: where the work stands and why, evidence, links, questions, boxes, history.
package struct FeatureBlock: Sendable {
    package var feature: FeatureRecord
    package var run: RunRecord?
    package var check: CheckResult?
    package var cost: SpendingTotal
    /// What the agents are doing.
    package var stage: String?
    /// What a queued feature waits for.
    package var waits: String?
    /// Newest last.
    package var events: [EventRecord]
    /// What one tick of the budget box adds.
    package var allowance: Money
    /// The commit on the base branch, once merged.
    package var merged: String?
    /// The run works from an older text of the note.
    package var isEdited: Bool
    package var layout: VaultLayout

    package init(
        feature: FeatureRecord, run: RunRecord?, check: CheckResult?, cost: SpendingTotal, stage: String?, waits: String?, events: [EventRecord],
        allowance: Money, merged: String?, isEdited: Bool, layout: VaultLayout
    ) {
        self.feature = feature
        self.run = run
        self.check = check
        self.cost = cost
        self.stage = stage
        self.waits = waits
        self.events = events
        self.allowance = allowance
        self.merged = merged
        self.isEdited = isEdited
        self.layout = layout
    }

    package var content: BlockContent {
        var content = BlockContent()
        content.callouts = [standing] + (feature.waitsFor.map { [reason($0)] } ?? [])
        if isEdited, let run {
            content.callouts.append(.init(.info, [.text("Edited since run \(run.number) began"), .text("; the run works from the older text.")]))
        }
        content.rows = rows
        content.links = links
        content.questions = feature.state == .blocked ? feature.questions.enumerated().map { .init($0.offset + 1, $0.element) } : []
        content.boxes = boxes
        content.log = events.map { [.text(Self.minute($0.time) + " ")] + BlockContent.Piece.sentence(Self.firstLine($0.text)) }
        return content
    }

    // MARK: Where it stands

    private var standing: BlockContent.Callout {
        switch feature.state {
        case .planned: .init(.todo, BlockContent.Piece.sentence("Planned" + (waits.map { ": \($0)" } ?? "")))
        case .inProgress: .init(.info, BlockContent.Piece.sentence("Ferry is at work" + (stage.map { ": \($0)" } ?? "")))
        case .review where feature.isApproved: .init(.info, [.text("Approved; it is merged as soon as it can be")])
        case .review where feature.tip == nil: .init(.todo, [.text("Your decision; there is no commit on record that could be merged")])
        case .review:
            .init(
                .todo, [.text("Your decision: "), .text("move this note to done to merge exactly "), .code(String(feature.tip?.prefix(12) ?? ""))],
                lines: [[.text("For changes write under "), .code("## Feedback"), .text(" and move it to planned. To reject it, move it to ideas.")]])
        case .done: .init(.success, merged.map { [.text("Merged as "), .code(String($0.prefix(12)))] } ?? [.text("Done")])
        case .blocked where feature.questions.isEmpty && run?.outcome != .parked && !feature.isHeld:
            .init(.warning, [.text("Blocked")], lines: [[.text("Move this note back to planned to retry.")]])
        case .blocked: .init(.warning, [.text(feature.questions.isEmpty ? "Blocked" : "It has questions")])
        // No two states read the same: by the block a save from an old buffer is told from an edited `status`.
        case .ideas: .init(.info, [.text("An idea; move it to planned to start it")])
        case .drafts: .init(.info, [.text("A draft; move it to planned to start it")])
        case nil: .init(.info, [.text("Out of the queue")])
        }
    }

    private func reason(_ text: String) -> BlockContent.Callout {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: true).map(String.init)
        let kind: BlockContent.Kind = feature.state == .blocked ? .failure : .warning
        // Lines of a callout are bullets already.
        let rest = lines.dropFirst().map { $0.hasPrefix("- ") ? String($0.dropFirst(2)) : $0 }
        return .init(kind, BlockContent.Piece.sentence(lines.first ?? text), lines: rest.map(BlockContent.Piece.sentence))
    }

    private static func firstLine(_ text: String) -> String { text.split(separator: "\n", maxSplits: 1).first.map(String.init) ?? text }

    /// `2026-11-21 10:00` of `2026-11-21T10:00:07Z`.
    private static func minute(_ time: String) -> String { String(time.prefix(16)).replacing("T", with: " ") }

    // MARK: Facts

    private var rows: [BlockContent.Row] {
        var rows: [BlockContent.Row] = []
        if let run {
            rows.append(.init("run", [.text("\(run.number), began \(Self.minute(run.started)) UTC")]))
            rows.append(.init("branch", [.code(run.branch), .text(" from "), .code(String(run.base.prefix(12)))]))
            rows.append(
                .init(
                    "tier",
                    [.text("\(run.tier.rawValue), score \(run.score)" + (run.reasons.isEmpty ? "" : ": " + run.reasons.joined(separator: ", ")))]))
        }
        if let check, feature.state == .review || feature.state == .done || feature.state == .blocked {
            rows.append(.init("change", [.text("\(check.files) files, +\(check.addedLines) −\(check.deletedLines)")]))
            rows.append(
                .init("risk", [.text(check.risk.rawValue + (check.riskReasons.isEmpty ? "" : ": " + check.riskReasons.joined(separator: ", ")))]))
            if let red = check.redBaseline { rows.append(.init("before any change", [.text("the tests failed: \(red)")])) }
            for evidence in check.evidence {
                let summary = evidence.summary + (check.isAlreadyRed(evidence) ? " (as before any change, in nothing new)" : "")
                rows.append(.init("evidence", Self.pieces(of: summary, code: evidence.command.replacing("\n", with: "; "))))
            }
            rows += self.rows(of: check)
        }
        if cost.calls > 0 { rows.append(.init("cost", [.text("\(RunNotes.cost(cost)), \(cost.inputTokens) tokens in, \(cost.outputTokens) out")])) }
        return rows
    }

    /// A sentence with the command that it names as code.
    private static func pieces(of sentence: String, code: String) -> [BlockContent.Piece] {
        guard !code.isEmpty, let range = sentence.firstRange(of: code) else { return [.text(sentence)] }
        return [.text(String(sentence[..<range.lowerBound])), .code(code), .text(String(sentence[range.upperBound...]))]
    }

    private var links: [[BlockContent.Piece]] {
        guard feature.run.rawValue > 0 else { return [] }
        let prefix = "\(feature.id) run-\(feature.run)"
        var links: [[BlockContent.Piece]] = []
        if run?.outcome != .running {
            links.append([.link(note: prefix, label: "summary"), .text(" · "), .link(note: "\(prefix) diff", label: "diff")])
        }
        links.append([.link(note: "\(prefix) plan", label: "plan")])
        return links
    }

    private var boxes: [BlockContent.Box] {
        let run = feature.run.rawValue
        let commit = feature.tip.map { String($0.prefix(12)) }
        switch feature.state {
        case .review where !feature.isApproved && commit != nil:
            return (check.map { waiverBoxes($0, of: .warning, run: run) } ?? []) + [
                .init(id: "approve", run: run, commit: commit, text: [.text("Approve and merge")]),
                .init(id: "changes", run: run, commit: commit, text: [.text("Request changes (written under Feedback)")]),
            ]
        case .blocked where self.run?.outcome == .parked && feature.questions.isEmpty:
            return [.init(id: "allow", run: run, text: [.text("Allow \(allowance) more USD")])]
        case .blocked where self.run?.outcome == .blocked && feature.questions.isEmpty && !feature.isHeld:
            return check.map { waiverBoxes($0, of: .error, run: run) } ?? []
        default: return []
        }
    }
}
