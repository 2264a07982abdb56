internal import ArgumentParser
internal import FerryModel
internal import FerryPipeline
internal import FerryVault

/// `ferry why FR-012`
struct WhyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "why", abstract: "Say the one thing that a feature waits for.")

    @Argument(help: "The feature: its id (FR-012), its note's name, or a path.")
    var feature: String
    @OptionGroup var vault: VaultOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let reader = try await FeatureReader(VaultView(vault))
        let found = try reader.list.find(feature)
        let story = try await reader.story(of: found)
        let console = Console.standard
        if output.json {
            let report = WhyReport(
                feature: found.id?.description, title: found.title, state: found.state.rawValue, reason: SafeText.make(story.reason),
                remedy: story.remedy,
                needsPerson: story.needsPerson)
            return console.print(try JSONText.make(report))
        }
        console.print(console.style.paint(found.heading, .bold) + " (\(found.state.shown))")
        console.print(SafeText.make(story.reason))
        if let remedy = story.remedy { console.print("→ " + remedy) }
    }
}
