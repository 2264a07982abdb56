internal import ArgumentParser
internal import FerrySystem
internal import FerryVault
internal import SystemPackage

/// `ferry check [NOTE…]`
struct CheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Look through the notes: settings, agents, rules, repositories, features.",
        discussion: """
            Prints `file:line: level: message: remedy [rule]` for each finding, by note and line. Status 1 if there is an error; warnings alone are 0. \
            With NOTE it looks at no more than these and what they name, so it can run on every save.
            """)

    @Argument(help: "Only these notes; without any, all.")
    var notes: [String] = []
    @Flag(name: .long, help: "Name the notes, too, that are none of Ferry's business, and say why.")
    var verbose = false
    @OptionGroup var vault: VaultOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let view = try VaultView(vault)
        let wanted = try notes.isEmpty ? nil : Set(notes.map { try path(of: $0, in: view) })
        let report = try await VaultLint(view: view, wanted: wanted).report()
        let console = Console.standard
        if output.json {
            console.print(try JSONText.make(report))
        } else {
            report.lines(console.style, verbose: verbose).forEach { console.print($0) }
        }
        if report.errors > 0 { throw ExitCode(CommandError.Code.failed.rawValue) }
    }

    /// The note's path in the vault; a link is not followed. Throws `CommandError` where it lies outside, or is not there.
    private func path(of name: String, in view: VaultView) throws -> FilePath {
        for candidate in [WorkingFolder.absolute(FilePath(name)), view.root.pushing(FilePath(name)).lexicallyNormalized()] {
            guard let last = candidate.lastComponent else { continue }
            var path = WorkingFolder.resolved(candidate.removingLastComponent()).appending(last)
            guard (try? FileStatus.ifPresent(path)) ?? nil != nil, path.removePrefix(WorkingFolder.resolved(view.root)), !path.isEmpty else {
                continue
            }
            let kind = try FileStatus.ifPresent(view.root.pushing(path))?.kind
            guard kind == .regular || kind == .link else {
                throw CommandError(
                    .failed, "\(name) is no note but a \(kind == .directory ? "folder" : "special file").",
                    remedy: "Name notes, or name none to have the whole vault looked at.")
            }
            return path
        }
        throw CommandError(
            .failed, "There is no note \(name) in the vault \(WorkingFolder.shown(view.root)).", remedy: "Give its path from here or from the vault.")
    }
}
