internal import ArgumentParser

/// `ferry plan FR-012`
struct PlanCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan", abstract: "Move a note to planned, so that Ferry carries it out.",
        discussion: "Works from ideas, drafts, blocked and done; what was blocked goes on where it stopped.")

    @OptionGroup var gesture: GestureArguments

    func run() async throws { try await gesture.make(.plan) }
}
