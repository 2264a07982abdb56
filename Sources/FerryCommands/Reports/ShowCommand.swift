internal import ArgumentParser
internal import FerryModel
internal import FerryPipeline

/// `ferry show FR-012`
struct ShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show all that is known of a feature: runs, evidence, findings, cost.")

    @Argument(help: "The feature: its id (FR-012), its note's name, or a path.")
    var feature: String
    @OptionGroup var vault: VaultOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let reader = try await FeatureReader(VaultView(vault))
        let report = try await reader.report(try reader.list.find(feature), events: 10)
        let console = Console.standard
        console.print(output.json ? try JSONText.make(report) : FeatureText(report, console.style).text)
    }
}

/// `ferry show` for a person.
struct FeatureText: Hashable, Sendable {
    let text: String

    init(_ report: FeatureReport, _ style: Style) {
        let feature = report.feature
        var lines = [style.paint([feature.id, feature.title].compactMap { $0 }.joined(separator: " "), .bold)]
        var table = Table()
        func row(_ name: String, _ value: String?) { if let value, !value.isEmpty { table.add(.init("  " + name, .dim), .init(value)) } }
        row("state", FeatureState(rawValue: feature.state)?.shown)
        row("note", feature.note)
        row("repository", feature.repository)
        row("branch", feature.branch)
        row("commit", report.tip.map { String($0.prefix(12)) })
        row("merged", report.merged.map { String($0.prefix(12)) })
        row("depends on", report.dependsOn.joined(separator: ", "))
        if report.modelCalls > 0 {
            let estimate = RunNotes.estimate(
                feature.estimatedUsd.map(Money.init(dollars:)) ?? .zero, of: feature.costUsd.map(Money.init(dollars:)) ?? .zero)
            let cost = Self.cost(feature.costUsd, unpriced: feature.unpricedCalls ?? 0) + estimate
            row("cost", "\(cost), \(report.modelCalls) calls, \(report.inputTokens) tokens in, \(report.outputTokens) out")
        }
        lines += table.lines(style)
        if let waits = feature.waitsFor {
            lines += [""] + waits.split(separator: "\n").map { style.paint(String($0), feature.needsPerson ? .yellow : .dim) }
        }
        if let check = report.check { lines += [""] + Self.lines(check, style) }
        if !report.runs.isEmpty { lines += [""] + Self.lines(report.runs, style) }
        if !report.events.isEmpty { lines += ["", "History:"] + report.events.map { EventText.line($0, style) } }
        text = lines.joined(separator: "\n")
    }

    private static func lines(_ check: FeatureReport.Check, _ style: Style) -> [String] {
        var lines = [
            "Checked by Ferry: \(check.commit.prefix(12)), \(check.files) files, +\(check.addedLines) −\(check.deletedLines), risk \(check.risk)"
        ]
        lines += check.evidence.map { style.paint($0.verdict == "passed" ? "  ✓ " : "  ✗ ", $0.verdict == "passed" ? .green : .red) + $0.summary }
        for finding in check.findings {
            let place = finding.location.isEmpty ? "" : finding.location + ": "
            let message = finding.message.split(separator: "\n").first ?? ""
            lines.append("  " + style.paint(finding.severity, finding.severity == "error" ? .red : .yellow) + " \(place)\(message) (\(finding.rule))")
        }
        return lines
    }

    private static func cost(_ dollars: Double?, unpriced: Int) -> String {
        guard let dollars else { return "price unknown" }
        return "\(Money(dollars: dollars)) USD" + (unpriced > 0 ? " and \(unpriced) calls of unknown price" : "")
    }

    private static func lines(_ runs: [FeatureReport.Run], _ style: Style) -> [String] {
        var table = Table()
        for run in runs {
            table.add(
                .init("  run \(run.number)"), .init(run.outcome), .init("tier \(run.tier)"), .init(cost(run.costUsd, unpriced: run.unpricedCalls)),
                .init(run.started, .dim))
        }
        return ["Runs:"] + table.lines(style)
    }
}

/// A line of a feature's history.
enum EventText {
    static func line(_ event: FeatureReport.Event, _ style: Style) -> String {
        let parts = event.text.split(separator: "\n", omittingEmptySubsequences: true)
        let first = parts.first.map(String.init) ?? ""
        return (["  " + style.paint(event.time, .dim) + "  " + first] + parts.dropFirst().map { "                        " + $0 }).joined(
            separator: "\n")
    }
}
