internal import ArgumentParser
internal import FerryPipeline
internal import FerrySystem
internal import FerryVault
internal import Glibc
internal import SystemPackage

/// `ferry init DIR [--repo PATH]`
struct InitCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init", abstract: "Make a vault, or tell one about a repository.",
        discussion: """
            Copies the vault template into DIR and gives the vault an id. Nothing that is there is changed, so running it again is harmless.
            With --repo it looks at a git repository and writes 80_repositories/NAME.md: base branch, test command, toolchains.
            """)

    @Argument(help: "The vault's folder; made if it is not there.")
    var dir: String
    @Option(name: .long, help: ArgumentHelp("A git repository that Ferry may change.", valueName: "path"))
    var repo: String?
    @Option(name: .long, help: "The repository's name in the vault; else its folder's name.")
    var name: String?
    @OptionGroup var output: OutputOptions

    func validate() throws {
        if name != nil, repo == nil { throw ValidationError("--name is the name of a repository; give --repo as well.") }
    }

    func run() async throws {
        let vault = WorkingFolder.absolute(FilePath(dir))
        if let repo {
            try RepositoryFounding.refuseUnfit(WorkingFolder.absolute(FilePath(repo)), vault: vault)
        }
        let founding = VaultFounding(root: vault)
        let founded = try await founding.found()
        var report = InitReport(vault: vault, founded)
        var failure: (any Error)?
        if let repo {
            do {
                let repositories = RepositoryFounding(view: try VaultView(root: vault), name: name)
                report.repository = .init(try await repositories.found(WorkingFolder.absolute(FilePath(repo))))
            } catch { failure = error }
        }
        report.hasRepository = report.repository != nil
        if !report.hasRepository { report.hasRepository = try await !VaultView(root: vault).repositories().isEmpty }
        Console.standard.print(output.json ? try JSONText.make(report) : report.text(Console.standard.style, isComplete: failure == nil))
        if let failure { throw failure }
    }
}
