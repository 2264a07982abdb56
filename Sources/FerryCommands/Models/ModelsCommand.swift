internal import ArgumentParser
internal import FerryLLM
internal import FerryModel
internal import FerryPipeline
internal import FerryVault

/// `ferry models [--probe]`
struct ModelsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "models", abstract: "List the providers and models of the vault with prices and limits, and, with --probe, what answers now.",
        discussion:
            "Status 1 if a model that an agent works with cannot be reached, or, with --probe, does not answer. --probe asks each model for one word, which costs a little."
    )

    @Flag(name: .long, help: "Ask every model that a name stands for, or an agent works with, for one word.")
    var probe = false
    @OptionGroup var vault: VaultOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let view = try VaultView(vault)
        let report: ModelsReport
        do {
            report = try await view.withModels { configuration, catalog, _ in
                var report = ModelsReport(configuration, catalog)
                if probe { await report.probe(catalog, within: Timing().probe) }
                return report
            }
        } catch let error as ModelError { throw CommandError(.configuration, error.message, remedy: error.remedy ?? "") }
        let console = Console.standard
        console.print(output.json ? try JSONText.make(report) : report.text(console.style))
        if !report.isReady { throw ExitCode(CommandError.Code.failed.rawValue) }
    }
}
