internal import ArgumentParser
internal import FerryService
internal import FerryVault
internal import Foundation

/// `ferry service status` as JSON.
struct UnitReport: Hashable, Sendable, Encodable {
    var unit: String
    var isInstalled: Bool
    /// `enabled`, `disabled`, …, as systemd says it; `nil` where it cannot be asked.
    var enabled: String?
    /// `active`, `activating`, `inactive`, `failed`, …
    var state: String?
    /// The queue in a line, or what the service waits for.
    var status: String?
    var pid: Int?
    var since: String?
    var restarts: Int?
    /// How it ended the last time, where that was not in order.
    var result: String?
    var exitStatus: Int?
    /// The unit is what `install` would write now.
    var isUpToDate: Bool
    /// The process was started before the program was replaced.
    var isOldProgram: Bool?
    /// It goes on when nobody is logged in.
    var lingers: Bool
    var isRunning: Bool { state == "active" }

    private enum CodingKeys: String, CodingKey {
        case unit, isInstalled, enabled, state, status, pid, since, restarts, result, exitStatus, isUpToDate, isOldProgram, lingers
    }
}

/// `ferry service status`
struct ServiceStatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Show how the service of a vault is.", discussion: "Status 1 if it is not installed or does not run.")

    @OptionGroup var vault: VaultOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let view = try VaultView(vault)
        let report = try await Self.report(VaultUnit(view))
        let console = Console.standard
        if output.json {
            console.print(try JSONText.make(report))
        } else {
            Self.lines(report, isServed: view.isServed).forEach { console.print($0) }
        }
        if !report.isInstalled || !report.isRunning { throw ExitCode(CommandError.Code.failed.rawValue) }
    }

    private static let properties = [
        "ActiveState", "ActiveEnterTimestamp", "ExecMainStatus", "MainPID", "NRestarts", "Result", "StatusText", "UnitFileState",
    ]

    static func report(_ place: VaultUnit) async throws -> UnitReport {
        let name = try place.present().own.first ?? place.unit.name
        let text = try place.folder.text(of: name)
        // With --allow-root in it, it would be written so again.
        let wanted = [try? place.unit.text(), try? place.unit.allowingRoot.text()]
        var report = UnitReport(
            unit: name, isInstalled: text != nil, isUpToDate: text != nil && name == place.unit.name && wanted.contains(text),
            lingers: Lingering.isOn(user: NSUserName()))
        guard text != nil, await place.manager.availability() == .available else { return report }
        let facts = try await place.manager.properties(of: name, properties)
        func fact(_ name: String) -> String? { facts[name].flatMap { $0.isEmpty ? nil : SafeText.line($0) } }
        report.enabled = fact("UnitFileState")
        report.state = fact("ActiveState")
        report.status = fact("StatusText")
        report.since = fact("ActiveEnterTimestamp")
        report.restarts = fact("NRestarts").flatMap { Int($0) }
        report.pid = fact("MainPID").flatMap { Int($0) }.flatMap { $0 > 0 ? $0 : nil }
        if let result = fact("Result"), result != "success" {
            report.result = result
            report.exitStatus = fact("ExecMainStatus").flatMap { Int($0) }
        }
        if let pid = report.pid { report.isOldProgram = RunningProgram.differs(Int32(pid), from: place.unit.program) }
        return report
    }

    static func lines(_ report: UnitReport, isServed: Bool) -> [String] {
        guard report.isInstalled else {
            return [
                "No service is installed for this vault. `ferry service install` makes one."
                    + (isServed ? " A `ferry run` serves it at the moment." : "")
            ]
        }
        var head = "\(report.unit): \(report.state ?? "your systemd does not answer")"
        if let pid = report.pid { head += ", process \(pid)" }
        if let since = report.since { head += ", since \(since)" }
        if let restarts = report.restarts, restarts > 0 { head += ", \(restarts) restart\(restarts == 1 ? "" : "s")" }
        var lines = [head]
        if let status = report.status { lines.append(status) }
        if let result = report.result {
            lines.append("It ended badly: \(result)\(report.exitStatus.map { " (status \($0))" } ?? ""). journalctl --user -u \(report.unit) -n 20")
            if report.exitStatus == 78 { lines.append("78 needs you: mend what the log names, then: systemctl --user start \(report.unit)") }
        }
        if let enabled = report.enabled, enabled != "enabled" {
            lines.append("It does not start by itself (\(enabled)): systemctl --user enable \(report.unit)")
        }
        if report.isOldProgram == true {
            lines.append("It runs an older program than the installed one: systemctl --user restart \(report.unit) (what is under way goes on).")
        }
        if !report.isUpToDate { lines.append("The unit is not what this Ferry would write: `ferry service install` brings it up to date.") }
        if !report.lingers { lines.append("It ends when you log out. To keep it running: sudo loginctl enable-linger \(NSUserName())") }
        return lines
    }
}

extension ServiceUnit {
    var allowingRoot: ServiceUnit {
        var unit = self
        unit.allowRoot = true
        return unit
    }
}
