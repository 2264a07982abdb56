internal import ArgumentParser
internal import FerryVault
internal import FerrySandbox

/// `ferry doctor`
struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor", abstract: "Look whether this machine, the vault, its repositories and models are ready, and say what to do.",
        discussion: """
            Status 1 if something must be mended. Nothing is changed, and no model is called; providers are asked what they know of the models that agents \
            work with, which costs nothing.
            """)

    @Flag(name: .long, help: "Judge the sandbox as for `ferry run --allow-root`.")
    var allowRoot = false
    @Flag(name: .long, help: "Ask no provider.")
    var offline = false
    @OptionGroup var vault: VaultOptions
    @OptionGroup var output: OutputOptions

    private struct Report: Encodable {
        var findings: [DoctorFinding]
        /// Nothing failed.
        var isReady: Bool
    }

    func run() async throws {
        var findings = await MachineExamination(allowRoot: allowRoot).findings()
        do { findings += await VaultExamination(view: try VaultView(vault), isOffline: offline).findings() } catch {
            findings.append(.fail("vault", error))
        }
        let isReady = !findings.contains { $0.level == .fail }
        let console = Console.standard
        if output.json {
            console.print(try JSONText.make(Report(findings: findings, isReady: isReady)))
        } else {
            Self.lines(findings, console.style).forEach { console.print($0) }
            console.print(isReady ? "\nReady." : "\nNot ready: mend what failed, then run `ferry doctor` again.")
        }
        if !isReady { throw ExitCode(CommandError.Code.failed.rawValue) }
    }

    private static func lines(_ findings: [DoctorFinding], _ style: Style) -> [String] {
        let width = findings.map { TextWidth.columns($0.name) }.max() ?? 0
        return findings.flatMap { finding in
            let ink: Style.Ink = finding.level == .ok ? .green : finding.level == .warn ? .yellow : .red
            let head = style.paint(TextWidth.pad(finding.level.rawValue, to: 4), ink) + "  " + TextWidth.pad(finding.name, to: width) + "  "
            let remedies = SafeText.make(finding.remedy ?? "").split(separator: "\n").map { String(repeating: " ", count: width + 8) + "→ " + $0 }
            return [head + SafeText.line(finding.detail)] + remedies
        }
    }
}
