internal import ArgumentParser
internal import FerryService
internal import FerryVault

/// `ferry rebuild`
struct RebuildCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rebuild", abstract: "Make the database anew from notes, runs and branches. The old one is set aside.",
        discussion: """
            Ferry does this by itself when its database is missing or damaged. Nothing is started and no note is changed: `ferry run` then goes on with what \
            was under way, and asks before it starts or merges what was moved meanwhile. Status 3 when something is asked of you.
            """)

    @OptionGroup var vault: VaultOptions
    @OptionGroup var output: OutputOptions

    private struct Report: Encodable {
        var features: Int
        var runs: Int
        var cost: String
        var asked: [String]
        var setAside: String?
    }

    func run() async throws {
        let view = try VaultView(vault)
        let made = try await VaultService.rebuild(ServiceOptions(vault: view.root))
        let console = Console.standard
        if output.json {
            console.print(
                try JSONText.make(
                    Report(
                        features: made.features, runs: made.runs, cost: made.cost, asked: made.asked.map { SafeText.make($0) }, setAside: made.aside))
            )
        } else {
            console.print("On record are \(made.features) features and \(made.runs) runs that cost \(made.cost).")
            if let aside = made.aside { console.print("The database that was there lies in \(aside).") }
            made.asked.forEach { console.print(SafeText.make($0)) }
            console.print("To go on: ferry run")
        }
        if !made.asked.isEmpty { throw ExitCode(CommandError.Code.asked.rawValue) }
    }
}
