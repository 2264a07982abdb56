internal import ArgumentParser
internal import Glibc
internal import SystemPackage

/// `ferry check [NOTE…]`
struct CheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Look through the notes: settings, agents, rules, repositories, features.",
        discussion: "Prints `file:line: level: message: remedy` for each finding. Status 1 if there is an error; warnings alone are 0.")

    @Argument(help: "Only these notes; without any, all.")
    var notes: [String] = []
    @OptionGroup var vault: VaultOptions
    @OptionGroup var output: OutputOptions

    private struct Report: Encodable {
        var findings: [NoteFinding]
        var errors: Int
        var warnings: Int
    }

    func run() async throws {
        let view = try VaultView(vault)
        let all = try await VaultLint(view: view).findings()
        let wanted = try Set(notes.map { try path(of: $0, in: view) })
        let findings = wanted.isEmpty ? all : all.filter { wanted.contains($0.path) }
        let errors = findings.count { $0.level == .error }
        let console = Console.standard
        if output.json {
            console.print(try JSONText.make(Report(findings: findings, errors: errors, warnings: findings.count - errors)))
        } else {
            findings.forEach { console.print($0.text(console.style)) }
            console.print(
                findings.isEmpty ? "Nothing to mend." : "\(Self.count(errors, "error")), \(Self.count(findings.count - errors, "warning")).")
        }
        if errors > 0 { throw ExitCode(CommandError.Code.failed.rawValue) }
    }

    private static func count(_ number: Int, _ word: String) -> String { "\(number) \(word)\(number == 1 ? "" : "s")" }

    /// The note's path in the vault. Throws `CommandError` where it lies outside, or is not there.
    private func path(of name: String, in view: VaultView) throws -> String {
        for candidate in [WorkingFolder.absolute(FilePath(name)), view.root.pushing(FilePath(name))] {
            var path = WorkingFolder.resolved(candidate)
            guard path.withPlatformString({ access($0, F_OK) }) == 0, path.removePrefix(WorkingFolder.resolved(view.root)), !path.isEmpty else {
                continue
            }
            return path.string
        }
        throw CommandError(
            .failed, "There is no note \(name) in the vault \(WorkingFolder.shown(view.root)).", remedy: "Give its path from here or from the vault.")
    }
}
