internal import FerryModel
internal import FerryVault

/// What a check has found, as rows and boxes of the note.
extension FeatureBlock {
    /// More than these are counted, not listed.
    private static let mostFindings = 5
    private static let mostBoxes = 10

    func rows(of check: CheckResult) -> [BlockContent.Row] {
        var rows: [BlockContent.Row] = []
        let open = check.findings.filter { $0.severity >= .warning }
        if !open.isEmpty {
            rows.append(.init("open findings", [.text(Self.list(open.map { "\($0.location) \($0.message)" }, separator: "; "))]))
        }
        for waiver in check.waived ?? [] {
            let finding = waiver.finding
            rows.append(
                .init(
                    "waived",
                    [.text("\(waiver.date.prefix(10)), only for "), .code(String(waiver.commit.prefix(12)))]
                        + [.text(": \(finding.rule) \(finding.location) \(Self.start(of: finding.message))")]))
        }
        // Files that run code for whoever opens, builds or clones are shown whatever else there is.
        let sensitive = check.findings.filter { $0.rule == "sensitive-files" }
        if !sensitive.isEmpty {
            let unasked = sensitive.count { SensitiveFilesGate.runsUnasked($0.path) }
            let texts = sensitive.map { "\($0.path): \($0.message)" }
            rows.append(.init("look at these", [.text(Self.list(texts, separator: "; ", most: max(20, unasked)))]))
        }
        if let reasons = check.needsPerson, !reasons.isEmpty {
            rows.append(.init("only a person may merge", [.text(reasons.joined(separator: "; "))]))
        }
        return rows
    }

    /// A box for each finding that a person can let stand: errors where they hold the feature, warnings where it waits for a decision.
    func waiverBoxes(_ check: CheckResult, of severity: Finding.Severity, run: Int) -> [BlockContent.Box] {
        guard check.phase != nil else { return [] }
        return check.findings.filter { $0.severity == severity && Waiver.isPossible($0) }.prefix(Self.mostBoxes).map { finding in
            BlockContent.Box(
                id: Waiver.box(of: finding), run: run, commit: String(check.commit.prefix(12)),
                text: [.text("Let it stand on this commit: \(finding.rule) \(finding.location) \(Self.start(of: finding.message))")])
        }
    }

    private static func list(_ items: [String], separator: String, most: Int = mostFindings) -> String {
        items.prefix(most).joined(separator: separator) + (items.count > most ? "\(separator)and \(items.count - most) more" : "")
    }

    private static func start(of message: String) -> String {
        let line = message.split(separator: "\n", maxSplits: 1).first ?? ""
        return line.count > 160 ? line.prefix(160) + "…" : String(line)
    }
}
