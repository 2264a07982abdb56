internal import ArgumentParser
internal import FerryModel

/// `ferry status [--watch]`
struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Show every feature: where it is and what it waits for.",
        discussion: "With --watch it is shown again every second, until Ctrl-C.")

    @Flag(name: .long, help: "Go on showing it.")
    var watch = false
    @OptionGroup var vault: VaultOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let console = Console.standard
        guard watch else { return console.print(try await text(console.style)) }
        while true {
            let text = try await text(console.style)
            if console.isTerminal {
                console.show(text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init))
            } else {
                console.print(text)
            }
            try await Task.sleep(for: .seconds(1))
        }
    }

    private func text(_ style: Style) async throws -> String {
        let report = try await FeatureReader(VaultView(vault)).status()
        return output.json ? try JSONText.make(report) : StatusText(report, style).lines.joined(separator: "\n")
    }
}

/// `ferry status` for a person.
struct StatusText: Hashable, Sendable {
    let lines: [String]

    init(_ report: StatusReport, _ style: Style) {
        var table = Table()
        for feature in report.features {
            let waits = feature.waitsFor?.split(separator: "\n").first.map(String.init) ?? ""
            table.add(
                .init(feature.id ?? "–", .bold), .init(FeatureState(rawValue: feature.state)?.shown ?? feature.state, Self.ink(feature)),
                .init(TextWidth.cut(feature.title, to: 40)), .init(Self.cost(feature), .dim),
                .init(TextWidth.line(waits, to: 120), feature.needsPerson ? .yellow : .dim))
        }
        var lines = table.isEmpty ? ["There is no feature yet. Write a note in 01_ideas and move it to 03_planned."] : table.lines(style)
        let service = Self.service(report, style)
        let stop = report.isStopped ? ", " + style.paint("everything is stopped (STOP.md)", .red) : ""
        var today = "\(Money(dollars: report.todayUsd)) of \(Money(dollars: report.dayLimitUsd)) USD"
        if report.todayUnpriced > 0 {
            today = (report.todayUsd == 0 ? "" : today + " and ") + "price unknown (\(report.todayUnpriced) calls)"
        }
        if !report.asked.isEmpty { lines += [""] + report.asked.map { style.paint("\($0): tick the box on the dashboard.", .yellow) } }
        lines += ["", "\(service)\(stop) · today \(today)"]
        // What the service holds work for is told once.
        let others = (report.vaultFaults + report.shortages).filter { report.service?.holds.contains($0) != true }
        self.lines = lines + (report.service?.lines(style) ?? []) + others.map { style.paint($0, .red) }
    }

    private static func cost(_ feature: FeatureLine) -> String {
        guard let cost = feature.costUsd else { return feature.unpricedCalls == nil ? "" : "price unknown" }
        return "$\(Money(dollars: cost))" + (feature.unpricedCalls == nil ? "" : " and unknown")
    }

    private static func service(_ report: StatusReport, _ style: Style) -> String {
        if let service = report.service { return style.paint("the service is running", .green) + " (process \(service.pid), since \(service.since))" }
        if report.isServed { return style.paint("the service is running", .green) }
        let last = report.lastService.map { " (\($0))" } ?? ""
        return style.paint("no service is running", .yellow) + last + ": `ferry run`, or `ferry service install`"
    }

    private static func ink(_ feature: FeatureLine) -> Style.Ink? {
        switch FeatureState(rawValue: feature.state) {
        case .inProgress: .blue
        case .review: .yellow
        case .blocked: .red
        case .done: .green
        case .ideas, .drafts, .planned, nil: nil
        }
    }
}
